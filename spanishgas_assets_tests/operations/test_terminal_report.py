from datetime import date
from types import SimpleNamespace

import pytest

from spanishgas_assets.operations.runs.terminal_report import _customers


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        (
            date(2025, 4, 7),
            [("Customers", "and their contracts are of the drop of 2025-04-07, 56 days before")],
        ),
        (date(2025, 6, 2), []),
        (None, []),
    ],
)
def test_customers_of_an_older_drop_are_told_with_its_age(drop, said):
    summary = SimpleNamespace(snapshot="2025-06-02", customers_as_of=drop)
    assert list(_customers(summary)) == said
