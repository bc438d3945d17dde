"""The week in figures: risk and offers of a publication, of the snapshots before, and what waits.

Every figure is one of ``retention/totals.py`` or a column of a published table.
"""

from dataclasses import dataclass

import polars as pl

from spanishgas_assets.dashboard.call_rows import offers_made
from spanishgas_assets.dashboard.policy_trial import plan
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.dashboard.state_of_data import check_rows
from spanishgas_assets.monitoring.tables import DRIFT_REPORT
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.retention.config.retention_config import (
    CONTACT_RULES,
    OFFERS,
    POLICY,
    Rules,
    file_version,
)
from spanishgas_assets.retention.recorded_outcomes import ACCEPTED, Outcome
from spanishgas_assets.retention.tables import PROMISES, RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.retention.totals import OFFER_TOTALS, RISK_TOTALS, totals_by
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.storage import publication_log

#: Snapshots that the comparison over weeks shows.
_WEEKS = 8

#: The files of the rules by the assets whose versions a publication keeps.
_RULES = {
    "config/retention_policy": POLICY,
    "config/offers": OFFERS,
    "config/contact_rules": CONTACT_RULES,
}


@dataclass(frozen=True)
class WeekFigures:
    """One publication's totals: those of RISK_TOTALS and OFFER_TOTALS, by name."""

    snapshot: str
    at_risk: dict[str, float]
    offers: dict[str, float]


def week_figures(frames: PublishedFrames) -> WeekFigures:
    """Add up a publication."""

    def make() -> WeekFigures:
        scored = frames.table(SCORED_CUSTOMERS.title).select(RISK_TOTALS).collect()
        decided = frames.table(RECOMMENDATIONS.title).select(OFFER_TOTALS).collect()
        return WeekFigures(
            frames.publication.snapshot, scored.row(0, named=True), decided.row(0, named=True)
        )

    return frames.once("week figures", make)


def frames_before(frames: PublishedFrames) -> list[PublishedFrames]:
    """Return the publications of the snapshots before, the newest first."""

    def make() -> list[PublishedFrames]:
        store, snapshot = frames.publication.store, frames.publication.snapshot
        days = [day for day in publication_log.published_snapshots(store) if day < snapshot]
        manifests = (publication_log.current(store, day) for day in days[::-1][: _WEEKS - 1])
        return [PublishedFrames(Publication(store, one)) for one in manifests if one is not None]

    return frames.once("publications before", make)


def at_risk_by(frames: PublishedFrames, column: str) -> pl.DataFrame:
    """Add up risk by tier, segment or province, the most money first."""

    def make() -> pl.DataFrame:
        rows = frames.table(SCORED_CUSTOMERS.title)
        if column == "province_code":
            provinces = frames.table(CUSTOMER.title).select("customer_id", "province_code")
            rows = rows.join(provinces, on="customer_id", how="left")
        return totals_by(rows, column, RISK_TOTALS).sort(
            "expected_yearly_loss_eur", descending=True
        )

    return frames.once(f"at risk by {column}", make)


def worth_of_limits(frames: PublishedFrames, rules: Rules) -> tuple[float, float]:
    """Return what one more euro and one more call would bring, EUR: the plan's own prices.

    Without a limit nothing is scarce, and no plan has to be made for it.
    """
    if rules.policy.budget_eur is None and rules.policy.calls is None:
        return 0.0, 0.0

    def make() -> tuple[float, float]:
        allocation = plan(frames, rules).allocation
        return allocation.euro_price, allocation.call_price

    return frames.once("worth of limits", make)


def has_other_rules(frames: PublishedFrames, folder: str) -> bool:
    """Say whether the team's rules are others than those that a publication was decided with.

    Args:
        frames: the publication.
        folder: of the team's own rules; empty for the packaged ones.
    """
    known = frames.publication.manifest.content.settings
    return any(
        file_version(name, folder) not in known[config].values()
        for config, name in _RULES.items()
        if config in known
    )


def promised_and_accepted(frames: PublishedFrames, outcomes: list[Outcome]) -> dict[str, float]:
    """Return a snapshot's promised gain, that of accepted offers, and the recorded calls.

    A customer's last outcome counts.
    """
    last = {one.customer_id: one.result for one in outcomes}
    accepted = [customer for customer, result in last.items() if result == ACCEPTED]
    made = offers_made(frames)
    gain = "expected_margin_impact_eur"
    return {
        "promised_eur": float(made[gain].sum()),
        "accepted_eur": float(made.filter(pl.col("customer_id").is_in(accepted))[gain].sum()),
        "recorded": float(len(last)),
    }


def realised_months(frames: PublishedFrames) -> pl.DataFrame:
    """Return the months of offers of which something is measured, newest first, as in PROMISES.

    None in a publication of an earlier release, which did not measure by assignments.
    """
    if PROMISES.title not in frames.publication.tables:
        return PROMISES.empty()
    rows = frames.table(PROMISES.title).filter(pl.col("realised_eur").is_not_null())
    return rows.sort("month", "offer", descending=[True, False]).collect()


def failed_checks(frames: PublishedFrames) -> pl.DataFrame:
    """Return the checks that failed: table, check and what they say."""
    return check_rows(frames).filter(pl.col("failed") > 0).select("table", "check", "says")


def drift_rows(frames: PublishedFrames) -> pl.DataFrame:
    """Return the drift report, the largest shifts first."""

    def make() -> pl.DataFrame:
        return (
            frames.table(DRIFT_REPORT.title)
            .sort("drifted", "effect", "importance", descending=True, nulls_last=True)
            .collect()
        )

    return frames.once("drift", make)
