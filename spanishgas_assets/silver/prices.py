"""Prices and fixed parts with their gaps filled, and how each value came to be known."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.settings import GasMargin
from spanishgas_assets.silver.ordered_join import ordered_join
from spanishgas_assets.silver.tables import PRICE_SOURCES

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Rate:
    """A price or fixed part: its name and unit, and the flag of the months that it applies to."""

    name: str
    unit: str
    applies: str

    @property
    def column(self) -> str:
        """Column of the value."""
        return f"{self.name}_{self.unit}"

    @property
    def source(self) -> str:
        """Column that says how the value is known, one of ``PRICE_SOURCES``."""
        return f"{self.name}_source"

    def level(self, source: str) -> str:
        """Column of the value that one source alone gives."""
        return self.column if source == "observed" else f"_{self.name}_{source}"

    @property
    def filled(self) -> str:
        """Column of the value that the first source with one gives to a month with a gap."""
        return f"_{self.name}_filled"

    @property
    def filled_source(self) -> str:
        """Column of that source."""
        return f"_{self.name}_filled_source"

    @property
    def gap(self) -> pl.Expr:
        """Whether a month should have the value and has none."""
        return pl.col(self.applies) & pl.col(self.column).is_null()


RATES = (
    Rate("elec_price_peak", "eur_kwh", "_used_elec"),
    Rate("elec_price_standard", "eur_kwh", "_used_elec"),
    Rate("elec_price_offpeak", "eur_kwh", "_used_elec"),
    Rate("elec_fixed_fee", "eur_month", "_used_elec"),
    Rate("elec_fixed_cost", "eur_month", "_used_elec"),
    Rate("gas_price", "eur_m3", "_used_gas"),
    Rate("gas_fixed_revenue", "eur_month", "_gas_fee"),
    Rate("gas_fixed_cost", "eur_month", "_gas_supply"),
)


def impute_prices(
    window: pl.LazyFrame, customer: pl.LazyFrame, gas_margin: GasMargin = GasMargin.SUPPLIED
) -> pl.LazyFrame:
    """Prices and fixed parts of each customer-month, each with its source.

    Grain: one row per (customer_id, month), as the window came in. ``window`` holds bronze
    customer-months of a snapshot, ``customer`` the silver customers. Prices in EUR/kWh and
    EUR/m3, fixed parts in EUR/month: those of gas come as a year's amount and leave as a twelfth.

    A gap is filled with the first of: the customer's value before it, the customer's next value
    in the window, the median of segment and month, the median of the month. A value stands only
    where it applies: prices and fixed parts of electricity, and the gas price, in months that used
    the fuel; the fixed parts of gas in all months of a customer who used gas in the window.
    Elsewhere value and source are null. Medians are over observed values that apply, so the fixed
    gas parts that the source also carries for customers without gas (docs/domain.md#prices) do not
    move them. Zero is a value of a fixed part, not a gap.

    ``GasMargin.OLD_CREDIT`` repeats the old system's gas fee for comparison: a fee of zero is a
    gap, and every month that used any fuel has a fee, with or without a gas supply, at no cost.

    Example:
        A price is missing in January and March; the customer's own prices fill both.

        >>> from datetime import date
        >>> months = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001"] * 3,
        ...         "month": [date(2024, number, 1) for number in (1, 2, 3)],
        ...         "elec_kwh": [100.0, 120.0, 90.0],
        ...         "gas_m3": [0.0, 0.0, 0.0],
        ...         "elec_price_peak_eur_kwh": [None, 0.2, None],
        ...     }
        ... ).with_columns(
        ...     pl.lit(None, pl.Float64).alias(name)
        ...     for name in (
        ...         "elec_price_standard_eur_kwh", "elec_price_offpeak_eur_kwh",
        ...         "elec_fixed_fee_eur_month", "elec_fixed_cost_eur_month", "gas_price_eur_m3",
        ...         "gas_fixed_revenue_eur_year", "gas_fixed_cost_eur_year",
        ...     )
        ... )
        >>> customer = pl.LazyFrame({"customer_id": ["C00001"], "segment": ["Residential"]})
        >>> imputed = impute_prices(months, customer).collect()
        >>> for row in imputed.select("elec_price_peak_eur_kwh", "elec_price_peak_source").rows():
        ...     print(row)
        (0.2, 'customer_backward')
        (0.2, 'observed')
        (0.2, 'customer_forward')
    """
    gas_fee = pl.col("gas_fixed_revenue_eur_year")
    pays_gas_fee = pl.col("_gas_supply")
    if gas_margin is GasMargin.OLD_CREDIT:
        gas_fee = pl.when(gas_fee != 0).then(gas_fee)
        pays_gas_fee = pl.col("_used_elec") | pl.col("_used_gas")
    months = (
        ordered_join(window, customer.select("customer_id", "segment"), ["customer_id"])
        .with_row_index("_place")
        .with_columns(
            _used_elec=pl.col("elec_kwh") > 0,
            _used_gas=pl.col("gas_m3") > 0,
            _gas_supply=(pl.col("gas_m3") > 0).any().over("customer_id"),
            gas_fixed_revenue_eur_month=gas_fee / MONTHS_PER_YEAR,
            gas_fixed_cost_eur_month=pl.col("gas_fixed_cost_eur_year") / MONTHS_PER_YEAR,
        )
        .with_columns(_gas_fee=pays_gas_fee)
        .collect()
        .lazy()
    )
    # Few months have a gap, and what would fill one costs much: it is looked up for them alone.
    return (
        ordered_join(months, _fillings(months), ["_place"])
        .with_columns(known for rate in RATES for known in (_value(rate), _source(rate)))
        .drop(
            "segment",
            "gas_fixed_revenue_eur_year",
            "gas_fixed_cost_eur_year",
            pl.selectors.starts_with("_"),
        )
    )


def source_counts(months: pl.DataFrame) -> pl.DataFrame:
    """Count, for each rate, the customer-months whose value came from each source.

    Grain: one row per rate (column ``rate``), one column per source of ``PRICE_SOURCES``, and
    ``not_known``: months where the rate applies to no use, or where no source gave it.
    """
    return pl.DataFrame(
        {
            "rate": rate.name,
            **{
                source: int(months[rate.source].eq(source).fill_null(value=False).sum())
                for source in PRICE_SOURCES
            },
            "not_known": months[rate.source].null_count(),
        }
        for rate in RATES
    )


def _fillings(months: pl.LazyFrame) -> pl.LazyFrame:
    """Every rate of the months that have a gap in one, and its source, as far as any is known.

    Grain: one row per ``_place`` with a gap; columns as ``_value`` and ``_source`` take them.
    """
    has_gap = pl.any_horizontal(rate.gap for rate in RATES)
    own = [
        fill.over("customer_id", order_by="month").alias(rate.level(source))
        for rate in RATES
        for source, fill in (
            ("customer_forward", pl.col(rate.column).forward_fill()),
            ("customer_backward", pl.col(rate.column).backward_fill()),
        )
    ]
    return (
        months.join(months.filter(has_gap), on="customer_id", how="semi")
        .with_columns(own)
        .filter(has_gap)
        .join(
            _medians(months, "segment_month", "segment", "month"),
            on=["segment", "month"],
            how="left",
        )
        .join(_medians(months, "national_month", "month"), on="month", how="left")
        .select("_place", *(known for rate in RATES for known in _best(rate)))
    )


def _medians(months: pl.LazyFrame, source: str, *group: str) -> pl.LazyFrame:
    """Median of each rate's observed values that apply, by group, as the level of a source."""
    return months.group_by(group).agg(
        pl.col(rate.column).filter(rate.applies).median().alias(rate.level(source))
        for rate in RATES
    )


def _best(rate: Rate) -> Iterator[pl.Expr]:
    """The value of the first source that has one, and that source."""
    levels = {source: pl.col(rate.level(source)) for source in PRICE_SOURCES}
    yield pl.coalesce(levels.values()).alias(rate.filled)
    yield pl.coalesce(
        pl.when(value.is_not_null()).then(pl.lit(source)) for source, value in levels.items()
    ).alias(rate.filled_source)


def _value(rate: Rate) -> pl.Expr:
    return pl.when(rate.applies).then(pl.coalesce(rate.column, rate.filled)).alias(rate.column)


def _source(rate: Rate) -> pl.Expr:
    observed = pl.when(pl.col(rate.column).is_not_null()).then(pl.lit(PRICE_SOURCES[0]))
    return pl.when(rate.applies).then(pl.coalesce(observed, rate.filled_source)).alias(rate.source)
