"""What the tests of all sources share: read a location and look at the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from mlwright.data.sources import source_for
from mlwright.records.settings import CollectSettings


@dataclass
class Result:
    """A table as a source gave it."""

    table: pa.Table
    details: dict[str, str]
    notices: list[str]

    @property
    def types(self) -> dict[str, str]:
        return {field.name: str(field.type) for field in self.table.schema}

    @property
    def rows(self) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in self.table.to_pylist()]

    def column(self, name: str) -> list[object]:
        return self.table.column(name).to_pylist()


@pytest.fixture
def read() -> Callable[..., Result]:
    def read_it(location: str | Path, **settings: str) -> Result:
        wanted = CollectSettings(source=str(location), **settings)
        reading = source_for(wanted)[1](wanted).read()
        table = pa.Table.from_batches(list(reading.batches), reading.schema)
        return Result(table, reading.details, reading.notices)

    return read_it


@pytest.fixture
def read_text(read, tmp_path) -> Callable[..., Result]:
    def read_it(content: str | bytes, name: str = "table.csv") -> Result:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path)

    return read_it
