"""The same network, computed faster: in other numbers, and in the order that the CPU likes."""

import copy
import platform
import warnings
from typing import Any

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Precision

#: Where the two highest scores lie closer than this, exact numbers decide. The gap between two
#: scores moved by 0.16 at most in bf16, so labels stay as they are; in int8 by 0.31, the most of it
#: where it was wide (benchmarks/sentiment.py prints both and the agreement of labels).
CLOSE_CALL = {Precision.FP32: 0.0, Precision.BF16: 0.2, Precision.INT8: 0.25}


def inference_networks(
    network: Any, precision: Precision, device: str, sample: dict[str, Any]
) -> tuple[Any, Any]:
    """Return a network in a precision, and the exact one, which is the same for ``fp32``.

    Args:
        network: an fp32 network on the device, which is used up.
        precision: numbers to compute with.
        device: ``cpu`` or ``cuda``.
        sample: what the network takes, of one typical text, on the CPU; ``int8`` is adjusted to it.

    Raises:
        SettingsError: the device cannot compute in that precision.
    """
    from spanishgas_assets.text.cls_head import compute_cls_only

    compute_cls_only(network)
    match precision:
        case Precision.FP32:
            exact = _packed(network, device)
            return exact, exact
        case Precision.BF16:
            import torch

            rough = _packed(_copied(network, device).to(torch.bfloat16), device)
        case Precision.INT8:
            rough = _quantized(_copied(network, device), device, sample)
    return rough, _packed(network, device)


def _copied(network: Any, device: str) -> Any:
    """Copy a network; on a CPU its attention is plain products, which bf16 does twice as fast."""
    network = copy.deepcopy(network)
    if device == "cpu":
        network.set_attn_implementation("eager")
    return network


def _packed(network: Any, device: str) -> Any:
    """Replace the linear layers by ones whose weights oneDNN has put in order, where it can.

    PyTorch multiplies in MKL, which on AMD is half as fast as oneDNN; in bf16 it would order the
    weights anew in every call. The numbers differ in the last digits only.
    """
    import torch

    if not (device == "cpu" and _has_onednn()) or (
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


def _quantized(network: Any, device: str, sample: dict[str, Any]) -> Any:
    """Quantize a network, which is used up: by oneDNN, or by PyTorch where oneDNN would be slow."""
    import torch

    if device != "cpu":
        raise SettingsError(
            "SPANISHGAS_SENTIMENT_PRECISION=int8 is for CPUs, and this machine has a GPU: set it "
            "to bf16"
        )
    if _has_onednn() and torch.cpu._is_vnni_supported():
        from spanishgas_assets.text.quantization import quantize

        return quantize(network, sample)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            network, {torch.nn.Linear: torch.ao.quantization.per_channel_dynamic_qconfig}
        )


def _has_onednn() -> bool:
    import torch

    return (
        platform.machine() in ("x86_64", "AMD64") and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    )
