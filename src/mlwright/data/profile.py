"""The stage that says what is known of a table before anybody looks at how its columns relate to the target."""

from __future__ import annotations

import numpy as np

from mlwright.core.errors import SourceEmpty
from mlwright.core.run import Run
from mlwright.data.compute.damage import explain_damage
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.data.kinds.describe import Described, describe
from mlwright.data.pairs import associations_of
from mlwright.data.panels import with_panels
from mlwright.data.roles import assign_roles, check_names
from mlwright.data.target import LEAST_ROWS, MOST_CLASSES, Question, question, target_name
from mlwright.data.words import counted
from mlwright.records.data import Snapshot
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.records.settings import CleanSettings, CollectSettings, ProfileSettings, ProjectSettings
from mlwright.scoring.spelling import spelled


def profile(
    snapshot: Snapshot,
    project: ProjectSettings,
    collect: CollectSettings,
    settings: ProfileSettings,
    clean: CleanSettings,
    run: Run,
) -> Profile:
    """Say what every column is, with its figures, and which part it plays.

    Raises
    ------
    SettingsError
        If the settings name no target, or a column that is not there or cannot be what they say it is.
    TargetError
        If the target is missing, constant, empty or cannot be predicted.
    SourceEmpty
        If there are too few rows to learn anything.
    TableError
        If no column is left to predict from.
    """
    target = None if project.task == "none" else target_name(project, snapshot)
    check_names(snapshot.column_names, target, collect, settings)
    if target is not None and snapshot.n_rows < LEAST_ROWS:
        raise SourceEmpty(
            f"{snapshot.lineage.location!r} holds {counted(snapshot.n_rows, 'row')}; "
            f"at least {LEAST_ROWS} are needed to learn and to test.",
            "Collect more rows.",
        )
    table = open_snapshot(snapshot, run)
    with explain_damage(snapshot):
        found = describe(table, snapshot.fields, settings, target)
    queries = counted(found.n_queries, "query", "queries")
    size = f"{counted(len(found.columns), 'column')} of {counted(snapshot.n_rows, 'row')}"
    run.note(f"Looked at {size} in {queries}.")
    asked = None if target is None else _question(found, target, table, project, merges=clean.apply != "off")
    there = _described_there(snapshot, collect, settings, target, run)
    columns = tuple(asked.column if asked and column.name == target else column for column in found.columns)
    orders = found.orders if collect.time is not None else with_panels(table, columns, found.orders, target)
    roles = assign_roles(columns, asked, snapshot.n_rows, orders, (collect, settings))
    return Profile(
        n_rows=snapshot.n_rows,
        columns=columns,
        roles=roles,
        n_passes=found.n_queries,
        n_rows_there=snapshot.n_rows_there,
        columns_there=there,
        associations=associations_of(columns, found.sample, target),
    )


def _described_there(
    snapshot: Snapshot, collect: CollectSettings, settings: ProfileSettings, target: str | None, run: Run
) -> tuple[ColumnProfile, ...]:
    """The columns of the table that the snapshot is a sample of, computed where it is."""
    if snapshot.n_rows_there is None:
        return ()
    from mlwright.data.compute.opening import open_remote

    with open_remote(snapshot, collect) as table:
        found = describe(table, snapshot.fields, settings, target)
        queries = counted(found.n_queries, "query", "queries")
        run.note(f"All {table.n_rows:,} rows were looked at where they are, in {queries}.")
        return _with_counted_keys(found.columns, table)


def _with_counted_keys(columns: tuple[ColumnProfile, ...], table: Table) -> tuple[ColumnProfile, ...]:
    """The columns, those that name rows with the number of their different values counted there: a sample of rows
    shows nearly none of the keys that repeat.
    """
    names = [
        column.name
        for column in columns
        if column.kind == "id" and not column.distinct_is_exact and not column.missing_codes
    ]
    counts = table.ask(**{f"k{place}": table.expr[name].nunique() for place, name in enumerate(names)})
    exact = dict(zip(names, counts.values(), strict=True))
    update = {"distinct_is_exact": True, "distinct_error": 0.0}
    return tuple(
        column.model_copy(update=update | {"n_distinct": int(exact[column.name])}) if column.name in exact else column
        for column in columns
    )


def _question(found: Described, target: str, table: Table, project: ProjectSettings, *, merges: bool) -> Question:
    own = next(column for column in found.columns if column.name == target)
    levels = found.tops[target]
    if len(levels) < own.n_distinct <= MOST_CLASSES:
        levels = _levels(table, target)
    return question(own, levels, table.n_rows, project, merges=merges)


def _levels(table: Table, name: str) -> tuple[tuple[str, int], ...]:
    """All values of a column with their counts, the most frequent first."""
    levels, places = spelled(table.arrow([name])[name])
    counts = np.bincount(places[places >= 0], minlength=len(levels)).tolist()
    return tuple(sorted(zip(levels, counts, strict=True), key=lambda pair: (-pair[1], pair[0])))
