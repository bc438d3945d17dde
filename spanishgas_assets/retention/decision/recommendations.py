"""Recommendations: the chosen offer or why there is none, told with the customer's reasons."""

import polars as pl

from spanishgas_assets.retention.column_values import NO_OFFER, NO_OFFER_DUE
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.choice import Choice, choose
from spanishgas_assets.retention.decision.exploration import tried
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.reasons import block_texts
from spanishgas_assets.retention.scores import refuse_impossible_scores
from spanishgas_assets.retention.tables import RECOMMENDATIONS

#: Reasons that withhold an offer which the customer would otherwise have.
_QUIET = (NO_OFFER_DUE,)


def recommendations(
    scored: pl.LazyFrame,
    permissions: pl.LazyFrame,
    reasons: pl.LazyFrame,
    rules: Rules,
    effect: pl.LazyFrame,
) -> tuple[pl.DataFrame, Choice]:
    """Choose each customer's action, timing and channel, and say why.

    Grain: one row per row of ``scored`` (SCORED_CUSTOMERS). ``permissions`` is
    CONTACT_PERMISSIONS; ``reasons`` has customer_id, reason_codes, reasons and reasons_es, one row
    per customer; ``effect`` has what outcomes add to the save rates (CAMPAIGN_EFFECT). EUR over the
    policy's horizon, to the cent.

    Raises:
        StoreError: a probability is missing or outside 0..1.
    """
    refuse_impossible_scores(scored)
    shifts = effect.select("offer", "segment", "shift")
    possible = options(scored, permissions, rules, shifts)
    if rules.policy.explore.share:
        as_of = scored.select(pl.col("as_of").first()).collect().item()
        possible = tried(possible, scored, effect, rules.policy, as_of)
    else:
        possible = possible.with_columns(offer_probability=pl.lit(1.0))
    choice = choose(possible, rules.policy)
    horizon = rules.policy.horizon_months
    block = pl.col("block_reason")
    told_block = pl.when(~block.is_in(_QUIET)).then(block)
    rows = (
        scored.join(permissions.select("customer_id", "owner_id", "in_holdout"), on="customer_id")
        .join(choice.taken.lazy().drop("owner_id"), on="customer_id", how="left")
        .join(choice.withheld.lazy(), on="customer_id", how="left", suffix="_withheld")
        .join(reasons, on="customer_id", how="left")
        .with_columns(
            pl.when(pl.col("offer").is_null())
            .then(block.fill_null(NO_OFFER_DUE))
            .alias("block_reason"),
        )
        .with_columns(
            pl.coalesce("offer_probability", "offer_probability_withheld"),
            pl.col("churn_probability").alias("risk_score"),
            pl.col("offer").fill_null(NO_OFFER).alias("action"),
            pl.col("timing_window").fill_null(rules.policy.no_offer_timing_window),
            _amount(pl.col("offer_cost_eur") / pl.col("offer_months")).alias(
                "offer_budget_eur_month"
            ),
            _amount(pl.col("offer_cost_eur")).alias("offer_cost_eur"),
            _amount(pl.col("contact_cost_eur")).alias("contact_cost_eur"),
            (
                pl.col("spend_eur")
                * pl.col("save_rate")
                / (pl.col("value_eur") + pl.col("spend_eur"))
            ).alias("break_even_save_rate"),
            _amount(pl.col("value_eur")).alias("expected_margin_impact_eur"),
            pl.col("withheld_value_eur").round(2),
            _amount(pl.col("value_eur") / horizon).alias("expected_margin_impact_eur_month"),
            _joined("reason_codes", told_block, ","),
            *(
                _joined(
                    column,
                    told_block.replace_strict(
                        {code: texts[language] for code, texts in block_texts().items()},
                        default=None,
                        return_dtype=pl.String,
                    ),
                    "; ",
                )
                for column, language in (("reasons", "en"), ("reasons_es", "es"))
            ),
        )
    )
    return RECOMMENDATIONS.arrange(rows).collect(), choice


def _amount(value: pl.Expr) -> pl.Expr:
    return value.fill_null(0.0).round(2)


def _joined(column: str, last: pl.Expr, separator: str) -> pl.Expr:
    return pl.concat_str(column, last, separator=separator, ignore_nulls=True).alias(column)
