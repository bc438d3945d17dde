"""What a key below the raw root stands for."""

import pytest

from spanishgas_assets.operations.arrivals.key_parsing import RawPart, UnrecognisedFile, parse_key

MONTHS = frozenset({"2024-01", "2024-02", "2024-03", "2026-01"})


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
        ("2026-02-02/consumption_hourly_2026.csv.gz", "2026-02-02", "consumption_hourly"),
        ("consumption_hourly_2026.corrected.csv", "flat", "consumption_hourly"),
        ("consumption_hourly/month=2024-03/a.parquet", "flat", "consumption_hourly/2024-03"),
        ("consumption_hourly/month=2024-03/a.corrected.csv", "flat", "consumption_hourly/2024-03"),
        ("2025-01-06/consumption_hourly/month=2024-01/b.csv.gz", "2025-01-06",
         "consumption_hourly/2024-01"),
    ],
)  # fmt: skip
def test_a_piece_belongs_to_a_drop_and_changes_a_raw_file_or_a_month_of_it(
    key: str, drop: str, unit: str
) -> None:
    piece = parse_key(key, MONTHS)
    assert isinstance(piece, RawPart)
    assert (piece.drop, piece.unit) == (drop, unit)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("readme.txt", "readme.txt is not the name of a raw file; the raw files are"),
        ("consumption_hourly", "consumption_hourly is not the name of a raw file"),
        ("customer_contracts", "customer_contracts is not the name of a raw file"),
        ("consumption_hourly_2025.parquet", "holds 2025, of which no month is known: the first is"),
        ("churn_label_2024.csv", "churn_label_2024.csv is not the name of a raw file"),
        ("2025-13-01/churn_label.csv", "2025-13-01 is not a date; name a dated drop YYYY-MM-DD"),
        ("old/churn_label.csv", "the folder old; put drops into the root or YYYY-"),
        ("2025-01-06/old/churn_label.csv", "no run reads the folder old"),
        ("consumption_hourly/a.parquet", "the folder consumption_hourly; put"),
        ("consumption_hourly/2024-03/a.parquet", "2024-03 does not name a month; expected month="),
        ("consumption_hourly/month=2024-13/a.parquet", "month=2024-13 does not name a month"),
        ("consumption_hourly/month=2024-04/a.parquet", "the first is 2024-01, and a future month"),
        ("consumption_hourly/month=2024-03/a.txt", "the readings of a month must be .parquet"),
        ("consumption_hourly/month=2024-03/x/a.parquet", "no run reads the folder consum"),
        ("consumption_hourly/month%3D2024-03/a.parquet",
         "its name is URL-encoded, so no run finds it; deliver it as consumption_hourly/month=2"),
        ("2025%2D01%2D06/churn_label.csv", "deliver it as 2025-01-06/churn_label.csv"),
        ("/churn_label.csv", "no run reads the folder /"),
    ],
)  # fmt: skip
def test_an_unrecognised_file_is_told_why_and_what_to_do(key: str, reason: str) -> None:
    unrecognised = parse_key(key, MONTHS)
    assert isinstance(unrecognised, UnrecognisedFile)
    assert reason in unrecognised.reason


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
    assert parse_key(key, MONTHS) is None


def test_an_encoded_name_of_nothing_is_an_unrecognised_file() -> None:
    unrecognised = parse_key("a%20note.txt", MONTHS)
    assert isinstance(unrecognised, UnrecognisedFile)
    assert unrecognised.reason.startswith("a%20note.txt is not the name of a raw file")
