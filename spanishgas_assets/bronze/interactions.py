"""Customer-service notes as they may be seen: the one door through which a note leaves raw.

Personal data are replaced here, in rows, in rows set aside and in what an error says; their intent
and sentiment are read in ``text``.
"""

import dataclasses

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CUSTOMER_INTERACTIONS
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets.text.clean_text import clean
from spanishgas_assets.text.pii import redact, redact_text

_CELLS = pl.Struct(dict.fromkeys(CUSTOMER_INTERACTIONS.columns, pl.String))
_WRITTEN = ("channel", "interaction_summary")


def read_notes(drop: Drop) -> Reading:
    """Read the notes of a drop, without the personal data in them.

    Raises:
        RawFileError: the file as a whole cannot be used.
    """
    try:
        reading = read_rows(drop)
    except RawFileError as error:
        raise RawFileError(redact_text(str(error))) from None
    return dataclasses.replace(
        reading,
        rows=reading.rows.with_columns(redact(clean(pl.col(name))) for name in _WRITTEN),
        set_aside=_without_personal_data(reading.set_aside),
    )


def interactions(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rename the source's columns; one row per record of customer_interactions.json."""
    return rows.select(
        pl.col("row").alias("record"),
        "customer_id",
        pl.col("date").alias("interaction_date"),
        "channel",
        "interaction_summary",
    )


def _without_personal_data(set_aside: pl.DataFrame) -> pl.DataFrame:
    """Redact every cell: in a row that cannot be read, a note may stand in any of them."""
    cells = pl.col("values").str.json_decode(_CELLS)
    return set_aside.with_columns(
        redact(clean(pl.col("reason"))),
        pl.struct(
            redact(clean(cells.struct.field(name))).alias(name)
            for name in CUSTOMER_INTERACTIONS.columns
        )
        .struct.json_encode()
        .alias("values"),
    )
