"""Show an earlier publication of a snapshot again, and let its model serve.

What readers see moves; the graph's working tables stay. The next run that has something to do goes
on from them, with the model that serves then, and says that it takes the roll-back's place.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import StoreError
from spanishgas_assets.publication.assembly import published_model
from spanishgas_assets.publication.reader import Publication, not_run
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import ROLLED_BACK_TO, Manifest
from spanishgas_assets.storage.store import Store


def roll_back(store: Store, number: int, *, by: str, why: str, at: str) -> Manifest:
    """Publish an earlier publication of a snapshot again, under a number of its own.

    Args:
        store: where the publications are.
        number: of the publication to go back to.
        by: who asks for it.
        why: the reason.
        at: now, ISO 8601 in UTC.

    Raises:
        StoreError: the publication is not there, is current already, or is damaged.
        RegistryError: its model cannot serve again.
    """
    target = publication_log.read_manifest(store, number)
    content = target.content
    current = publication_log.current(store, content.snapshot)
    if current is None:
        raise not_run(store, content.snapshot)
    if _shown(current) == _shown(target):
        raise StoreError(f"{content.snapshot} shows publication {number} already")
    faults = verify(Publication(store, target)).faults
    if faults:
        raise StoreError(f"publication {number} cannot be shown again: {'; '.join(faults)}")
    _restore_champion(store, target, current, by=by, why=why)
    version = str(content.model["version"])
    # The model serves by another event than then; the next run must find nothing else to publish.
    again = replace(content, model=published_model(store, content.snapshot, version))
    return publication_log.publish(
        store,
        content.snapshot,
        lambda: again,
        published_at=at,
        by={"person": by, "why": why, ROLLED_BACK_TO: str(number)},
        figures=lambda _: target.figures,
    )


def superseded_rollback(store: Store, manifest: Manifest) -> str:
    """Say that a publication takes the place of a roll-back; empty where it does not.

    Raises:
        StoreError: the publication that it supersedes is damaged.
    """
    if manifest.supersedes is None or manifest.rolled_back:
        return ""
    before = publication_log.read_manifest(store, manifest.supersedes)
    if not before.rolled_back:
        return ""
    return (
        f"Publication {manifest.number} takes the place of {before.number}, with which "
        f"{before.rolled_back}. To go back once more: spanishgas publication rollback "
        f"{before.number} --by NAME --why TEXT"
    )


def _shown(manifest: Manifest) -> dict[str, Any]:
    """Return what readers see of a publication, whichever event let its model serve."""
    shown = manifest.content.to_dict()
    return shown | {"model": manifest.content.model["version"]}


def _restore_champion(
    store: Store, target: Manifest, current: Manifest, *, by: str, why: str
) -> None:
    """Let the model of a publication serve its snapshot again, where another does.

    The other does not come again by itself, as a model that a person rejected.
    """
    day = date.fromisoformat(target.content.snapshot)
    wanted, serving = (str(one.content.model["version"]) for one in (target, current))
    if wanted == serving:
        return
    registry = Registry(store)
    champion = registry.champion(day)
    if champion is None or champion.version != wanted:
        registry.promote(wanted, day, registry.require_accepted(wanted), by=by, why=why)
    if registry.status(serving) not in ("champion", "rejected", "rolled_back"):
        registry.reject(serving, by=by, why=why)
