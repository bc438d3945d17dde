"""Contracts of the tables with a row per customer, or province, and month."""

from datetime import date
from typing import Any

from spanishgas_assets.raw.files import FIRST_PROVINCE, LAST_PROVINCE
from spanishgas_assets.tables.contracts import Contract, column
from spanishgas_assets.tariffs.period_rules import TARIFFS, ZONES
from spanishgas_assets.tariffs.periods import BLOCKS


def _block(hours: str) -> Any:
    return column(
        f"Electricity of working days, {hours}.",
        unit="kWh",
        ge=0,
        of=["consumption_elec_kwh", "timestamp"],
    )


class MonthlyUse(Contract):
    """Energy used by one customer in one calendar month: what consumption and customer-month share.

    Grain: one row per (customer_id, month).
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    month: date = column("First day of the calendar month.", of=["timestamp"])
    elec_kwh: float = column("Electricity used.", unit="kWh", ge=0, of=["consumption_elec_kwh"])
    elec_weekend_kwh: float = column(
        "Electricity of Saturdays and Sundays, part of the valley.",
        unit="kWh",
        ge=0,
        of=["consumption_elec_kwh", "timestamp"],
    )
    elec_valley_kwh: float = column(
        "Electricity of working days, 0-8 h, and of Saturdays and Sundays.",
        unit="kWh",
        ge=0,
        of=["consumption_elec_kwh", "timestamp"],
    )
    elec_side_kwh: float = _block("8-9, 15-18 and 23-24 h")
    elec_h09_kwh: float = _block("9-10 h")
    elec_h10_kwh: float = _block("10-11 h")
    elec_core_kwh: float = _block("11-14 and 19-22 h")
    elec_h14_kwh: float = _block("14-15 h")
    elec_h18_kwh: float = _block("18-19 h")
    elec_h22_kwh: float = _block("22-23 h")
    elec_holiday_kwh: float = column(
        "Electricity of fixed holidays.", unit="kWh", ge=0, of=["consumption_elec_kwh", "timestamp"]
    )
    gas_m3: float = column("Gas used, volume.", unit="m3", ge=0, of=["consumption_gas_m3"])
    gas_kwh: float = column(
        "Gas used, energy: gas_m3 times kWh per m3.", unit="kWh", ge=0, of=["consumption_gas_m3"]
    )
    hours_seen: int = column(
        "Hours of the month with a reading.", unit="hours", ge=1, of=["timestamp"]
    )
    elec_negative_hours: int = column(
        "Negative electricity readings.", unit="hours", ge=0, of=["consumption_elec_kwh"]
    )
    elec_negative_kwh: float = column(
        "Sum of those readings, as read.", unit="kWh", le=0, of=["consumption_elec_kwh"]
    )
    gas_negative_hours: int = column(
        "Negative gas readings.", unit="hours", ge=0, of=["consumption_gas_m3"]
    )
    gas_negative_m3: float = column(
        "Sum of those readings, as read.", unit="m3", le=0, of=["consumption_gas_m3"]
    )


class ConsumptionMonth(MonthlyUse):
    """Energy used by one customer in one calendar month, summed from the hourly readings.

    Grain: one row per (customer_id, month). Negative readings count as zero in the sums and are
    reported beside them. The blocks are the hours that no Spanish tariff or zone splits
    (``tariffs/periods.yaml``), from which tariff_month makes the periods of every customer's own
    tariff, and silver the bands of every customer's zone.
    """

    hours_missing: int = column(
        "Hours of the month without a reading.", unit="hours", ge=0, of=["timestamp"]
    )
    holiday_hours: int = column("Readings on fixed holidays.", unit="hours", ge=0, of=["timestamp"])
    estimated_hours: int = column(
        "Readings that the source marks as estimated.",
        unit="hours",
        null="the source does not mark them",
        structural=True,
        ge=0,
        of=(),
    )
    elec_empty_hours: int = column(
        "Readings of gas alone: their electricity counts as zero.",
        unit="hours",
        ge=0,
        of=["consumption_elec_kwh"],
    )
    gas_empty_hours: int = column(
        "Readings of electricity alone: their gas counts as zero.",
        unit="hours",
        ge=0,
        of=["consumption_gas_m3"],
    )
    gas_negative_kwh: float = column(
        "Energy of the negative gas readings.", unit="kWh", le=0, of=["consumption_gas_m3"]
    )


#: The blocks, which a tariff puts into its periods.
_ALL_BLOCKS = [f"elec_{block}_kwh" for block in BLOCKS]


#: The blocks of a month, and what says in which period of the supply each falls.
_PERIODS = [*_ALL_BLOCKS, "contracted_power_kw", "province_code"]


class TariffMonth(Contract):
    """Electricity of one customer and month by the periods of the customer's own tariff.

    Grain: one row per (customer_id, month) of the twelve months before the snapshot. Tariff and
    zone follow from the power and province known on the snapshot. P4 to P6 exist above 15 kW only.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    month: date = column("First day of the calendar month.")
    tariff: str = column(
        "2.0TD up to 15 kW, 3.0TD above.", isin=list(TARIFFS), of=["contracted_power_kw"]
    )
    zone: str = column("Tariff zone of the province.", isin=list(ZONES), of=["province_code"])
    elec_p1_kwh: float = column("Electricity in P1.", of=_PERIODS, unit="kWh", ge=0)
    elec_p2_kwh: float = column("Electricity in P2.", of=_PERIODS, unit="kWh", ge=0)
    elec_p3_kwh: float = column("Electricity in P3.", of=_PERIODS, unit="kWh", ge=0)
    elec_p4_kwh: float = column(
        "Electricity in P4.",
        of=_PERIODS,
        unit="kWh",
        null="2.0TD has three periods",
        structural=True,
        ge=0,
    )
    elec_p5_kwh: float = column(
        "Electricity in P5.",
        of=_PERIODS,
        unit="kWh",
        null="2.0TD has three periods",
        structural=True,
        ge=0,
    )
    elec_p6_kwh: float = column(
        "Electricity in P6.",
        of=_PERIODS,
        unit="kWh",
        null="2.0TD has three periods",
        structural=True,
        ge=0,
    )


