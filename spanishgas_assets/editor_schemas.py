"""JSON Schemas of the YAML files, by which an editor completes and checks them.

Run as a module it writes them into a folder: ``python -m spanishgas_assets.editor_schemas FOLDER``.
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from spanishgas_assets.retention.config.contact_rules import ContactRuleFile
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.tariffs.period_rules import TariffPeriods
from spanishgas_assets.text.intent import IntentWords

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: The model of each file, by the file's place in the package.
MODELS: dict[str, type[BaseModel]] = {
    "retention/config/policy.yaml": Policy,
    "retention/config/offers.yaml": OfferTable,
    "retention/config/contact_rules.yaml": ContactRuleFile,
    "tariffs/periods.yaml": TariffPeriods,
    "text/intents.yaml": IntentWords,
}


def schema_files() -> dict[str, str]:
    """Return the text of each schema, by its file name."""
    return {
        f"{Path(file).stem}.schema.json": json.dumps(
            {"$schema": _DIALECT, **model.model_json_schema()}, indent=2, ensure_ascii=False
        )
        + "\n"
        for file, model in MODELS.items()
    }


def write_schemas(folder: Path) -> None:
    """Write the schemas into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
