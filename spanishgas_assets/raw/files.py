"""The seven raw files: their names, columns and kinds (docs/domain.md#raw-files).

Column order does not matter, and columns that are not listed are reported and ignored; a missing
or renamed column refuses the file.
"""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from spanishgas_assets.errors import RawFileError, SettingsError
from spanishgas_assets.raw.plausible import (
    DAYS_LATER,
    EUR_FIXED,
    EUR_KWH,
    EUR_KWH_SPENT,
    EUR_M3,
    EUR_M3_SPENT,
    POWER_KW,
    RECORDED_DAYS,
    SUPPLY_DAYS,
    Plausible,
)
from spanishgas_assets.settings import DateOrder

#: What a cell must hold. ``optional_*`` may be empty.
Kind = Literal[
    "id", "text", "optional_text", "number", "optional_number", "flag", "optional_flag",
    "province", "date", "optional_date", "month", "timestamp",
]  # fmt: skip

#: The year in the name of a file that holds one.
_A_YEAR = re.compile(r"_(\d{4})\.")

#: Province codes (INE) run from the one to the other.
FIRST_PROVINCE, LAST_PROVINCE = 1, 52


@dataclass(frozen=True)
class RawFile:
    """One raw file as the source delivers it.

    Attributes:
        name: the external asset's name, ``raw/<name>``.
        filenames: the names under which a drop may hold it, preferred first; a year in one stands
            for any.
        columns: every column and what its cells hold.
        cadence: whether the file feeds months or a snapshot.
        description: what it says, and its grain.
        dated: the column that says which month a row feeds; None for a snapshot's file.
        plausible: the values that cells of a column may hold; a row with another is set aside.
        placeholders: columns of optional dates in which a day of ``PLACEHOLDER_YEARS`` means none.
        may_lack: columns that the file need not have: their cells count as empty.
        date_orders: in which order the dates of a column are declared to be written.
    """

    name: str
    filenames: tuple[str, ...]
    columns: dict[str, Kind]
    cadence: Literal["month", "snapshot"]
    description: str
    dated: str | None = None
    plausible: Mapping[str, Plausible] = field(default_factory=dict)
    placeholders: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    date_orders: Mapping[str, DateOrder] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """``raw/<name>``, the key of its asset."""
        return f"raw/{self.name}"

    @property
    def names_in_words(self) -> str:
        """The names under which it is read, as messages say them."""
        return ", ".join(map(_of_any_year, self.filenames))

    def preference(self, name: str) -> int | None:
        """Return the place of a name among those under which the file is read; None if it is none.

        Example:
            >>> CONSUMPTION_HOURLY.preference("consumption_hourly_2026.csv")
            1
        """
        known = [_of_any_year(one) for one in self.filenames]
        return known.index(_of_any_year(name)) if _of_any_year(name) in known else None

    def preferred(self, names: Iterable[str], place: str) -> str | None:
        """Return the name under which a folder has the file; of several, the preferred one.

        Args:
            names: what is in the folder.
            place: the folder, as a message names it.

        Raises:
            RawFileError: it has files of several years.
        """
        ranked = sorted((r, name) for name in names if (r := self.preference(name)) is not None)
        years = {year: name for _, name in ranked if (year := year_of_name(name)) is not None}
        if len(years) > 1:
            held = ", ".join(name for _, name in sorted(years.items()))
            raise RawFileError(
                f"{self.name}: {held} lie side by side in {place}, and one year's file is read. "
                "Deliver the readings of several years by month, as "
                f"{self.name}/month=YYYY-MM/."
            )
        return ranked[0][1] if ranked else None

    def declared(self, orders: Mapping[str, DateOrder]) -> Self:
        """Return the file with the orders in which its dates are declared to be written.

        Args:
            orders: by file, or by ``file.column``; those of other files are left out.
        """
        of_file = dict.fromkeys(self.dates, orders[self.name]) if self.name in orders else {}
        of_column = {
            name: orders[f"{self.name}.{name}"]
            for name in self.dates
            if f"{self.name}.{name}" in orders
        }
        return dataclasses.replace(self, date_orders=of_file | of_column)

    def version_of(self, content: str) -> str:
        """Add to the digest of a content in which order its dates are declared to be written."""
        orders = [f"{name} {order}" for name, order in sorted(self.date_orders.items())]
        return ", ".join([content, *orders])

    @property
    def dates(self) -> list[str]:
        """The columns of dates and months."""
        kinds = {"date", "optional_date", "month"}
        return [name for name, kind in self.columns.items() if kind in kinds]


