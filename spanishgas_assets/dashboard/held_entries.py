"""What could not be written while the store was away: kept on this machine, and sent later."""

import getpass
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanishgas_assets.storage import durable_files


@dataclass(frozen=True)
class HeldEntries:
    """A folder of entries, oldest name first.

    Attributes:
        folder: where they are; made when the first is kept.
    """

    folder: Path

    def keep(self, name: str, kind: str, content: Mapping[str, Any]) -> None:
        """Keep an entry; it is on the disk when this returns."""
        durable_files.make_folder(self.folder)
        self.folder.chmod(0o700)
        written = self.folder / f".{name}.tmp"
        written.write_text(json.dumps({"kind": kind, "content": content}), encoding="utf-8")
        durable_files.move_into_place(written, self._file(name))

    def names(self) -> list[str]:
        """Return the names of what waits, sorted."""
        return sorted(path.stem for path in self.folder.glob("[!.]*.json"))

    def read(self, name: str) -> tuple[str, dict[str, Any]]:
        """Return an entry's kind and content."""
        entry = json.loads(self._file(name).read_text(encoding="utf-8"))
        return entry["kind"], entry["content"]

    def remove(self, name: str) -> None:
        """Forget an entry that was sent."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def held_folder(named: str) -> Path:
    """Return the folder of the setting ``dashboard_held``; empty is this user's own folder."""
    if named:
        return Path(named)
    return Path(tempfile.gettempdir()) / f"spanishgas-dashboard-{getpass.getuser()}"
