"""Make a publication again from its raw drops in a scratch store, and compare every table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from rich.console import Console

from spanishgas_assets.churn.gate.registry import LOG
from spanishgas_assets.churn.model.churn_model import MODELS
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.monitoring.tables import CHECK_SUMMARY
from spanishgas_assets.operations.jobs import TRAIN_SNAPSHOT
from spanishgas_assets.operations.runs.snapshot_run import run_snapshot
from spanishgas_assets.publication.reader import Publication, open_publication
from spanishgas_assets.retention.recorded_outcomes import OUTCOMES
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import Manifest, keys_of
from spanishgas_assets.storage.store import Store, open_store

#: Tables about runs rather than customers: a check's last outcome may come from an earlier run.
_OF_RUNS = {CHECK_SUMMARY.title}


@dataclass(frozen=True)
class Rebuild:
    """What a publication's second making came to.

    Attributes:
        tables: partitions that were made.
        different: those whose content is not what was published.
        sources: raw files, settings and code that are not what they were when it was published.
    """

    tables: int
    different: Sequence[str]
    sources: Sequence[str]


def rebuild(
    settings: Settings, publication: Publication, scratch: Path, console: Console
) -> Rebuild:
    """Run a publication's snapshot again into an empty folder, and compare digests.

    The scratch store gets what the snapshot was compared with: the publications before it, and the
    models that were known then. A model is trained again where the run that published trained one.

    Args:
        settings: as for a run; the store they name is only read.
        publication: what is made again.
        scratch: an empty folder.
        console: hears the progress.

    Raises:
        SpanishGasError: as for a run.
    """
    content, store = publication.manifest.content, open_store(str(scratch))
    _bring(publication.store, store, publication.manifest)
    trained = publication.manifest.by.get("job") == TRAIN_SNAPSHOT.name
    own = settings.with_changes(store=str(scratch))
    with dg.DagsterInstance.ephemeral() as instance:
        run_snapshot(
            own,
            instance,
            build_definitions(own),
            content.snapshot,
            train=trained,
            console=console,
        )
    again = open_publication(str(scratch), snapshot=content.snapshot).manifest.content
    before, after = (
        {
            version.partition: version.digest
            for title, parts in made.tables.items()
            for version in parts.values()
            if title not in _OF_RUNS
        }
        for made in (content, again)
    )
    different = [name for name in before if before[name] != after.get(name)]
    if again.model["version"] != content.model["version"]:
        different.append(f"model {content.model['version']}")
    sources = [
        f"{name} {part}"
        for kind in ("raw", "settings")
        for name, parts in getattr(content, kind).items()
        for part, version in parts.items()
        if getattr(again, kind).get(name, {}).get(part) != version
    ]
    if content.code != again.code:
        sources.append("code")
    return Rebuild(len(before), sorted(different), sources)


def _bring(source: Store, scratch: Store, manifest: Manifest) -> None:
    """Copy what the snapshot looked back on: earlier publications, registry events, models."""
    snapshot = manifest.content.snapshot
    earlier = [day for day in publication_log.published_snapshots(source) if day < snapshot]
    manifests = [publication_log.current(source, day) for day in earlier]
    last_event = manifest.content.model.get("registry_event") or 0
    wanted = {
        *keys_of(one for one in manifests if one is not None),
        *(publication_log.manifest_key(one.number) for one in manifests if one and one.number),
        *(publication_log.pointer_key(day) for day in earlier),
        *source.keys("churn/decisions/"),
        *source.keys("monitoring/references/"),
        *source.keys(f"{MODELS}/"),
        *source.keys(OUTCOMES),
        *source.keys(f"{LOG}/")[:last_event],
    }
    for key in sorted(wanted):
        if source.exists(key):
            scratch.write(key, source.read(key))
