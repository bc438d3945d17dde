"""The contents of the drops below the raw root, summarised from a listing of any length."""

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from spanishgas_assets.operations.arrivals.key_parsing import (
    FLAT,
    RawPart,
    UnrecognisedFile,
    parse_key,
)
from spanishgas_assets.operations.arrivals.listing import UNKNOWN
from spanishgas_assets.raw.bucket import RawObject
from spanishgas_assets.raw.drops import CORRECTED, corrected_path, is_part_file
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, RAW_FILES

_CORRECTS_NOTHING = UnrecognisedFile(
    "the file that it corrects is not in the same folder, so no run reads it; move it to that file"
)
#: Strays kept by name; of more there is only the number.
SHOWN_UNRECOGNISED = 50


@dataclass(frozen=True)
class Contents:
    """The contents of one drop.

    Attributes:
        units: digest of the content of every raw file (``churn_label``), or of each of its months
            (``consumption_hourly/2024-03``).
        youngest_at: time of its last change, seconds since 1970.
        known: whether the content of all of it is known.
        months: the months that its readings can hold, where they are one year's file.
    """

    units: dict[str, str]
    youngest_at: float
    known: bool
    months: tuple[str, ...] = ()

    @property
    def files(self) -> set[str]:
        """Names of the raw files that it holds, whole or in part."""
        return {unit.split("/")[0] for unit in self.units}

    def settled(self, settled_at: float) -> bool:
        """Whether nothing changed after a time, so that the upload is complete."""
        return self.known and self.youngest_at <= settled_at


@dataclass(frozen=True)
class Arrivals:
    """All drops, and the files that belong to none.

    Attributes:
        drops: by name, ``flat`` or a date.
        unrecognised: key and reason of the first unrecognised.
        unrecognised_count: their number.
    """

    drops: dict[str, Contents]
    unrecognised: dict[str, str]
    unrecognised_count: int

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
                return list(self.drops[name].months)
            months = [
                unit.split("/")[1] for unit in units if unit.startswith(CONSUMPTION_HOURLY.name)
            ]
            if months:
                return sorted(months)
        return []


def summarise(objects: Iterable[RawObject], months: Set[str]) -> Arrivals:
    """Summarise a listing: one digest for every raw file of a drop, or month of it.

    Args:
        objects: sorted by key.
        months: the months that the platform knows (``2024-03``).
    """
    parsed = [(raw_object, parse_key(raw_object.key, months)) for raw_object in objects]
    read = [raw_object.key for raw_object, part in parsed if isinstance(part, RawPart)]
    wholes = [Path(key) for key in read if not key.endswith(CORRECTED)]
    wholes += {path.parent for path in wholes if is_part_file(path)}
    corrigible = {str(corrected_path(path)) for path in wholes}
    corrects_nothing = {key for key in read if key.endswith(CORRECTED)} - corrigible
    parts: dict[tuple[str, str], list[str]] = {}
    youngest: dict[str, float] = {}
    years: dict[str, str] = {}
    unrecognised: dict[str, str] = {}
    count = 0
    for raw_object, part in parsed:
        match _CORRECTS_NOTHING if raw_object.key in corrects_nothing else part:
            case RawPart(drop=drop, unit=unit, year=year):
                if year is not None:
                    years[drop] = str(year)
                parts.setdefault((drop, unit), []).append(raw_object.version)
                youngest[drop] = max(youngest.get(drop, 0.0), raw_object.modified_at)
            case UnrecognisedFile(reason):
                count += 1
                if len(unrecognised) < SHOWN_UNRECOGNISED:
                    unrecognised[raw_object.key] = reason
            case None:
                continue
    drops = {
        drop: Contents(
            {unit: _digest(parts[drop, unit]) for name, unit in parts if name == drop},
            youngest[drop],
            known=not any(
                UNKNOWN in versions for (name, _), versions in parts.items() if name == drop
            ),
            months=tuple(sorted(one for one in months if one[:4] == years.get(drop))),
        )
        for drop in youngest
    }
    return Arrivals(drops, unrecognised, count)


def changed(contents: Contents, processed: Mapping[str, str]) -> dict[str, str]:
    """Return the units whose content differs from what was processed."""
    return {
        unit: digest for unit, digest in contents.units.items() if processed.get(unit) != digest
    }


def _digest(versions: list[str]) -> str:
    return hashlib.blake2b("+".join(versions).encode(), digest_size=8).hexdigest()
