"""Texts: intent and sentiment can be read back from the words, and nothing else is in them."""

import re

import polars as pl
import pytest

from spanishgas_assets.demo import RetailerWorld, build_world
from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.text.notes import Readers, enrich_notes

LISTS = Readers(Intent.LEXICON, Sentiment.LEXICON)

# The intent families of the source system, first match wins (facts sheet 5.10).
FAMILIES = (
    ("Cancellation / Switch",
     r"cancel(?:led|lation)?|terminate|switch(?:ing)?|leave|account clos(?:e|ure)|closing account"),
    ("Complaint / Escalation",
     (r"complain(?:t|ing)?|frustrat(?:ed|ion)|escalat(?:ed|ion)|not satisfied|unsatisfied|upset"
     r"|dissatisf(?:ied|action)|unhappy|discontent")),
    ("Billing / Payment", r"bill(?:ing)?|charge[sd]?|payment|overdue|past due"),
    ("Contract Renewal", r"renew\w*|expire|expiry|expiration"),
    ("Pricing Offers",
     (r"prices?|rates?|pricing|increase|hike|discount|savings|competitive(?:ness)?|competition"
     r"|better (?:deal|rate|offer)|alternatives|looking around")),
    ("Plan / Product Inquiry", r"plans?|options?"),
    ("Account / Service Inquiry",
     (r"account (?:details|questions|updates|setup|issues)|services?|inquiry|inquired|info"
     r"|clarified|all good")),
)  # fmt: skip


@pytest.fixture(scope="module")
def contacts() -> pl.DataFrame:
    worlds: list[RetailerWorld] = [build_world(20_099, seed) for seed in (7, 8)]
    return pl.concat(
        w.interaction.join(w.customer, on="customer_id", how="left") for w in worlds
    ).with_columns(text=pl.col("interaction_summary"))


def _intent(text: str, whole_words: bool) -> str:
    edge = r"\b" if whole_words else ""
    for intent, pattern in FAMILIES:
        if re.search(f"{edge}(?:{pattern}){edge}", text, re.IGNORECASE):
            return intent
    return "none"


@pytest.mark.parametrize("whole_words", [True, False])
def test_intent_is_the_first_family_that_matches(contacts: pl.DataFrame, whole_words: bool) -> None:
    wrong = [
        (row["intent"], row["text"])
        for row in contacts.unique(["intent", "text"]).iter_rows(named=True)
        if row["intent"] != _intent(row["text"], whole_words)
    ]
    assert wrong == []


def test_the_platform_reads_sentiment_and_intent_as_they_were_planned(
    contacts: pl.DataFrame,
) -> None:
    notes = contacts.lazy()
    read = enrich_notes(notes, LISTS).collect()
    wrong = read.filter(
        (pl.col("sentiment") != pl.col("sentiment_label"))
        | (pl.col("intent") != pl.col("customer_intent"))
    )
    assert wrong.rows() == []


def test_half_are_short_notes_that_repeat(contacts: pl.DataFrame) -> None:
    length = contacts["text"].str.len_chars()
    short = contacts.filter(length < 100)
    assert short.height / contacts.height == pytest.approx(0.52, abs=0.005)
    assert short["text"].str.len_chars().mean() == pytest.approx(49, abs=3)
    assert short["text"].n_unique() < short.height / 3
    assert length.filter(length >= 100).min() > 200


def test_long_texts_tell_the_customers_own_attributes(contacts: pl.DataFrame) -> None:
    days = (pl.col("next_renewal_date") - pl.col("date")).dt.total_days()
    long = contacts.filter(pl.col("text").str.len_chars() >= 100).with_columns(days=days)
    told = long["text"].str.extract(r"(\d+) days").cast(pl.Int64)
    assert (told == long["days"]).all()
    comparison = long.filter(pl.col("text").str.contains("comparison site"))
    assert comparison.height > 0
    assert set(comparison["sales_channel"]) == {"comparador"}
    steady = long.filter(pl.col("text").str.contains("no price increase|did not go up"))
    assert steady.height > 100


def test_wording_does_not_know_the_outcome(contacts: pl.DataFrame) -> None:
    """Given sentiment and intent, churners and stayers write short or long notes alike."""
    group = contacts.filter(
        (pl.col("sentiment") == "neutral") & (pl.col("intent") == "Contract Renewal")
    ).with_columns(short=pl.col("text").str.len_chars() < 100)
    share = dict(group.group_by("churn").agg(pl.col("short").mean()).iter_rows())
    # About 620 churners in two retailers: a standard error of 1.9 points.
    assert share[1] == pytest.approx(share[0], abs=0.07)