_NO_PRICE = "the source gives no price, or zero, which means none"


class PriceMonth(Contract):
    """Prices and fixed parts agreed with one customer for one month.

    Grain: one row per (customer_id, month). A zero price means "not given" and is null here.
    Fixed parts are as the source gives them: zero is a value.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    month: date = column("First day of the calendar month.", of=["pricing_date"])
    pricing_date: date = column("Day the price was set.")
    elec_price_peak_eur_kwh: float = column(
        "Energy price in P1.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        gt=0,
        of=["variable_price_tier1_eur_kwh"],
    )
    elec_price_standard_eur_kwh: float = column(
        "Energy price in P2.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        gt=0,
        of=["variable_price_tier2_eur_kwh"],
    )
    elec_price_offpeak_eur_kwh: float = column(
        "Energy price in P3.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        gt=0,
        of=["variable_price_tier3_eur_kwh"],
    )
    elec_fixed_fee_eur_month: float = column(
        "Fixed fee that the customer pays.", unit="EUR/month", null="not given", ge=0
    )
    elec_fixed_cost_eur_month: float = column(
        "Fixed cost of the supply.", unit="EUR/month", null="not given", ge=0
    )
    gas_price_eur_m3: float = column(
        "Gas price.",
        unit="EUR/m3",
        null="the customer has no gas price",
        structural=True,
        gt=0,
        of=["gas_variable_price_eur_m3"],
    )
    gas_fixed_revenue_eur_year: float = column(
        "Fixed gas fee of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )
    gas_fixed_cost_eur_year: float = column(
        "Fixed gas cost of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )


class CostMonth(Contract):
    """What energy and network cost the retailer in one province and month.

    Grain: one row per (province_code, month).
    """

    province_code: int = column(
        "Province, INE code.", ge=FIRST_PROVINCE, le=LAST_PROVINCE, of=["province"]
    )
    month: date = column("First day of the calendar month.")
    elec_energy_cost_eur_kwh: float = column(
        "Cost of electricity.", unit="EUR/kWh", gt=0, of=["elec_var_cost_eur_kwh"]
    )
    gas_energy_cost_eur_m3: float = column(
        "Cost of gas.", unit="EUR/m3", gt=0, of=["gas_var_cost_eur_m3"]
    )
    elec_toll_eur_kwh: float = column(
        "Network toll (peaje).", unit="EUR/kWh", ge=0, of=["peaje_elec_eur_kwh"]
    )


class CustomerMonth(MonthlyUse):
    """Consumption with the prices of the same customer and month.

    Grain: one row per (customer_id, month) with consumption. A customer-month without a price row
    keeps null prices; price rows without consumption are counted and set aside.
    """

    pricing_date: date = column(
        "Day the price was set.", null="the source has no price row for the month"
    )
    elec_price_peak_eur_kwh: float = column(
        "Energy price in P1.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_price_standard_eur_kwh: float = column(
        "Energy price in P2.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_price_offpeak_eur_kwh: float = column(
        "Energy price in P3.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_fixed_fee_eur_month: float = column(
        "Fixed fee that the customer pays.", unit="EUR/month", null="no price row", ge=0
    )
    elec_fixed_cost_eur_month: float = column(
        "Fixed cost of the supply.", unit="EUR/month", null="no price row", ge=0
    )
    gas_price_eur_m3: float = column(
        "Gas price.", unit="EUR/m3", null="the customer has no gas price", structural=True, gt=0
    )
    gas_fixed_revenue_eur_year: float = column(
        "Fixed gas fee of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )
    gas_fixed_cost_eur_year: float = column(
        "Fixed gas cost of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )
