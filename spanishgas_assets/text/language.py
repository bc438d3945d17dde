"""The language of a text, by counting words that tell it; no model and no download."""

import functools
from pathlib import Path

import polars as pl
from pydantic import Field

from spanishgas_assets.text.normalize import normalize
from spanishgas_assets.text.vocabulary import OTHER_LANGUAGE
from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import Text

_WORDS = Path(__file__).with_name("languages.yaml")

#: A language shows in its first words; a text of any length costs the same.
READ_CHARS = 200


class LanguageWords(YamlModel):
    """The words that tell a language, separated by blanks; of equals, the first language wins."""

    en: Text
    es: Text
    ca: Text
    gl: Text
    eu: Text
    neighbours: dict[str, Text] = Field(description="Languages that are not ours: all are other.")


def read_languages(texts: pl.Series) -> pl.Series:
    """Return en, es, ca, gl, eu or other for each text; null where there is no text.

    A text without any word of ``languages.yaml`` is ``other``, and so is one that has most of its
    words from one of the neighbours there: French, German, Italian, Portuguese.
    """
    plain_texts = (
        texts.to_frame("text")
        .with_row_index("place")
        .select("place", words=normalize(pl.col("text").str.head(READ_CHARS)))
    )
    heard = (
        plain_texts.lazy()
        .select("place", word=pl.col("words").str.replace_all(r"[^\p{L}]+", " ").str.split(" "))
        .explode("word", empty_as_null=True)
        .join(_known_words().lazy(), on="word")
        .group_by("place", "rank")
        .len()
        .sort("place", "len", "rank", descending=[False, True, False])
        .unique("place", keep="first", maintain_order=True)
        .join(_ranks().lazy(), on="rank")
        .select("place", "language")
    )
    spoken = pl.col("words") != ""
    return (
        plain_texts.lazy()
        .join(heard, on="place", how="left", maintain_order="left")
        .select(
            pl.when(spoken).then(pl.col("language").fill_null(OTHER_LANGUAGE)).alias("language")
        )
        .collect()
        .to_series()
    )


@functools.cache
def _lists() -> list[tuple[str, list[str]]]:
    """Return (language, words), first ours and then the neighbours, each of them ``other``."""
    known = read_yaml(_WORDS, LanguageWords)
    ours = known.model_dump(exclude={"neighbours"})
    return [
        *((language, words.split()) for language, words in ours.items()),
        *((OTHER_LANGUAGE, words.split()) for words in known.neighbours.values()),
    ]


@functools.cache
def _known_words() -> pl.DataFrame:
    return pl.DataFrame(
        [(word, rank) for rank, (_, words) in enumerate(_lists()) for word in words],
        schema={"word": pl.String, "rank": pl.UInt8},
        orient="row",
    )


@functools.cache
def _ranks() -> pl.DataFrame:
    languages = [language for language, _ in _lists()]
    return pl.DataFrame(
        {"rank": range(len(languages)), "language": languages}, schema_overrides={"rank": pl.UInt8}
    )
