"""What mail programs and web forms leave in a note."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.text.clean_text import clean


def cleaned(text):
    return pl.select(clean(pl.lit(text, pl.String))).item()


@pytest.mark.parametrize(
    ("text", "clean_text"),
    [
        ("<p>Quiero la <b>baja</b></p>", "Quiero la  baja"),
        ("<a href='mailto:a@b.es'>hola</a>", "hola"),
        ("Renovaci&oacute;n &amp; precio&#33;", "Renovación & precio!"),
        ("renovaciÃ³n del aÃ±o", "renovación del año"),
        ("It doesnâ€™t work", "It doesn’t work"),
        ("uses < 5 kW and > 3 kW", "uses < 5 kW and > 3 kW"),
        ("bi\u200bll\x00 \x07paid", "bill   paid"),
        ("ｂｉｌｌ ﬁne", "bill fine"),
        ("two\nlines", "two\nlines"),
        ("Renovación 😀", "Renovación 😀"),
        ("<br/>", None),
        ("\x00\u200b", None),
        ("", None),
        (None, None),
    ],
)
def test_a_note_reads_as_its_writer_meant_it(text, clean_text):
    assert cleaned(text) == clean_text


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_breaks_it_and_none_keeps_control_characters(text):
    result = cleaned(text)
    assert result is None or not any(ord(sign) < 32 and sign != "\n" for sign in result)
