"""How a user's mistake fails a step: with its own words, and without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from spanishgas_assets.errors import SpanishGasError

#: Metadata key of a failure: the kind of error, by which alerts tell a raw file from a model.
ERROR = "error"


@contextmanager
def failing_in_words() -> Iterator[None]:
    """Turn a SpanishGasError into a Dagster failure that carries the message alone."""
    try:
        yield
    except SpanishGasError as error:
        raise dg.Failure(
            str(error), metadata={ERROR: type(error).__name__}, allow_retries=False
        ) from None
