"""The seven files of a small retailer: formats, defects, sums, determinism, layouts, refusals."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.demo import DemoSummary, RetailerWorld, build_world, write_demo_retailer
from spanishgas_assets.demo.files.window import BANDS, MONTHS, YEAR_2024

CUSTOMERS, SEED = 400, 11
SHARE = CUSTOMERS / 20_099
READINGS = "consumption_hourly_2024.parquet"
SMALL_FILES = {
    "churn_label.csv",
    "customer_attributes.csv",
    "customer_contracts.csv",
    "price_history.csv",
    "costs_by_province_month.csv",
    "customer_interactions.json",
}
PRICE_COLUMNS = [
    "customer_id",
    "pricing_date",
    "variable_price_tier1_eur_kwh",
    "variable_price_tier2_eur_kwh",
    "variable_price_tier3_eur_kwh",
    "elec_fixed_fee_eur_month",
    "elec_fixed_cost_eur_month",
    "gas_variable_price_eur_m3",
    "gas_fixed_revenue_eur_year",
    "gas_fixed_cost_eur_year",
]


@pytest.fixture(scope="module")
def world() -> RetailerWorld:
    return build_world(CUSTOMERS, SEED)


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary, list]:
    raw = tmp_path_factory.mktemp("drop") / "raw"
    seen: list[tuple[str, float]] = []
    summary = write_demo_retailer(
        raw,
        customers=CUSTOMERS,
        seed=SEED,
        truth=raw.parent / "truth.parquet",
        progress=lambda stage, fraction: seen.append((stage, fraction)),
    )
    return raw, summary, seen


@pytest.fixture(scope="module")
def raw(drop) -> Path:
    return drop[0]


@pytest.fixture(scope="module")
def readings(raw: Path) -> pl.DataFrame:
    return pl.read_parquet(raw / READINGS)


@pytest.fixture(scope="module")
def prices(raw: Path) -> pl.DataFrame:
    return pl.read_csv(raw / "price_history.csv", try_parse_dates=True)


def test_exactly_the_seven_files_are_there(raw: Path, drop) -> None:
    assert {p.name for p in raw.iterdir()} == SMALL_FILES | {READINGS}
    summary = drop[1]
    assert summary.customers == CUSTOMERS
    assert summary.readings == CUSTOMERS * 8_784
    assert summary.churners == round(CUSTOMERS * 2_002 / 20_099)
    assert set(summary.files) == SMALL_FILES | {READINGS}
    assert summary.files["churn_label.csv"] == CUSTOMERS
    assert summary.files[READINGS] == CUSTOMERS * 8_784


def test_labels_are_nine_bytes_a_row_in_shuffled_order(raw: Path) -> None:
    text = (raw / "churn_label.csv").read_text()
    lines = text.splitlines()
    assert lines[0] == "customer_id,churn"
    assert len(text) == len("customer_id,churn\n") + 9 * CUSTOMERS
    ids = [line[:6] for line in lines[1:]]
    assert sorted(ids) == [f"C{k:05d}" for k in range(1, CUSTOMERS + 1)]
    assert ids != sorted(ids)
    assert {line[6:] for line in lines[1:]} == {",0", ",1"}


def test_attributes_have_the_real_columns_and_both_spellings_of_unknown(raw: Path) -> None:
    frame = pl.read_csv(raw / "customer_attributes.csv")
    assert frame.columns == [
        "customer_id",
        "contracted_power_kw",
        "is_industrial",
        "is_second_residence",
        "province_code",
        "region",
        "is_high_competition_province",
        "is_urban",
        "sales_channel",
    ]
    assert frame.null_count().sum_horizontal().item() == 0
    assert {"desconocido", "unknown"} < set(frame["sales_channel"])
    assert frame.filter(pl.col("is_industrial") == 1)["contracted_power_kw"].min() == 10.0
    assert frame.filter(pl.col("is_industrial") == 0)["contracted_power_kw"].max() <= 10.35
    assert frame["province_code"].is_between(1, 52).all()
    competition = frame.group_by("province_code").agg(pl.col("is_high_competition_province"))
    assert (competition["is_high_competition_province"].list.n_unique() == 1).all()


def test_contracts_are_four_iso_dates_with_blank_changes(raw: Path) -> None:
    text = (raw / "customer_contracts.csv").read_text()
    rows = [line.split(",") for line in text.splitlines()]
    assert rows[0] == [
        "customer_id",
        "customer_first_activation_date",
        "contract_start_date",
        "last_product_change_date",
        "next_renewal_date",
    ]
    blank = sum(row[3] == "" for row in rows[1:])
    assert blank == round(CUSTOMERS * 0.3032)
    # The published file's arithmetic: 51 bytes a row, 10 less where the change is blank.
    assert len(text) == len(",".join(rows[0])) + 1 + 51 * CUSTOMERS - 10 * blank
    frame = pl.read_csv(raw / "customer_contracts.csv", try_parse_dates=True)
    assert frame["next_renewal_date"].is_between(pl.date(2024, 12, 2), pl.date(2025, 10, 25)).all()
    activation = frame["customer_first_activation_date"]
    assert activation.is_between(pl.date(2010, 1, 5), pl.date(2024, 12, 31)).all()
    assert (frame["contract_start_date"] >= activation).all()
    assert (frame["last_product_change_date"].drop_nulls() >= activation.min()).all()
    changed = frame.drop_nulls("last_product_change_date")
    assert (changed["last_product_change_date"] >= changed["customer_first_activation_date"]).all()


def test_costs_are_one_row_per_province_and_month(raw: Path) -> None:
    frame = pl.read_csv(raw / "costs_by_province_month.csv")
    assert frame.columns == [
        "month",
        "province",
        "elec_var_cost_eur_kwh",
        "gas_var_cost_eur_m3",
        "peaje_elec_eur_kwh",
    ]
    assert frame.height == frame.select("month", "province").n_unique() == 52 * 12
    assert frame["month"].min() == "2024-01"
    assert frame["month"].max() == "2024-12"


def test_interactions_are_one_english_record_per_contact(raw: Path) -> None:
    records = json.loads((raw / "customer_interactions.json").read_text())
    assert {tuple(r) for r in records} == {
        ("customer_id", "date", "channel", "interaction_summary")
    }
    assert len({r["customer_id"] for r in records}) == len(records)
    assert len(records) == pytest.approx(6_420 * SHARE, abs=1)
    assert min(r["date"] for r in records) >= "2024-09-02"
    assert max(r["date"] for r in records) <= "2024-11-30"


def test_price_rows_miss_and_lack_ids_as_published(prices: pl.DataFrame) -> None:
    assert prices.columns == PRICE_COLUMNS
    assert prices["customer_id"].null_count() == 12  # at least one customer's year without an id
    keyed = prices.drop_nulls("customer_id")
    assert keyed.select("customer_id", "pricing_date").n_unique() == keyed.height
    assert CUSTOMERS * 12 - 5 <= keyed.height < CUSTOMERS * 12
    assert set(keyed["pricing_date"].dt.to_string("%Y-%m-%d")) == {
        f"2024-{month:02d}-01" for month in range(1, 13)
    }
    months = keyed.group_by("customer_id").len()["len"]
    assert months.len() == CUSTOMERS
    assert months.min() >= 7


def test_full_scale_price_defects_has_the_published_counts() -> None:
    prices = build_world(20_099, seed=1).price
    keyed = prices.drop_nulls("customer_id")
    assert prices["customer_id"].null_count() == 252
    assert keyed.height == 20_099 * 12 - 203
    months = keyed.group_by("customer_id").len()["len"]
    assert (months.min(), months.max()) == (7, 12)
    assert months.std() == pytest.approx(0.1483, abs=0.0005)
    tier1 = pl.col("variable_price_tier1_eur_kwh")
    first_last = (
        keyed.sort("customer_id", "pricing_date")
        .group_by("customer_id")
        .agg(first=tier1.first(), last=tier1.last())
    )
    assert first_last["first"].null_count() == 2
    assert (first_last["first"] == 0).sum() == 35
    assert (first_last["last"] == 0).sum() == 16
    assert (first_last["first"].is_between(0, 0.005, closed="none")).sum() == 7


def test_full_scale_negative_hours_have_the_published_counts() -> None:
    negatives = build_world(20_099, seed=1).negatives
    elec = set(zip(negatives.elec_customer.tolist(), negatives.elec_hour.tolist(), strict=True))
    gas = set(zip(negatives.gas_customer.tolist(), negatives.gas_hour.tolist(), strict=True))
    assert (len(elec), len(gas), len(elec & gas)) == (457_644, 19_551, 20)


def test_electricity_only_customers_get_no_gas_credit(
    prices: pl.DataFrame, world: RetailerWorld
) -> None:
    """The old system's 5.31 EUR a month is an artefact and is in no file."""
    gas = world.customer.filter(pl.col("has_gas") == 1)["customer_id"].to_list()
    keyed = prices.drop_nulls("customer_id")
    without = keyed.filter(~pl.col("customer_id").is_in(gas))
    assert (without["gas_fixed_revenue_eur_year"] == 0).all()
    assert (without["gas_fixed_cost_eur_year"] == 0).all()
    assert without["gas_variable_price_eur_m3"].null_count() == without.height
    with_gas = keyed.filter(pl.col("customer_id").is_in(gas))
    assert (with_gas["gas_fixed_revenue_eur_year"] > 0).all()
    flat = with_gas.group_by("customer_id").agg(pl.col("gas_variable_price_eur_m3").n_unique())
    assert (flat["gas_variable_price_eur_m3"] == 1).all()


