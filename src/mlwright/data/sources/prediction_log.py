"""What a service was asked, with the true outcomes that are known by now: the log of ``mlwright serve``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import SourceEmpty, SourceUnreadable
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._formats import format_of
from mlwright.records.served import (
    AT,
    ID,
    LOG_FACTS,
    OPEN,
    OUTCOME,
    OUTCOME_AT,
    OUTCOMES,
    PREDICTIONS,
    SEALED,
    KeptColumn,
    LogFacts,
)
from mlwright.scoring.kept_tables import read_open

Outcomes = dict[str, tuple[str | None, datetime | None]]


class PredictionLog(Source):
    """The folder of a prediction log, as rows of inputs with the target where its outcome was reported.

    Inputs that the log leaves out or hashes are no columns. Of several outcomes of one answer the last one counts. When
    a row was asked is the column ``mlwright_at``, and when its outcome was reported ``mlwright_outcome_at``, if the
    former is named as the time.
    """

    title: ClassVar[str] = "prediction log of a service"
    grows: ClassVar[bool] = True

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is a folder with the facts of a log."""
        return format_of(location) == "prediction_log"

    def read(self) -> Reading:
        """Read all outcomes, and begin to read what was asked, segment by segment, oldest first."""
        folder = Path(str(self.settings.source)).expanduser()
        facts = facts_of(folder)
        kept = [column for column in facts.columns if column.treatment == "kept"]
        segments = _segments(folder / PREDICTIONS)
        if not segments:
            raise SourceEmpty(
                f"{folder} holds no answers yet.", "Ask the service first; the log is written every second."
            )
        is_timed = self.settings.time == AT
        asked = [*((c.name, _type(c)) for c in kept), *([(AT, pa.timestamp("us"))] if is_timed else [])]
        told = [*([(OUTCOME_AT, pa.timestamp("us"))] if is_timed else []), (facts.target, pa.string())]
        schema = pa.schema([*asked, *told])
        outcomes = _outcomes(folder / OUTCOMES)
        details = {"segments": str(len(segments)), "outcomes": str(len(outcomes))}
        return Reading(schema, self._batches(segments, facts, outcomes, schema), details)

    def _batches(
        self, segments: list[Path], facts: LogFacts, outcomes: Outcomes, schema: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        stored = [field for field in schema if field.name not in (OUTCOME_AT, facts.target)]
        for place, path in enumerate(segments):
            table = _read(path, [ID, *(field.name for field in stored)])
            if table is None:
                continue
            joined = [outcomes.get(one, (None, None)) for one in table.column(ID).to_pylist()]
            columns = [table.column(field.name).cast(field.type) for field in stored]
            if OUTCOME_AT in schema.names:
                columns.append(
                    pa.array([at for _, at in joined], pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us"))
                )
            columns.append(pa.array([outcome for outcome, _ in joined], pa.string()))
            self.tick((place + 1) / len(segments))
            yield from pa.table(columns, schema=schema).to_batches()


def answered_ids(folder: Path) -> set[str]:
    """The ids of all answers that a log holds.

    Raises
    ------
    SourceUnreadable
        If the folder is no prediction log.
    """
    facts_of(folder)
    tables = [_read(path, [ID]) for path in _segments(folder / PREDICTIONS)]
    return {one for table in tables if table is not None for one in table.column(ID).to_pylist()}


def facts_of(folder: Path) -> LogFacts:
    """What the log in a folder says of itself.

    Raises
    ------
    SourceUnreadable
        If the folder is no prediction log.
    """
    try:
        return LogFacts.model_validate_json((folder / LOG_FACTS).read_bytes())
    except (OSError, ValueError):
        raise SourceUnreadable(
            f"{folder} holds no prediction log: {LOG_FACTS} is not there, or cannot be read.",
            "Name the folder that a service keeps its log in: the folder of [serve.log], or of mlwright serve --log",
        ) from None


def _segments(folder: Path) -> list[Path]:
    """Sealed segments and open ones, oldest first; one that is being sealed right now is read once."""
    stems = {path.name.removesuffix(OPEN): path for path in folder.glob(f"*{OPEN}")}
    stems |= {path.name.removesuffix(SEALED): path for path in folder.glob(f"*{SEALED}")}
    return [stems[stem] for stem in sorted(stems)]


def _read(path: Path, columns: list[str]) -> pa.Table | None:
    """Columns of a segment; None if it holds no rows yet."""
    try:
        if path.name.endswith(OPEN):
            table = read_open(path)
            return None if table is None else table.select(columns)
        return pq.read_table(path, columns=columns)
    except FileNotFoundError:
        sealed = path.with_name(path.name.removesuffix(OPEN) + SEALED)
        if sealed == path or not sealed.exists():
            raise SourceUnreadable(f"{path} was removed meanwhile.", "Type the command again.") from None
        return _read(sealed, columns)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise SourceUnreadable(f"{path} cannot be read ({error}).", "Move it out of the log, and try again.") from None


def _outcomes(folder: Path) -> Outcomes:
    """What came true and when it was reported, by the id of the answer."""
    found = [_read(path, [ID, OUTCOME, AT]) for path in _segments(folder)]
    tables = [table for table in found if table is not None]
    if not tables:
        return {}
    told = pa.concat_tables(tables).sort_by(AT)
    ids, outcomes, moments = (told.column(name).to_pylist() for name in (ID, OUTCOME, AT))
    return dict(zip(ids, zip(outcomes, moments, strict=True), strict=True))


def _type(column: KeptColumn) -> pa.DataType:
    return pa.float64() if column.kind == "number" else pa.string()
