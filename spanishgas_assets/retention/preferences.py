"""What contact_preferences.csv and campaign_outcomes.csv forbid, read so that doubt closes.

A row that cannot be read still forbids what it may forbid, and a row of an id that matches no
customer forbids it to every customer who may be meant. Such rows are set aside and told; they never
permit anything.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.raw.customer_ids import lookalikes, normal_id
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES, RawFile
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.raw.unmatched_ids import without_match
from spanishgas_assets.raw.written_dates import DateForm, read_dates
from spanishgas_assets.raw.written_flags import read_flags
from spanishgas_assets.retention.column_values import (
    CLOSING_ANSWERS,
    FORMER_CUSTOMER,
    NO_CUSTOMER,
    NO_CUSTOMER_OF_OFFER,
    NO_LONGER_CUSTOMER,
    REPLACED,
)
from spanishgas_assets.tables import quarantine

_RECORDED = "recorded_on"
#: A history of offers only grows: of those before, most were made to former customers in the end.
RECENT_OFFERS = timedelta(weeks=13)


@dataclass(frozen=True)
class Prohibitions:
    """What a file says of the snapshot's customers, and its rows that are set aside.

    Attributes:
        rows: one row per customer (preferences), or per customer and contact (outcomes).
        set_aside: columns of ``quarantine.SCHEMA``.
        used: rows of the file that are not set aside.
    """

    rows: pl.DataFrame
    set_aside: pl.DataFrame
    used: int


def read_preferences(reading: Reading, customers: pl.Series, former: pl.Series) -> Prohibitions:
    """Bring preferences to the strictest answers of each customer; columns of CONTACT_FLAGS.

    Of a customer's rows with a day (``recorded_on``) those of the latest count, and all rows
    without one. A cell that cannot be read counts as the answer that closes most. A row without a
    customer closes, and opens nothing, for the customers who may be meant.

    Args:
        reading: contact_preferences.csv.
        customers: ids of the snapshot.
        former: ids of earlier snapshots; a list that is delivered once outlives its customers.
    """
    known, unknown = _known(reading.rows, customers)
    latest = pl.col(_RECORDED).max().over("customer_id")
    current = (pl.col(_RECORDED) == latest).fill_null(value=True)
    closing = [
        pl.when(pl.col(flag) == answer).then(pl.col(flag)).alias(flag)
        for flag, answer in CLOSING_ANSWERS.items()
    ]
    unread = _unread(reading, CONTACT_PREFERENCES)
    doubted = unread.select("customer_id", *(_answer(unread[flag]) for flag in CLOSING_ANSWERS))
    doubted_known, doubted_unknown = _known(doubted, customers)
    columns = ["customer_id", *CLOSING_ANSWERS]
    said = pl.concat(
        [
            *(rows.select(columns) for rows in (known.filter(current), doubted_known)),
            *(
                _meant(rows, customers).select("customer_id", *closing)
                for rows in (unknown, doubted_unknown)
            ),
        ]
    )
    replaced = quarantine.set_aside(known.filter(~current), REPLACED)
    left = pl.col("customer_id").is_in(former.implode())
    why = unknown.select(
        pl.when(left).then(pl.lit(FORMER_CUSTOMER)).otherwise(pl.lit(NO_CUSTOMER))
    ).to_series()
    return Prohibitions(
        rows=said.group_by("customer_id", maintain_order=True).agg(
            pl.col(flag).max() if answer else pl.col(flag).min()
            for flag, answer in CLOSING_ANSWERS.items()
        ),
        set_aside=pl.concat(
            [_of_quarantine(reading), without_match(unknown, customers, why), replaced]
        ),
        used=known.filter(current).height,
    )


def read_contacts(reading: Reading, customers: pl.Series, as_of: date) -> Prohibitions:
    """Find who was or may have been contacted: customer_id, and offer_date and accepted if known.

    A row that cannot be read, unless it says that nobody was reached, may be a contact on any day;
    one without a customer is one with every customer who may be meant.

    Args:
        reading: campaign_outcomes.csv.
        customers: ids of the snapshot.
        as_of: of the snapshot: of offers long before it, ever more were made to who has left since.
    """
    known, unknown = _known(reading.rows, customers)
    unread = _unread(reading, CAMPAIGN_OUTCOMES)
    doubted = unread.select(
        "customer_id",
        read_flags(unread["contacted"]).fill_null(1).alias("contacted"),
        read_dates(unread["offer_date"], DateForm()).dates.alias("offer_date"),
        pl.lit(None, pl.Int64).alias("accepted"),
    )
    doubted_known, doubted_unknown = _known(doubted, customers)
    meant = [_meant(rows, customers) for rows in (unknown, doubted_unknown)]
    contacts = pl.concat(
        rows.filter(pl.col("contacted") == 1).select("customer_id", "offer_date", "accepted")
        for rows in (known, doubted_known, *meant)
    )
    return Prohibitions(
        rows=contacts,
        set_aside=pl.concat(
            [_of_quarantine(reading), without_match(unknown, customers, _why(unknown, as_of))]
        ),
        used=known.height,
    )


def _why(unknown: pl.DataFrame, as_of: date) -> pl.Series:
    long_ago = unknown["offer_date"] < as_of - RECENT_OFFERS
    return unknown.select(
        pl.when(long_ago).then(pl.lit(NO_LONGER_CUSTOMER)).otherwise(pl.lit(NO_CUSTOMER_OF_OFFER))
    ).to_series()


def _known(rows: pl.DataFrame, customers: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    known = pl.col("customer_id").is_in(customers.implode())
    return rows.filter(known), rows.filter(~known)


def _meant(unknown: pl.DataFrame, customers: pl.Series) -> pl.DataFrame:
    """Return rows without a match under each customer who may be meant."""
    alike = lookalikes(unknown["customer_id"], customers)
    named = unknown.rename({"customer_id": "unknown"}).join(alike, on="unknown")
    return named.rename({"known": "customer_id"})


def _unread(reading: Reading, file: RawFile) -> pl.DataFrame:
    """The cells of rows that cannot be read and have an id, as text; the id in its normal form."""
    cells = pl.Struct(dict.fromkeys(file.columns, pl.String))
    written = reading.set_aside.select(pl.col("values").str.json_decode(cells)).unnest("values")
    return written.with_columns(normal_id(pl.col("customer_id")).alias("customer_id")).drop_nulls(
        "customer_id"
    )


def _answer(cells: pl.Series) -> pl.Series:
    """Read a flag's cells; one that says something else counts as the answer that closes most."""
    empty = cells.is_null() | (cells.str.strip_chars() == "")
    return read_flags(cells).set(~empty & read_flags(cells).is_null(), CLOSING_ANSWERS[cells.name])


def _of_quarantine(reading: Reading) -> pl.DataFrame:
    return reading.set_aside.select(list(quarantine.SCHEMA))
