"""Writing the raw files: formats to the byte, streamed, and published whole or not at all.

A file is written under a temporary name beside its target and renamed when complete.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from spanishgas_assets.demo.population.sampling import Floats

Format = Literal["parquet", "csv"]
READING_COLUMNS = ("customer_id", "timestamp", "consumption_elec_kwh", "consumption_gas_m3")


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """A temporary path that becomes `target` when the block ends well, and is removed if not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def write_csv(frame: pl.DataFrame, target: Path) -> int:
    """One CSV file; null is blank, dates are `YYYY-MM-DD`. Returns the rows."""
    with published(target) as partial:
        frame.write_csv(partial)
    return frame.height


def write_json_list(frame: pl.DataFrame, target: Path) -> int:
    """One JSON list of records, dates as text. Returns the rows."""
    with published(target) as partial:
        text = json.dumps(frame.cast(pl.String).to_dicts(), ensure_ascii=False, indent=1)
        partial.write_text(text + "\n", encoding="utf-8")
    return frame.height


class ReadingsFile(Protocol):
    """An open file of readings for given hours."""

    def write(self, ids: list[str], elec_kwh: Floats, gas_m3: Floats) -> None:
        """Append some customers (arrays are customer x hour): sorted by customer, then time."""

    def close(self) -> None:
        """Finish the file."""


@contextmanager
def readings_file(
    target: Path, form: Format, hours: npt.NDArray[np.datetime64]
) -> Iterator[ReadingsFile]:
    """A readings file that is published when the block ends well."""
    with published(target) as partial:
        opened: ReadingsFile
        opened = _ParquetFile(partial, hours) if form == "parquet" else _CsvFile(partial, hours)
        try:
            yield opened
        finally:
            opened.close()


class _ParquetFile:
    """Row group by row group. Plain String, naive microseconds and doubles in the schema."""

    def __init__(self, path: Path, hours: npt.NDArray[np.datetime64]) -> None:
        # Without the Arrow schema in the footer, readers see plain strings and not the dictionary
        # that only serves to write ids fast.
        self._schema = pa.schema(
            [
                (READING_COLUMNS[0], pa.dictionary(pa.int32(), pa.string())),
                (READING_COLUMNS[1], pa.timestamp("us")),
                (READING_COLUMNS[2], pa.float64()),
                (READING_COLUMNS[3], pa.float64()),
            ]
        )
        self._hours = hours
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            # As the retailer's own file must be, by its size: ten bytes a reading.
            compression="snappy",
            store_schema=False,
            use_dictionary=[READING_COLUMNS[0], READING_COLUMNS[1], READING_COLUMNS[3]],
            write_statistics=True,
        )

    def write(self, ids: list[str], elec_kwh: Floats, gas_m3: Floats) -> None:
        count = len(self._hours)
        index = pa.array(np.repeat(np.arange(len(ids), dtype=np.int32), count))
        columns = [
            pa.DictionaryArray.from_arrays(index, pa.array(ids, pa.string())),
            pa.array(np.tile(self._hours, len(ids))),
            pa.array(elec_kwh.reshape(-1)),
            pa.array(gas_m3.reshape(-1)),
        ]
        rows = len(ids) * count
        self._writer.write_table(pa.table(columns, schema=self._schema), row_group_size=rows)

    def close(self) -> None:
        self._writer.close()


class _CsvFile:
    """Text with a header; timestamps `YYYY-MM-DD HH:MM:SS`."""

    def __init__(self, path: Path, hours: npt.NDArray[np.datetime64]) -> None:
        self._file = path.open("wb")
        # Rendered once: formatting 176 million timestamps costs more than the numbers.
        self._hours = pl.Series(hours).dt.strftime("%Y-%m-%d %H:%M:%S")
        self._file.write((",".join(READING_COLUMNS) + "\n").encode())

    def write(self, ids: list[str], elec_kwh: Floats, gas_m3: Floats) -> None:
        count = len(self._hours)
        frame = pl.DataFrame(
            [
                pl.Series(ids)[np.repeat(np.arange(len(ids)), count)],
                self._hours[np.tile(np.arange(count), len(ids))],
                pl.Series(elec_kwh.reshape(-1)),
                pl.Series(gas_m3.reshape(-1)),
            ]
        )
        text = io.BytesIO()
        frame.write_csv(text, include_header=False)
        self._file.write(text.getbuffer())

    def close(self) -> None:
        self._file.close()
