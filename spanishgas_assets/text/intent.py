"""What the customer wanted: the first intent of ``intents.yaml`` whose words are in the note."""

import functools
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from spanishgas_assets.bronze.tables import INTENTS
from spanishgas_assets.text.negation import any_of, negated
from spanishgas_assets.text.plain import plain

UNCLASSIFIED = INTENTS[-1]

_WORDS = Path(__file__).with_name("intents.yaml")

# Stands where a denied phrase stood, so that the words around it do not become neighbours.
_GAP = " | "


def read_intent(notes: pl.LazyFrame) -> pl.LazyFrame:
    """Add ``customer_intent`` to notes, read from ``interaction_summary``.

    Grain: one row per note, as it came in and in its order. Each distinct text is read once.
    Denied phrases ("no price increase") are taken out first; a note without any known word, or
    without text, is "Other / Unclassified".
    """
    distinct = notes.select("interaction_summary").unique()
    return notes.join(
        distinct.with_columns(intent_of(pl.col("interaction_summary")).alias("customer_intent")),
        on="interaction_summary",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )


def intent_of(text: pl.Expr) -> pl.Expr:
    """Return the intent of each text; the order of the classes is their priority."""
    words = _words()
    said = (
        plain(text)
        .str.replace_all(any_of(words["aside"]), _GAP)
        .str.replace_all(negated(words["deniable"]), _GAP)
    )
    return pl.coalesce(
        *(
            pl.when(said.str.contains(any_of(intent["patterns"]))).then(pl.lit(intent["name"]))
            for intent in words["classes"]
        ),
        pl.lit(UNCLASSIFIED),
    )


@functools.cache
def _words() -> Any:
    return yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
