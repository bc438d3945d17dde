"""The loader of YAML files: each kind of fault, with its line."""

import itertools
from typing import Annotated

import pytest
from pydantic import Field

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.yaml_models import MOST_LEVELS, YamlModel, read_yaml
from spanishgas_assets.yaml_values import Amount, Count, Day, EachOf, Text


class Price(YamlModel):
    name: Text
    eur: Amount
    since: Day | None = None


class Prices(YamlModel):
    prices: Annotated[tuple[Price, ...], Field(min_length=1)]
    pieces: Annotated[dict[str, Count], EachOf(["small", "large"])] | None = None


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / "prices.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_yaml(path, Prices)

    return write_and_read


def refused(read, text):
    with pytest.raises(SettingsError) as raised:
        read(text)
    return [line.rpartition("prices.yaml")[2] for line in str(raised.value).splitlines()]


ONE = "prices:\n  - name: gas\n    eur: 1.5\n"


def test_a_file_is_read(read):
    assert read(ONE) == Prices(prices=(Price(name="gas", eur=1.5),))


def test_what_is_read_does_not_change(read):
    with pytest.raises(ValueError, match="frozen"):
        read(ONE).prices[0].eur = 2.0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the file is not a mapping with prices, pieces"),
        ("# nothing\n", "line 1: the file is not a mapping with prices, pieces"),
        ("- 1\n", "line 1: the file is not a mapping with prices, pieces"),
        ("\nprices: gas\n", "line 2: prices is not a list"),
        ("\nprices: []\n", "line 2: prices is not a list of one entry or more"),
        ("\nprices: [gas]\n", "line 2: prices[0] is not a mapping with name, eur, since"),
        (ONE + "price: 1\n", "line 4: price is unknown; known are prices, pieces "),
        (ONE + "7: 1\n", "line 4: 7 is unknown; known are prices, pieces"),
        (ONE + "    Eur: 1\n", "line 4: prices[0].Eur is unknown; known are name, eur, since "),
        (ONE + "    eur: 2\n", "line 4: prices[0].eur is on line 3 already"),
        (ONE + "    ? [since]\n    : 1\n", "line 2: prices[0] has a key on line 4 that is not "),
        ("prices:\n  - eur: 1\n", "line 2: prices[0] lacks name"),
        (ONE.replace("1.5", ".nan"), "line 3: prices[0].eur is nan, not a number of 0 or more"),
        (ONE.replace("1.5", ".inf"), "line 3: prices[0].eur is inf, not a number of 0 or more"),
        (ONE.replace("1.5", "'1.5'"), "line 3: prices[0].eur is '1.5', not a number of 0 or more"),
        (ONE.replace("1.5", "yes"), "line 3: prices[0].eur is True, not a number of 0 or more"),
        (ONE.replace("1.5", "[1]"), "line 3: prices[0].eur is a list, not a number of 0 or more"),
        (ONE.replace("gas", "2024-01-01"), "line 2: prices[0].name is 2024-01-01, not a text"),
        (ONE.replace("1.5", "!!int x"), "line 3: prices[0].eur is 'x', not a number of 0 or more"),
        (ONE.replace("1.5", "!eur 1"), "line 3: prices[0].eur has the tag !eur, which means "),
        (ONE + "    since: 2024-13-45\n", "line 4: prices[0].since is '2024-13-45', not a date"),
        (ONE + "pieces: {small: 1}\n", "line 4: pieces lacks large"),
        (ONE + "pieces: {small: 1, large: -1}\n", "line 4: pieces.large is -1, not a whole "),
        (ONE + "---\nprices: []\n", "line 4: cannot be read as YAML: but found another document"),
        ("prices:\n  - {name: *gas}\n", "line 2: cannot be read as YAML: found undefined alias"),
        ("prices: [\n", "line 2: cannot be read as YAML: did not find expected node content"),
        (b"prices:\n  - name: energ\xeda\n", "line 2: cannot be read as YAML: it is not UTF-8"),
        ("prices:\n  - name: \x07\n", "line 2: cannot be read as YAML: it holds the control "),
        ("prices: " + "[" * 100_000, "line 1: cannot be read as YAML: it is nested deeper than"),
        ("prices: &again [*again]\n", "line 1: prices" + "[0]" * MOST_LEVELS),
    ],
)
def test_a_fault_names_line_and_key(read, text, complaint):
    assert any(line.startswith(f", {complaint}") for line in refused(read, text))


def test_a_bomb_of_aliases_is_refused(read):
    names = "abcdef"
    lists = [f"- &a [{'x, ' * 10}]"]
    lists += [f"- &{one} [{f'*{before}, ' * 10}]" for before, one in itertools.pairwise(names)]
    assert "through aliases to too many values" in refused(read, "\n".join(lists))[-1]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.yaml: cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml", Prices)


def test_all_faults_come_at_once_in_the_order_of_lines(read):
    text = "prices:\n  - {name: 3, eur: -1}\n  - {name: gas, eur: 1, eur: 2}\n  - {}\n"
    assert refused(read, text) == [
        ", line 2: prices[0].name is 3, not a text",
        ", line 2: prices[0].eur is -1, not a number of 0 or more",
        ", line 3: prices[1].eur is on line 3 already",
        ", line 4: prices[2] lacks name, eur",
    ]


def test_a_list_with_a_wrong_entry_is_not_called_empty(read):
    text = ONE + "    since: soon\n"
    assert refused(read, text) == [", line 4: prices[0].since is 'soon', not a date (YYYY-MM-DD)"]


def test_an_alias_of_what_only_looks_like_a_date_is_a_wrong_value(read):
    text = "prices:\n  - name: gas\n    eur: 1\n    since: &day 2024-13-45\n"
    text += "  - name: power\n    eur: 2\n    since: *day\n"
    assert refused(read, text) == [
        ", line 4: prices[0].since is '2024-13-45', not a date (YYYY-MM-DD)",
        ", line 7: prices[1].since is '2024-13-45', not a date (YYYY-MM-DD)",
    ]
