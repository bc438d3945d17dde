"""The features as a page for readers, written from their contracts so that it cannot drift."""

from collections.abc import Iterable, Sequence

from spanishgas_assets.gold.ageing import AGEING
from spanishgas_assets.gold.label_audit import EXPECTED, INFORMATION_LIMIT
from spanishgas_assets.gold.tables import FEATURES, GOLD_MASTER, TIERS
from spanishgas_assets.tables.contracts import Column, Table

_OPENING = """# The features of a snapshot

Written by `make docs-features` from the contracts in `spanishgas_assets/gold/`; a test holds that
it is current. Change a contract, not this page.

A snapshot's key is its as-of date, a Monday. It sees the twelve complete months before it, notes,
product changes and contract starts dated before it, and the renewal date, which lies ahead by its
nature. A duration in months is days / 30.4375. Every tier has one row per customer.
"""

_NULLS = """## Nulls and fills

A *structural* null belongs to the meaning (no note, no gas) and knows no limit; any other may be
at most {limit:.0%} of a gold column. A fill stands for a null when a model reads the column, and
is applied in one place for training and serving: `FeatureContract.encode` in
`spanishgas_assets/churn/dataset/feature_matrix.py`. A null without a fill stays missing, and the
booster takes its own side for it.
"""

_LEAKS = """## What is proven of the table

Before a gold master is stored, two checks are judged on it beside those of its contract, and one
before a training set is:

* `no_future`: the snapshot is made again from bronze tables in which every row dated on or after
  it is false, and more such rows are added; the table must stay the same.
* `label_not_revealed` (of a training set; a gold master, by labels of its own day, is warned of):
  no feature is named after the label, and none explains more than
  {limit:.0%} of its entropy (mutual information, less what chance would tell), except: {expected}.
  They are {reason}.
* `matches_silver`: customers, energy and margin are those of silver.

`distribution_band` then compares each feature with the snapshot before, and warns. What only ages
({ageing}), and what is made from it, is compared with what it would be by now.
"""

#: What becomes of input that is wrong or missing; each line has a test.
_BAD_INPUT = {
    "no months": "use, counts and margin 0; shares, trends and spreads null; single fuel",
    "one month": "spreads and trends null; shares of a year null",
    "no price at all": "margins use the segment's median of the month, then all customers'; "
    "price features null",
    "no activation or renewal date": "the contract row is set aside in bronze with its reason, "
    "and the customer with it",
    "no contract start": "contract age null",
    "renewal before activation": "kept as expired; counted in silver's metadata",
    "activated on or after the snapshot (negative tenure)": "set aside: not yet a customer",
    "an unknown province": "the attributes row is set aside in bronze with its reason, and the "
    "customer with it",
    "a province without costs": "its months are set aside; the province's features null",
    "an unknown channel": "`Unknown`; its spelling counted in silver's metadata",
    "200 months of tenure": "`5y+`",
}

_BEYOND = """## Not there

The source has one network toll per province and month, so margins charge the three periods of
electricity the same toll per kWh.

`SPANISHGAS_GAS_MARGIN=old_credit` repeats the old system's gas fee of customers without a gas
supply, for comparison only; the default is `supplied`.
"""


def feature_dictionary() -> str:
    """Write the page: tiers, decisions, old names, nulls, proofs and bad input, as Markdown."""
    columns = GOLD_MASTER.columns.values()
    parts = [
        _OPENING,
        *(_tier(tier) for tier in TIERS.values()),
        "## Money\n\nIn the gold master for decisions, never features.\n\n"
        + _rows(["Column", "Meaning", "Unit"], _money()),
        "## Decisions\n\nWhere the old notebook and the old production code differed, or both were "
        "wrong.\n\n"
        + _rows(
            ["Feature", "Before, and why it is as it is"],
            ([f"`{c.name}`", c.decided] for c in columns if c.decided),
        ),
        "## Old names\n\nFeatures not listed keep their names.\n\n"
        + _rows(
            ["Old name", "Name"],
            ([f"`{c.old_name}`", f"`{c.name}`"] for c in columns if c.old_name),
        ),
        _NULLS.format(limit=GOLD_MASTER.null_limit)
        + "\n"
        + _rows(
            ["Feature", "Null where", "Structural", "Fill"],
            (
                [f"`{c.name}`", c.null, "yes" if c.structural else "no", _code(c.fill)]
                for c in columns
                if c.null
            ),
        ),
        _LEAKS.format(
            limit=INFORMATION_LIMIT,
            expected=", ".join(f"`{name}`" for name in EXPECTED),
            reason=next(iter(EXPECTED.values())),
            ageing=", ".join(f"`{name}`" for name in AGEING if name in FEATURES),
        ),
        "## Bad input\n\n" + _rows(["Input", "What becomes of it"], _BAD_INPUT.items()),
        _BEYOND,
    ]
    return "\n".join(parts)


def _tier(tier: Table) -> str:
    meaning = tier.description.splitlines()[0]
    features = [column for column in tier.columns.values() if column.name not in tier.grain]
    return f"## {tier.name}: {len(features)} features\n\n{meaning}\n\n" + _rows(
        ["Feature", "Formula", "Unit"], ([f"`{c.name}`", c.description, c.unit] for c in features)
    )


def _money() -> list[list[str | None]]:
    tiers = {name for tier in TIERS.values() for name in tier.columns}
    rest: list[Column] = [c for c in GOLD_MASTER.columns.values() if c.name not in tiers]
    return [[f"`{c.name}`", c.description, c.unit] for c in rest]


def _rows(head: Sequence[str], rows: Iterable[Sequence[str | None]]) -> str:
    lines = [list(head), ["---"] * len(head), *([cell or "" for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in lines)


def _code(fill: object) -> str:
    return "" if fill is None else f"`{fill}`"
