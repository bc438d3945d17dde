"""What the customer wanted: the first intent of ``intents.yaml`` whose words are in the note."""

import functools
from pathlib import Path
from typing import Annotated, Self

import polars as pl
from pydantic import Field, model_validator

from spanishgas_assets.text.negation import any_of, negated
from spanishgas_assets.text.normalize import normalize
from spanishgas_assets.text.vocabulary import INTENTS, NOT_UNDERSTOOD, UNCLASSIFIED
from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import OneOf, Text, Texts

#: A class needs this confidence; below it the note is unclassified.
SURE = 0.5

#: How much one word says for its class: by itself, or weakly, or weakly in a long text.
CLEAR, WEAK, WEAK_IN_LONG = 0.9, 0.6, 0.4
LONG_WORDS = 40

#: The words are English and Spanish; in their neighbours they say less.
NEIGHBOUR = 0.75
NEIGHBOURS = ["ca", "gl"]
LISTED_LANGUAGES = ["en", "es", *NEIGHBOURS]

_WORDS = Path(__file__).with_name("intents.yaml")

# Stands where a denied phrase stood, so that the words around it do not become neighbours.
_GAP = " | "


class Intent(YamlModel):
    """A class of notes and the words that speak for it, as regular expressions."""

    name: Annotated[str, OneOf(INTENTS[:-1])]
    clear: tuple[Text, ...] = Field(description="Words that say it by themselves.")
    weak: tuple[Text, ...] = Field(description="Words that only suggest it.")

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.clear and not self.weak:
            raise ValueError("has no words, clear or weak")
        return self


class IntentWords(YamlModel):
    """What a customer wants, by the words of the note."""

    deniable: Texts = Field(description="What is not talked about where it is denied.")
    aside: Texts = Field(description="Phrases that hold a class's word and mean something else.")
    classes: Annotated[tuple[Intent, ...], Field(min_length=1)] = Field(
        description="The first class that matches wins."
    )


def read_intents(texts: pl.DataFrame) -> pl.DataFrame:
    """Read the intent of texts (``text``, and ``language`` as ``read_languages`` gives it).

    Grain: one row per text, in order: ``customer_intent``, ``intent_phrase`` (the first words that
    speak for it, in plain letters) and ``intent_confidence``. Denied phrases ("no price
    increase") are taken out first. Of c clear and w weak words the confidence is
    1 - 0.1^c * 0.4^w, less in Catalan and Galician; a text whose confidence is below ``SURE`` is
    "Other / Unclassified": the lists cannot tell the two apart. A text in a language that has no
    list is "Not understood".

    Example:
        >>> notes = pl.DataFrame(
        ...     {
        ...         "text": ["Cust wants to cancel.", "Renewal discussed. No price increase."],
        ...         "language": ["en", "en"],
        ...     }
        ... )
        >>> read_intents(notes).select("customer_intent", "intent_phrase").rows()
        [('Cancellation / Switch', 'cancel'), ('Contract Renewal', 'renewal')]
    """
    words = _words()
    left = (
        texts.with_row_index("place")
        .filter(pl.col("language").is_in(LISTED_LANGUAGES))
        .select("place", "language", said=_said(words))
    )
    decided = []
    for intent in words.classes:
        mine = pl.col("said").str.contains(any_of(intent.clear + intent.weak))
        left = left.with_columns(mine=mine)
        decided.append(_judged(left.filter("mine"), intent))
        left = left.filter(~pl.col("mine"))
    sure = pl.col("intent_confidence") >= SURE
    unlisted = pl.col("language").is_not_null() & ~pl.col("language").is_in(LISTED_LANGUAGES)
    return (
        texts.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("place"), "language")
        .join(pl.concat(decided), on="place", how="left", maintain_order="left")
        .select(
            pl.when(sure)
            .then("customer_intent")
            .when(unlisted)
            .then(pl.lit(NOT_UNDERSTOOD))
            .otherwise(pl.lit(UNCLASSIFIED))
            .alias("customer_intent"),
            "intent_phrase",
            pl.col("intent_confidence").fill_null(0.0),
        )
    )


def _said(words: IntentWords) -> pl.Expr:
    return (
        normalize(pl.col("text"))
        .str.replace_all(any_of(words.aside), _GAP)
        .str.replace_all(negated(words.deniable), _GAP)
    )


def _judged(notes: pl.DataFrame, intent: Intent) -> pl.DataFrame:
    """Say of notes that hold words of an intent which words, and how sure that is."""
    said = pl.col("said")
    long = said.str.count_matches(" ") >= LONG_WORDS
    weak = pl.when(long).then(1 - WEAK_IN_LONG).otherwise(1 - WEAK)
    clear_words, weak_words = (
        said.str.count_matches(any_of(words)) if words else pl.lit(0, pl.UInt32)
        for words in (intent.clear, intent.weak)
    )
    doubt = (1 - CLEAR) ** clear_words.cast(pl.Float64) * weak ** weak_words.cast(pl.Float64)
    neighbour = pl.col("language").is_in(NEIGHBOURS)
    first = any_of(intent.clear) if intent.clear else any_of(intent.weak)
    return notes.select(
        "place",
        pl.lit(intent.name).alias("customer_intent"),
        pl.coalesce(
            said.str.extract(first, 0), said.str.extract(any_of(intent.weak or ["$^"]), 0)
        ).alias("intent_phrase"),
        ((1 - doubt) * pl.when(neighbour).then(NEIGHBOUR).otherwise(1.0)).alias(
            "intent_confidence"
        ),
    )


@functools.cache
def _words() -> IntentWords:
    return read_yaml(_WORDS, IntentWords)
