"""New rows become looks: windows by time or by count, each as counts in the cells that training fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.record import digest
from mlwright.data.cells import DAY_S, places_of
from mlwright.data.cells.pairs import places_of_pair
from mlwright.data.cells.vocabulary import Vocabulary, unknown_words
from mlwright.judging.costs import costs_of
from mlwright.judging.memory import answer_places
from mlwright.learning.tasks import TASKS
from mlwright.records.bundle import Manifest
from mlwright.records.looks import ANSWERS, TARGET, Baseline, Labelled, Look, Looks
from mlwright.records.served import OUTCOME_AT
from mlwright.records.settings import WatchSettings
from mlwright.records.watch import LeftOut
from mlwright.scoring.answers import as_classes
from mlwright.scoring.moments import to_moment_array
from mlwright.watching.merging import merged, most_of
from mlwright.watching.promise import labelled

Array = NDArray[np.float64]
Places = NDArray[np.int64]

PERIODS_S = {"hour": 3_600.0, "day": 86_400.0, "week": 7 * 86_400.0}
MOST_LOOKS = 1_000
"""Windows of one table; more are made into longer ones."""


class Windows(NamedTuple):
    """Which rows belong to which window.

    Parameters
    ----------
    at : array of int, shape (n_rows,)
        The window of each row; -1 for rows that were looked at before.
    began, ended : array, shape (n_windows,)
        Seconds since 1970.
    moments : array, shape (n_rows,), or None
        When each row was; None where rows have no time.
    """

    at: Places
    began: Array
    ended: Array
    moments: Array | None = None

    def days(self, window: int) -> range:
        """The days that a window covers, counted since 1970."""
        first, last = (int(each[window] // DAY_S) for each in (self.began, self.ended))
        return range(first, last + 1)


def looks_of(
    table: pa.Table,
    scores: Array,
    manifest: Manifest,
    places: Mapping[str, Places],
    windows: Windows,
    memory: Looks,
) -> Looks:
    """Count the rows of each window; those that were counted before are left out.

    Where it is known when outcomes were reported, those that came since the last look belong to the last window,
    however old the rows are; where no row is new, they are a look of their own. So are outcomes of rows of a time that
    was looked at before, when none was known.

    Parameters
    ----------
    table : pyarrow.Table
        The inputs, and the target where it is known.
    scores : array, shape (n_rows, n_outputs)
        What the model says of them.
    manifest : Manifest
        Its baseline is set.
    places : mapping
        See `places_of_rows`.
    windows : Windows
    memory : Looks
        What was looked at before.
    """
    baseline = manifest.baseline
    assert baseline is not None
    counts = _counts(places, baseline, windows)
    truth, words = _truth(table, manifest), _new_words(table, baseline, windows)
    reported = to_moment_array(table.column(OUTCOME_AT)) if OUTCOME_AT in table.column_names else None
    known = {*memory.seen, *(look.content for look in memory.looks)}
    found = [*memory.looks, *_late(table, windows, truth, scores, manifest, memory)]
    for place, (began, ended) in enumerate(zip(windows.began, windows.ended, strict=True)):
        own = windows.at == place
        tallies = {name: tuple(each[place].tolist()) for name, each in counts.items()}
        content = digest([tallies, float(began) if len(windows.began) > 1 else 0])
        if own.any() and content not in known:
            told = own if reported is None else _since(reported, memory) & (place == len(windows.began) - 1)
            found.append(
                Look(
                    content=content,
                    began=moment_words(began),
                    ended=moment_words(ended),
                    n_rows=int(own.sum()),
                    counts=tallies,
                    words={name: each[place] for name, each in words.items()},
                    labelled=_labelled(truth, scores, told & ~np.isnan(truth), manifest, found),
                    place=memory.latest + 1 + len(found) - len(memory.looks),
                )
            )
    is_counted = reported is not None and len(found) > len(memory.looks) and np.isfinite(reported).any()
    until = moment_words(np.nanmax(reported)) if reported is not None and is_counted else memory.told_until
    n_looks = memory.latest + 1 + len(found) - len(memory.looks)
    return merged(memory.model_copy(update={"looks": tuple(found), "n_looks": n_looks, "told_until": until}))


def windows_of(table: pa.Table, time: str | None, read_at: str, memory: Looks, settings: WatchSettings) -> Windows:
    """Windows of a table: by time where rows have one, else by count, else one.

    Rows up to the end of the last look are left out where rows have a time: a log grows, and its old rows come again.
    """
    n = table.num_rows
    if time is None:
        at = np.arange(n) // settings.rows if settings.rows else np.zeros(n, np.int64)
        moment = datetime.fromisoformat(read_at).timestamp()
        return Windows(at, *(np.full(int(at.max(initial=0)) + 1, moment),) * 2)
    moments = to_moment_array(table.column(time))
    after = max((_seconds(look.ended) for look in memory.looks), default=-np.inf)
    new = np.isfinite(moments) & (moments > after)
    period = PERIODS_S[settings.every]
    first = np.floor(moments[new].min(initial=np.inf) / period) if new.any() else 0.0
    span = (moments[new].max() / period - first) if new.any() else 0.0
    at = np.full(n, -1, np.int64)
    if settings.rows:
        order = np.argsort(moments[new], kind="stable")
        at[np.flatnonzero(new)[order]] = np.arange(int(new.sum())) // settings.rows
    else:
        length = period * max(1.0, np.ceil(span / MOST_LOOKS))
        at[new] = np.floor((moments[new] - first * period) / length)
    names, own = np.unique(at[new], return_inverse=True)
    at[new] = own
    began, ended = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    np.minimum.at(began, own, moments[new])
    np.maximum.at(ended, own, moments[new])
    return Windows(at, began, ended, moments)


def left_out(windows: Windows, memory: Looks, looked: Looks, *, is_log: bool) -> LeftOut | None:
    """Which rows are part of no look; None where there is nothing to tell.

    A log grows, so that its old rows come again is told only where none is new.

    Parameters
    ----------
    windows : Windows
    memory, looked : Looks
        Before these rows, and with them.
    is_log : bool
    """
    if windows.moments is None:
        return None
    n_untimed = int((~np.isfinite(windows.moments)).sum())
    n_again = int((windows.at < 0).sum()) - n_untimed if not is_log or not len(windows.began) else 0
    if not n_again and not n_untimed:
        return None
    added = [own for place, own in zip(looked.places, looked.looks, strict=True) if place > memory.latest]
    n_late = sum(own.labelled.n for own in added if own.labelled is not None and not own.n_rows)
    return LeftOut(
        n_again=n_again,
        n_late=n_late,
        n_untimed=n_untimed,
        until=max((look.ended for look in memory.looks), default=""),
    )


def places_of_rows(table: pa.Table, scores: Array, baseline: Baseline, classes: tuple[str, ...]) -> dict[str, Places]:
    """The cell of every row, for every column of the baseline that the table has; `classes` are those of the target."""
    places: dict[str, Places] = {}
    for column in baseline.columns:
        cells = column.cells
        if cells.name == ANSWERS:
            places[cells.name] = answer_places(column, scores)
        elif cells.sort != "pair" and cells.of[0] in table.column_names:
            values = table.column(cells.of[0])
            places[cells.name] = places_of(cells, as_classes(values, classes) if cells.name == TARGET else values)
        elif cells.sort == "pair" and set(cells.of) <= set(places):
            places[cells.name] = places_of_pair(cells, (places[cells.of[0]], places[cells.of[1]]))
    return places


def _counts(places: Mapping[str, Places], baseline: Baseline, windows: Windows) -> dict[str, NDArray[np.int64]]:
    """Rows in each cell by window."""
    inside, n_windows = windows.at >= 0, len(windows.began)
    found = {}
    for cells in (column.cells for column in baseline.columns if column.cells.name in places):
        flat = windows.at[inside] * cells.n + places[cells.name][inside]
        found[cells.name] = np.bincount(flat, minlength=n_windows * cells.n).reshape(n_windows, cells.n)
    return found


def _new_words(table: pa.Table, baseline: Baseline, windows: Windows) -> dict[str, list[dict[str, int]]]:
    """The most frequent words of each window that training did not know, by column."""
    found = {}
    for cells in (column.cells for column in baseline.columns if column.cells.sort == "new words"):
        if cells.of[0] in table.column_names:
            known, values = Vocabulary(cells.known), table.column(cells.of[0])
            rows = [pa.array(np.flatnonzero(windows.at == place)) for place in range(len(windows.began))]
            found[cells.of[0]] = [most_of(unknown_words(values.take(own), known)) for own in rows]
    return found


def _truth(table: pa.Table, manifest: Manifest) -> Array:
    """The target of each row as the model counts it; NaN where it is not known."""
    if manifest.target not in table.column_names:
        return np.full(table.num_rows, np.nan)
    model = manifest.model
    return np.asarray(TASKS.get(model.task)().target(table.column(manifest.target), model.classes, ()))


def _since(reported: Array, memory: Looks) -> NDArray[np.bool_]:
    """Outcomes that came since the last look."""
    until = _seconds(memory.told_until) if memory.told_until else -np.inf
    return np.asarray(np.nan_to_num(reported, nan=-np.inf) > until)


def _late(
    table: pa.Table, windows: Windows, truth: Array, scores: Array, manifest: Manifest, memory: Looks
) -> list[Look]:
    """Outcomes that came for rows of a time that was looked at before, as a look that holds nothing else."""
    if windows.moments is None or not memory.looks:
        return []
    moments, is_again = windows.moments, (windows.at < 0) & np.isfinite(windows.moments) & ~np.isnan(truth)
    if OUTCOME_AT in table.column_names:
        told = is_again & _since(to_moment_array(table.column(OUTCOME_AT)), memory) & (not len(windows.began))
    else:
        told = is_again & ~_covered(moments, memory)
    own = _labelled(truth, scores, told, manifest, memory.looks)
    if own is None:
        return []
    first, last = (moment_words(end(moments[told])) for end in (np.min, np.max))
    content, place = digest(["outcomes alone", first, last, own.n, own.loss]), memory.latest + 1
    return [Look(content=content, began=first, ended=last, n_rows=0, counts={}, labelled=own, place=place)]


def _covered(moments: Array, memory: Looks) -> NDArray[np.bool_]:
    """Rows of a time of which outcomes were counted before."""
    found = np.zeros(len(moments), dtype=np.bool_)
    for look in memory.looks:
        if look.labelled is not None:
            found |= (moments >= _seconds(look.began)) & (moments <= _seconds(look.ended))
    return found


def _labelled(
    truth: Array, scores: Array, told: NDArray[np.bool_], manifest: Manifest, before: Sequence[Look]
) -> Labelled | None:
    """What the rows with a true outcome cost, beside those of the looks before."""
    if manifest.baseline is None or not told.any():
        return None
    table, ceiling = manifest.decision.worth.table, manifest.baseline.ceiling
    return labelled(*costs_of(truth[told], scores[told], manifest.model, table, ceiling), before)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def moment_words(moment: float) -> str:
    """A moment in seconds since 1970, in ISO 8601."""
    return datetime.fromtimestamp(float(moment), UTC).isoformat(timespec="microseconds")
