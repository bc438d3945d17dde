"""The transformer backend on a real, tiny RoBERTa with random weights; no download."""

import sys

import polars as pl
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text import transformer
from spanishgas_assets.text.sentiment import SCORES, score_moods

MOODS = {0: "Negative", 1: "neutral", 2: "positive"}


@pytest.fixture(scope="module")
def make_model(tmp_path_factory):
    """Write a tiny RoBERTa with the given labels to a folder, and return the folder."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")

    def made(labels):
        import torch

        torch.manual_seed(1)
        folder = tmp_path_factory.mktemp("model")
        specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        known = tokenizers.ByteLevelBPETokenizer()
        known.train_from_iterator(
            ["happy unhappy renewal"], vocab_size=300, special_tokens=specials
        )
        known.save_model(str(folder))
        transformers.RobertaTokenizerFast(
            vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt")
        ).save_pretrained(folder)
        config = transformers.RobertaConfig(
            vocab_size=320,
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=520,
            initializer_range=1.0,
            id2label=labels,
            label2id={name: place for place, name in labels.items()},
        )
        transformers.RobertaForSequenceClassification(config).save_pretrained(folder)
        return str(folder)

    return made


def test_each_text_gets_its_own_scores_in_order(make_model):
    model = make_model(MOODS)
    texts = pl.Series(["Happy with renewal " * n for n in (3, 1, 400, 2)])
    together = transformer.score(texts, model)
    alone = pl.concat([transformer.score(texts[n : n + 1], model) for n in range(4)])
    assert together.columns == SCORES
    assert together.sum_horizontal().to_list() == pytest.approx([1.0] * 4, abs=1e-12)
    assert together.n_unique() == 4
    for name in SCORES:
        assert together[name].to_list() == pytest.approx(alone[name].to_list(), abs=1e-5)


def test_labels_are_found_by_name_not_by_place(make_model):
    texts = pl.Series(["Happy"])
    usual = transformer.score(texts, make_model(MOODS))
    turned = transformer.score(texts, make_model({0: "positive", 1: "neutral", 2: "negative"}))
    assert usual.row(0) == pytest.approx(turned.row(0)[::-1])


def test_a_model_of_other_labels_is_refused_before_any_text(make_model):
    with pytest.raises(SettingsError, match="knows the labels joy, calm, rage, fear"):
        transformer.score(
            pl.Series(["Happy"]), make_model({0: "joy", 1: "calm", 2: "rage", 3: "fear"})
        )


def test_the_backend_scores_only_texts_that_say_something(make_model, monkeypatch):
    model = make_model(MOODS)
    real = transformer._load
    monkeypatch.setattr(transformer, "_load", lambda _: real(model))
    scored = score_moods(pl.Series(["", "Happy", None]), "transformers")
    assert scored["sentiment_neutral"].to_list()[::2] == [1.0, 1.0]
    assert 0 < scored["sentiment_neutral"][1] < 1
    assert set(scored["sentiment_backend"]) == {"transformers"}


def test_a_missing_model_says_how_to_get_it(tmp_path, monkeypatch):
    pytest.importorskip("transformers")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"cannot be loaded .*hf download .*HF_HOME"):
        transformer.score(pl.Series(["Happy"]), str(tmp_path))


def test_missing_packages_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(SettingsError, match=r"pip install 'spanishgas-assets\[sentiment\]'"):
        score_moods(pl.Series(["Happy"]), "transformers")
