"""Whether everything that a publication names is what was published."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from spanishgas_assets.churn.model.churn_model import load
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.storage.digests import digest_of
from spanishgas_assets.storage.store import Store

_AT_ONCE = 8


@dataclass(frozen=True)
class Verification:
    """What was looked at, and what is wrong with it.

    Attributes:
        objects: tables and files that were read in full.
        size_bytes: of them.
        faults: what is missing or damaged, with the key.
    """

    objects: int
    size_bytes: int
    faults: Sequence[str]


def verify(publication: Publication) -> Verification:
    """Read every object of a publication, and its model, and hold them against their digests.

    The objects are read in full, also where S3 keeps a digest beside them. An object of an earlier
    release has no digest: that it is there is all that can be said of it.

    Raises:
        StoreUnavailableError: the store does not answer.
    """
    store, content = publication.store, publication.manifest.content
    known = {version.key: version.digest for version in content.versions()}
    known |= {version.key: version.digest for version in content.files.values()}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looked = list(pool.map(lambda one: _look(store, *one), sorted(known.items())))
    faults = [fault for fault, _ in looked if fault]
    try:
        load(store, publication.model_version)
    except StoreUnavailableError:
        raise
    except StoreError as error:
        faults.append(str(error))
    return Verification(len(known), sum(size for _, size in looked), faults)


def _look(store: Store, key: str, digest: str) -> tuple[str, int]:
    """Return what is wrong with an object (empty: nothing), and its size."""
    try:
        data = store.read(key)
    except StoreUnavailableError:
        raise
    except StoreError:
        return f"{key}: missing", 0
    if digest and digest_of(data) != digest:
        return f"{key}: damaged, its content is not what was published", len(data)
    return "", len(data)
