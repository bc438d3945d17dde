"""The manifest of a publication: which objects make up a snapshot that may be read.

It names every table from the twelve months to the recommendations, the report, the call list, the
model and what all of it was made from; keys are relative to the store, so a copied store is whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spanishgas_assets.storage.file_versions import FileVersion
from spanishgas_assets.storage.table_versions import TableVersion

FORMAT = 1
#: Number of a publication of an earlier release, which had none.
FORMER = 0
#: Names the publication that a roll-back shows again, among who or what published.
ROLLED_BACK_TO = "rolled_back_to"


@dataclass(frozen=True)
class Content:
    """What a publication says of its snapshot; equal content is not published twice.

    Attributes:
        snapshot: the as-of date.
        tables: versions by table (``layer/table``) and partition.
        files: report and call list, by name.
        model: version that scored the snapshot, and number of the registry event that let it serve.
        settings: versions of settings, word lists and policy, by name and partition.
        raw: versions of the raw drops, by file and partition.
        code: version of the platform and digest of its source.
    """

    snapshot: str
    tables: Mapping[str, Mapping[str, TableVersion]]
    files: Mapping[str, FileVersion] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    raw: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)

    def versions(self) -> list[TableVersion]:
        """Return the versions of all tables."""
        return [version for parts in self.tables.values() for version in parts.values()]

    def to_dict(self) -> dict[str, Any]:
        """Return the content as JSON holds it."""
        return {
            "snapshot": self.snapshot,
            "model": dict(self.model),
            "tables": {
                title: {day: _table_dict(version) for day, version in sorted(parts.items())}
                for title, parts in sorted(self.tables.items())
            },
            "files": {
                name: {"key": one.key, "digest": one.digest, "size_bytes": one.size_bytes}
                for name, one in sorted(self.files.items())
            },
            "settings": _sorted(self.settings),
            "raw": _sorted(self.raw),
            "code": dict(self.code),
        }


@dataclass(frozen=True)
class Manifest:
    """A publication: its content, its number, and who made it.

    Attributes:
        number: from 1, in order of publication; 0 for one of an earlier release.
        content: what is published.
        supersedes: number of the publication of the same snapshot before it; None if there is none.
        published_at: start of the run that published, ISO 8601 in UTC.
        by: run, job and what launched it, or the person and why.
        figures: what the runs came to that made the content (``publication/run_figures.py``).
    """

    number: int
    content: Content
    supersedes: int | None = None
    published_at: str = ""
    by: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rolled_back(self) -> str:
        """Who went back to which publication and why; empty where a run published."""
        if ROLLED_BACK_TO not in self.by:
            return ""
        return f"{self.by['person']} went back to {self.by[ROLLED_BACK_TO]} ({self.by['why']})"

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as JSON holds it."""
        return {
            "format": FORMAT,
            "number": self.number,
            "supersedes": self.supersedes,
            "published_at": self.published_at,
            "by": dict(self.by),
            "figures": dict(self.figures),
            **self.content.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Manifest":
        """Read back what :meth:`to_dict` wrote."""
        content = Content(
            snapshot=data["snapshot"],
            tables={
                title: {day: _table(title, day, known) for day, known in parts.items()}
                for title, parts in data["tables"].items()
            },
            files={name: _file(known) for name, known in data["files"].items()},
            model=data["model"],
            settings=data["settings"],
            raw=data["raw"],
            code=data["code"],
        )
        return cls(
            data["number"],
            content,
            data["supersedes"],
            data["published_at"],
            data["by"],
            data.get("figures", {}),
        )

    @classmethod
    def of_former_release(cls, data: Mapping[str, Any]) -> "Manifest":
        """Read a manifest of a release before immutable versions: three tables by their URLs."""
        snapshot = data["snapshot"]
        tables = {
            title: {snapshot: TableVersion(f"{title}/{snapshot}", "", known["rows"], -1, "")}
            for title, known in data["tables"].items()
        }
        model = {"version": data["model_version"], "registry_event": None}
        return cls(FORMER, Content(snapshot, tables, model=model))


#: Fields of a manifest of a former release, and of its ``latest.json``.
FORMER_FIELDS = frozenset({"snapshot", "model_version", "tables"})


def keys_of(manifests: Iterable[Manifest]) -> set[str]:
    """Return the keys of every object that manifests name."""
    keys: set[str] = set()
    for manifest in manifests:
        keys |= {version.key for version in manifest.content.versions()}
        keys |= {version.key for version in manifest.content.files.values()}
    return keys


def _sorted(versions: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {name: dict(sorted(parts.items())) for name, parts in sorted(versions.items())}


def _table_dict(version: TableVersion) -> dict[str, Any]:
    return {
        "key": version.key,
        "digest": version.digest,
        "rows": version.rows,
        "size_bytes": version.size_bytes,
        "data_version": version.data_version,
        "contract": version.contract,
    }


def _table(title: str, partition: str, known: Mapping[str, Any]) -> TableVersion:
    values = {name: value for name, value in known.items() if name != "key"}
    return TableVersion(f"{title}/{partition}", **values)


def _file(known: Mapping[str, Any]) -> FileVersion:
    place, _, name = known["key"].rpartition("/")
    return FileVersion(place, name.rpartition(".")[2], known["digest"], known["size_bytes"])
