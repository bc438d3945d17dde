"""Sentiment by a RoBERTa of the ``sentiment`` extra: slow, and it needs the model's files."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Precision
from spanishgas_assets.text.inference import CLOSE_CALL, inference_networks
from spanishgas_assets.text.vocabulary import SENTIMENTS

#: The models were trained on texts no longer than this.
MOST_TOKENS = 512

#: Tokens of one batch, padding included: enough to keep the machine busy, little to keep in memory.
BATCH_TOKENS = {"cpu": 512, "cuda": 65_536}

#: A typical text, in both languages.
SAMPLE = (
    "Customer asked about the renewal options of the contract. Not happy with the price. "
    "El cliente pregunta por la renovación de su contrato. Contento con el servicio."
)

#: Texts that the tokenizer takes at a time.
TOKENIZED_TEXTS = 10_000

_SWITCH = "SPANISHGAS_SENTIMENT=transformers"
_INSTEAD = "or set SPANISHGAS_SENTIMENT=lexicon"
_CHUNK = 1 << 22


class Transformer:
    """A sequence classifier that knows the three sentiments.

    ``revision`` is the hub's commit, or a digest of the folder's files, and the precision.
    """

    def __init__(
        self,
        model: str,
        precision: Precision = Precision.FP32,
        close_call: float | None = None,
    ) -> None:
        """Load and check a model; nothing is downloaded.

        Args:
            model: ``name@revision`` of a model in the hub cache, or a folder with its files.
            precision: numbers to compute with; ``int8`` is for CPUs.
            close_call: gap between the two highest scores below which exact numbers decide; None
                is the precision's own in ``CLOSE_CALL``.

        Raises:
            SettingsError: the extra is not installed, the model cannot be loaded whole, or it
                knows other sentiments than negative, neutral and positive; says how to fix it.
        """
        self._tokenizer, network, commit = _load(model)
        self._order = _label_order(model, network.config.id2label)
        self.revision = f"{commit}-{precision}"
        self._longest = min(MOST_TOKENS, network.config.max_position_embeddings - 2)

        import torch

        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._close_call = CLOSE_CALL[precision] if close_call is None else close_call
        sample = self._tokenizer(
            SAMPLE, truncation=True, max_length=self._longest, return_tensors="pt"
        )
        self._fast, self._exact = inference_networks(
            network.to(self._device), precision, self._device, sample
        )

    def score(self, texts: pl.Series) -> pl.DataFrame:
        """Score texts without nulls: one row per text, in order; three scores that sum to 1."""
        tokens = [
            ids
            # The tokenizer refuses an empty list.
            for piece in texts.to_frame("text").iter_slices(TOKENIZED_TEXTS)
            for ids in self._tokenizer(
                piece["text"].to_list(),
                truncation=True,
                max_length=self._longest,
                return_attention_mask=False,
            )["input_ids"]
        ]
        scores = self._scores(self._fast, tokens)
        if self._close_call:
            close = _gap(scores) < self._close_call
            places = close.arg_true().to_list()
            if places:
                exact = self._scores(self._exact, [tokens[place] for place in places])
                scores = _put(scores, places, exact)
        return scores

    def _scores(self, network: Any, tokens: Sequence[Sequence[int]]) -> pl.DataFrame:
        import torch

        pieces, places = [], []
        with torch.inference_mode():
            for batch in _batches([len(ids) for ids in tokens], BATCH_TOKENS[self._device]):
                encoded = self._tokenizer.pad(
                    {"input_ids": [tokens[place] for place in batch]}, return_tensors="pt"
                ).to(self._device)
                # In double precision: single precision does not sum to 1 closely enough.
                logits = network(**encoded).logits.double()
                pieces.append(torch.softmax(logits, dim=1)[:, self._order].cpu())
                places += batch
        scored = torch.cat([torch.empty((0, len(SENTIMENTS)), dtype=torch.float64), *pieces])
        names = [f"sentiment_{label}" for label in SENTIMENTS]
        return (
            pl.DataFrame(scored.numpy(), schema=dict.fromkeys(names, pl.Float64))
            .with_columns(pl.Series("place", places, pl.UInt32))
            .sort("place")
            .drop("place")
        )


def _batches(lengths: Sequence[int], most_tokens: int) -> Iterator[list[int]]:
    """Cut texts into batches of like length, so that little of a batch is padding."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > most_tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _gap(scores: pl.DataFrame) -> pl.Series:
    """Return how far the highest score of each row lies above the second."""
    ordered = scores.select(pl.concat_list(pl.all()).list.sort(descending=True).alias("ordered"))
    return ordered.select(pl.col("ordered").list.get(0) - pl.col("ordered").list.get(1)).to_series()


