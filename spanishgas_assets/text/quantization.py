"""A network whose linear layers multiply eight-bit integers, in oneDNN, on CPUs that have VNNI."""

from typing import Any

import torch
from torch import Tensor, nn

_WEIGHT_LEVELS = 127
# One less than a byte has: rounding the zero point may move the highest by a half.
_INPUT_LEVELS = 254
_INTEGERS = 1.5 * 2**23
_TINY = 1e-9


class QuantizedLinear(nn.Module):
    """A linear layer with one scale for each output, and one for each batch of inputs.

    The inputs' scale and zero point are those of the batch (dynamic quantization). What rounding
    the weights does to the mean input is taken off the bias (bias correction: Nagel et al., 2019,
    Data-Free Quantization Through Weight Equalization and Bias Correction, arXiv 1906.04721).
    """

    def __init__(self, layer: nn.Linear, mean_input: Tensor) -> None:
        """Quantize a layer; ``mean_input`` is what enters it on average, one value per feature."""
        super().__init__()
        weight = layer.weight.detach()
        scale = (weight.abs().amax(dim=1) / _WEIGHT_LEVELS).clamp(min=_TINY)
        rounded = (weight / scale[:, None]).round()
        drift = (rounded * scale[:, None] - weight) @ mean_input
        # Not buffers: they stay as they are when the network is cast.
        self.scale = scale
        self.zero = torch.zeros(len(scale), dtype=torch.int32)
        self.bias = -drift if layer.bias is None else layer.bias.detach() - drift
        self.packed = torch.ops.onednn.qlinear_prepack(rounded.to(torch.int8), None)

    def forward(self, rows: Tensor) -> Any:
        """Multiply; the result has the type of ``rows``."""
        low, high = (float(edge) for edge in torch.aminmax(rows))
        low, high = min(low, 0.0), max(high, 0.0)
        scale = max((high - low) / _INPUT_LEVELS, _TINY)
        zero = round(-low / scale)
        # Added to 1.5 * 2**23, a number becomes an integer in the last bits of its mantissa.
        levels = rows.to(torch.float32, copy=True).mul_(1 / scale).add_(_INTEGERS + zero)
        quantized = levels.view(torch.int32).to(torch.uint8)
        del levels
        return torch.ops.onednn.qlinear_pointwise(
            quantized,
            scale,
            zero,
            self.packed,
            self.scale,
            self.zero,
            self.bias,
            1.0,
            0,
            rows.dtype,
            "none",
            [],
            "",
        )


def quantize(network: nn.Module, sample: dict[str, Tensor]) -> nn.Module:
    """Quantize the linear layers of an fp32 network in place; the rest is in bf16, if the CPU is.

    Args:
        network: any network of linear layers.
        sample: what the network takes, of one typical text.
    """
    with torch.inference_mode():
        means = _mean_inputs(network, sample)
        for name, mean in means.items():
            parent, _, child = name.rpartition(".")
            holder = network.get_submodule(parent)
            setattr(holder, child, QuantizedLinear(getattr(holder, child), mean))
        if torch.ops.mkldnn._is_mkldnn_bf16_supported():
            network = network.to(torch.bfloat16)
        return network


def _mean_inputs(network: nn.Module, sample: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the mean of what enters each linear layer, by the layer's name."""
    means: dict[str, Tensor] = {}

    def watch(name: str) -> Any:
        def note(_: nn.Module, inputs: tuple[Tensor]) -> None:
            means[name] = inputs[0].flatten(end_dim=-2).mean(dim=0)

        return note

    hooks = [
        layer.register_forward_pre_hook(watch(name))
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear)
    ]
    try:
        network(**sample)
    finally:
        for hook in hooks:
            hook.remove()
    return means
