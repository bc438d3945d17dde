"""What the UI shows of a publication."""

from typing import Any

import dagster as dg

from spanishgas_assets.storage.manifests import Manifest
from spanishgas_assets.storage.publication_log import manifest_key
from spanishgas_assets.storage.store import Store


def publication_metadata(store: Store, manifest: Manifest) -> dict[str, Any]:
    """Show a publication's number, model, rows and manifest."""
    content = manifest.content
    return {
        "dagster/uri": store.url(manifest_key(manifest.number)),
        "number": manifest.number,
        "model_version": str(content.model["version"]),
        "tables": dg.MetadataValue.md(
            "| table | partitions | rows |\n|---|---|---|\n"
            + "\n".join(
                f"| {title} | {len(parts)} | {sum(one.rows for one in parts.values()):,} |"
                for title, parts in sorted(content.tables.items())
            )
        ),
    }
