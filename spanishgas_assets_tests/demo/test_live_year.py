"""The live retailer on disk: weeks after weeks, reactions to what is published, refusals."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.demo.live.live_year import LiveYear, open_live_year
from spanishgas_assets.demo.population.traits import SEGMENTS
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

RATES = {("offer_small", segment): 1.0 for segment in SEGMENTS}


def opened(folder: Path, **options: object) -> LiveYear:
    return open_live_year(
        folder / "raw",
        folder / "truth",
        str(folder / "store"),
        **{
            "start": date(2025, 1, 6),
            "customers": 300,
            "seed": 3,
            "world": "as-assumed",
            "save_rates": RATES,
            **options,
        },
    )


def advise(year: LiveYear, snapshot: str, *rows: tuple[str, str, str | None]) -> None:
    """Publish recommendations: customer, offer, and why it is withheld if it is."""
    table = pl.DataFrame(
        [
            (
                customer,
                "no_offer" if block else offer,
                None if block else "email",
                block,
                offer if block else None,
            )
            for customer, offer, block in rows
        ],
        schema={
            "customer_id": pl.String,
            "action": pl.String,
            "channel": pl.String,
            "block_reason": pl.String,
            "withheld_action": pl.String,
        },
        orient="row",
    )
    assert set(table.columns) <= set(RECOMMENDATIONS.columns)
    publish_tables(year.store, snapshot, (RECOMMENDATIONS, table))


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> LiveYear:
    """A retailer with four weeks; a customer about to leave was offered something in week 1."""
    year = opened(tmp_path_factory.mktemp("live"))
    year.deliver()
    churner = year.retailer.outcomes.filter(pl.col("leaves") == 3)["customer_id"][0]
    other = year.retailer.outcomes.filter(pl.col("leaves") == 3)["customer_id"][1]
    year.deliver()
    advise(
        year,
        "2025-01-13",
        (churner, "offer_small", None),
        (other, "offer_small", "holdout"),
    )
    year.deliver()
    year.deliver()
    return year


def test_the_first_week_brings_a_year_of_months_and_the_first_labels(begun):
    raw = begun.raw
    assert sorted(path.name for path in (raw / "2025-01-06").iterdir()) == [
        "churn_label.csv",
        "customer_attributes.csv",
        "customer_contracts.csv",
        "customer_interactions.json",
    ]
    assert len(list((raw / "consumption_hourly").iterdir())) == 12


def test_a_later_week_brings_customers_and_what_became_of_offers(begun):
    assert sorted(path.name for path in (begun.raw / "2025-01-27").iterdir()) == [
        "campaign_outcomes.csv",
        "customer_attributes.csv",
        "customer_contracts.csv",
        "customer_interactions.json",
    ]


def test_who_was_offered_something_stays_and_the_holdout_leaves(begun):
    told = pl.read_csv(begun.raw / "2025-01-27" / "campaign_outcomes.csv", try_parse_dates=True)
    offered, withheld = told.filter(contacted=1).row(0), told.filter(contacted=0).row(0)
    assert offered[1:] == ("offer_small", date(2025, 1, 14), 1, 1, None, 0, 91)
    here = pl.read_csv(begun.raw / "2025-01-27" / "customer_contracts.csv")["customer_id"]
    assert offered[0] in here.to_list()
    assert withheld[0] not in here.to_list()


def test_the_truth_lies_aside(begun):
    assert sorted(path.name for path in begun.truth.iterdir()) == [
        "offers",
        "potential_outcomes.parquet",
        "retailer.json",
    ]


def test_an_offer_that_was_read_is_not_read_again(begun):
    before = begun.customers(3)
    advise(begun, "2025-01-13", *((f"C{n:05d}", "offer_small", None) for n in range(1, 300)))
    begun._record(1)
    assert begun.customers(3).equals(before)


def test_a_year_goes_on_where_it_stopped_to_the_same_bytes(begun, tmp_path):
    again = opened(tmp_path)
    again.deliver()
    assert again.delivered == 1
    assert opened(tmp_path).delivered == 1
    for name in ("2025-01-06/customer_contracts.csv", "price_history.csv"):
        assert (tmp_path / "raw" / name).read_bytes() == (begun.raw / name).read_bytes()
    month = "consumption_hourly/month=2024-11/part.parquet"
    assert pl.read_parquet(tmp_path / "raw" / month).equals(pl.read_parquet(begun.raw / month))


def test_another_retailers_folder_is_refused(begun):
    with pytest.raises(SettingsError, match=r"is of another retailer \(customers 300\); go on"):
        opened(begun.raw.parent, customers=301)


def test_a_raw_folder_in_use_is_refused(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "churn_label.csv").touch()
    with pytest.raises(
        SettingsError, match=r"already holds churn_label\.csv, which is not of this"
    ):
        opened(tmp_path)


def test_a_store_in_use_is_refused(begun, tmp_path):
    store = begun.retailer and str(begun.store.root)
    with pytest.raises(SettingsError, match="has published the snapshot 2025-01-13 of another"):
        open_live_year(
            tmp_path / "raw",
            tmp_path / "truth",
            store,
            start=date(2025, 1, 6),
            customers=300,
            seed=3,
            world="quiet",
            save_rates=RATES,
        )


def test_recommendations_for_unknown_customers_are_refused(tmp_path):
    year = opened(tmp_path)
    year.deliver()
    advise(year, "2025-01-06", ("X9", "offer_small", None))
    with pytest.raises(SettingsError, match="1 of the 1 customers in the recommendations of 2025"):
        year.deliver()
    assert year.delivered == 1


def test_a_damaged_record_is_told(tmp_path):
    year = opened(tmp_path)
    (tmp_path / "truth" / "retailer.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"retailer\.json is damaged: it does not say how far"):
        _ = year.delivered


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ["--start", "2025-01-07"],
            2,
            "2025-01-07 is a Tuesday: a live retailer starts on a Monday",
        ),
        (["--start", "soon"], 2, "'soon' is not a date, YYYY-MM-DD"),
        (["--world", "mars"], 1, "'mars' is not a world"),
        (["--weeks", "54"], 1, "a live retailer has a year, 53 Mondays"),
        (["--customers", "20"], 1, "customers=20: a live retailer begins with 300"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_a_sentence(
    tmp_path, capsys, arguments, status, message
):
    places = ["--raw", str(tmp_path / "raw"), "--store", str(tmp_path / "store")]
    try:
        code = main(["demo-live", *places, *arguments])
    except SystemExit as exit_of_argparse:
        code = exit_of_argparse.code
    assert code == status
    assert message in " ".join(capsys.readouterr().err.split())


def test_the_command_writes_the_weeks_that_are_missing(tmp_path, capsys):
    command = ["demo-live", "--customers", "300", "--raw", str(tmp_path / "raw")]
    command += ["--store", str(tmp_path / "store")]
    assert main([*command, "--weeks", "2"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == ["2025-01-06", "2025-01-13"]
    assert main([*command, "--weeks", "2"]) == 0
    assert "2 weeks are there already" in " ".join(capsys.readouterr().out.split())
    assert open_store(str(tmp_path / "store")).keys("") == []
