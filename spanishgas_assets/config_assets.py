"""Settings, word lists and policy as external assets: what a change of each makes stale.

Their versions are observed before a run (``operations/external_versions.py``). A table that is
computed with a setting depends on the setting's asset here.
"""

import dagster as dg

from spanishgas_assets.partitions import MONTHS, SNAPSHOTS


def _config(
    name: str,
    description: str,
    kind: str,
    partitions: dg.TimeWindowPartitionsDefinition,
    owner: str = "team:data",
) -> dg.AssetSpec:
    return dg.AssetSpec(
        dg.AssetKey(["config", name]),
        description=description,
        group_name="config",
        kinds={kind},
        owners=[owner],
        partitions_def=partitions,
    )


READING_SETTINGS = _config(
    "reading_settings",
    "The declared clock and hour labels of the readings, and the energy in a cubic metre of gas.",
    "python",
    MONTHS,
)
TEXT_SETTINGS = _config(
    "text_settings", "The word lists of `text` and the settings of sentiment.", "yaml", SNAPSHOTS
)
OWNER_SETTINGS = _config(
    "owner_settings", "The columns that identify an owner of several supplies.", "python", SNAPSHOTS
)
MARGIN_SETTINGS = _config(
    "margin_settings", "Who earns the fixed gas fee in the margins.", "python", SNAPSHOTS
)
LABEL_SETTINGS = _config(
    "label_settings",
    "The day from which on labels count leaving, and for how many days.",
    "python",
    SNAPSHOTS,
)
TRAINING_SETTINGS = _config(
    "training_settings",
    "What a model is trained on and how: experiment and threshold rule.",
    "python",
    SNAPSHOTS,
)
GATE_SETTINGS = _config(
    "gate_settings",
    "What a new model must reach to serve, and whether a person approves it.",
    "python",
    SNAPSHOTS,
)
RETENTION_POLICY, OFFERS, CONTACT_RULES, REASON_TEXTS = (
    _config(name, description, "yaml", SNAPSHOTS, "team:retention")
    for name, description in {
        "retention_policy": "The retention team's policy.yaml.",
        "offers": "The retention team's offers.yaml.",
        "contact_rules": "The retention team's contact_rules.yaml.",
        "reason_texts": "What a recommendation's reasons are called and how they are told.",
    }.items()
)

CONFIG_ASSETS = (
    READING_SETTINGS,
    TEXT_SETTINGS,
    OWNER_SETTINGS,
    MARGIN_SETTINGS,
    LABEL_SETTINGS,
    TRAINING_SETTINGS,
    GATE_SETTINGS,
    RETENTION_POLICY,
    OFFERS,
    CONTACT_RULES,
    REASON_TEXTS,
)
