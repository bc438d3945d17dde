"""The page for management: one printed sheet of a snapshot, in Spanish and in English.

Self-contained HTML with both languages in it; a switch shows one, which is the one that is printed.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.packaged_yaml import read_packaged_yaml
from spanishgas_assets.retention.call_list import WORDS
from spanishgas_assets.retention.column_values import NO_OFFER, RISK_TIERS
from spanishgas_assets.retention.reasons import block_texts
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.retention.totals import (
    OFFER_TOTALS,
    RISK_TOTALS,
    totals_by,
    withheld_steps,
)
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.snapshot_before import snapshot_before, table_before
from spanishgas_assets.text.written_figures import WrittenFigures

_TEXTS = Path(__file__).with_suffix(".yaml")
_CSS = Path(__file__).with_suffix(".css")
#: The page among the files of a publication.
MANAGEMENT_FILE = "retention/management_page.html"

_LOSS, _GAIN = "expected_yearly_loss_eur", "expected_margin_impact_eur"
#: The first language is the one that is shown.
_LANGUAGES = {"es": "Español", "en": "English"}


@dataclass(frozen=True)
class Decisions:
    """What a snapshot came to.

    Attributes:
        snapshot: the as-of date.
        scored: SCORED_CUSTOMERS.
        recommendations: RECOMMENDATIONS.
    """

    snapshot: date
    scored: pl.LazyFrame
    recommendations: pl.LazyFrame

    @functools.cached_property
    def totals(self) -> Mapping[str, float]:
        """The figures of RISK_TOTALS and OFFER_TOTALS by name."""
        at_risk = self.scored.select(RISK_TOTALS).collect().row(0, named=True)
        return at_risk | self.recommendations.select(OFFER_TOTALS).collect().row(0, named=True)


def management_place(snapshot: str) -> str:
    """Return where a snapshot's page is in the store: ``layer/name/partition``."""
    return f"retention/management_page/{snapshot}"


def decisions_before(store: Store, snapshot: str) -> Decisions | None:
    """Read the decisions of the snapshot before; None where there is none.

    Raises:
        StoreError: the publication or a table is damaged.
    """
    before = snapshot_before(store, snapshot)
    scored = table_before(store, SCORED_CUSTOMERS, snapshot)
    decided = table_before(store, RECOMMENDATIONS, snapshot)
    if before is None or scored is None or decided is None:
        return None
    return Decisions(date.fromisoformat(before), scored.lazy(), decided.lazy())


def management_page(
    this: Decisions,
    before: Decisions | None,
    model_version: str,
    titles: Mapping[str, Mapping[str, str]],
) -> str:
    """Write the page.

    Args:
        this: the snapshot.
        before: the snapshot before; None where there is none.
        model_version: what scored it.
        titles: the offers' names for people, by language.
    """
    switch = "".join(
        f'<label><input type="radio" name="language" id="{language}"'
        f"{' checked' if language == next(iter(_LANGUAGES)) else ''}> {name}</label>"
        for language, name in _LANGUAGES.items()
    )
    sheets = "".join(
        f'<section lang="{language}">'
        + "".join(_sheet(_Page(language, titles[language]), this, before, model_version))
        + "</section>"
        for language in _LANGUAGES
    )
    return (
        f'<!doctype html><html lang="es"><head><meta charset="utf-8">'
        f"<title>SpanishGas {this.snapshot}</title><style>{_CSS.read_text('utf-8')}</style></head>"
        f'<body><main><div class="switch">{switch}</div>{sheets}</main></body></html>\n'
    )


@dataclass(frozen=True)
class _Page(WrittenFigures):
    """The texts, figures and offers of one language."""

    titles: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return a text, values filled in."""
        return str(_texts()[key][self.language]).format(**values)

    def tier(self, name: str) -> str:
        """Return a tier's name."""
        return str(_texts()["tiers"][name][self.language])

    def rule(self, reason: str) -> str:
        """Name the rule behind a block reason, without "No offer"."""
        texts = block_texts()
        said = texts[reason][self.language] if reason in texts else reason
        return said.partition(": ")[2] or said


