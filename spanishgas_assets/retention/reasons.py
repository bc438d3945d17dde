"""Why a customer may leave: the model's contributions, told as business reasons.

A reason's strength is the sum of its features' contributions in log-odds (SHAP), so reasons add up
to the score as the features do. Only reasons that raise the score are told.
"""

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.packaged_yaml import read_packaged_yaml

#: Reason of a customer about whom nothing raises the score.
NOTHING_FOUND = "low_risk_monitoring"

#: Columns of the sentences by language.
LANGUAGES = {"en": "reasons", "es": "reasons_es"}

_BOOK = Path(__file__).with_name("reasons.yaml")
_NOT_A_FEATURE = {"customer_id", "bias"}


def customer_reasons(
    contributions: pl.LazyFrame, figures: pl.LazyFrame, top: int = 3
) -> pl.LazyFrame:
    """Name the strongest reasons for each customer's score.

    Grain: one row per row of ``contributions`` (customer_id, one column of log-odds per feature,
    ``bias``), sorted by customer_id: reason_codes joined by "," and the sentences in English
    (reasons) and Spanish (reasons_es) joined by "; ", with the customer's own ``figures``
    (:func:`customer_figures`); strongest first, at most ``top``. Where nothing raises the score:
    low_risk_monitoring.
    """
    told = (
        topic_sums(contributions)
        .join(figures, on="customer_id", how="left")
        .select("customer_id", pl.concat_list(_topics_as_told()).alias("reason"))
        .explode("reason")
        .unnest("reason")
        .group_by("customer_id", "code")
        .agg(pl.col(*LANGUAGES.values()).first(), pl.col("strength").sort())
        # Summed as a sorted list: a group-by adds up in the order of its threads.
        .with_columns(pl.col("strength").list.sum())
        .filter(pl.col("strength") > 0)
        # Equal strengths are told in the order of their names, so that a rerun tells the same.
        .sort("customer_id", "strength", "code", descending=[False, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.col("code").head(top).str.join(",").alias("reason_codes"),
            pl.col(*LANGUAGES.values()).head(top).str.join("; "),
        )
    )
    nothing = _book()["texts"][NOTHING_FOUND]
    return (
        contributions.select("customer_id")
        .join(told, on="customer_id", how="left")
        .select(
            "customer_id",
            pl.col("reason_codes").fill_null(NOTHING_FOUND),
            *(
                pl.col(column).fill_null(nothing[language])
                for language, column in LANGUAGES.items()
            ),
        )
        .sort("customer_id")
    )


def topic_sums(contributions: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the contributions of each topic: customer_id and one column ``topic:<name>``.

    With the bias they add up to the score's log-odds, as the features do.
    """
    topics = _book()["topics"]
    topic_of = {feature: name for name in topics for feature in topics[name]["features"]}
    members: dict[str, list[str]] = {name: [] for name in topics}
    for feature in contributions.collect_schema().names():
        if feature not in _NOT_A_FEATURE:
            members[topic_of.get(feature, "other")].append(feature)
    return contributions.select(
        "customer_id",
        *(
            (pl.sum_horizontal(members[name]) if members[name] else pl.lit(0.0))
            .cast(pl.Float64)
            .alias(f"topic:{name}")
            for name in topics
        ),
    )


def block_texts() -> dict[str, dict[str, str]]:
    """Return what is said where no offer is made, by block reason and language."""
    blocks: dict[str, dict[str, str]] = _book()["blocks"]
    return blocks


def value_names() -> dict[str, str]:
    """Return the Spanish names of the values that texts quote: intents, channels, portfolios."""
    names: dict[str, str] = _book()["names"]
    return names


def _topics_as_told() -> list[pl.Expr]:
    """Turn each topic into the reason that is true for the customer: code, texts, strength."""
    return [
        pl.struct(
            _first_true(topic["reasons"], pl.lit).alias("code"),
            pl.col(f"topic:{name}").alias("strength"),
            *(
                _first_true(topic["reasons"], functools.partial(_sentence, language)).alias(column)
                for language, column in LANGUAGES.items()
            ),
        )
        for name, topic in _book()["topics"].items()
    ]


def _first_true(reasons: list[dict[str, str]], told: Callable[[str], pl.Expr]) -> pl.Expr:
    choice = told(reasons[-1]["code"])
    for reason in reversed(reasons[:-1]):
        choice = pl.when(pl.col(reason["when"])).then(told(reason["code"])).otherwise(choice)
    return choice


def _sentence(language: str, code: str) -> pl.Expr:
    """Fill a reason's text; where a figure is not known, the text of ``other`` is told."""
    text: str = _book()["texts"][code][language]
    figures = re.findall(r"{(\w+)}", text)
    unknown = pl.lit(_book()["texts"]["other"][language])
    if not figures:
        return pl.lit(text)
    spoken = [_spoken(language, figure) for figure in figures]
    return pl.coalesce(pl.format(re.sub(r"{\w+}", "{}", text), *spoken), unknown)


def _spoken(language: str, figure: str) -> pl.Expr:
    """Say a figure as the language does: Spanish has a decimal comma, and names of its own."""
    said = pl.col(figure).cast(pl.String)
    if language == "en":
        return said
    named = said.replace(_book()["names"])
    return (
        pl.when(said.str.contains(r"^-?\d+\.\d+$"))
        .then(said.str.replace(".", ",", literal=True))
        .otherwise(named)
    )


@functools.cache
def _book() -> Any:
    return read_packaged_yaml(_BOOK)
