"""The last layer for the first token alone gives what the whole layer gives."""

import pytest

from spanishgas_assets_tests.text.tiny_model import write_tiny_model

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from spanishgas_assets.text.first_token import FirstTokenLayer, read_first_token_only  # noqa: E402


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
    with torch.inference_mode():
        whole = network(**encoded).logits
        read_first_token_only(network)
        assert isinstance(network.roberta.encoder.layer[-1], FirstTokenLayer)
        assert torch.allclose(network(**encoded).logits, whole, atol=1e-5)


def test_a_network_whose_head_may_read_more_is_left_alone():
    config = transformers.DistilBertConfig(dim=8, n_heads=2, n_layers=1, hidden_dim=16)
    network = transformers.DistilBertForSequenceClassification(config)
    read_first_token_only(network)
    assert not any(isinstance(part, FirstTokenLayer) for part in network.modules())
