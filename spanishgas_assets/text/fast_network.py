"""The same network, computed faster: in other numbers, and in the order that the CPU likes."""

import copy
import platform
import warnings
from typing import Any

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Precision

#: Where the two highest scores lie closer than this, exact numbers decide: twice the largest error
#: of bf16; int8 can err more (benchmarks/sentiment.py prints both).
CLOSE_CALL = {Precision.FP32: 0.0, Precision.BF16: 0.2, Precision.INT8: 0.2}


def fast_networks(network: Any, precision: Precision, device: str) -> tuple[Any, Any]:
    """Return a network in a precision, and the exact one, which is the same for ``fp32``.

    Raises:
        SettingsError: the device cannot compute in that precision.
    """
    match precision:
        case Precision.FP32:
            exact = _packed(network, device)
            return exact, exact
        case Precision.BF16:
            import torch

            rough = _packed(copy.deepcopy(network).to(torch.bfloat16), device)
        case Precision.INT8:
            rough = _quantized(network, device)
    return rough, _packed(network, device)


def _packed(network: Any, device: str) -> Any:
    """Replace the linear layers by ones whose weights oneDNN has put in order, where it can.

    PyTorch multiplies in MKL, which on AMD is half as fast as oneDNN; in bf16 it would order the
    weights anew in every call. The numbers differ in the last digits only.
    """
    import torch

    usable = (
        device == "cpu"
        and platform.machine() in ("x86_64", "AMD64")
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    )
    if not usable or (
        network.dtype is torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported()
    ):
        return network

    class Packed(torch.nn.Module):
        def __init__(self, layer: torch.nn.Linear) -> None:
            super().__init__()
            self.bias = None if layer.bias is None else layer.bias.detach()
            self.weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach())

        def forward(self, rows: torch.Tensor) -> Any:
            return torch.ops.mkldnn._linear_pointwise(rows, self.weight, self.bias, "none", [], "")

    def pack(module: torch.nn.Module) -> None:
        for name, child in list(module.named_children()):
            if isinstance(child, torch.nn.Linear):
                setattr(module, name, Packed(child))
            else:
                pack(child)

    with torch.inference_mode():
        pack(network)
    return network


def _quantized(network: Any, device: str) -> Any:
    import torch

    if device != "cpu":
        raise SettingsError(
            "SPANISHGAS_SENTIMENT_PRECISION=int8 is for CPUs, and this machine has a GPU: set it "
            "to bf16"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            copy.deepcopy(network),
            {torch.nn.Linear: torch.ao.quantization.per_channel_dynamic_qconfig},
        )
