"""The names of a file's columns: read as they are meant, missed in words, and never taken twice."""

import difflib
import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.files import RawFile

#: Columns that a message names, and characters of a name; a line without an end is one name.
_MOST_NAMES, _LONGEST_NAME = 30, 40

_NO_LETTER = re.compile(r"[^0-9a-z]+")
#: The name that Polars gives to a column whose name is there already.
_AGAIN = re.compile(r"(.+)_duplicated_\d+")
#: What distributors and others call a column; `datadis` exports are among them.
_CALLED = {
    "cups": "customer_id",
    "cliente": "customer_id",
    "id_cliente": "customer_id",
    "fecha": "date",
    "fecha_hora": "timestamp",
    "hora": "hour",
    "consumo": "consumption_elec_kwh",
    "consumo_kwh": "consumption_elec_kwh",
    "energia_kwh": "consumption_elec_kwh",
    "gas_m3": "consumption_gas_m3",
    "metodoobtencion": "is_estimated",
    "metodo_obtencion": "is_estimated",
    "canal": "channel",
    "resumen": "interaction_summary",
    "mes": "month",
    "provincia": "province",
}


def spelled(found: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """Return the name of each column: a known one's own, of others without surrounding spaces.

    Case, spaces and punctuation make no difference. Of two columns of one name neither is taken.

    Example:
        >>> names = ["CUSTOMER_ID", " Contracted power (kW)", " Other"]
        >>> spelled(names, ["customer_id", "contracted_power_kw"]).values()
        dict_values(['customer_id', 'contracted_power_kw', 'Other'])
    """
    plain = {name: _plain(name) for name in found}
    times, stripped = Counter(plain.values()), Counter(name.strip() for name in found)
    return {
        name: plain[name]
        if plain[name] in known and times[plain[name]] == 1
        else (name.strip() if stripped[name.strip()] == 1 else name)
        for name in found
    }


def _plain(name: str) -> str:
    return _NO_LETTER.sub("_", name.lower().replace("\u00b3", "3")).strip("_")


def extra_columns(
    file: RawFile, path: Path, found: Sequence[str], known: Collection[str] = ()
) -> list[str]:
    """Return the columns that the platform does not know.

    Args:
        file: what the columns are to be.
        path: the file.
        found: its columns.
        known: columns that the reader knows besides.

    Raises:
        RawFileError: a column that it needs is missing, or a known one is there twice; shows what
            was found instead.
    """
    names = {*file.columns, *known}
    twice = [again[1] for again in map(_AGAIN.fullmatch, found) if again and again[1] in names]
    if twice:
        raise RawFileError(
            f"{path.name}: column {', '.join(dict.fromkeys(twice))} is there twice, and nothing "
            "tells which is meant. Deliver the file with one of each."
        )
    missing = [name for name in file.columns if name not in (*found, *file.may_lack)]
    if missing:
        raise RawFileError(
            f"{path.name}: column{'s' if len(missing) > 1 else ''} {', '.join(missing)} "
            f"{'are' if len(missing) > 1 else 'is'} missing. Expected: {', '.join(file.columns)}. "
            f"Found: {listed(found)}.{_renaming(missing, found)}"
        )
    return [name for name in found if name not in file.columns]


def _renaming(missing: Sequence[str], found: Sequence[str]) -> str:
    """Say which columns may be those that are missed."""
    split = ["date", "hour"] if "timestamp" in missing else []
    wanted = [*missing, *split, "is_estimated"]
    likely = {}
    # To compare names takes room by their letters, and a file without a line is one name.
    for name in (name for name in found[:_MOST_NAMES] if len(name) <= _LONGEST_NAME):
        plain = _plain(name)
        meant = _CALLED.get(plain, "")
        near = [meant] if meant in wanted else difflib.get_close_matches(plain, missing, 1, 0.8)
        if near and name != near[0]:
            likely[name] = near[0]
    told = ", ".join(f"{name} to {meant}" for name, meant in likely.items())
    return f" If they are what they seem, rename {told}." if told else ""


def listed(names: Sequence[str]) -> str:
    """Return columns' names as a message shows them: some of many, and the start of long ones.

    Example:
        >>> listed(["customer_id", "x" * 1000])
        'customer_id, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'
    """
    shown = [
        name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."
        for name in names[:_MOST_NAMES]
    ]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