def _sheet(
    page: _Page, this: Decisions, before: Decisions | None, model_version: str
) -> Iterator[str]:
    yield f"<h1>{page.say('title')}</h1><p class=quiet>"
    yield escape(page.say("as_of", day=page.day(this.snapshot), model=model_version)) + "</p>"
    yield from _tiles(page, this, before)
    yield "<div class=columns><div>"
    yield from _at_risk(page, this, "risk_tier", "by_tier", "tier", page.tier)
    yield from _at_risk(
        page, this, "segment", "by_segment", "segment", WORDS[page.language].__getitem__
    )
    yield "</div><div>"
    yield from _offers(page, this)
    yield from _withheld(page, this)
    yield f"</div></div><p class=quiet>{page.say('note')}</p>"


def _tiles(page: _Page, this: Decisions, before: Decisions | None) -> Iterator[str]:
    yield "<div class=tiles>"
    for label, name, write in (
        ("customers", "customers", page.count),
        ("flagged", "flagged", page.count),
        ("loss", _LOSS, lambda amount: page.euros(amount, 0)),
        ("offers", "offers", page.count),
        ("gain", _GAIN, lambda amount: page.euros(amount, 0)),
    ):
        if before is None:
            said = page.say("first")
        else:
            change = page.signed(this.totals[name] - before.totals[name])
            said = page.say("since", change=change, day=page.day(before.snapshot))
        yield f"<div class=tile>{page.say(label)}<b>{write(this.totals[name])}</b>"
        yield f"<small>{said}</small></div>"
    yield "</div>"


def _at_risk(
    page: _Page, this: Decisions, by: str, title: str, head: str, name: Callable[[str], str]
) -> Iterator[str]:
    rows = totals_by(this.scored, by, RISK_TOTALS).sort(_LOSS, descending=True)
    if by == "risk_tier":
        rows = rows.sort(pl.col(by).cast(pl.Enum(RISK_TIERS)), descending=True)
    yield from _table(
        page.say(title),
        [page.say(one) for one in (head, "customers", "flagged", "loss")],
        [
            [
                name(row[by]),
                page.count(row["customers"]),
                page.count(row["flagged"]),
                page.euros(row[_LOSS], 0),
            ]
            for row in rows.iter_rows(named=True)
        ],
    )


def _offers(page: _Page, this: Decisions) -> Iterator[str]:
    made = this.recommendations.filter(pl.col("action") != NO_OFFER)
    rows = totals_by(made, "action", OFFER_TOTALS)
    yield from _table(
        page.say("by_offer"),
        [page.say(one) for one in ("offer", "customers", "spent", "gain")],
        [
            [
                page.titles.get(row["action"], row["action"]),
                page.count(row["offers"]),
                page.euros(row["offers_eur"] + row["contacts_eur"], 0),
                page.euros(row[_GAIN], 0),
            ]
            for row in rows.iter_rows(named=True)
        ],
    )


def _withheld(page: _Page, this: Decisions) -> Iterator[str]:
    rows = withheld_steps(this.scored, this.recommendations, RISK_TIERS[-1])
    if rows.is_empty():
        yield f"<h2>{page.say('withheld')}</h2><p>{page.say('none')}</p>"
        return
    yield from _table(
        page.say("withheld"),
        [page.say(one) for one in ("rule", "taken", "loss")],
        [
            [page.rule(row["reason"]), page.count(row["customers"]), page.euros(row[_LOSS], 0)]
            for row in rows.iter_rows(named=True)
        ],
    )


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Set a table: the first column left, the others right."""
    yield f"<h2>{escape(title)}</h2><table><tr>"
    yield "".join(f"<th{' class=n' * (n > 0)}>{escape(one)}</th>" for n, one in enumerate(heads))
    yield "</tr>"
    for row in rows:
        cells = (f"<td{' class=n' * (n > 0)}>{escape(one)}</td>" for n, one in enumerate(row))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table>"


@functools.cache
def _texts() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_packaged_yaml(_TEXTS)
    return found
