"""Personal data become tags, and nothing else does."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.demo import build_world
from spanishgas_assets.text.pii import redact, redact_text
from spanishgas_assets_tests.text.labelled_notes import labelled_notes
from spanishgas_assets_tests.text.published_notes import published_notes


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Escriba a juan.perez+luz@correo-e.es hoy", "Escriba a [EMAIL] hoy"),
        ("JUAN@CORREO.COM", "[EMAIL]"),
        ("ana (arroba) correo.es", "[EMAIL]"),
        ("ana arroba correo punto es", "[EMAIL]"),
        ("Llamar al 612345678.", "Llamar al [PHONE]."),
        ("Tel. 612 345 678, tardes", "Tel. [PHONE], tardes"),
        ("Tel. 612 34 56 78", "Tel. [PHONE]"),
        ("Tel. 91 123 45 67", "Tel. [PHONE]"),
        ("Tel. 93-123-4567", "Tel. [PHONE]"),
        ("+34 612 345 678", "[PHONE]"),
        ("0034612345678", "[PHONE]"),
        ("Call +44 7911 123456 now", "Call [PHONE] now"),
        ("IBAN ES91 2100 0418 4502 0005 1332.", "IBAN [IBAN]."),
        ("ES9121000418450200051332", "[IBAN]"),
        ("es9121000418450200051332", "[IBAN]"),
        ("GB29 NWBK 6016 1331 9268 19", "[IBAN]"),
        ("de89370400440532013000", "[IBAN]"),
        ("con DNI 12345678Z, Madrid", "con [ID], Madrid"),
        ("12.345.678-Z", "[ID]"),
        ("12345678 z", "[ID]"),
        ("NIE X1234567L", "NIE [ID]"),
        ("x-1234567-l", "[ID]"),
        ("su dni es: dni 12345678", "su dni es: [ID]"),
        ("CUPS ES0021000000000001AB", "CUPS [CUPS]"),
        ("CUPS: es 0021 0000 0000 0001 ab 1f", "CUPS: [CUPS]"),
        ("Card 4111 1111 1111 1111", "Card [NUMBER]"),
        ("2100 0418 4502 0005 1332", "[NUMBER]"),
        ("Reference 123456789012", "Reference [NUMBER]"),
        ("Hola Juan, quiero la factura", "Hola [NAME], quiero la factura"),
        ("hola juan garcía quiero la factura", "hola [NAME] quiero la factura"),
        ("HOLA JUAN GARCIA QUIERO LA FACTURA", "HOLA [NAME] QUIERO LA FACTURA"),
        ("Hola, Wenceslao: quiero la baja", "Hola, [NAME]: quiero la baja"),
        ("hola wenceslao, quiero la baja", "hola [NAME], quiero la baja"),
        ("Buenos días María del Carmen López-Ruiz. Gracias", "Buenos días [NAME]. Gracias"),
        ("Estimada Sra. Núñez de la Torre: le escribo", "Estimada Sra. [NAME]: le escribo"),
        ("Dear Mr. O'Brien, your bill", "Dear Mr. [NAME], your bill"),
        ("Hi Sarah J. Smith!", "Hi [NAME]!"),
        ("Sr. García llamó", "Sr. [NAME] llamó"),
        ("doña Consuelo pide la baja", "doña [NAME] pide la baja"),
        ("Me llamo Iñaki Etxeberria y quiero", "Me llamo [NAME] y quiero"),
        ("Atentamente,\nRosa Luz Vidal", "Atentamente,\n[NAME]"),
        ("Kind regards, Wilhelmina", "Kind regards, [NAME]"),
        ("Soy Marta y llamo por el recibo", "Soy [NAME] y llamo por el recibo"),
        ("El cliente Juan Pérez se queja", "El cliente [NAME] se queja"),
        ("Customer John Smith complained", "Customer [NAME] complained"),
    ],
)
def test_each_kind_of_personal_data_becomes_its_tag(text, redacted):
    assert redact_text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Cust inquired about renewal options. Happy. 159 days left.",
        "Sin subida en 2024-11-30, 1.234,56 EUR y 4,6 kW a 0.145 EUR/kWh.",
        "Hola, quiero cancelar, gracias",
        "Hola, Cancelen mi contrato",
        "Soy cliente desde 2015",
        "Thanks, all good. Dear customer service team",
        "The price went up 12 34 times",
        "Factura de marzo: 120 kWh, 35 EUR.",
    ],
)
def test_other_words_and_numbers_stay(text):
    assert redact_text(text) == text


def test_known_notes_hold_no_personal_data():
    demo = build_world(2_000, 7).interaction["interaction_summary"].to_list()
    ours = [text for text, *_ in published_notes()] + [text for text, *_ in labelled_notes()]
    frame = pl.DataFrame({"text": demo + ours})
    changed = frame.with_columns(redacted=redact(pl.col("text"))).filter(
        pl.col("text") != pl.col("redacted")
    )
    assert changed.rows() == []


def test_no_text_stays_no_text():
    assert pl.select(redact(pl.lit(None, pl.String))).item() is None


@settings(deadline=None, max_examples=50)
@given(
    st.text(alphabet="abc ,.\nÁñ", max_size=20),
    st.sampled_from(
        ["juan@correo.es", "612345678", "ES9121000418450200051332", "12345678Z", "X1234567L"]
    ),
    st.text(alphabet="abc ,.\nÁñ", max_size=20),
)
def test_personal_data_are_found_wherever_they_stand(before, planted, after):
    redacted = redact_text(f"{before} {planted} {after}")
    assert planted not in redacted
    assert "[" in redacted
