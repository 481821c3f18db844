"""What the past of the target says: the last known value, or that of a year before, of the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mlwright.data.compute.table import Table
from mlwright.data.panels import things_of
from mlwright.data.words import named
from mlwright.judging.worth.practice import Array, Saying
from mlwright.records.profile import Profile
from mlwright.scoring.distinct import distinct_values
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import to_number_array

Places = NDArray[np.int64]

LEAST_KNOWN = 0.9
DAY_S = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def by_the_past(
    table: Table, profile: Profile, learned: tuple[Places, Array], asked: tuple[Places, Array]
) -> Iterator[Saying]:
    """What can be said of later rows from the target of the rows that were learned from, where it is a number.

    Where each moment comes once, or once for each of several things, the last known value of the thing is one thing to
    say. The value of a year before is another, where nine in ten of the later rows have one among the earlier ones; the
    others get the last one.

    Parameters
    ----------
    table : Table
        All rows.
    profile : Profile
    learned, asked : tuple of (array of int, array)
        Places in the table and targets of the earlier rows and the later ones.
    """
    roles = profile.roles
    time = next((column for column in profile.columns if column.name == roles.time), None)
    if roles.task != "regression" or time is None or time.n_missing + time.n_unparsed:
        return
    values = table.arrow([time.name])[time.name]
    is_date = time.kind == "date"
    moments = to_moment_array(values, time.date_format) if is_date else to_number_array(values)
    things = things_of(table, time, profile.columns, roles.target)
    if things is None:
        return
    cells = _cells(table, things)
    (before, known), (after, target) = learned, asked
    last = _last(cells, moments, before, known, after)
    each = f" of each {named(things)}" if things else ""
    yield Saying(f"say the last known '{roles.target}'{each}", target, roles.task, last[:, None])
    if is_date and (found := _year_before(cells, moments, learned, after)) is not None:
        said = np.where(np.isfinite(found), found, last)
        yield Saying(f"say the '{roles.target}' of a year before{each}", target, roles.task, said[:, None])


def _cells(table: Table, things: tuple[str, ...]) -> Places:
    """The thing of each row, as a number."""
    cells: Places = np.zeros(table.n_rows, dtype=np.int64)
    rows = table.arrow(list(things)) if things else {}
    for name in things:
        levels, places = distinct_values(rows[name])
        cells = cells * (len(levels) + 1) + places + 1
    return cells


def _last(cells: Places, moments: Array, before: Places, known: Array, after: Places) -> Array:
    order = np.argsort(moments[before], kind="stable")
    last = dict(zip(cells[before][order].tolist(), known[order].tolist(), strict=True))
    usual = float(known.mean())
    return np.array([last.get(cell, usual) for cell in cells[after].tolist()])


def _year_before(cells: Places, moments: Array, learned: tuple[Places, Array], after: Places) -> Array | None:
    """The values of the same day of a year before, or of 52 weeks before; NaN where there is none."""
    before, known = learned
    at = dict(zip(zip(cells[before].tolist(), moments[before].tolist(), strict=True), known.tolist(), strict=True))
    later = list(zip(cells[after].tolist(), moments[after].tolist(), strict=True))
    for ago in (_a_year_ago, _weeks_ago):
        found = np.array([at.get((cell, ago(moment)), np.nan) for cell, moment in later])
        if np.isfinite(found).mean() >= LEAST_KNOWN:
            return found
    return None


def _a_year_ago(moment: float) -> float:
    then = EPOCH + timedelta(seconds=moment)
    try:
        return (then.replace(year=then.year - 1) - EPOCH).total_seconds()
    except ValueError:  # the 29th of February
        return moment - 366 * DAY_S


def _weeks_ago(moment: float) -> float:
    return moment - 364 * DAY_S
