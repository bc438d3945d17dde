"""Eight-bit linear layers against exact ones."""

import pytest

torch = pytest.importorskip("torch")

from spanishgas_assets.text.quantization import QuantizedLinear, quantize  # noqa: E402

pytestmark = pytest.mark.skipif(
    not torch.cpu._is_vnni_supported(), reason="the CPU has no VNNI: PyTorch's own int8 serves"
)


@pytest.fixture
def layer():
    torch.manual_seed(3)
    return torch.nn.Linear(64, 32)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shift", [0.0, 5.0, -5.0])
def test_the_product_is_the_exact_one_to_a_hundredth(layer, kind, shift):
    rows = (torch.randn(4, 10, 64) + shift).to(kind)
    before = rows.clone()
    with torch.inference_mode():
        exact = layer(rows.float())
        rough = QuantizedLinear(layer, torch.full((64,), shift))(rows)
    assert rough.dtype is kind
    assert rough.shape == exact.shape
    assert (rough - exact).abs().max() < 0.02 * exact.abs().max()
    assert torch.equal(rows, before)


def test_every_level_of_the_inputs_is_hit(layer):
    """The lowest and the highest input do not wrap round, wherever zero lies between them."""
    with torch.inference_mode():
        unit = torch.nn.Linear(1, 1, bias=False)
        unit.weight.fill_(1.0)
        quantized = QuantizedLinear(unit, torch.zeros(1))
        for low in torch.linspace(-3, 0, 301):
            rows = torch.linspace(float(low), float(low) + 3, 50)[:, None]
            assert (quantized(rows) - rows).abs().max() < 3 / 254


def test_rounding_of_the_weights_does_not_move_the_mean(layer):
    mean = torch.randn(64) * 10
    rows = mean + torch.randn(500, 64) * 0.1
    with torch.inference_mode():
        exact = layer(rows).mean(dim=0)
        adjusted = QuantizedLinear(layer, mean)(rows).mean(dim=0)
        plain = QuantizedLinear(layer, torch.zeros(64))(rows).mean(dim=0)
    assert (adjusted - exact).abs().mean() < 0.5 * (plain - exact).abs().mean()


def test_rows_of_zeros_and_a_layer_without_bias():
    bare = torch.nn.Linear(16, 4, bias=False)
    with torch.inference_mode():
        assert not QuantizedLinear(bare, torch.zeros(16))(torch.zeros(3, 16)).any()


def test_all_linear_layers_of_a_network_are_replaced():
    torch.manual_seed(3)
    network = torch.nn.Sequential(
        torch.nn.Linear(16, 16), torch.nn.Sequential(torch.nn.Tanh(), torch.nn.Linear(16, 4))
    )
    rows = torch.randn(8, 16)
    with torch.inference_mode():
        exact = network(rows)
        rough = quantize(network, {"input": rows})(rows)
    assert not any(isinstance(part, torch.nn.Linear) for part in network.modules())
    assert (rough - exact).abs().max() < 0.02 * exact.abs().max()
