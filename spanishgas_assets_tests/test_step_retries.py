"""How a step or a check fails: in one sentence, or by a new try."""

from collections.abc import Iterator

import dagster as dg
import pytest

from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import failing_in_words


@failing_in_words
def compared(error: Exception | None) -> Iterator[int]:
    yield 1
    if error:
        raise error


@failing_in_words
def counted(error: Exception | None) -> int:
    if error:
        raise error
    return 1


def test_a_check_that_meets_damage_fails_with_the_sentence_alone() -> None:
    for check in (lambda error: list(compared(error)), counted):
        with pytest.raises(dg.Failure) as failure:
            check(StoreError("the table before is damaged: run 2025-01-06 again"))
        assert failure.value.description == "the table before is damaged: run 2025-01-06 again"
        with pytest.raises(dg.RetryRequested):
            check(StoreUnavailableError("no answer"))


def test_a_check_that_meets_none_goes_through() -> None:
    assert list(compared(None)) == [1]
    assert counted(None) == 1


def test_every_check_of_the_graph_fails_in_words() -> None:
    checks = build_definitions(Settings()).asset_checks or ()
    works = [check.node_def.compute_fn.decorated_fn for check in checks]
    assert len(works) == 6
    assert [work.__name__ for work in works if not hasattr(work, "__wrapped__")] == []
