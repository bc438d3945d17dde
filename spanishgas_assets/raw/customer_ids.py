"""The one form of a customer's id, and which customer an id may be that lost a part of itself.

Marks that nobody sees never tell two ids apart: spaces, also the non-breaking and the zero-width
ones, byte order marks, and case. What a spreadsheet takes away (leading zeros, a letter before
them, digits in scientific notation) is not put back: an id that lost something matches nobody, and
is told with whom it may be.
"""

import polars as pl

_PLAIN = r"^[0-9A-Z_-]+$"
#: Anything blank, what is written with no width at all, and quotation marks of a text cell.
_UNSEEN = r"[\s\p{Z}\p{Cf}\p{Cc}]+"
_TEXT_CELL = r"^(?:=\"(.*)\"|'(.*))$"
_DASHES = r"[\u2010-\u2015\u2212\ufe63\uff0d]"

_WHOLE = r"^(\d+)[.,]0+$"
#: A supply point's number, and what may stand behind it for a border point or meter.
_CUPS = r"^(ES\d{16}[A-Z]{2})\d[A-Z]$"
_BEFORE_DIGITS = r"^[A-Z]*0*"
#: Digits before and after the mark, and the exponent.
_SCIENTIFIC = r"^(\d)(?:[.,](\d+))?E\+?(\d{1,2})$"
#: Numbers that an id in scientific notation is compared with: more digits do not fit.
_NUMBER = r"^\d{1,18}$"


def normal_id(written: pl.Expr) -> pl.Expr:
    """Write ids in their one form, as ``normal_ids`` does."""
    return written.map_batches(normal_ids, return_dtype=pl.String(), is_elementwise=True)


def normal_ids(written: pl.Series) -> pl.Series:
    r"""Write ids in their one form; null where nothing is left.

    Example:
        >>> written = [" c00001\u200b", "C\u00a000001", '="C00001"', "\ufeff"]
        >>> normal_ids(pl.Series(written)).to_list()
        ['C00001', 'C00001', 'C00001', None]
    """
    # Nearly all ids are in that form, and a look at them costs less than to write them again.
    plain = written.str.contains(_PLAIN)
    if plain.all():
        return written
    others = written.filter(~plain).unique()
    form = (
        others.str.normalize("NFKC")
        .str.replace_all(_UNSEEN, "")
        .str.replace_all(_DASHES, "-")
        .str.replace(_TEXT_CELL, "$1$2")
        .str.to_uppercase()
    )
    return written.replace(others, form.set(form == "", None))


def lookalikes(unknown: pl.Series, known: pl.Series) -> pl.DataFrame:
    """Find the customers that ids without a match may be: columns unknown and known.

    An id may be a customer's if both agree without leading letters, zeros and punctuation, and no
    two letters contradict each other, or if it is the customer's number in scientific notation.
    Both are in their normal form.

    Example:
        >>> lookalikes(pl.Series(["185", "1.3E+03", "X9"]), pl.Series(["C00185", "C01310"])).rows()
        [('185', 'C00185'), ('1.3E+03', 'C01310')]
    """
    lost = _bare(unknown, "unknown")
    customers = _bare(known, "known")
    letters, others = pl.col("letters"), pl.col("letters_right")
    alike = (
        lost.join(customers, on="bare")
        .filter((letters == "") | (others == "") | (letters == others))
        .select("unknown", "known")
    )
    return (
        pl.concat([alike, _in_scientific_notation(lost, customers)])
        .filter(pl.col("unknown") != pl.col("known"))
        .unique(maintain_order=True)
    )


def _bare(ids: pl.Series, name: str) -> pl.DataFrame:
    bare = (
        pl.col(name)
        .str.replace(_WHOLE, "$1")
        .str.replace(_CUPS, "$1")
        .str.replace_all(r"[^0-9A-Z]", "")
        .str.replace(_BEFORE_DIGITS, "")
    )
    frame = pl.DataFrame({name: ids.drop_nulls().unique(maintain_order=True).cast(pl.String)})
    return frame.with_columns(
        pl.when(bare != "").then(bare).alias("bare"),
        pl.col(name).str.extract(r"^([A-Z]*)").alias("letters"),
    )


def _in_scientific_notation(lost: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    whole, decimals, exponent = (
        pl.col("unknown").str.extract(_SCIENTIFIC, group) for group in (1, 2, 3)
    )
    power = exponent.cast(pl.Float64)
    digits = pl.concat_str(whole, pl.lit("."), decimals.fill_null("0")).cast(pl.Float64)
    # Half of the last digit that is left: any number in between is written like this.
    half = 0.5 * pl.lit(10.0) ** (power - decimals.str.len_chars().fill_null(0))
    ranges = (
        lost.filter(whole.is_not_null())
        .select("unknown", (digits * pl.lit(10.0) ** power).alias("number"), half.alias("half"))
        .with_columns(low=pl.col("number") - pl.col("half"), high=pl.col("number") + pl.col("half"))
    )
    numbers = customers.filter(pl.col("bare").str.contains(_NUMBER)).select(
        "known", pl.col("bare").cast(pl.Float64).alias("value")
    )
    return ranges.join_where(
        numbers, pl.col("value") >= pl.col("low"), pl.col("value") <= pl.col("high")
    ).select("unknown", "known")
