"""The last layer for the first token alone gives what the whole layer gives."""

import pytest

from spanishgas_assets_tests.text.tiny_model import write_tiny_model

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from spanishgas_assets.text.cls_head import ClsLayer, compute_cls_only  # noqa: E402


def assert_the_same_logits(network, encoded):
    with torch.inference_mode():
        whole = network(**encoded).logits
        compute_cls_only(network)
        assert isinstance(network.roberta.encoder.layer[-1], ClsLayer)
        assert torch.allclose(network(**encoded).logits, whole, atol=1e-5)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("texts", [["happy"], ["happy renewal " * 5, "unhappy", "happy unhappy"]])
def test_the_logits_are_the_same(tmp_path, layers, attention, texts):
    folder = write_tiny_model(tmp_path, num_hidden_layers=layers)
    network = transformers.AutoModelForSequenceClassification.from_pretrained(
        folder, attn_implementation=attention
    ).eval()
    encoded = transformers.AutoTokenizer.from_pretrained(folder)(
        texts, padding=True, return_tensors="pt"
    )
    assert_the_same_logits(network, encoded)


def test_the_multilingual_sibling_is_spared_too():
    config = transformers.XLMRobertaConfig(
        vocab_size=50, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=16, num_labels=3, initializer_range=1.0,
    )  # fmt: skip
    network = transformers.XLMRobertaForSequenceClassification(config).eval()
    encoded = {
        "input_ids": torch.tensor([[0, 7, 9, 2], [0, 8, 2, 1]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
    }
    assert_the_same_logits(network, encoded)


def test_a_network_whose_head_may_read_more_is_left_alone():
    config = transformers.DistilBertConfig(dim=8, n_heads=2, n_layers=1, hidden_dim=16)
    network = transformers.DistilBertForSequenceClassification(config)
    compute_cls_only(network)
    assert not any(isinstance(part, ClsLayer) for part in network.modules())