def test_readings_are_the_full_rectangular_sorted_grid(readings: pl.DataFrame) -> None:
    assert dict(readings.schema) == {
        "customer_id": pl.String,
        "timestamp": pl.Datetime("us"),
        "consumption_elec_kwh": pl.Float64,
        "consumption_gas_m3": pl.Float64,
    }
    assert readings.height == CUSTOMERS * 8_784
    assert readings.null_count().sum_horizontal().item() == 0
    hours = pl.datetime_range(
        pl.datetime(2024, 1, 1), pl.datetime(2024, 12, 31, 23), "1h", eager=True
    )
    for place in (0, CUSTOMERS // 2, CUSTOMERS - 1):
        one = readings[place * 8_784 : (place + 1) * 8_784]
        assert one["customer_id"].unique().to_list() == [f"C{place + 1:05d}"]
        assert (one["timestamp"] == hours).all()
    ids = readings["customer_id"].gather_every(8_784)
    assert ids.to_list() == [f"C{k:05d}" for k in range(1, CUSTOMERS + 1)]


def test_row_groups_carry_statistics_and_a_dictionary_of_ids(raw: Path) -> None:
    import pyarrow.parquet as pq

    metadata = pq.ParquetFile(raw / READINGS).metadata
    group = metadata.row_group(0)
    assert group.num_rows == 114 * 8_784
    for column in range(4):
        chunk = group.column(column)
        assert chunk.compression == "SNAPPY"
        assert chunk.statistics.has_min_max
    assert "RLE_DICTIONARY" in group.column(0).encodings
    # The real file: 1.8 GB of 176,549,616 readings.
    size = (raw / READINGS).stat().st_size
    assert size / metadata.num_rows == pytest.approx(1.8e9 / 176_549_616, rel=0.05)


def test_negative_hours_have_the_published_counts_and_sizes(readings: pl.DataFrame) -> None:
    elec, gas = readings["consumption_elec_kwh"], readings["consumption_gas_m3"]
    assert (elec < 0).sum() == round(457_644 * SHARE)
    assert (gas < 0).sum() == round(19_551 * SHARE)
    assert ((elec < 0) & (gas < 0)).sum() == 1  # 20 at full scale, at least one
    assert elec.filter(elec < 0).mean() == pytest.approx(-0.901, abs=0.05)
    assert gas.filter(gas < 0).mean() == pytest.approx(-0.0147, abs=0.005)
    assert gas.min() >= -0.23


def test_hours_add_up_to_the_months_and_bands_of_the_world(
    readings: pl.DataFrame, world: RetailerWorld
) -> None:
    hour = pl.col("timestamp").dt.hour()
    day = pl.col("timestamp").dt.month().cast(pl.Int32) * 100 + pl.col("timestamp").dt.day()
    holidays = [101, 106, 501, 815, 1012, 1101, 1206, 1208, 1225]
    working = (pl.col("timestamp").dt.weekday() <= 5) & ~day.is_in(holidays)
    peak = working & (hour.is_between(10, 13) | hour.is_between(18, 21))
    standard = working & (hour.is_in([8, 9, 22, 23]) | hour.is_between(14, 17))
    elec = pl.col("consumption_elec_kwh").clip(lower_bound=0)
    summed = readings.group_by(
        "customer_id", month=pl.col("timestamp").dt.to_string("%Y-%m"), maintain_order=True
    ).agg(
        elec_kwh=elec.sum(),
        elec_peak_kwh=elec.filter(peak).sum(),
        elec_standard_kwh=elec.filter(standard).sum(),
        elec_offpeak_kwh=elec.filter(~peak & ~standard).sum(),
        gas_m3=pl.col("consumption_gas_m3").clip(lower_bound=0).sum(),
    )
    assert_frame_equal(
        summed, world.monthly.select(summed.columns), check_exact=False, rel_tol=1e-11, abs_tol=1e-9
    )


def test_margins_follow_from_the_files(
    prices: pl.DataFrame, raw: Path, world: RetailerWorld
) -> None:
    """Recomputing the profit of undamaged customer-months from the files gives the world's."""
    cost = pl.read_csv(raw / "costs_by_province_month.csv")
    table = (
        world.monthly.join(
            prices.drop_nulls("customer_id").with_columns(
                month=pl.col("pricing_date").dt.to_string("%Y-%m")
            ),
            on=["customer_id", "month"],
        )
        .join(world.customer.select("customer_id", "province_code"), on="customer_id")
        .join(cost, left_on=["province_code", "month"], right_on=["province", "month"])
        .filter(pl.col("variable_price_tier1_eur_kwh") > 0.01)
    )
    elec = (
        pl.col("elec_peak_kwh") * pl.col("variable_price_tier1_eur_kwh")
        + pl.col("elec_standard_kwh") * pl.col("variable_price_tier2_eur_kwh")
        + pl.col("elec_offpeak_kwh") * pl.col("variable_price_tier3_eur_kwh")
        + pl.col("elec_fixed_fee_eur_month")
        - pl.col("elec_kwh") * (pl.col("elec_var_cost_eur_kwh") + pl.col("peaje_elec_eur_kwh"))
        - pl.col("elec_fixed_cost_eur_month")
    )
    fixed_gas = (pl.col("gas_fixed_revenue_eur_year") - pl.col("gas_fixed_cost_eur_year")) / 12
    gas = (
        pl.col("gas_m3")
        * (pl.col("gas_variable_price_eur_m3").fill_null(0) - pl.col("gas_var_cost_eur_m3"))
        + fixed_gas
    )
    assert table.height > CUSTOMERS * 12 - 60
    gap = table.select(
        elec=(elec - pl.col("elec_margin_eur")).abs().max(),
        gas=(gas - pl.col("gas_margin_eur")).abs().max(),
    )
    assert gap["elec"].item() < 1e-6
    assert gap["gas"].item() < 1e-6


def test_truth_is_beside_the_drop_and_never_in_it(drop, tmp_path: Path) -> None:
    raw, _, _ = drop
    truth = pl.read_parquet(raw.parent / "truth.parquet")
    assert truth.columns == ["customer_id", "churn_probability", "churn_probability_after_text"]
    assert truth.height == CUSTOMERS
    text = b"".join((raw / name).read_bytes() for name in SMALL_FILES)
    assert b"probability" not in text
    assert b"sentiment" not in text
    for inside in (tmp_path / "raw" / "truth.parquet", tmp_path / "raw" / "x" / ".." / "t.parquet"):
        with pytest.raises(ValueError, match="inside the raw folder"):
            write_demo_retailer(tmp_path / "raw", customers=100, truth=inside)
    assert not (tmp_path / "raw").exists()


def test_progress_moves_from_zero_to_one_in_each_stage(drop) -> None:
    seen = drop[2]
    assert [stage for stage, _ in dict.fromkeys((s, None) for s, _ in seen)] == [
        "world",
        "tables",
        "readings",
    ]
    fractions = [fraction for stage, fraction in seen if stage == "readings"]
    assert fractions == sorted(fractions)
    assert len(fractions) > 1
    assert seen[-1] == ("readings", 1.0)


def test_the_window_is_the_leap_year_2024() -> None:
    assert tuple(f"2024-{month:02d}" for month in range(1, 13)) == MONTHS
    assert len(YEAR_2024.hours) == 8_784
    # 262 weekdays, six fixed holidays among them; Good Friday (29 March) is a working day.
    assert YEAR_2024.working_day.sum() == 24 * (262 - 6)
    good_friday = YEAR_2024.hours == np.datetime64("2024-03-29T10", "us")
    assert BANDS[YEAR_2024.band[good_friday][0]] == "peak"


def test_blocks_do_not_depend_on_the_order_they_are_made_in(world: RetailerWorld) -> None:
    last = world.readings.blocks - 1
    before = world.readings.block(last)
    world.readings.block(0)
    after = world.readings.block(last)
    assert np.array_equal(before.elec_kwh, after.elec_kwh)
    assert np.array_equal(before.gas_m3, after.gas_m3)
