"""Charts and tables as every page draws them: named for screen readers, no red against green."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl
import polars.selectors as cs
import streamlit as st

from spanishgas_assets.dashboard.page_texts import Words

_BLUE, _GREY = "#0b5d8f", "#5d6878"
_CARD_WIDTH = 190
_BAR_HEIGHT = 26
_AXIS_HEIGHT = 70
_MOST_BARS = 20
_NUMBERS = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
    "es": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " €"]},
}
#: Decimals of a share as a percentage, and of a figure of a model.
PERCENT, THREE_DECIMALS = "percent of 100", "three decimals"


def bars(
    frame: pl.DataFrame,
    name: str,
    value: str,
    *,
    titles: tuple[str, str],
    alt_text: str,
    language: str,
) -> None:
    """Draw horizontal bars, in the order of the rows; at most twenty.

    Args:
        frame: one row per bar.
        name: column with the bars' names.
        value: column with their lengths.
        titles: of names (in the tooltip alone, where long names leave no room) and lengths.
        alt_text: what the chart says, for those who do not see it.
        language: of the axes' numbers.
    """
    shown = frame.head(_MOST_BARS)
    base = alt.Chart(shown).encode(
        y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)),
        x=alt.X(f"{value}:Q", title=titles[1], axis=alt.Axis(tickCount=5, format=",.0f")),
        tooltip=[
            alt.Tooltip(f"{name}:N", title=titles[0]),
            alt.Tooltip(f"{value}:Q", title=titles[1], format=",.2f"),
        ],
    )
    height = _BAR_HEIGHT * shown.height + _AXIS_HEIGHT
    _draw(base.mark_bar(color=_BLUE, size=16).properties(height=height), language, alt_text)


def stacked_months(
    frame: pl.DataFrame,
    *,
    value: str,
    kind: str,
    titles: tuple[str, str, str],
    alt_text: str,
    language: str,
) -> None:
    """Draw stacked bars a month; ``frame`` is long: month, ``kind``, ``value``."""
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(month):O", title=titles[0], axis=alt.Axis(format="%m/%y")),
            y=alt.Y(f"{value}:Q", title=titles[1]),
            color=alt.Color(f"{kind}:N", title=titles[2], sort=None),
            tooltip=[f"{kind}:N", alt.Tooltip(f"{value}:Q", format=",.1f")],
        )
        .properties(height=240)
    )
    _draw(chart, language, alt_text)


def lines(
    frame: pl.DataFrame,
    x: str,
    y: str,
    kind: str,
    *,
    titles: tuple[str, str],
    alt_text: str,
    language: str,
    y_format: str = ".2f",
    x_format: str | None = None,
) -> None:
    """Draw lines with marks, one a kind: told apart by colour, dash and mark."""
    encoded = alt.Chart(frame).encode(
        x=alt.X(x, title=titles[0], axis=alt.Axis(format=x_format) if x_format else alt.Axis()),
        y=alt.Y(f"{y}:Q", title=titles[1], axis=alt.Axis(format=y_format)),
        color=alt.Color(f"{kind}:N", legend=alt.Legend(title=None, orient="bottom")),
        tooltip=[x, f"{kind}:N", alt.Tooltip(f"{y}:Q", format=y_format)],
    )
    chart = alt.layer(
        encoded.mark_line().encode(strokeDash=alt.StrokeDash(f"{kind}:N", legend=None)),
        encoded.mark_point(size=50, filled=True).encode(shape=alt.Shape(f"{kind}:N", legend=None)),
    ).properties(height=240)
    _draw(chart, language, alt_text)


def banded_line(
    frame: pl.DataFrame,
    *,
    titles: tuple[str, str],
    alt_text: str,
    language: str,
    diagonal: bool = False,
) -> None:
    """Draw a line with its band, both axes as shares from 0 to 1.

    Args:
        frame: x, y, low and high, one row a point.
        titles: of the axes.
        alt_text: what the chart says, for those who do not see it.
        language: of the axes' numbers.
        diagonal: whether the line from corner to corner is drawn as well.
    """
    share = alt.Scale(domain=[0, 1])
    percent = alt.Axis(format=".0%")
    base = alt.Chart(frame).encode(x=alt.X("x:Q", title=titles[0], scale=share, axis=percent))
    of_line = alt.Y("y:Q", title=titles[1], scale=share, axis=percent)
    told = [
        alt.Tooltip(f"{name}:Q", title=title, format=".1%")
        for name, title in (("x", titles[0]), ("y", titles[1]), ("low", "≥"), ("high", "≤"))
    ]
    layers = [
        base.mark_area(color=_BLUE, opacity=0.18, clip=True).encode(y="low:Q", y2="high:Q"),
        base.mark_line(color=_BLUE).encode(y=of_line, tooltip=told),
        base.mark_point(color=_BLUE, size=12, filled=True).encode(y=of_line, tooltip=told),
    ]
    if diagonal:
        ends = alt.Chart(pl.DataFrame({"x": [0, 1], "y": [0, 1]}))
        layers.append(ends.mark_line(color=_GREY, strokeDash=[4, 4]).encode(x="x:Q", y="y:Q"))
    _draw(alt.layer(*layers).properties(height=260), language, alt_text)


def _draw(chart: Any, language: str, alt_text: str) -> None:
    """Draw a chart whose axes write numbers as the language does."""
    number = _NUMBERS[language]
    st.altair_chart(chart.configure(locale={"number": number}), width="stretch", alt=alt_text)


def table(
    frame: pl.DataFrame,
    heads: Mapping[str, str],
    *,
    formats: Mapping[str, str] | None = None,
    widths: Mapping[str, str] | None = None,
    alt_text: str,
    **more: Any,
) -> Any:
    """Draw the columns that have a head; figures in the reader's own locale.

    Args:
        frame: the rows, at most some hundreds.
        heads: head of each column, in order.
        formats: of number columns: ``euro``, PERCENT, THREE_DECIMALS or a printf format.
        widths: ``small``, ``medium`` or ``large``.
        alt_text: what the table holds.
        more: further arguments of ``st.dataframe``.
    """
    formats, widths = formats or {}, widths or {}
    config: dict[str, Any] = {}
    for name, head in heads.items():
        width: Any = widths.get(name)
        unit = " (%)" if formats.get(name) == PERCENT else ""
        if frame.schema[name].is_numeric():
            number: Any = formats.get(name, "localized")
            if number == PERCENT:
                frame, number = frame.with_columns((pl.col(name) * 100).round(1)), "localized"
            elif number == THREE_DECIMALS:
                frame, number = frame.with_columns(pl.col(name).round(3)), "localized"
            config[name] = st.column_config.NumberColumn(
                f"{head}{unit}", format=number, width=width
            )
        elif frame.schema[name] == pl.Date:
            config[name] = st.column_config.DateColumn(head, format="localized", width=width)
        else:
            config[name] = st.column_config.Column(head, width=width)
    return st.dataframe(
        frame.select(list(heads)).with_columns(cs.string().fill_null("")),
        hide_index=True,
        column_config=config,
        alt=alt_text,
        **more,
    )


def metrics(shown: Sequence[tuple[str, str, str | None]]) -> None:
    """Draw figures side by side: label, value and what else there is to say (None: nothing)."""
    with st.container(horizontal=True, gap="small"):
        for label, value, said in shown:
            st.metric(
                label,
                value,
                delta=said,
                delta_color="off",
                delta_arrow="off",
                border=True,
                width=_CARD_WIDTH,
            )


def choice(
    words: Words, label: str, options: Sequence[Any], said: Callable[[Any], str]
) -> list[Any]:
    """Let a person choose some of several values; none chosen means all."""
    return st.multiselect(label, options, format_func=said, placeholder=words("calls.any"))
