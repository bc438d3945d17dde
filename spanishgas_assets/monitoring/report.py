"""The monitoring report of a snapshot: one self-contained page, and the same figures as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.charts.comparison import (
    CURRENT_COLOUR,
    REFERENCE_COLOUR,
    heat_map,
    interval_bar,
    paired_bars,
)
from spanishgas_assets.charts.distributions import distribution
from spanishgas_assets.monitoring.alarms import alarms, explain
from spanishgas_assets.monitoring.drift import Reference
from spanishgas_assets.monitoring.tables import PREVIOUS, REFERENCES, SEASON, TRAINING

_STYLE = Path(__file__).with_name("report.css")
_SAYS = {
    TRAINING: "the champion's training data",
    SEASON: "the same season one year earlier",
    PREVIOUS: "the previous snapshot",
}

#: Features drawn side by side, worst first, and rows of the heat map.
SHOWN_PICTURES, SHOWN_ROWS = 12, 30


@dataclass(frozen=True)
class Report:
    """The content of a snapshot's report.

    Attributes:
        snapshot: its date.
        model_version: the champion.
        drift, estimate, realised_performance, tiers: the monitoring tables of the snapshot.
        history: drift reports by snapshot, this one included, oldest first.
        current: the snapshot's features and scores.
        references: what they are compared with, by name.
        promises: what was promised of offers and what came of it.
    """

    snapshot: date
    model_version: str
    drift: pl.DataFrame
    estimate: pl.DataFrame
    realised_performance: pl.DataFrame
    tiers: pl.DataFrame
    history: Mapping[date, pl.DataFrame]
    current: pl.DataFrame
    references: Mapping[str, Reference]
    promises: pl.DataFrame


def as_json(report: Report) -> dict[str, Any]:
    """Return the report's figures as plain values."""
    return {
        "snapshot": report.snapshot.isoformat(),
        "model_version": report.model_version,
        "references": {name: one.as_of.isoformat() for name, one in report.references.items()},
        "alarms": alarms(report.drift).to_dicts(),
        "drift": _plain(report.drift),
        "performance_estimate": _plain(report.estimate),
        "realised_performance": _plain(report.realised_performance),
        "tier_calibration": _plain(report.tiers),
        "promised_and_realised": _plain(report.promises),
    }


def as_html(report: Report) -> str:
    """Draw the report as one page that needs no other file."""
    found = alarms(report.drift)
    state = "alarm" if found.height else "ok"
    said = explain(found, list(report.references))
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        f"<title>Monitoring {report.snapshot}</title>",
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>",
        f"<h1>Monitoring, snapshot {report.snapshot}</h1>",
        f"<p class=quiet>Scored by model {escape(report.model_version)}. Compared with: "
        + "; ".join(
            f"{_SAYS[name]} ({one.as_of}, {one.rows.height:,} customers)"
            for name, one in report.references.items()
        )
        + ".</p>",
        f'<div class="verdict {state}">{escape(said[0].upper() + said[1:])}</div>',
        *_tiles(report, found),
        *_performance(report),
        *_pictures(report),
        *_heat(report),
        *_drifted(report),
        *_realised_performance(report),
        *_promises(report),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _tiles(report: Report, found: pl.DataFrame) -> Iterator[str]:
    training = report.drift.filter(pl.col("reference") == TRAINING)
    tiles = {
        "customers": f"{report.current.height:,}",
        "features that need attention": f"{found.height}",
        "drifted from training": f"{training['drifted'].sum()} of {training.height}",
        "flagged by the old rule": f"{training['old_rule_drifted'].sum()} of {training.height}",
    }
    yield "<div class=tiles>"
    yield from (f"<div class=tile><b>{value}</b>{name}</div>" for name, value in tiles.items())
    yield "</div>"


def _performance(report: Report) -> Iterator[str]:
    yield "<h2>Expected performance</h2>"
    yield (
        "<p>Estimated from the calibrated probabilities, before labels are known. The interval "
        "covers chance. The estimate reflects a change in the mix of customers, not in their "
        "behaviour.</p>"
    )
    shares = report.estimate.filter(pl.col("value").is_null() | (pl.col("value") <= 1))
    yield from _table(
        ["metric", "estimate", "95% interval", ""],
        [
            [
                row["metric"].removeprefix("expected_").replace("_", " "),
                _number(row["value"]),
                f"{_number(row['low'])} to {_number(row['high'])}",
                interval_bar(row["low"], row["value"], row["high"]),
            ]
            for row in shares.iter_rows(named=True)
        ],
    )


def _pictures(report: Report) -> Iterator[str]:
    worst = (
        report.drift.filter("drifted")
        .sort(
            pl.col("effect") * pl.col("importance"),
            "effect",
            "feature",
            "reference",
            descending=[True, True, False, True],
        )
        .unique("feature", keep="first", maintain_order=True)
        .head(SHOWN_PICTURES)
    )
    yield "<h2>Drifted features compared</h2>"
    if worst.is_empty():
        yield "<p>Nothing drifted from any reference.</p>"
        return
    yield (
        f'<p class=key>Share of customers: <i style="background:{REFERENCE_COLOUR}"></i>reference'
        f'<i style="background:{CURRENT_COLOUR}"></i>this snapshot. Worst first, at most '
        f"{SHOWN_PICTURES}.</p><div class=cards>"
    )
    for row in worst.iter_rows(named=True):
        name, reference = row["feature"], report.references[row["reference"]]
        drawn = paired_bars(
            distribution(_column(reference.rows, name), _column(report.current, name))
        )
        yield (
            f"<div><h3>{escape(name)}</h3><p class=quiet><span class={row['severity']}>"
            f"{row['severity']}</span>, effect {row['effect']:.2f}, "
            f"{row['importance']:.1%} of the model; against {_SAYS[row['reference']]}</p>"
            f"{drawn}</div>"
        )
    yield "</div>"


