"""The four files that tell of a retailer on one day: labels, attributes, contracts, contacts."""

from pathlib import Path

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.writing import write_csv, write_json_list

_ATTRIBUTES = (
    "customer_id", "contracted_power_kw", "is_industrial", "is_second_residence", "province_code",
    "region", "is_high_competition_province", "is_urban", "sales_channel",
)  # fmt: skip
_CONTRACTS = (
    "customer_id", "customer_first_activation_date", "contract_start_date",
    "last_product_change_date", "next_renewal_date",
)  # fmt: skip
_INTERACTION = ("customer_id", "date", "channel", "interaction_summary")
_LABEL_SHUFFLE_STREAM = 0x1ABE1

TRUTH = ("customer_id", "churn_probability", "churn_probability_after_text")


def write_snapshot_files(
    folder: Path, customer: pl.DataFrame, interaction: pl.DataFrame, seed: int
) -> dict[str, int]:
    """Write them into `folder`; labels in an order that `seed` shuffles. Returns rows by name."""
    rows = write_labels(folder, customer.select("customer_id", "churn"), seed)
    return rows | write_customer_files(folder, customer, interaction)


def write_labels(folder: Path, labels: pl.DataFrame, seed: int) -> dict[str, int]:
    """Write the labels, in an order that `seed` shuffles. Returns rows by name."""
    rng = np.random.default_rng([seed, _LABEL_SHUFFLE_STREAM])
    name = "churn_label.csv"
    return {name: write_csv(labels[rng.permutation(labels.height)], folder / name)}


def write_customer_files(
    folder: Path, customer: pl.DataFrame, interaction: pl.DataFrame
) -> dict[str, int]:
    """Write attributes, contracts and contacts. Returns rows by name."""
    tables = {
        "customer_attributes.csv": customer.select(_ATTRIBUTES),
        "customer_contracts.csv": customer.select(_CONTRACTS),
    }
    rows = {name: write_csv(frame, folder / name) for name, frame in tables.items()}
    name = "customer_interactions.json"
    rows[name] = write_json_list(interaction.select(_INTERACTION), folder / name)
    return rows
