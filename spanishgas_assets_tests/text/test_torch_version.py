"""The fast networks call operators that torch does not promise to keep.

Why they do: docs/adr/0005-lexicon-by-default.md.
"""

import pytest

torch = pytest.importorskip("torch")

#: Versions on which the private operators were tried and `make bench-sentiment` was run.
TRIED = {"2.13"}

PRIVATE = {
    "mkldnn": ("_is_mkldnn_bf16_supported", "_linear_pointwise", "_reorder_linear_weight"),
    "onednn": ("qlinear_pointwise", "qlinear_prepack"),
}


def test_the_private_operators_were_tried_on_this_version_of_torch():
    installed = ".".join(torch.__version__.split(".")[:2])
    assert installed in TRIED, (
        f"torch {installed} is new: run the tests of text/ and make bench-sentiment, compare with "
        f"docs/text.md, and then add {installed!r} to TRIED"
    )


@pytest.mark.parametrize(
    ("family", "operator"),
    [(family, operator) for family, operators in PRIVATE.items() for operator in operators],
)
def test_torch_has_the_operator(family, operator):
    assert hasattr(getattr(torch.ops, family), operator)
