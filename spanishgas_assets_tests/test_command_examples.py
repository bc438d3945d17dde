"""What ``--help`` shows can be typed as it stands."""

import shlex

import pytest

from spanishgas_assets.cli import COMMANDS, parser
from spanishgas_assets.commands.examples import EXAMPLES


def test_every_command_has_an_example() -> None:
    assert set(EXAMPLES) == {command.NAME for command in COMMANDS}


@pytest.mark.parametrize("example", [one for every in EXAMPLES.values() for one in every])
def test_an_example_is_a_legal_call(example: str) -> None:
    program, *arguments = shlex.split(example)
    assert program == "spanishgas"
    parser().parse_args(arguments)


def test_help_ends_with_the_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        parser().parse_args(["calls", "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith("usage: spanishgas calls")
    assert "Write a snapshot's call list" in shown
    assert shown.rstrip().endswith(EXAMPLES["calls"][-1])
