"""A lazy scan of remote objects whose rows are handed on only after another look at the objects.

Polars fetches a file's footer and its columns in separate requests, and asks for no version: of an
object replaced in between it would mix two. So the objects are looked at again after each batch is
read, and before anybody sees it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl
from polars.io.plugins import register_io_source

from spanishgas_assets.errors import StoreError, StoreUnavailableError

#: Rows read between two looks, where Polars wishes no other number.
_BATCH_ROWS = 250_000


def consistent_scan(plan: pl.LazyFrame, verify: Callable[[], None], url: str) -> pl.LazyFrame:
    """Return the scan with a look before each batch goes out; columns and filters reach the files.

    Args:
        plan: a scan of remote files; the first one's columns are read now.
        verify: raises a StoreError where an object is not what it was when it was opened.
        url: what an error calls the objects.

    Raises:
        StoreUnavailableError: now or when it is collected: the objects could not be fetched.
        StoreError: now or when it is collected: an object is no Parquet of the first one's columns.
    """

    def read(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, batch: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = plan
        if predicate is not None:
            wanted = wanted.filter(predicate)
        if columns is not None:
            wanted = wanted.select(columns)
        if rows is not None:
            wanted = wanted.head(rows)
        with _translating_polars_errors(verify, url):
            for piece in wanted.collect_batches(
                chunk_size=batch or _BATCH_ROWS, maintain_order=True
            ):
                verify()
                yield piece

    with _translating_polars_errors(verify, url):
        schema = plan.collect_schema()
    return register_io_source(read, schema=schema, is_pure=True, explain_name="STORE")


@contextmanager
def _translating_polars_errors(verify: Callable[[], None], url: str) -> Iterator[None]:
    """Turn what Polars raises into a StoreError, the store's own where it finds the cause."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        verify()
        told = f"{url}: {str(error).splitlines()[0]}"
        if isinstance(error, OSError):
            raise StoreUnavailableError(f"{told}; run the step again") from error
        raise StoreError(f"{told}; make the table again (spanishgas run)") from error
