"""Mood by a RoBERTa of the ``sentiment`` extra: slow, and it needs the model's files."""

from typing import Any

import polars as pl

from spanishgas_assets.bronze.tables import SENTIMENTS
from spanishgas_assets.errors import SettingsError

MODEL = "cardiffnlp/twitter-roberta-base-sentiment-latest"
BATCH = 64
#: The model was trained on texts no longer than this.
MOST_TOKENS = 512


def score(texts: pl.Series, model: str = MODEL) -> pl.DataFrame:
    """Score texts: one row per text, in order; three scores that sum to 1.

    Args:
        texts: texts without nulls.
        model: name on the hub, or a folder with the model's files.

    Raises:
        SettingsError: the extra is not installed, the model cannot be loaded, or it knows other
            moods than negative, neutral and positive.
    """
    tokenizer, network = _load(model)
    order = _label_order(model, network.config.id2label)

    import torch

    # Texts of like length share a batch, so that little of it is padding.
    by_length = texts.str.len_chars().arg_sort()
    pieces = []
    with torch.inference_mode():
        for batch in texts.gather(by_length).to_frame("text").iter_slices(BATCH):
            encoded = tokenizer(
                batch["text"].to_list(),
                padding=True,
                truncation=True,
                max_length=MOST_TOKENS,
                return_tensors="pt",
            )
            # In double precision: single precision does not sum to 1 closely enough.
            logits = network(**encoded).logits.double()
            pieces.append(torch.softmax(logits, dim=1)[:, order].numpy())
    names = [f"sentiment_{label}" for label in SENTIMENTS]
    schema = dict.fromkeys(names, pl.Float64)
    scores = pl.concat([pl.DataFrame(piece, schema=schema) for piece in pieces])
    return scores.with_columns(by_length.alias("place")).sort("place").drop("place")


def _load(model: str) -> tuple[Any, Any]:
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise SettingsError(
            f"SPANISHGAS_SENTIMENT=transformers needs packages that are not here ({error}): "
            "run pip install 'spanishgas-assets[sentiment]', or set SPANISHGAS_SENTIMENT=lexicon"
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
        network = AutoModelForSequenceClassification.from_pretrained(model)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise SettingsError(
            f"SPANISHGAS_SENTIMENT=transformers: model {model} cannot be loaded ({reason}): run "
            f"'hf download {model}' once on a machine with internet and point HF_HOME at that "
            "cache, or set SPANISHGAS_SENTIMENT=lexicon"
        ) from error
    return tokenizer, network.eval()


def _label_order(model: str, labels: dict[int, str]) -> list[int]:
    """Return where the model keeps negative, neutral and positive."""
    places = {label.lower(): place for place, label in labels.items()}
    if sorted(places) != sorted(SENTIMENTS):
        raise SettingsError(
            f"model {model} knows the labels {', '.join(labels.values())}; "
            f"a mood model knows {', '.join(SENTIMENTS)}"
        )
    return [places[label] for label in SENTIMENTS]
