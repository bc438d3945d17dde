"""What can score the sentiment of a text: one small interface, chosen by the settings alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

import polars as pl

from spanishgas_assets.settings import Precision, Sentiment, Settings
from spanishgas_assets.text.intent import LISTED_LANGUAGES
from spanishgas_assets.text.lexicon import Lexicon
from spanishgas_assets.text.transformer import Transformer


class Scorer(Protocol):
    """Scores the sentiment of texts.

    ``revision`` names the very words or weights: equal revisions give equal scores.
    """

    revision: str

    def score(self, texts: pl.Series) -> pl.DataFrame:
        """Score texts without nulls: one row per text, in order; three scores that sum to 1."""
        ...


_DEFAULTS = Settings()


@dataclass(frozen=True)
class Models:
    """The models of the transformers backend.

    Attributes:
        english: what scores English: ``name@revision`` on the hub, or a folder.
        multilingual: what scores the other known languages; likewise.
        precision: numbers that they compute with.
    """

    english: str = _DEFAULTS.sentiment_model
    multilingual: str = _DEFAULTS.sentiment_model_multilingual
    precision: Precision = _DEFAULTS.sentiment_precision

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take the models that the settings name."""
        return cls(
            settings.sentiment_model,
            settings.sentiment_model_multilingual,
            settings.sentiment_precision,
        )


def open_scorers(
    backend: Sentiment, languages: Iterable[str], models: Models | None = None
) -> dict[str, Scorer]:
    """Load the scorer of each language; one that serves several is loaded once.

    Nothing is loaded, and no language has a scorer, where sentiment is switched off, or read by
    the head together with the intent.

    Raises:
        SettingsError: the backend cannot be loaded; says how to fix it.
    """
    wanted, models = sorted(languages), models or Models()
    match backend:
        case Sentiment.OFF | Sentiment.EMBEDDED:
            return {}
        case Sentiment.LEXICON:
            return dict.fromkeys((one for one in wanted if one in LISTED_LANGUAGES), Lexicon())
        case Sentiment.TRANSFORMERS:
            names = {
                language: models.english if language == "en" else models.multilingual
                for language in wanted
            }
            loaded = {name: Transformer(name, models.precision) for name in {*names.values()}}
            return {language: loaded[name] for language, name in names.items()}
