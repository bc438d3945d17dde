"""A wrong argument of ``spanishgas publication`` is refused before anything is read."""

import pytest

from spanishgas_assets.cli import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "0"], "0 is not at least 1"),
        (["diff", "1", "x"], "'x' is not a whole number"),
        (["rollback", "1", "--by", " ", "--why", "wrong"], "argument --by: must not be empty"),
        (["rollback", "1", "--by", "ana", "--why", ""], "argument --why: must not be empty"),
    ],
)
def test_it_is_named(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["publication", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
