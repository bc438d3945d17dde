"""What a key below the raw root stands for."""

import pytest

from spanishgas_assets.operations.arrivals.key_parsing import Piece, Stray, meaning

MONTHS = frozenset({"2024-01", "2024-02", "2024-03"})


@pytest.mark.parametrize(
    ("key", "drop", "unit"),
    [
        ("churn_label.csv", "flat", "churn_label"),
        ("churn_label.csv.gz", "flat", "churn_label"),
        ("2025-01-06/customer_contracts.csv", "2025-01-06", "customer_contracts"),
        ("2025-01-06/customer_contracts.corrected.csv", "2025-01-06", "customer_contracts"),
        ("customer_interactions.jsonl.gz", "flat", "customer_interactions"),
        ("contact_preferences.csv", "flat", "contact_preferences"),
        ("consumption_hourly_2024.parquet", "flat", "consumption_hourly"),
        ("consumption_hourly_2024.corrected.csv", "flat", "consumption_hourly"),
        ("consumption_hourly/month=2024-03/a.parquet", "flat", "consumption_hourly/2024-03"),
        ("consumption_hourly/month=2024-03/a.corrected.csv", "flat", "consumption_hourly/2024-03"),
        ("2025-01-06/consumption_hourly/month=2024-01/b.csv.gz", "2025-01-06",
         "consumption_hourly/2024-01"),
    ],
)  # fmt: skip
def test_a_piece_belongs_to_a_drop_and_changes_a_raw_file_or_a_month_of_it(
    key: str, drop: str, unit: str
) -> None:
    piece = meaning(key, MONTHS)
    assert isinstance(piece, Piece)
    assert (piece.drop, piece.unit) == (drop, unit)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("readme.txt", "no raw file is called readme.txt; the names are those of churn_label"),
        ("consumption_hourly", "no raw file is called consumption_hourly"),
        ("customer_contracts", "no raw file is called customer_contracts"),
        ("2025-13-01/churn_label.csv", "folder 2025-13-01 is no date; a dated drop is YYYY-MM-DD"),
        ("old/churn_label.csv", "folder old is none that is read; drops lie flat or in YYYY-"),
        ("2025-01-06/old/churn_label.csv", "folder old is none that is read"),
        ("consumption_hourly/a.parquet", "folder consumption_hourly is none that is read"),
        ("consumption_hourly/2024-03/a.parquet", "folder 2024-03 names no month; expected month="),
        ("consumption_hourly/month=2024-13/a.parquet", "folder month=2024-13 names no month"),
        ("consumption_hourly/month=2024-04/a.parquet", "they begin with 2024-01, and one that is"),
        ("consumption_hourly/month=2024-03/a.txt", "readings of a month are .parquet, .csv or"),
        ("consumption_hourly/month=2024-03/x/a.parquet", "folder consumption_hourly/month=2024-03"),
        ("consumption_hourly/month%3D2024-03/a.parquet",
         "its name is URL-encoded, so no run finds it; deliver it as consumption_hourly/month=2"),
        ("2025%2D01%2D06/churn_label.csv", "deliver it as 2025-01-06/churn_label.csv"),
        ("/churn_label.csv", "folder / is none that is read"),
    ],
)  # fmt: skip
def test_a_stray_is_told_why_and_what_to_do(key: str, says: str) -> None:
    stray = meaning(key, MONTHS)
    assert isinstance(stray, Stray)
    assert says in stray.says


@pytest.mark.parametrize(
    "key",
    [
        ".DS_Store",
        "_SUCCESS",
        "2025-01-06/.churn_label.csv.swp",
        "churn_label.csv.filepart",
        "consumption_hourly/month=2024-03/a.parquet.tmp",
        "consumption_hourly/_temporary/0/part.parquet",
    ],
)
def test_what_is_still_being_made_means_nothing_yet(key: str) -> None:
    assert meaning(key, MONTHS) is None


def test_an_encoded_name_of_nothing_is_a_plain_stray() -> None:
    stray = meaning("a%20note.txt", MONTHS)
    assert isinstance(stray, Stray)
    assert stray.says.startswith("no raw file is called a%20note.txt")
