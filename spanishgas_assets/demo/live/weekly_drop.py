"""Writes what the live retailer delivers on a Monday: a dated drop, and months that are over."""

from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.hours import blocks_in_order
from spanishgas_assets.demo.files.retailer import HIVE_BLOCKS, month_part
from spanishgas_assets.demo.files.snapshot_files import write_customer_files, write_labels
from spanishgas_assets.demo.files.writing import readings_file, write_csv
from spanishgas_assets.demo.live.campaign_file import campaign_table
from spanishgas_assets.demo.live.live_retailer import (
    LiveRetailer,
    cost_table,
    customer_table,
    in_month,
    interaction_table,
    label_table,
    month_readings,
    price_table,
)
from spanishgas_assets.demo.live.weekly_portfolio import HORIZON_WEEKS


def write_week(
    raw: Path, retailer: LiveRetailer, customers: pl.DataFrame, offers: pl.DataFrame, week: int
) -> dict[str, int]:
    """Write the files of a week below the raw root, each whole or not at all; rows by name.

    Labels of a Monday are written into its own drop when their horizon is over, every quarter. The
    first drop has labels at once, as no model could be trained without any: who will leave if no
    offer is made.

    Args:
        raw: the raw root.
        retailer: whose files.
        customers: as the offers up to the Monday have left them.
        offers: all offers up to the Monday, as `campaign_table` takes them.
        week: of the Monday.
    """
    day = str(retailer.monday(week))
    customer = customer_table(retailer, customers, week)
    rows = _named(
        day, write_customer_files(raw / day, customer, interaction_table(retailer, customers, week))
    )
    if offers.height:
        name = "campaign_outcomes.csv"
        table = campaign_table(offers, customers, week, retailer.start)
        rows[f"{day}/{name}"] = write_csv(table, raw / day / name)
    labelled = week - HORIZON_WEEKS if week else 0
    if labelled >= 0 and labelled % HORIZON_WEEKS == 0:
        before = str(retailer.monday(labelled))
        labels = label_table(customers, labelled)
        rows |= _named(before, write_labels(raw / before, labels, retailer.seed))
    return rows | _write_months(raw, retailer, customers, week)


def _named(folder: str, rows: dict[str, int]) -> dict[str, int]:
    return {f"{folder}/{name}": count for name, count in rows.items()}


def _write_months(
    raw: Path, retailer: LiveRetailer, customers: pl.DataFrame, week: int
) -> dict[str, int]:
    """Readings of the months that are over since the Monday before, and all prices and costs."""
    over = retailer.complete_months(week)
    before = retailer.complete_months(week - 1) if week else 0
    if over == before:
        return {}
    rows = {}
    for month in range(before, over):
        name = month_part(retailer.whole.months[month], "parquet")
        rows[name] = _write_readings(raw / name, retailer, customers, month)
    tables = {
        "price_history.csv": price_table(retailer, customers, over),
        "costs_by_province_month.csv": cost_table(retailer, over),
    }
    return rows | {name: write_csv(frame, raw / name) for name, frame in tables.items()}


def _write_readings(
    target: Path, retailer: LiveRetailer, customers: pl.DataFrame, month: int
) -> int:
    here = in_month(retailer, customers, month)
    there = np.zeros(customers.height, dtype=bool)
    there[here["customer"].to_numpy()] = True
    ids = customers["customer_id"].to_numpy()
    span, readings = month_readings(retailer, month)
    with readings_file(target, "parquet", span.hours) as file:
        blocks = blocks_in_order(readings)
        while group := list(islice(blocks, HIVE_BLOCKS)):
            first = group[0].first_customer
            elec = np.concatenate([block.elec_kwh for block in group])
            gas = np.concatenate([block.gas_m3 for block in group])
            who = np.flatnonzero(there[first : first + len(elec)])
            if len(who):
                file.write(ids[first + who].tolist(), elec[who], gas[who])
    return here.height * len(span.hours)
