"""The transformer backend on a real, tiny RoBERTa with random weights; no download."""

import sys

import polars as pl
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Precision, Sentiment
from spanishgas_assets.text import transformer
from spanishgas_assets.text.backends import Models, open_scorers
from spanishgas_assets.text.score_cache import SCORES
from spanishgas_assets.text.transformer import Transformer
from spanishgas_assets_tests.text.tiny_model import write_tiny_model

pytest.importorskip("torch")
pytest.importorskip("transformers")

TEXTS = pl.Series(["Happy with renewal " * n for n in (3, 1, 400, 2)])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("model"))


def test_each_text_gets_its_own_scores_in_order(model):
    scorer = Transformer(model)
    together = scorer.score(TEXTS)
    alone = pl.concat([scorer.score(TEXTS[n : n + 1]) for n in range(4)])
    assert together.columns == SCORES
    assert together.sum_horizontal().to_list() == pytest.approx([1.0] * 4, abs=1e-12)
    assert together.n_unique() == 4
    for name in SCORES:
        assert together[name].to_list() == pytest.approx(alone[name].to_list(), abs=1e-5)


def test_the_scores_are_those_of_the_librarys_own_pipeline(model):
    from transformers import pipeline

    plain = pipeline("text-classification", model=model, top_k=None, truncation=True)
    ours = Transformer(model).score(TEXTS[:2])
    for row, theirs in zip(ours.iter_rows(named=True), plain(TEXTS[:2].to_list()), strict=True):
        for answer in theirs:
            name = f"sentiment_{answer['label'].lower()}"
            assert row[name] == pytest.approx(answer["score"], abs=1e-5)


def test_no_texts_are_no_scores(model):
    assert Transformer(model).score(TEXTS.clear()).shape == (0, 3)


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.INT8])
def test_faster_numbers_give_the_same_labels_where_exact_ones_decide_close_calls(model, precision):
    texts = pl.Series([f"happy {n} renewal {n * 7 % 11}" for n in range(60)])
    exact = Transformer(model).score(texts)
    rough = Transformer(model, precision, close_call=0.0).score(texts)
    checked = Transformer(model, precision, close_call=1.1).score(texts)
    for name in SCORES:
        assert checked[name].to_list() == pytest.approx(exact[name].to_list(), abs=1e-6)
    assert not rough.equals(exact)
    for name in SCORES:
        assert rough[name].to_list() == pytest.approx(exact[name].to_list(), abs=0.1)


def test_only_close_calls_are_scored_again(model):
    texts = pl.Series([f"happy {n} renewal {n * 7 % 11}" for n in range(60)])
    exact = Transformer(model).score(texts)
    gaps = exact.select(
        pl.concat_list(SCORES).list.sort(descending=True).list.head(2).list.diff().list.get(1).abs()
    ).to_series()
    limit = float(gaps.median())
    checked = Transformer(model, Precision.BF16, close_call=limit).score(texts)
    same = pl.Series([a == b for a, b in zip(checked.rows(), exact.rows(), strict=True)])
    assert same.filter(gaps < limit * 0.8).all()
    assert not same.filter(gaps > limit * 1.2).any()


def test_batches_hold_texts_of_like_length_within_the_budget():
    assert list(transformer._batches([5, 1, 9, 2, 30], 12)) == [[1, 3], [0], [2], [4]]


def test_labels_are_found_by_name_not_by_place(model, tmp_path):
    turned = write_tiny_model(tmp_path, {0: "positive", 1: "neutral", 2: "negative"})
    usual = Transformer(model).score(TEXTS[:1])
    assert usual.row(0) == pytest.approx(Transformer(turned).score(TEXTS[:1]).row(0)[::-1])


