"""Show an earlier publication of a snapshot again, and let its model serve.

What readers see moves; the graph's working tables stay. The next run that has something to do goes
on from them, with the model that serves then.
"""

from datetime import date

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import StoreError
from spanishgas_assets.publication.reader import Publication, not_run
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import Manifest
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
    if current.content.to_dict() == content.to_dict():
        raise StoreError(f"{content.snapshot} shows publication {number} already")
    faults = verify(Publication(store, target)).faults
    if faults:
        raise StoreError(f"publication {number} cannot be shown again: {'; '.join(faults)}")
    _restore_champion(store, target, current, by=by, why=why)
    return publication_log.publish(
        store,
        content.snapshot,
        lambda: content,
        published_at=at,
        by={"person": by, "why": why, "rolled_back_to": str(number)},
    )


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