CHURN_LABEL = RawFile(
    "churn_label",
    ("churn_label.csv", "churn_label.csv.gz"),
    {"customer_id": "id", "churn": "flag", "label_date": "optional_date"},
    "snapshot",
    "Who left, and from which day on that was counted. One row per customer.",
    plausible={"label_date": RECORDED_DAYS},
    may_lack=("label_date",),
)
CUSTOMER_ATTRIBUTES = RawFile(
    "customer_attributes",
    ("customer_attributes.csv", "customer_attributes.csv.gz"),
    {
        "customer_id": "id",
        "contracted_power_kw": "number",
        "is_industrial": "flag",
        "is_second_residence": "flag",
        "province_code": "province",
        "region": "optional_text",
        "is_high_competition_province": "flag",
        "is_urban": "flag",
        "sales_channel": "text",
    },
    "snapshot",
    "What the supply is and how it was sold. One row per customer.",
    plausible={"contracted_power_kw": POWER_KW},
)
CUSTOMER_CONTRACTS = RawFile(
    "customer_contracts",
    ("customer_contracts.csv", "customer_contracts.csv.gz"),
    {
        "customer_id": "id",
        "customer_first_activation_date": "date",
        "contract_start_date": "optional_date",
        "last_product_change_date": "optional_date",
        "next_renewal_date": "date",
    },
    "snapshot",
    "Contract dates. One row per customer.",
    plausible={
        "customer_first_activation_date": SUPPLY_DAYS,
        "contract_start_date": SUPPLY_DAYS,
        "last_product_change_date": SUPPLY_DAYS,
        "next_renewal_date": RECORDED_DAYS,
    },
    placeholders=("contract_start_date", "last_product_change_date"),
)
PRICE_HISTORY = RawFile(
    "price_history",
    ("price_history.csv", "price_history.csv.gz"),
    {
        "customer_id": "id",
        "pricing_date": "date",
        "variable_price_tier1_eur_kwh": "optional_number",
        "variable_price_tier2_eur_kwh": "optional_number",
        "variable_price_tier3_eur_kwh": "optional_number",
        "elec_fixed_fee_eur_month": "optional_number",
        "elec_fixed_cost_eur_month": "optional_number",
        "gas_variable_price_eur_m3": "optional_number",
        "gas_fixed_revenue_eur_year": "optional_number",
        "gas_fixed_cost_eur_year": "optional_number",
    },
    "month",
    "Prices and fixed parts. One row per customer and pricing date, one date a month.",
    dated="pricing_date",
    plausible={
        "pricing_date": RECORDED_DAYS,
        "variable_price_tier1_eur_kwh": EUR_KWH,
        "variable_price_tier2_eur_kwh": EUR_KWH,
        "variable_price_tier3_eur_kwh": EUR_KWH,
        "elec_fixed_fee_eur_month": EUR_FIXED,
        "elec_fixed_cost_eur_month": EUR_FIXED,
        "gas_variable_price_eur_m3": EUR_M3,
        "gas_fixed_revenue_eur_year": EUR_FIXED,
        "gas_fixed_cost_eur_year": EUR_FIXED,
    },
)
COSTS = RawFile(
    "costs_by_province_month",
    ("costs_by_province_month.csv", "costs_by_province_month.csv.gz"),
    {
        "month": "month",
        "province": "province",
        "elec_var_cost_eur_kwh": "number",
        "gas_var_cost_eur_m3": "number",
        "peaje_elec_eur_kwh": "number",
    },
    "month",
    "Energy cost and network toll. One row per province and month.",
    dated="month",
    plausible={
        "month": RECORDED_DAYS,
        "elec_var_cost_eur_kwh": EUR_KWH_SPENT,
        "gas_var_cost_eur_m3": EUR_M3_SPENT,
        "peaje_elec_eur_kwh": EUR_KWH,
    },
)
CUSTOMER_INTERACTIONS = RawFile(
    "customer_interactions",
    (
        "customer_interactions.json",
        "customer_interactions.jsonl",
        "customer_interactions.json.gz",
        "customer_interactions.jsonl.gz",
    ),
    {
        "customer_id": "id",
        "date": "date",
        "channel": "optional_text",
        "interaction_summary": "optional_text",
    },
    "snapshot",
    "Customer-service notes. One record per contact; none at all is legal.",
    plausible={"date": RECORDED_DAYS},
)
CONSUMPTION_HOURLY = RawFile(
    "consumption_hourly",
    (
        "consumption_hourly_2024.parquet",
        "consumption_hourly_2024.csv",
        "consumption_hourly_2024.csv.gz",
        "consumption_hourly",
    ),
    {
        "customer_id": "id",
        "timestamp": "timestamp",
        "consumption_elec_kwh": "number",
        "consumption_gas_m3": "number",
    },
    "month",
    "Meter readings of both fuels. One row per customer and hour; a file for the year, or a folder "
    "with one month each (month=YYYY-MM). A source that marks estimates adds is_estimated.",
    dated="timestamp",
)

