"""What the UI shows of a publication."""

from typing import Any

import dagster as dg

from spanishgas_assets.catalog import PUBLISHED_TABLES
from spanishgas_assets.publication.diff import PublicationDiff, diff
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import Manifest
from spanishgas_assets.storage.publication_log import manifest_key
from spanishgas_assets.storage.store import Store


def publication_metadata(store: Store, manifest: Manifest) -> dict[str, Any]:
    """Show a publication's number, model and rows, and what changed against the one it supersedes.

    Raises:
        StoreError: the publication that it supersedes is damaged.
    """
    content = manifest.content
    shown = {
        "dagster/uri": store.url(manifest_key(manifest.number)),
        "number": manifest.number,
        "published_by": ", ".join(f"{name} {said}" for name, said in manifest.by.items()),
        "model_version": str(content.model["version"]),
        "partitions": len(content.versions()),
        "size_mb": round(sum(one.size_bytes for one in content.versions()) / 1e6, 1),
        "tables": dg.MetadataValue.md(
            "| table | partitions | rows |\n|---|---|---|\n"
            + "\n".join(
                f"| {title} | {len(parts)} | {sum(one.rows for one in parts.values()):,} |"
                for title, parts in sorted(content.tables.items())
            )
        ),
    }
    if manifest.supersedes is None:
        return shown
    before = publication_log.read_manifest(store, manifest.supersedes)
    changed = diff(Publication(store, before), Publication(store, manifest), PUBLISHED_TABLES)
    return {**shown, **_diff_metadata(changed)}


def _diff_metadata(changed: PublicationDiff) -> dict[str, Any]:
    rows = "\n".join(
        f"| {one.name} | {one.added:,} | {one.removed:,} | {', '.join(one.changed)} |"
        for one in changed.tables
    )
    return {
        "supersedes": changed.before.number,
        "customers_changed": changed.customers.height,
        "sources_changed": ", ".join(changed.sources) or "none",
        "changed": dg.MetadataValue.md(
            f"| table | added | removed | columns that changed |\n|---|---|---|---|\n{rows}"
        ),
        **{
            f"{name}_change": round(after - before, 2)
            for name, (before, after) in changed.money_eur.items()
        },
    }