@pytest.mark.parametrize(
    "labels",
    [
        {0: "joy", 1: "calm", 2: "rage"},
        {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"},
        {0: "negative", 1: "neutral", 2: "positive", 3: "mixed"},
        {0: "negative", 1: "positive"},
    ],
)
def test_a_model_of_other_labels_is_refused_before_any_text(tmp_path, labels):
    folder = write_tiny_model(tmp_path, labels)
    with pytest.raises(SettingsError, match=f"knows the labels {', '.join(labels.values())}"):
        Transformer(folder)


@pytest.mark.parametrize(
    "missing",
    [
        ["config.json"],
        ["model.safetensors"],
        ["tokenizer.json", "vocab.json", "merges.txt"],
        ["tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"],
    ],
)
def test_a_folder_that_lacks_a_file_is_refused_with_what_to_do(tmp_path, missing):
    folder = write_tiny_model(tmp_path)
    for name in missing:
        (tmp_path / name).unlink(missing_ok=True)
    with pytest.raises(SettingsError, match="set SPANISHGAS_SENTIMENT=lexicon"):
        Transformer(folder)


def test_weights_without_a_classifier_are_refused(tmp_path):
    from transformers import RobertaModel

    folder = write_tiny_model(tmp_path)
    RobertaModel.from_pretrained(folder).save_pretrained(tmp_path / "bare")
    (tmp_path / "bare" / "model.safetensors").replace(tmp_path / "model.safetensors")
    with pytest.raises(SettingsError, match=r"lack .* parts of a classifier"):
        Transformer(folder)


@pytest.mark.parametrize("precision", list(Precision))
def test_a_model_that_was_saved_in_half_precision_is_computed_as_the_settings_say(
    model, tmp_path, precision
):
    import torch
    from transformers import RobertaForSequenceClassification

    folder = write_tiny_model(tmp_path)
    RobertaForSequenceClassification.from_pretrained(folder).half().save_pretrained(folder)
    halved = Transformer(folder, precision)
    assert {weight.dtype for weight in halved._exact.parameters()} == {torch.float32}
    scores, expected = halved.score(TEXTS), Transformer(model, precision).score(TEXTS)
    for name in SCORES:
        assert scores[name].to_list() == pytest.approx(expected[name].to_list(), abs=0.05)


@pytest.mark.parametrize("precision", list(Precision))
def test_weights_that_are_no_numbers_are_refused_before_any_text(tmp_path, precision):
    import torch
    from transformers import RobertaForSequenceClassification

    folder = write_tiny_model(tmp_path)
    network = RobertaForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        network.classifier.dense.weight[0, 0] = float("nan")
    network.save_pretrained(folder)
    with pytest.raises(SettingsError, match=r"not finite, e\.g\. classifier\.dense\.weight: put"):
        Transformer(folder, precision)


def test_a_name_must_be_pinned_and_in_the_cache(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match="neither a folder nor pinned: write name@revision"):
        Transformer("some/model")
    with pytest.raises(SettingsError, match=r"hf download some/model --revision 0a1b.* HF_HOME"):
        Transformer("some/model@0a1b")


def test_the_revision_follows_the_files_and_the_precision(model, tmp_path):
    assert Transformer(model).revision.endswith("-fp32")
    assert Transformer(model, Precision.BF16).revision.endswith("-bf16")
    other = write_tiny_model(tmp_path, hidden_size=4)
    assert Transformer(model).revision != Transformer(other).revision


def test_int8_on_a_gpu_is_refused(model, monkeypatch):
    import torch
    import transformers

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(transformers.PreTrainedModel, "to", lambda network, device: network)
    with pytest.raises(SettingsError, match="int8 is for CPUs"):
        Transformer(model, Precision.INT8)


def test_int8_without_vnni_is_pytorchs_own(model, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cpu, "_is_vnni_supported", lambda: False)
    rough = Transformer(model, Precision.INT8, close_call=0.0)
    kinds = {type(layer) for layer in rough._fast.modules()}
    assert torch.ao.nn.quantized.dynamic.Linear in kinds
    exact = Transformer(model).score(TEXTS)
    for name in SCORES:
        assert rough.score(TEXTS)[name].to_list() == pytest.approx(exact[name].to_list(), abs=0.1)


def test_a_gpu_is_used_where_there_is_one(model, monkeypatch):
    import torch
    import transformers

    moved = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        transformers.PreTrainedModel, "to", lambda network, device: moved.append(device) or network
    )
    scorer = Transformer(model)
    assert moved == ["cuda"]
    assert any(isinstance(layer, torch.nn.Linear) for layer in scorer._fast.modules())
    assert transformer.BATCH_TOKENS["cuda"] > transformer.BATCH_TOKENS["cpu"]


def test_missing_packages_say_what_to_install(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(SettingsError, match=r"pip install 'spanishgas-assets\[sentiment\]'"):
        Transformer(model)


def test_english_and_other_languages_have_their_own_model(model, tmp_path):
    other = write_tiny_model(tmp_path, hidden_size=4)
    scorers = open_scorers(Sentiment.TRANSFORMERS, ["en", "es", "ca"], Models(model, other))
    assert scorers["en"] is not scorers["es"]
    assert scorers["es"] is scorers["ca"]
    assert set(open_scorers(Sentiment.TRANSFORMERS, ["en"], Models(model, "nowhere"))) == {"en"}


def test_the_default_models_are_pinned():
    for name in (Models().english, Models().multilingual):
        assert len(name.partition("@")[2]) == 40