CONTACT_PREFERENCES = RawFile(
    "contact_preferences",
    ("contact_preferences.csv", "contact_preferences.csv.gz"),
    {
        "customer_id": "id",
        "consent_calls": "optional_flag",
        "opted_out": "optional_flag",
        "vulnerable": "optional_flag",
        "recorded_on": "optional_date",
    },
    "snapshot",
    "Who may be contacted, and how; the file may be absent. Of a customer's several rows the "
    "strictest answers count; where the file has recorded_on, those of the latest day.",
    plausible={"recorded_on": RECORDED_DAYS},
    may_lack=("recorded_on",),
)
CAMPAIGN_OUTCOMES = RawFile(
    "campaign_outcomes",
    ("campaign_outcomes.csv", "campaign_outcomes.csv.gz"),
    {
        "customer_id": "id",
        "offer": "text",
        "offer_date": "date",
        "contacted": "flag",
        "accepted": "optional_flag",
        "churned": "optional_flag",
        "in_holdout": "optional_flag",
        "churned_within_days": "optional_number",
    },
    "snapshot",
    "What became of past offers, the holdout's included. One row per customer, offer and date; "
    "the file may be absent. `churned` says who left within `churned_within_days` of offer_date, "
    "or within the policy's follow_up_days where the file does not say.",
    plausible={"offer_date": RECORDED_DAYS, "churned_within_days": DAYS_LATER},
    may_lack=("in_holdout", "churned_within_days"),
)

RAW_FILES = (
    CHURN_LABEL,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    PRICE_HISTORY,
    COSTS,
    CUSTOMER_INTERACTIONS,
    CONSUMPTION_HOURLY,
)

#: Files that a drop may lack: decisions are made without what they would say.
OPTIONAL_FILES = (CONTACT_PREFERENCES, CAMPAIGN_OUTCOMES)


def _of_any_year(name: str) -> str:
    return _A_YEAR.sub("_YYYY.", name)


def year_of_name(name: str) -> int | None:
    """Return the year that a file's name says it holds (``consumption_hourly_2025.csv``)."""
    found = _A_YEAR.search(name)
    return int(found[1]) if found else None


def refuse_unknown_columns(orders: Mapping[str, DateOrder]) -> None:
    """Refuse a declared order of dates that no raw file has: it would be left unread.

    Raises:
        SettingsError: names what is given, and the nearest files and columns.
    """
    known = [
        name
        for file in (*RAW_FILES, *OPTIONAL_FILES)
        if file.dates
        for name in (file.name, *(f"{file.name}.{column}" for column in file.dates))
    ]
    for name in orders:
        if name not in known:
            near = difflib.get_close_matches(name, known) or known
            raise SettingsError(
                f"SPANISHGAS_DATE_ORDERS={name}=...: no raw file or column of dates {name!r}; did "
                f"you mean {', '.join(near)}?"
            )
