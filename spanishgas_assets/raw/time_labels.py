"""The time labels of readings: how they are written, and which hour each stands for.

Sources label an hour by its beginning or by its end, as text, as a time, as an instant with a zone,
or as a day and a number of the hour. Whatever they do, a label leaves here as the naive beginning
of its hour by the declared clock (``tariffs/clock.py``). A label that the declaration does not know
becomes null.

Where labels are ends, those of finer intervals within an hour stay as they are, and the last one,
which ends with the hour, is its beginning. So each label lies in its hour, of whatever length its
interval is: a file may hold several.

A day of 25 numbered hours has its last, 25, as the second 02:00: all hours of a day on which the
clock changes are of one tariff period, so that no sum depends on which of them it is.
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.settings import Clock, HourLabels, Settings
from spanishgas_assets.tariffs.clock import AUTUMN, CHANGE_HOUR

#: Forms of a time that is text. Parts of a second are slow to read, and quarantine shows the times
#: of a Parquet file with them. Forms that end with the hour hold its number.
TIME_SHAPES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H",
    "%d/%m/%Y %H",
    "%Y/%m/%d %H",
    "%Y-%m-%dT%H:%M:%S%#z",
    "%Y-%m-%d %H:%M:%S%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
)
_ZONED, _NUMBERED = "%#z", "%H"
_UTC, _OFFSET = "UTC", "an offset"
_WRITTEN_UTC = r"(Z|[+-]00:?(00)?)\s*$"
_MADRID = "Europe/Madrid"
#: Zones in which official time is kept in Spain: a column in one of them is local as it stands.
_SPANISH_ZONES = (_MADRID, "Atlantic/Canary", "Africa/Ceuta")

_HOUR, _DAY, _HOUR_US = timedelta(hours=1), timedelta(days=1), 3_600_000_000
_SNIFFED_ROWS = 1000
#: The hours 24 and 25 of a label, which no form of a time knows.
_LATE_HOUR = r"([ T])2[45](:|$)"


@dataclass(frozen=True)
class TimeLabels:
    """What a source declares of its time labels: their clock, and which end of the hour they are.

    Attributes:
        clock: what a label without a zone means.
        hours: whether it is the beginning or the end of its hour.
    """

    clock: Clock = Clock.GRID
    hours: HourLabels = HourLabels.BEGINNING

    @classmethod
    def of(cls, settings: Settings) -> "TimeLabels":
        """Take what a deployment declares."""
        return cls(settings.clock, settings.hour_labels)

    @property
    def are_ends(self) -> bool:
        """Whether labels are the ends of hours."""
        return self.hours is HourLabels.ENDING

    def local(self, label: pl.Expr) -> pl.Expr:
        """Return the local time of labels that ``WrittenTimes`` has read."""
        if self.clock is not Clock.UTC:
            return label
        return (
            label.dt.replace_time_zone("UTC")
            .dt.convert_time_zone(_MADRID)
            .dt.replace_time_zone(None)
        )


#: Naive beginnings of hours: what readings are taken to be where nothing else is declared.
PLAIN_LABELS = TimeLabels()


@dataclass(frozen=True)
class WrittenTimes:
    """How the column ``timestamp`` of a file is written.

    Attributes:
        kind: its type.
        labels: what the source declares.
        shape: format of a time that is text; None where the time is one.
        offset: zone of instants that are text: UTC, or an offset from it.
        in_turn: whether rows that follow each other have the same time: that of many customers is
            read once. Where each has another, to look whether it was read costs as much as to read.
    """

    kind: pl.DataType
    labels: TimeLabels = PLAIN_LABELS
    shape: str | None = None
    offset: str = _OFFSET
    in_turn: bool = False

    @property
    def zone(self) -> str:
        """The zone of labels that are instants; empty where they have none."""
        if self.shape is not None:
            return self.offset if self.shape.endswith(_ZONED) else ""
        return self.kind.time_zone or "" if isinstance(self.kind, pl.Datetime) else ""

    @property
    def can_be_early(self) -> bool:
        """Whether ``read_as_hours`` reads the ends of finer intervals an hour early."""
        no_change = not self.zone or self.labels.clock is Clock.UTC
        return self.labels.are_ends and self.shape is None and no_change

    def read_as_hours(self) -> pl.Expr:
        """Read the column quickly: if it ``can_be_early``, all labels as if hours ended there."""
        return self._by_clock(self._time() - _HOUR) if self.can_be_early else self.read()

    def read(self) -> pl.Expr:
        """Read the column: beginnings of hours and finer; null where a cell is no such label."""
        if self.shape is not None:
            return self._by_clock(self._of_text(pl.col("timestamp"), self.shape))
        time = self._time()
        return self._by_clock(_in_its_hour(time) if self.labels.are_ends else time)

    def _time(self) -> pl.Expr:
        cell, kind = pl.col("timestamp"), pl.Datetime("us", self.zone or None)
        return cell if self.kind == kind else cell.cast(kind, strict=False)

    def _of_text(self, cell: pl.Expr, shape: str) -> pl.Expr:
        numbered = shape.endswith(_NUMBERED)
        if numbered:
            cell, shape = cell + ":00", f"{shape}:%M"
        written, between = cell, "T" if "T" in shape else " "
        end = f"{between}24:"
        if self.labels.are_ends:
            written = written.str.replace(end, f"{between}00:", literal=True)
        repeated = self._number_of_repeated_hour(numbered=numbered)
        if repeated:
            again = f"{between}{repeated}:"
            written = written.str.replace(again, f"{between}{CHANGE_HOUR:02d}:", literal=True)
            is_repeated = cell.str.contains(again, literal=True)
        zone = "UTC" if self.zone else None
        time = written.str.to_datetime(
            shape, time_unit="us", time_zone=zone, strict=False, cache=self.in_turn
        )
        begins = time
        if self.labels.are_ends:
            later = pl.when(cell.str.contains(end, literal=True)).then(_DAY).otherwise(timedelta())
            begins = _in_its_hour(time + later)
        if not repeated:
            return begins
        is_change = ~is_repeated | _is_autumn_change(time)
        return pl.when(is_change).then(pl.when(is_repeated).then(time).otherwise(begins))

    def _number_of_repeated_hour(self, *, numbered: bool) -> str:
        """Name the hour that only a day of 25 has; empty where the source cannot write it."""
        if self.labels.clock is not Clock.LOCAL or self.zone:
            return ""
        if self.labels.are_ends:
            return "25"
        return "24" if numbered else ""

    def _by_clock(self, time: pl.Expr) -> pl.Expr:
        """Make instants naive: of a grid, which has none, by local time, so that it can be told."""
        if not self.zone:
            return time
        local = self.zone if self.zone in _SPANISH_ZONES else _MADRID
        zone = "UTC" if self.labels.clock is Clock.UTC else local
        return time.dt.convert_time_zone(zone).dt.replace_time_zone(None)


def written_times(name: str, original: pl.LazyFrame, labels: TimeLabels) -> WrittenTimes:
    """Find out from a file's first rows how its times are written.

    Raises:
        RawFileError: they are text in no known form.
    """
    kind = original.collect_schema()["timestamp"]
    if kind != pl.String:
        return WrittenTimes(kind, labels)
    first = original.select("timestamp").head(_SNIFFED_ROWS).collect()["timestamp"].drop_nulls()
    offset = _UTC if first.str.contains(_WRITTEN_UTC).all() else _OFFSET
    in_turn = 2 * first.n_unique() < first.len()
    return WrittenTimes(kind, labels, _shape_of(name, first), offset, in_turn)


def corrected_times(times: WrittenTimes) -> pl.Expr:
    """Read the times of corrected rows: labels like those of their file, in any known form."""
    shapes = dict.fromkeys([times.shape or TIME_SHAPES[0], *TIME_SHAPES])
    return pl.coalesce(
        WrittenTimes(pl.String(), times.labels, shape).read() for shape in shapes
    ).alias("timestamp")


def not_early(time: pl.Expr) -> pl.Expr:
    """Put times that ``read_as_hours`` read an hour early into their hour."""
    return pl.when(time.cast(pl.Int64) % _HOUR_US == 0).then(time).otherwise(time + _HOUR)


def _shape_of(name: str, text: pl.Series) -> str:
    """Return the form that reads most of the text, the first of those that read as much."""
    plain = text.str.replace(_LATE_HOUR, "${1}00${2}").to_frame("timestamp")
    best, most = "", 0
    for shape in TIME_SHAPES:
        read = plain.select(WrittenTimes(pl.String(), PLAIN_LABELS, shape).read()).to_series()
        if read.count() > most:
            best, most = shape, read.count()
        if most == text.len():
            break
    if not most:
        shown = repr(text[0]) if text.len() else "nothing"
        raise RawFileError(
            f"{name}: column timestamp holds {shown}, which is no time in a known form "
            f"({', '.join(TIME_SHAPES)}). Deliver it with one of them."
        )
    return best


def _in_its_hour(end: pl.Expr) -> pl.Expr:
    """Return the beginning of the hour that ends; another end lies in its hour as it is."""
    return pl.when(end.cast(pl.Int64) % _HOUR_US == 0).then(end - _HOUR).otherwise(end)


def _is_autumn_change(time: pl.Expr) -> pl.Expr:
    """Whether a time is on the last Sunday of October."""
    day = time.dt
    return (day.month() == AUTUMN) & (day.day() > 31 - 7) & (day.weekday() == 7)