def _put(scores: pl.DataFrame, places: list[int], others: pl.DataFrame) -> pl.DataFrame:
    """Replace the rows at some places."""
    return scores.with_columns(
        scores[name].scatter(places, others[name]) for name in scores.columns
    )


def _load(model: str) -> tuple[Any, Any, str]:
    """Return tokenizer, network and commit of a model."""
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise SettingsError(
            f"{_SWITCH} needs packages that are not here ({error}): "
            f"run pip install 'spanishgas-assets[sentiment]', {_INSTEAD}"
        ) from error
    disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = Path(model)
    name, _, revision = model.partition("@")
    if folder.is_dir():
        name, pinned = model, {}
    elif not revision:
        raise SettingsError(
            f"{_SWITCH}: {model} is neither a folder nor pinned: write name@revision, where the "
            "revision is the commit on the hub"
        )
    else:
        pinned = {"revision": revision}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True, **pinned)
        network, loaded = AutoModelForSequenceClassification.from_pretrained(
            name, local_files_only=True, output_loading_info=True, dtype="float32", **pinned
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise SettingsError(
            f"{_SWITCH}: model {model} cannot be loaded ({reason}): " + _remedy(name, revision)
        ) from error
    if loaded["missing_keys"]:
        raise SettingsError(
            f"{_SWITCH}: the weights of {model} lack {len(loaded['missing_keys'])} parts of a "
            f"classifier, e.g. {min(loaded['missing_keys'])}: " + _remedy(name, revision)
        )
    damaged = [part for part, weight in network.named_parameters() if not weight.isfinite().all()]
    if damaged:
        raise SettingsError(
            f"{_SWITCH}: {len(damaged)} weights of {model} hold numbers that are not finite, e.g. "
            f"{damaged[0]}: " + _remedy(name, revision)
        )
    _refuse_other_tokens(model, tokenizer, network)
    return tokenizer, network.eval(), revision or folder_digest(folder)


def _remedy(name: str, revision: str) -> str:
    if revision:
        return (
            f"run 'hf download {name} --revision {revision}' once on a machine with internet and "
            f"point HF_HOME at that cache, {_INSTEAD}"
        )
    return f"put the model's own config, tokenizer and weights into that folder, {_INSTEAD}"


def _refuse_other_tokens(model: str, tokenizer: Any, network: Any) -> None:
    """Refuse a tokenizer that is not the network's: files missing, it loads as an empty one."""
    words, rows = len(tokenizer), network.get_input_embeddings().num_embeddings
    if words > rows or words < rows // 2:
        raise SettingsError(
            f"{_SWITCH}: the tokenizer of {model} knows {words:,} tokens and its network {rows:,}: "
            f"files of the tokenizer are missing or another model's, {_INSTEAD}"
        )


def folder_digest(folder: Path) -> str:
    """Digest the files of a model's folder by name and content."""
    digest = hashlib.blake2b(digest_size=20)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        digest.update(path.name.encode())
        with path.open("rb") as content:
            while block := content.read(_CHUNK):
                digest.update(block)
    return digest.hexdigest()


def _label_order(model: str, labels: dict[int, str]) -> list[int]:
    """Return where the model keeps negative, neutral and positive."""
    places = {label.lower(): place for place, label in labels.items()}
    if sorted(places) != sorted(SENTIMENTS) or len(labels) != len(SENTIMENTS):
        raise SettingsError(
            f"model {model} knows the labels {', '.join(labels.values())}; "
            f"a sentiment model knows {', '.join(SENTIMENTS)}"
        )
    return [places[label] for label in SENTIMENTS]
