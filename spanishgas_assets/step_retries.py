"""How a step fails: a user's error with its message alone, a lost store after new tries.

The one rule for retries of a step. Retries of a whole run, whose process died, are the instance's
(``run_retries`` in ``deploy/ecs/dagster.yaml``).
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import dagster as dg

from spanishgas_assets.errors import SpanishGasError, StoreUnavailableError

#: Metadata key of a failure: the kind of error, by which alerts tell a raw file from a model.
ERROR = "error"

#: A step that lost its store is tried again this often, so many seconds apart.
IO_RETRIES, IO_RETRY_SECONDS = 3, 30.0


_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def failing_in_words(check: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """Let a check, a function or a generator, fail as :func:`user_errors_as_failures` says."""

    @functools.wraps(check)
    def judged(*given: _Given.args, **named: _Given.kwargs) -> _Found:
        with user_errors_as_failures():
            return check(*given, **named)

    @functools.wraps(check)
    def told(*given: _Given.args, **named: _Given.kwargs) -> Iterator[Any]:
        with user_errors_as_failures():
            yield from check(*given, **named)  # type: ignore[misc]

    return told if inspect.isgeneratorfunction(check) else judged  # type: ignore[return-value]


@contextmanager
def user_errors_as_failures() -> Iterator[None]:
    """Turn a SpanishGasError into a Dagster failure that carries the message alone.

    Only what may pass by itself is tried again: a store or a network that does not answer. A
    broken contract, a missing file or a bug fails at once, as trying again would change nothing.
    """
    try:
        yield
    except (StoreUnavailableError, ConnectionError, TimeoutError) as error:
        raise dg.RetryRequested(IO_RETRIES, IO_RETRY_SECONDS) from error
    except SpanishGasError as error:
        raise dg.Failure(
            str(error), metadata={ERROR: type(error).__name__}, allow_retries=False
        ) from None