def _heat(report: Report) -> Iterator[str]:
    yield "<h2>Effect by snapshot</h2>"
    yield (
        "<p>Against the training data of the model that served each snapshot: white means "
        "no shift, red a PSI, KS statistic or Jensen-Shannon distance of 0.5 or more; values from "
        "0.1 count as drift.</p>"
    )
    effects = {
        day: dict(
            rows.filter(pl.col("reference") == TRAINING).select("feature", "effect").iter_rows()
        )
        for day, rows in report.history.items()
    }
    features = {name for by_feature in effects.values() for name in by_feature}
    ranked = sorted(
        features,
        key=lambda name: (-max(by.get(name) or 0.0 for by in effects.values()), name),
    )[:SHOWN_ROWS]
    yield heat_map(
        ranked,
        [day.isoformat() for day in effects],
        [[by.get(name) for by in effects.values()] for name in ranked],
    )


def _drifted(report: Report) -> Iterator[str]:
    order = pl.col("reference").replace_strict({name: n for n, name in enumerate(REFERENCES)})
    drifted = report.drift.filter("drifted").sort(
        order, pl.col("effect") * pl.col("importance"), "feature", descending=[False, True, False]
    )
    if drifted.is_empty():
        return
    yield "<h2>All drifted features</h2>"
    yield from _table(
        ["against", "feature", "severity", "effect", "PSI", "KS", "moved, spreads",
         "Jensen-Shannon", "missing", "levels"],
        [
            [
                row["reference"],
                escape(row["feature"]),
                f"<span class={row['severity']}>{row['severity']}</span>",
                *(
                    _number(row[name])
                    for name in ("effect", "psi", "ks_statistic", "wasserstein", "jensen_shannon")
                ),
                f"{row['reference_missing_share']:.1%} to {row['current_missing_share']:.1%}",
                escape(_levels(row)),
            ]
            for row in drifted.iter_rows(named=True)
        ],
    )  # fmt: skip


def _realised_performance(report: Report) -> Iterator[str]:
    yield "<h2>Estimated and realised performance</h2>"
    judged = report.realised_performance.drop_nulls("realised").sort(
        "scored_snapshot", "metric", descending=[True, False]
    )
    if judged.is_empty():
        yield "<p>No scored snapshot has labels yet.</p>"
        return
    yield from _table(
        ["snapshot", "metric", "labelled", "estimate", "95% interval", "labels", "inside"],
        [
            [
                str(row["scored_snapshot"]),
                row["metric"].replace("_", " "),
                f"{row['labelled_customers']:,}",
                _number(row["estimated"]),
                f"{_number(row['estimated_low'])} to {_number(row['estimated_high'])}",
                _number(row["realised"]),
                "yes" if row["within_interval"] else "<span class=high>no</span>",
            ]
            for row in judged.iter_rows(named=True)
        ],
    )
    yield "<h2>Churn by risk tier</h2>"
    yield from _table(
        ["snapshot", "tier", "labelled", "expected", "churned", ""],
        [
            [
                str(row["scored_snapshot"]),
                row["risk_tier"],
                f"{row['labelled_customers']:,}",
                f"{row['expected_churn_rate']:.1%}",
                f"{row['churn_rate']:.1%}",
                "<span class=high>off</span>" if row["off"] else "as expected",
            ]
            for row in report.tiers.sort(
                "scored_snapshot", "expected_churn_rate", "risk_tier", descending=True
            ).iter_rows(named=True)
        ],
    )


def _promises(report: Report) -> Iterator[str]:
    yield "<h2>Promised and realised</h2>"
    judged = report.promises.drop_nulls("realised_eur").sort("month", "offer", descending=True)
    if judged.is_empty():
        yield "<p>No offer's outcome is measured yet.</p>"
        return
    yield from _table(
        ["month", "offer", "chosen", "holdout", "promised EUR", "95% interval", "realised EUR",
         "95% interval", "promise"],
        [
            [
                f"{row['month']:%Y-%m}",
                escape(row["offer"]),
                f"{row['chosen']:,}",
                f"{row['holdout']:,}",
                *_euros(row, "promised"),
                *_euros(row, "realised"),
                "holds" if row["promise_holds"] else "<span class=high>does not hold</span>",
            ]
            for row in judged.iter_rows(named=True)
        ],
    )  # fmt: skip


def _euros(row: Mapping[str, Any], what: str) -> tuple[str, str]:
    value, low, high = (row[f"{what}_eur{end}"] for end in ("", "_low", "_high"))
    return f"{value:,.0f}", f"{low:,.0f} to {high:,.0f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "<table><tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>"
    yield "</table>"


def _levels(row: Mapping[str, Any]) -> str:
    told = {"new": row["new_levels"], "gone": row["vanished_levels"]}
    return "; ".join(f"{name}: {levels}" for name, levels in told.items() if levels)


def _column(table: pl.DataFrame, name: str) -> pl.Series:
    """Return a column, all missing where the table lacks it."""
    if name in table.columns:
        return table[name]
    return pl.Series(name, [None] * table.height, dtype=pl.Null)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _plain(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
