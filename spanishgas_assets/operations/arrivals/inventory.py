"""What the drops below the raw root hold, summed up from a listing however long."""

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from spanishgas_assets.operations.arrivals.key_parsing import FLAT, Piece, Stray, meaning
from spanishgas_assets.operations.arrivals.listing import UNKNOWN
from spanishgas_assets.raw.bucket import RawObject
from spanishgas_assets.raw.drops import CORRECTED, corrected_path
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, RAW_FILES

_CORRECTS_NOTHING = Stray(
    "no file that it corrects is beside it, so no run reads it; put it where that file is"
)
#: Strays kept by name; of more there is only the number.
SHOWN_STRAYS = 50


@dataclass(frozen=True)
class Contents:
    """What one drop holds.

    Attributes:
        units: digest of the content of every raw file (``churn_label``), or of each of its months
            (``consumption_hourly/2024-03``).
        youngest_at: when its last change was, seconds since 1970.
        known: whether the content of all of it is known.
    """

    units: dict[str, str]
    youngest_at: float
    known: bool

    @property
    def files(self) -> set[str]:
        """Names of the raw files that it holds, whole or in part."""
        return {unit.split("/")[0] for unit in self.units}

    def settled(self, settled_at: float) -> bool:
        """Whether nothing changed after a time, so that an upload has come to its end."""
        return self.known and self.youngest_at <= settled_at


@dataclass(frozen=True)
class Arrivals:
    """All drops, and what belongs to none.

    Attributes:
        drops: by name, ``flat`` or a date.
        strays: key and reason of the first strays.
        strays_in_all: their number.
    """

    drops: dict[str, Contents]
    strays: dict[str, str]
    strays_in_all: int

    def in_order(self) -> list[str]:
        """Return the names of the drops: flat first, for it holds the months of the others."""
        return sorted(self.drops, key=lambda name: "" if name == FLAT else name)

    def missing_files(self, drop: str) -> list[str]:
        """Return the raw files that neither a drop nor those that it builds upon hold."""
        held = set[str]()
        for name, contents in self.drops.items():
            monthly = {file.name for file in RAW_FILES if file.cadence == "month"}
            earlier = FLAT in {drop, name} or name <= drop
            held |= contents.files if earlier else contents.files & monthly
        return [file.name for file in RAW_FILES if file.name not in held]

    def consumption_months(self) -> list[str]:
        """Return the months (``2024-03``) whose readings are there: of the newest drop with any."""
        for name in reversed(self.in_order()):
            units = self.drops[name].units
            if CONSUMPTION_HOURLY.name in units:
                year = CONSUMPTION_HOURLY.filenames[0].split(".")[0][-4:]
                return [f"{year}-{month:02d}" for month in range(1, 13)]
            months = [
                unit.split("/")[1] for unit in units if unit.startswith(CONSUMPTION_HOURLY.name)
            ]
            if months:
                return sorted(months)
        return []


def sum_up(objects: Iterable[RawObject], months: Set[str]) -> Arrivals:
    """Sum a listing up: one digest for every raw file of a drop, or month of it.

    Args:
        objects: sorted by key.
        months: the months that the platform knows (``2024-03``).
    """
    found = [(one, meaning(one.key, months)) for one in objects]
    read = [one.key for one, means in found if isinstance(means, Piece)]
    corrigible = {str(corrected_path(Path(key))) for key in read if not key.endswith(CORRECTED)}
    corrects_nothing = {key for key in read if key.endswith(CORRECTED)} - corrigible
    pieces: dict[tuple[str, str], list[str]] = {}
    youngest: dict[str, float] = {}
    strays: dict[str, str] = {}
    in_all = 0
    for one, means in found:
        match _CORRECTS_NOTHING if one.key in corrects_nothing else means:
            case Piece() as piece:
                pieces.setdefault((piece.drop, piece.unit), []).append(one.version)
                youngest[piece.drop] = max(youngest.get(piece.drop, 0.0), one.modified_at)
            case Stray(says):
                in_all += 1
                if len(strays) < SHOWN_STRAYS:
                    strays[one.key] = says
            case None:
                continue
    drops = {
        drop: Contents(
            {unit: _digest(pieces[drop, unit]) for name, unit in pieces if name == drop},
            youngest[drop],
            known=not any(
                UNKNOWN in versions for (name, _), versions in pieces.items() if name == drop
            ),
        )
        for drop in youngest
    }
    return Arrivals(drops, strays, in_all)


def changed(contents: Contents, taken: Mapping[str, str]) -> dict[str, str]:
    """Return the units whose content is another than what was taken up."""
    return {unit: digest for unit, digest in contents.units.items() if taken.get(unit) != digest}


def _digest(versions: list[str]) -> str:
    return hashlib.blake2b("+".join(versions).encode(), digest_size=8).hexdigest()
