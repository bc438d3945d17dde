"""The day's work: offers made, with what callers recorded of them, filtered and cut to a page."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.raw.customer_ids import normal_id
from spanishgas_assets.retention.column_values import NO_OFFER
from spanishgas_assets.retention.recorded_outcomes import ACCEPTED, REFUSED, Outcome
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.silver.tables import CUSTOMER

#: Rows that a page sends to a browser.
MOST_ROWS = 500

#: Results after which nobody needs to call.
_SETTLED = [ACCEPTED, REFUSED]

_OF_CUSTOMER = ["customer_id", "province_code", "region", "next_renewal_date"]


@dataclass(frozen=True)
class Wanted:
    """What a person looks for in the list; empty is everything.

    Attributes:
        channels, offers, segments: values of the recommendations' columns.
        provinces: codes of provinces.
        search: a customer's id or its beginning, in any spelling.
        only_open: leave out who accepted or refused.
    """

    channels: Sequence[str] = ()
    offers: Sequence[str] = ()
    segments: Sequence[str] = ()
    provinces: Sequence[int] = ()
    search: str = ""
    only_open: bool = False


def offers_made(frames: PublishedFrames) -> pl.DataFrame:
    """Return every offer of a publication with province and renewal, the most valuable first."""

    def make() -> pl.DataFrame:
        return (
            frames.table(RECOMMENDATIONS.title)
            .filter(pl.col("action") != NO_OFFER)
            .join(frames.table(CUSTOMER.title).select(_OF_CUSTOMER), on="customer_id", how="left")
            .sort("expected_margin_impact_eur", "customer_id", descending=[True, False])
            .collect()
        )

    return frames.once("offers made", make)


def outcome_columns(outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """Return each customer's last outcome: customer_id, result, recorded_by, recorded_at, entries.

    Grain: one row per customer with an outcome.
    """
    rows = [(one.customer_id, one.result, one.by, one.at) for one in outcomes]
    schema = ["customer_id", "result", "recorded_by", "recorded_at"]
    return (
        pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col(schema[1:]).last(), pl.len().alias("entries"))
    )


def call_rows(
    offers: pl.DataFrame, outcomes: Sequence[Outcome], wanted: Wanted, most: int = MOST_ROWS
) -> tuple[pl.DataFrame, int]:
    """Choose the offers that a person looks for: a page of them, and how many there are in all.

    Args:
        offers: what :func:`offers_made` returns.
        outcomes: of the snapshot.
        wanted: the filters.
        most: rows of the page.
    """
    chosen = (
        offers.lazy()
        .join(outcome_columns(outcomes).lazy(), on="customer_id", how="left", maintain_order="left")
        .filter(*_filters(wanted))
        .collect()
    )
    return chosen.head(most), chosen.height


def _filters(wanted: Wanted) -> list[pl.Expr]:
    found = [
        pl.col(name).is_in(list(values))
        for name, values in (
            ("channel", wanted.channels),
            ("action", wanted.offers),
            ("segment", wanted.segments),
            ("province_code", wanted.provinces),
        )
        if values
    ]
    if wanted.search.strip():
        beginning = pl.select(normal_id(pl.lit(wanted.search.strip()))).item() or ""
        found.append(pl.col("customer_id").str.starts_with(beginning))
    if wanted.only_open:
        found.append(~pl.col("result").is_in(_SETTLED).fill_null(value=False))
    return found
