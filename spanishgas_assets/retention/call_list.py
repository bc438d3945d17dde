"""The call list: recommendations as a person reads them, as CSV or as an Excel sheet."""

import io
from collections.abc import Mapping

import polars as pl
import polars.selectors as cs

from spanishgas_assets.retention.column_values import NO_OFFER

ALL_CHANNELS = "all"
COMMA, SEMICOLON = ",", ";"

_HEADS = {
    "en": {
        "customer_id": "Customer",
        "segment": "Segment",
        "action": "Offer",
        "channel": "Channel",
        "timing_window": "When",
        "offer_budget_eur_month": "Offer (EUR a month)",
        "offer_cost_eur": "Offer in all (EUR)",
        "expected_margin_impact_eur": "Expected gain (EUR)",
        "risk_score": "Risk (%)",
        "reasons": "Why the customer may leave",
    },
    "es": {
        "customer_id": "Cliente",
        "segment": "Segmento",
        "action": "Oferta",
        "channel": "Canal",
        "timing_window": "Cuándo",
        "offer_budget_eur_month": "Oferta (EUR al mes)",
        "offer_cost_eur": "Oferta en total (EUR)",
        "expected_margin_impact_eur": "Ganancia esperada (EUR)",
        "risk_score": "Riesgo (%)",
        "reasons_es": "Por qué puede irse",
    },
}
#: Values of the columns as people say them, by language.
WORDS = {
    "en": {
        "phone": "phone",
        "email": "e-mail",
        "letter": "letter",
        "immediate": "now",
        "30_60_days": "in 30 to 60 days",
        "60_90_days": "in 60 to 90 days",
        "Residential": "residential",
        "SME": "SME",
        "Corporate": "corporate",
    },
    "es": {
        "phone": "teléfono",
        "email": "correo electrónico",
        "letter": "carta",
        "immediate": "ya",
        "30_60_days": "en 30 a 60 días",
        "60_90_days": "en 60 a 90 días",
        "Residential": "residencial",
        "SME": "pyme",
        "Corporate": "empresa",
    },
}
_FORMULA = r"^[=+\-@\t\r]"
#: Characters that no cell of a spreadsheet can hold, and how many it can.
_UNWRITABLE = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
_MOST_CHARACTERS = 32_767
_WIDTHS = (12, 14, 28, 18, 18, 14, 14, 14, 10, 90)
_LINE_POINTS = 14


def call_list_place(snapshot: str) -> str:
    """Return where a snapshot's list is in the store: ``layer/name/partition``."""
    return f"retention/call_list/{snapshot}"


def call_list(
    recommendations: pl.LazyFrame,
    titles: Mapping[str, str],
    *,
    top: int | None = None,
    channel: str,
    language: str,
) -> pl.DataFrame:
    """Choose the offers worth most, and name columns and values for a reader.

    Grain: one row per customer with an offer on the channel (``all`` for every one), the most
    valuable first, at most ``top`` (None: all). ``titles`` names the offers in the language.
    """
    heads = _HEADS[language]
    words = {**WORDS[language], **titles}
    wanted = pl.lit(value=True) if channel == ALL_CHANNELS else pl.col("channel") == channel
    named = pl.col("segment", "action", "channel", "timing_window").replace(words)
    chosen = recommendations.filter(pl.col("action") != NO_OFFER, wanted).sort(
        "expected_margin_impact_eur", "customer_id", descending=[True, False]
    )
    return (
        (chosen if top is None else chosen.head(top))
        .with_columns(named, (pl.col("risk_score") * 100).round(0).cast(pl.Int64))
        .select(heads.keys())
        .with_columns(_harmless(cs.string()))
        .rename(heads)
        .collect()
    )


def as_csv(listed: pl.DataFrame, separator: str) -> bytes:
    """Write the list as UTF-8 with a byte-order mark, which Excel needs to see the accents.

    A semicolon comes with a decimal comma, as Excel in Spanish reads; a comma with a point.
    """
    buffer = io.BytesIO()
    listed.write_csv(
        buffer,
        separator=separator,
        include_bom=True,
        decimal_comma=separator == SEMICOLON,
        float_precision=2,
    )
    return buffer.getvalue()


def as_xlsx(listed: pl.DataFrame, title: str) -> bytes:
    """Write the list as an Excel sheet: head in view, filters, wide columns, one page wide."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.append(listed.columns)
    for row in listed.iter_rows():
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, (kind, width) in enumerate(zip(listed.dtypes, _WIDTHS, strict=True), 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = width
        for cell in sheet[letter][1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if kind == pl.Float64:
                cell.number_format = "#,##0.00"
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    # Not every program fits the height of a row to wrapped text.
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        lines = max(
            -(-len(str(value)) // width) for value, width in zip(values, _WIDTHS, strict=True)
        )
        sheet.row_dimensions[number].height = _LINE_POINTS * lines
    sheet.auto_filter.ref = sheet.dimensions
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _harmless(text: pl.Expr) -> pl.Expr:
    """Keep a text to what a cell can hold, and a spreadsheet from reading it as a formula."""
    held = text.str.replace_all(_UNWRITABLE, " ")
    marked = pl.when(held.str.contains(_FORMULA)).then("'" + held).otherwise(held)
    return marked.str.head(_MOST_CHARACTERS).name.keep()
