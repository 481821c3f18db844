"""Cleans a file or a table of a database into a new file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pydantic import ValidationError

from mlwright.core.errors import SettingsError, name_list
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.core.store.blobs import write_atomically
from mlwright.data.cleaning.cleaned import Cleaned, plan_for
from mlwright.data.compute.damage import explain_damage
from mlwright.data.compute.table import open_parquet, open_snapshot
from mlwright.data.snapshots import take_snapshot, write_spelled
from mlwright.data.sources._files import fingerprint, refuse_change
from mlwright.data.sources._style import TextStyle
from mlwright.faces.changes import Changes
from mlwright.faces.writing import refuse_suffix, write_tables
from mlwright.records.cleaning import Cleaning, CleaningPlan
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings


@dataclass(frozen=True)
class Wanted:
    """What is to be cleaned, and how.

    Parameters
    ----------
    source : str
        A file, or the URL of a database.
    output : Path or None
        Where the cleaned rows go; None to learn the plan only.
    query : str or None
        For databases.
    target : str or None
        A column that is neither looked at nor changed.
    plan : Path or None
        A plan to go by; None to learn one.
    save_plan : Path or None
        Where the plan goes, with its counts.
    diff : Path or None
        Where the changes go: ``.html`` to read, ``.csv`` or ``.parquet`` for every cell.
    repair : bool
        Whether values that say something wrong are changed, too.
    drop_repeats : bool
        Whether rows that equal an earlier one are left out.
    values : str or None
        ``text``: what is text in the source stays text, and changed cells are written as most of their column are;
        ``types``: numbers, dates and truth values become what they are. None: types for Parquet, else text.
    """

    source: str
    output: Path | None
    query: str | None = None
    target: str | None = None
    plan: Path | None = None
    save_plan: Path | None = None
    diff: Path | None = None
    repair: bool = True
    drop_repeats: bool = False
    values: Literal["text", "types"] | None = None

    @property
    def as_text(self) -> bool:
        """Whether text stays text."""
        if self.values is None:
            return self.output is None or self.output.suffix != ".parquet"
        return self.values == "text"


def clean_file(wanted: Wanted) -> Cleaning:
    """Clean a source into a new file; the source is never changed.

    Raises
    ------
    SettingsError
        If a file would be written over the source, its name does not say how it is to be written, or the plan
        cannot be read.
    SourceError
        If the rows cannot be had.
    TableError
        If the plan is that of another table, or the target is no column.
    """
    _refuse(wanted)
    given = None if wanted.plan is None else read_plan(wanted.plan)
    with tempfile.TemporaryDirectory(prefix="mlwright-clean-", ignore_cleanup_errors=True) as folder:
        run = Run("clean", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None))
        settings = CollectSettings(source=wanted.source, query=wanted.query)
        before = fingerprint(wanted.source)
        snapshot = take_snapshot(settings, run)
        spelled = write_spelled(settings, run) if wanted.as_text else None
        if spelled is not None:
            refuse_change(wanted.source, before)
        table = open_snapshot(snapshot, run)
        if wanted.target is not None and wanted.target not in table.columns:
            raise SettingsError(
                f"{wanted.source} has no column {wanted.target!r}.",
                f"Its columns are: {name_list(table.columns, limit=20)}.",
            )
        texts = None if spelled is None else open_parquet(spelled[0])
        with explain_damage(snapshot):
            plan = _as_wanted(plan_for(table, wanted.target, texts) if given is None else given, wanted)
        as_written = None if not wanted.as_text else table.path if spelled is None else spelled[0]
        style = None if spelled is None else spelled[1]
        if style is not None and style.delimiter == "\t":
            style = style.with_commas(table.columns)
        return _written(Cleaned(table, plan, as_written), wanted, style, snapshot)


def read_plan(path: Path) -> CleaningPlan:
    """A plan from its file.

    Raises
    ------
    SettingsError
        If it is not there, or is no plan.
    """
    try:
        return CleaningPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"The plan {path} cannot be read ({error.strerror}).",
            "mlwright clean DATA --save-plan plan.json   (learns one and writes it)",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise SettingsError(
            f"{path} is no cleaning plan: {where}: {first['msg']} ({error.error_count()} in all).",
            "Mend that place, or delete the whole step; nothing else depends on it.",
        ) from error


def _refuse(wanted: Wanted) -> None:
    """See that everything can be written, and nothing over what is read."""
    source = Path(wanted.source)
    for path in (wanted.output, wanted.save_plan, wanted.diff):
        if path is not None and source.exists() and path.exists() and path.samefile(source):
            raise SettingsError(f"{path} is the source, which is never changed.", "Choose another name for the output.")
    if wanted.output is not None:
        refuse_suffix(wanted.output)
    if wanted.diff is not None and wanted.diff.suffix != ".html":
        refuse_suffix(wanted.diff)
    if wanted.output is None and wanted.save_plan is None and wanted.diff is None:
        raise SettingsError(
            "Where is the result to go?", "Add -o clean.parquet, or --save-plan plan.json to look at the plan first."
        )


def _as_wanted(plan: CleaningPlan, wanted: Wanted) -> CleaningPlan:
    if not wanted.repair:
        kept = tuple(step for step in plan.steps if step.level != "repair")
        plan = plan.model_copy(update={"steps": kept})
    if wanted.drop_repeats and plan.repeats:
        plan = plan.model_copy(update={"repeats": plan.repeats.model_copy(update={"action": "drop"})})
    return plan


def _written(cleaned: Cleaned, wanted: Wanted, style: TextStyle | None, snapshot: Snapshot) -> Cleaning:
    changes = Changes(wanted.diff, cleaned.plan)
    rows = _rows(cleaned, changes, snapshot)
    with changes:
        if wanted.output is None:
            for _ in rows:
                pass
        else:
            write_tables(rows, cleaned.schema, wanted.output, style)
    tally = cleaned.tally
    done = Cleaning(
        source=wanted.source,
        output="" if wanted.output is None else str(wanted.output),
        n_rows=tally.n_rows,
        n_dropped=tally.n_dropped,
        n_spelled=tally.cells["spelling"],
        n_repaired=tally.cells["repair"],
        n_typed=tally.cells["type"],
        n_doubted=tally.cells["doubt"],
        plan=tally.plan(cleaned.plan),
        notices=snapshot.notices,
    )
    changes.tell(done)
    if wanted.save_plan is not None:
        write_atomically(wanted.save_plan, done.plan.model_dump_json(indent=2).encode())
    return done


def _rows(cleaned: Cleaned, changes: Changes, snapshot: Snapshot) -> Iterator[pa.Table]:
    with explain_damage(snapshot):
        for rows, changed in cleaned.batches():
            changes.add(changed)
            yield rows
