"""Every variable as a page for readers, written from its declaration so that it cannot drift."""

from collections.abc import Iterator, Mapping

from spanishgas_assets.settings.environment import EnvironmentSettings
from spanishgas_assets.settings.kinds import as_text, unit_of, wanted
from spanishgas_assets.settings.platform import Settings
from spanishgas_assets.settings.store_settings import StoreSettings
from spanishgas_assets.settings.variables import DEPLOYMENT, FORMER_NAMES

_OPENING = """# Settings: every environment variable

Written by `make docs-settings` from `spanishgas_assets/settings/`; a test holds that it is current.
Change a declaration, not this page.

`spanishgas settings` prints the effective values and where each comes from. An empty variable keeps
its default. Lists are separated by commas. A process does not start with variables that it cannot
use: one message names each of them, its value and what is expected, and, for a variable of the
prefix that nothing reads, the nearest name.
"""

_DEPLOYMENT = """## Deployment

Read by the Dagster instance and workspace in `deploy/`, not by the platform's code.

| Variable | Meaning |
|---|---|
"""

_OTHERS = """## Variables of libraries

Dagster finds its instance by `DAGSTER_HOME` (a command sets it to a folder inside a local store
where it is not set), boto3 reads `AWS_*`, the transformers `HF_*`, Polars `POLARS_MAX_THREADS`.
"""

_COLUMNS = "| Variable | Default | Value | Meaning |\n|---|---|---|---|\n"


def settings_page() -> str:
    """Return the page, in Markdown."""
    topics = [
        *_topics(Settings, Settings.TOPICS),
        *_topics(StoreSettings, {"encryption": "Objects in S3"}),
    ]
    deployment = _DEPLOYMENT + "".join(
        f"| `{name}` | {meaning} |\n" for name, meaning in DEPLOYMENT.items()
    )
    return "\n".join([_OPENING, *topics, deployment, *_former(), _OTHERS])


def effective_lines(settings: EnvironmentSettings) -> Iterator[str]:
    """Write each value as its variable would give it, where it comes from, and what it means."""
    for name, field in type(settings).model_fields.items():
        source = "environment" if name in settings.model_fields_set else "default"
        yield f"{settings.variable(name)}={as_text(getattr(settings, name))}  [{source}]"
        unit = unit_of(field)
        yield f"    {field.description}{f' Unit: {unit}.' if unit else ''}"


def _topics(kind: type[EnvironmentSettings], names: Mapping[str, str]) -> Iterator[str]:
    table = ""
    for name, field in kind.model_fields.items():
        if name in names:
            if table:
                yield table
            table = f"## {names[name]}\n\n{_COLUMNS}"
        default, unit = as_text(field.default), unit_of(field)
        table += (
            f"| `{kind.variable(name)}` | {f'`{default}`' if default else 'empty'} | "
            f"{wanted(field)}{f', in {unit}' if unit else ''} | {field.description} |\n"
        )
    yield table


def _former() -> Iterator[str]:
    if FORMER_NAMES:
        rows = "".join(f"| `{old}` | `{new}` |\n" for old, new in FORMER_NAMES.items())
        yield f"## Former names, read for one release\n\n| Former | Now |\n|---|---|\n{rows}"
