"""What was said and what happened along a column: where a model is wrong on average, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows
from mlwright.data.words import day, figure, minute, shortened
from mlwright.records.understanding import Along, Band
from mlwright.statistics.means import ENOUGH_REPLICATES, share_estimate
from mlwright.statistics.parts import part_estimate
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]
Places = NDArray[np.int64]

N_BANDS, N_PERIODS, MOST_NAMES = 8, 12, 8
FEWEST_IN_A_BAND = 20


class Judged(NamedTuple):
    """Test rows with what was said and what happened.

    Parameters
    ----------
    rows : Rows
    said, happened, loss : array, shape (n_rows,)
    sampling : Sampling
    is_share : bool
        Whether what happened is 0 or 1.
    """

    rows: Rows
    said: Array
    happened: Array
    loss: Array
    sampling: Sampling
    is_share: bool


def along(names: Sequence[str], time: str | None, judged: Judged, seed: int) -> Iterator[Along]:
    """The rows along the column of time, and along some inputs; columns that cannot be put into bands are left out.

    Parameters
    ----------
    names : sequence of str
        Inputs.
    time : str or None
    judged : Judged
    seed : int
    """
    draws = Draws(judged.sampling, seed, ENOUGH_REPLICATES)
    columns = [time, *(name for name in names if name != time)] if time is not None else list(names)
    for name in columns:
        bands = tuple(_band(label, places, judged, draws) for label, places in _cut(name, judged.rows, name == time))
        if len(bands) > 1:
            yield Along(column=name, is_time=name == time, bands=bands)


def _band(label: str, places: Places, judged: Judged, draws: Draws) -> Band:
    part = np.zeros(len(judged.said), dtype=bool)
    part[places] = True
    estimate = share_estimate if judged.is_share else part_estimate
    happened = estimate(judged.happened, draws=draws, part=part)
    said, loss = (float(values[places].mean()) for values in (judged.said, judged.loss))
    return Band(label=label, n_rows=len(places), said=said, happened=happened, loss=loss)


def _cut(name: str, rows: Rows, is_time: bool) -> Iterator[tuple[str, Places]]:
    """Bands of a column with enough rows to tell, each with its label; none of a text."""
    kind = rows.profile.column(name).kind
    if kind == "text":
        return
    if rows.is_ordered(name):
        found = _of_values(rows.numbers(name), N_PERIODS if is_time else N_BANDS, is_date=kind == "date")
    else:
        found = list(_of_names(name, rows))
    missing = np.flatnonzero(rows.missing(name))
    yield from (each for each in [*found, ("missing", missing)] if len(each[1]) >= FEWEST_IN_A_BAND)


def _of_values(values: Array, n_bands: int, *, is_date: bool) -> list[tuple[str, Places]]:
    """Bands of about as many rows; moments are told by the day, or by the minute where a day has several bands."""
    if not is_date:
        return list(_spelled(values, n_bands, figure))
    found = list(_spelled(values, n_bands, day))
    return found if len({label for label, _ in found}) == len(found) else list(_spelled(values, n_bands, minute))


def _spelled(values: Array, n_bands: int, spell: Callable[[float], str]) -> Iterator[tuple[str, Places]]:
    known = values[~np.isnan(values)]
    if not len(known):
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, n_bands + 1)[1:-1], method="lower"))
    bands = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left"))
    for band in range(len(edges) + 1):
        places = np.flatnonzero(bands == band)
        if len(places):
            low, high = spell(float(values[places].min())), spell(float(values[places].max()))
            yield low if low == high else f"{low} to {high}", places


def _of_names(name: str, rows: Rows) -> Iterator[tuple[str, Places]]:
    names, levels = rows.levels(name)
    counts = np.bincount(levels[levels >= 0], minlength=len(names))
    for level in np.argsort(-counts, kind="stable")[:MOST_NAMES]:
        yield shortened(names[level]), np.flatnonzero(levels == level)
