"""The last layer of a RoBERTa classifier, computed for the first token (CLS) only."""

from typing import Any

import transformers
from torch import Tensor, nn

_READ_THE_FIRST_TOKEN = (
    transformers.RobertaForSequenceClassification,
    transformers.XLMRobertaForSequenceClassification,
)


class ClsLayer(nn.Module):
    """A layer of an encoder that turns (texts, tokens, features) into (texts, 1, features)."""

    def __init__(self, layer: nn.Module) -> None:
        """Wrap a layer, whose parts are used as they are."""
        super().__init__()
        self.layer = layer

    def forward(
        self, rows: Tensor, attention_mask: Tensor | None = None, *_: Any, **__: Any
    ) -> Any:
        """Attend from the first token to all."""
        attention: Any = self.layer.attention
        parts = attention.self
        first = rows[:, :1]
        query, key, value = (
            part.unflatten(-1, (parts.num_attention_heads, -1)).transpose(1, 2)
            for part in (parts.query(first), parts.key(rows), parts.value(rows))
        )
        mask = None if attention_mask is None else attention_mask[:, :, :1]
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended = attention.output(mixed.transpose(1, 2).flatten(start_dim=2), first)
        return self.layer.feed_forward_chunk(attended)  # type: ignore[operator]


def compute_cls_only(network: Any) -> None:
    """Compute the last layer for the first token only, if the head reads no other."""
    if isinstance(network, _READ_THE_FIRST_TOKEN):
        encoder: Any = network.base_model.encoder
        encoder.layer[-1] = ClsLayer(encoder.layer[-1])
