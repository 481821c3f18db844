"""A table that Spark computes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from mlwright.data.compute.remote import RemoteTable
from mlwright.data.sources._spark import explained, open_session, read_frame
from mlwright.data.sources._spark_columns import plain_frame, some_rows
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings

_WHOLE, _SOME = "mlwright_table", "mlwright_rows"


class SparkTable(RemoteTable):
    """A table that Spark computes.

    Rows are drawn by Spark itself, partition by partition, since Ibis 12 knows no seed for it. Answers come as Arrow
    and not by way of pandas, where whole numbers with gaps would become fractions.
    """

    def __init__(self, session: Any, frame: Any) -> None:
        self._session, self._frame = session, frame
        frame.createOrReplaceTempView(_WHOLE)
        super().__init__(ibis.pyspark.connect(session).table(_WHOLE), frame.count())

    def _some(self, share: float) -> ir.Table:
        some_rows(self._frame, share).createOrReplaceTempView(_SOME)
        return cast("ir.Table", self.expr.get_backend().table(_SOME))

    def fetch(self, expr: ir.Table) -> pa.Table:
        """The rows of an expression."""
        expr.get_backend()._run_pre_execute_hooks(expr)
        found = self._session.sql(ibis.to_sql(expr, dialect="pyspark")).toArrow()
        return found.cast(expr.schema().to_pyarrow())


@contextmanager
def open_spark(snapshot: Snapshot, settings: CollectSettings) -> Iterator[SparkTable]:
    """The table that a snapshot is a sample of."""
    location = str(settings.source)
    with explained(location):
        session = open_session(location, os.environ)
        frame, _ = plain_frame(read_frame(session, location, settings.query), location)
        yield SparkTable(session, frame)
