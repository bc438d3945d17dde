import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.gold import tables as gold
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets_tests.builders import EXAMPLES, frame, row

TABLES = [
    table
    for module in (bronze, silver, gold)
    for table in vars(module).values()
    if isinstance(table, Table) and table.title in EXAMPLES
]


def test_every_example_belongs_to_a_table():
    assert {table.title for table in TABLES} == set(EXAMPLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_an_example_row_keeps_its_contract(table):
    verdict = table.judge(frame(table, {}))
    assert verdict.passed, verdict.explain()


def test_a_value_without_a_column_is_refused():
    with pytest.raises(KeyError, match="silver/customer has no column colour"):
        row(silver.CUSTOMER, colour="blue")
