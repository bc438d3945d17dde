"""The raw files as templates: their header and example rows, to be filled with one's own."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

from spanishgas_assets.raw.files import (
    CAMPAIGN_OUTCOMES,
    CHURN_LABEL,
    CONSUMPTION_HOURLY,
    CONTACT_PREFERENCES,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    OPTIONAL_FILES,
    PRICE_HISTORY,
    RAW_FILES,
    RawFile,
)

Row = Mapping[str, str]

#: Of each file: a home with both fuels, and a business with electricity alone.
_EXAMPLES: Mapping[str, tuple[Row, ...]] = {
    CHURN_LABEL.name: (
        {"customer_id": "C00001", "churn": "0", "label_date": "2025-01-06"},
        {"customer_id": "C00002", "churn": "1", "label_date": "2025-01-06"},
    ),
    CUSTOMER_ATTRIBUTES.name: (
        {
            "customer_id": "C00001",
            "contracted_power_kw": "4.6",
            "is_industrial": "0",
            "is_second_residence": "0",
            "province_code": "28",
            "region": "Comunidad de Madrid",
            "is_high_competition_province": "1",
            "is_urban": "1",
            "sales_channel": "web",
        },
        {
            "customer_id": "C00002",
            "contracted_power_kw": "45",
            "is_industrial": "1",
            "is_second_residence": "0",
            "province_code": "8",
            "region": "Cataluña",
            "is_high_competition_province": "1",
            "is_urban": "0",
            "sales_channel": "agent",
        },
    ),
    CUSTOMER_CONTRACTS.name: (
        {
            "customer_id": "C00001",
            "customer_first_activation_date": "2019-03-01",
            "contract_start_date": "2024-03-01",
            "last_product_change_date": "",
            "next_renewal_date": "2025-03-01",
        },
        {
            "customer_id": "C00002",
            "customer_first_activation_date": "2022-07-15",
            "contract_start_date": "2023-07-15",
            "last_product_change_date": "2023-07-15",
            "next_renewal_date": "2025-07-15",
        },
    ),
    PRICE_HISTORY.name: (
        {
            "customer_id": "C00001",
            "pricing_date": "2024-01-01",
            "variable_price_tier1_eur_kwh": "0.198",
            "variable_price_tier2_eur_kwh": "0.142",
            "variable_price_tier3_eur_kwh": "0.105",
            "elec_fixed_fee_eur_month": "14.2",
            "elec_fixed_cost_eur_month": "9.8",
            "gas_variable_price_eur_m3": "0.81",
            "gas_fixed_revenue_eur_year": "96",
            "gas_fixed_cost_eur_year": "60",
        },
        {
            "customer_id": "C00002",
            "pricing_date": "2024-01-01",
            "variable_price_tier1_eur_kwh": "0.176",
            "variable_price_tier2_eur_kwh": "0.131",
            "variable_price_tier3_eur_kwh": "0.098",
            "elec_fixed_fee_eur_month": "118",
            "elec_fixed_cost_eur_month": "95",
            "gas_variable_price_eur_m3": "",
            "gas_fixed_revenue_eur_year": "",
            "gas_fixed_cost_eur_year": "",
        },
    ),
    COSTS.name: tuple(
        {
            "month": "2024-01",
            "province": province,
            "elec_var_cost_eur_kwh": "0.081",
            "gas_var_cost_eur_m3": "0.56",
            "peaje_elec_eur_kwh": "0.031",
        }
        for province in ("28", "8")
    ),
    CUSTOMER_INTERACTIONS.name: (
        {
            "customer_id": "C00001",
            "date": "2024-11-18",
            "channel": "phone",
            "interaction_summary": "Pregunta por el importe de la última factura.",
        },
    ),
    CONSUMPTION_HOURLY.name: tuple(
        {
            "customer_id": customer,
            "timestamp": f"2024-01-01 {hour:02d}:00:00",
            "consumption_elec_kwh": elec,
            "consumption_gas_m3": gas,
        }
        for customer, elec, gas in (("C00001", "0.21", "0.13"), ("C00002", "5.4", ""))
        for hour in range(2)
    ),
    CONTACT_PREFERENCES.name: (
        {
            "customer_id": "C00001",
            "consent_calls": "1",
            "opted_out": "0",
            "vulnerable": "0",
            "recorded_on": "2024-10-02",
        },
    ),
    CAMPAIGN_OUTCOMES.name: (
        {
            "customer_id": "C00001",
            "offer": "offer_large",
            "offer_date": "2024-10-07",
            "contacted": "1",
            "accepted": "1",
            "churned": "0",
        },
    ),
}
#: The form of readings that a template can show; a year of them is kept as Parquet.
_READINGS = "consumption_hourly_2024.csv"


def template_names() -> dict[str, RawFile]:
    """Return the name of each template, and the raw file that it is of."""
    return {
        _READINGS if file is CONSUMPTION_HOURLY else file.filenames[0]: file
        for file in (*RAW_FILES, *OPTIONAL_FILES)
    }


def template(file: RawFile) -> bytes:
    """Return a raw file's template: every column that the platform reads, and example rows."""
    rows = _EXAMPLES[file.name]
    if file is CUSTOMER_INTERACTIONS:
        return (json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n").encode()
    written = io.StringIO()
    lines = csv.DictWriter(written, list(file.columns), lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)
    return written.getvalue().encode()


def write_templates(folder: Path) -> list[Path]:
    """Write every template into a folder, which is made; no file that is there is replaced.

    Returns:
        The files that were written.

    Raises:
        FileExistsError: a file of that name is there.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in template_names()]
    for path in paths:
        if path.exists():
            raise FileExistsError(17, "is there already, and is not replaced", str(path))
    for path, file in zip(paths, template_names().values(), strict=True):
        path.write_bytes(template(file))
    return paths
