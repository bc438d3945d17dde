"""What goes wrong in a retailer's year, and what people do: each put right again.

A fault happens on a Monday, before anybody looks at the drop. Most are put right on the Wednesday
of the same week, so that the week must end as it would have ended without; some last for Mondays.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from spanishgas_assets.settings import GasMargin
from spanishgas_assets.storage import publication_log

if TYPE_CHECKING:
    from benchmarks.rehearsal import Rehearsal

PutRight = Callable[[], None]
#: The file of a drop that faults happen to.
_CONTRACTS = "customer_contracts.csv"


@dataclass(frozen=True)
class Fault:
    """What goes wrong (or what people do), and how many Mondays later it is put right."""

    name: str
    begin: "Callable[[Rehearsal, date], PutRight]"
    mondays: int = 0
    of_month: bool = False


def planned(seed: int, month_turns: Callable[[int], bool], first: int = 2) -> dict[int, Fault]:
    """Deal the faults, one every second week from ``first`` on; those that last come last.

    Args:
        seed: of the order.
        month_turns: whether a week brings a month, which faults of a month wait for.
        first: week of the first fault.
    """
    short = [one for one in FAULTS if not one.mondays]
    random.Random(seed).shuffle(short)
    dealt, week = {}, first
    for one in [*short, *(one for one in FAULTS if one.mondays)]:
        while one.of_month and not month_turns(week):
            week += 1
        dealt[week] = one
        week += 2 + one.mondays
    return dealt


def _drop(year: "Rehearsal", monday: date) -> Path:
    return Path(year.settings.raw) / str(monday)


def _changed(path: Path, content: bytes) -> PutRight:
    whole = path.read_bytes()
    path.write_bytes(content)
    return lambda: _write(path, whole)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _aside(year: "Rehearsal", path: Path) -> PutRight:
    """Take a file or folder out of the raw root; gives what brings it back."""
    held = Path(year.settings.raw).with_name(f"held_{path.name}")
    path.rename(held)
    return lambda: _back(held, path)


def _back(held: Path, path: Path) -> None:
    held.rename(path)


def _late_file(year: "Rehearsal", monday: date) -> PutRight:
    return _aside(year, _drop(year, monday) / _CONTRACTS)


def _cut_file(year: "Rehearsal", monday: date) -> PutRight:
    path = _drop(year, monday) / _CONTRACTS
    whole = path.read_bytes()
    return _changed(path, whole[: len(whole) // 2])


def _renamed_column(year: "Rehearsal", monday: date) -> PutRight:
    path = _drop(year, monday) / _CONTRACTS
    head, _, rows = path.read_bytes().partition(b"\n")
    return _changed(path, head.replace(b"next_renewal_date", b"renewal_day") + b"\n" + rows)


def _duplicates(year: "Rehearsal", monday: date) -> PutRight:
    path = _drop(year, monday) / _CONTRACTS
    whole = path.read_bytes()
    return _changed(path, whole + b"".join(whole.splitlines(keepends=True)[1:21]))


def _stray(year: "Rehearsal", monday: date) -> PutRight:
    path = _drop(year, monday) / "readme.txt"
    path.write_text("to whom it may concern\n")
    return path.unlink


def _same_bytes(year: "Rehearsal", monday: date) -> PutRight:
    def sent_again() -> None:
        for path in sorted(_drop(year, monday).iterdir()):
            path.write_bytes(path.read_bytes())

    return sent_again


def _old_month(year: "Rehearsal", _monday: date) -> PutRight:
    """Correct a month of half a year ago; the correction is withdrawn."""
    months = sorted(Path(year.settings.raw).glob("consumption_hourly/month=*"))
    (path,) = months[-6].glob("*.parquet")
    rows = pl.read_parquet(path)
    whole = path.read_bytes()
    use = next(name for name in rows.columns if "elec" in name)
    first = pl.int_range(pl.len()) < rows.height // 100
    corrected = pl.when(first).then(pl.col(use) * 1.5).otherwise(use).alias(use)
    rows.with_columns(corrected).write_parquet(path)
    return lambda: _write(path, whole)


def _opt_outs(year: "Rehearsal", monday: date) -> PutRight:
    """Forty customers opt out; two of them, and no more than is believed, withdraw it."""
    names = pl.read_csv(_drop(year, monday) / _CONTRACTS)["customer_id"].head(40).to_list()

    def deliver(path: Path, withdrawn: int) -> None:
        rows = [f"{name},1,{int(n >= withdrawn)},0" for n, name in enumerate(names)]
        path.write_text("\n".join(["customer_id,consent_calls,opted_out,vulnerable", *rows, ""]))

    deliver(_drop(year, monday) / "contact_preferences.csv", 0)
    after = _drop(year, monday + timedelta(weeks=1)) / "contact_preferences.csv"
    return lambda: deliver(after, 2)


def _setting(year: "Rehearsal", _monday: date) -> PutRight:
    before = year.settings
    year.reconfigure(before.model_copy(update={"gas_margin": GasMargin.OLD_CREDIT}))
    return lambda: year.reconfigure(before)


def _mail_down(year: "Rehearsal", _monday: date) -> PutRight:
    year.mail_works = False

    def repaired() -> None:
        year.mail_works = True

    return repaired


def _killed(year: "Rehearsal", _monday: date) -> PutRight:
    year.kill_next_run = True
    return year.retry_failed


def _backfill(year: "Rehearsal", monday: date) -> PutRight:
    def made_again() -> None:
        for weeks in (1, 2):
            year.make_again(str(monday - timedelta(weeks=weeks)))

    return made_again


def _skipped_drop(year: "Rehearsal", monday: date) -> PutRight:
    return _aside(year, _drop(year, monday))


def _missing_month(year: "Rehearsal", _monday: date) -> PutRight:
    months = sorted(Path(year.settings.raw).glob("consumption_hourly/month=*"))
    return _aside(year, months[-1])


FAULTS = (
    Fault("a late file", _late_file),
    Fault("a file cut in the middle", _cut_file),
    Fault("a changed column name", _renamed_column),
    Fault("duplicates", _duplicates),
    Fault("a stray", _stray),
    Fault("the same bytes again", _same_bytes),
    Fault("an old month corrected and back", _old_month),
    Fault("opt-outs delivered, some withdrawn", _opt_outs, mondays=1),
    Fault("a setting changed and back", _setting),
    Fault("a mail server away", _mail_down),
    Fault("a run killed", _killed),
    Fault("a backfill of old snapshots", _backfill),
    Fault("a skipped Monday, then two drops at once", _skipped_drop, mondays=1),
    Fault("a month missing for two weeks", _missing_month, mondays=2, of_month=True),
)


def contents(year: "Rehearsal", weeks: int) -> list[dict[str, dict[str, str]]]:
    """Digests of what each week has published of its customers, by table and partition."""
    found = []
    for week in range(weeks):
        manifest = publication_log.current(year.year.store, str(year.year.retailer.monday(week)))
        tables = manifest.content.tables if manifest else {}
        found.append(
            {
                title: {day: version.data_version for day, version in parts.items()}
                for title, parts in tables.items()
                if title.split("/")[0] in {"bronze", "silver", "gold"}
                or title in {"retention/scored_customers", "retention/recommendations"}
            }
        )
    return found
