"""Cells into which the values of a column fall, chosen from training rows, and the cell of every row.

All that watching keeps of a row is which cell it fell into. Cells of numbers end at order statistics of training, so
that the counts of later rows follow a known law if nothing has changed, whatever the distribution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.data.cells.vocabulary import (
    N_LOTS,
    Vocabulary,
    lots_of_texts,
    most_frequent,
    sketched,
    unknown_shares,
    words_of,
)
from mlwright.records.looks import Cells
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import missing_array, spelled, to_number_array

Array = NDArray[np.float64]
Places = NDArray[np.int64]

N_CELLS = 10
"""Of numbers, between edges, besides the tails."""
TAILS = ((0.01, 10_000), (0.05, 2_000))
"""Shares of the outermost cells, and the rows from which they are told apart."""
MOST_NAMES = 20
"""Names that are cells of their own."""
MOST_RARE = 2_000
MOST_WORDS = 15
N_READ = 20_000
"""Texts in which words are counted."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_S = 86_400.0
_THURSDAY = 3
"""The weekday of the first day of 1970."""
NAMED = ("category", "boolean", "constant", "id")


class Counted(NamedTuple):
    """Cells, and the training rows in them.

    Parameters
    ----------
    cells : Cells
    places : array of int, shape (n_rows,)
        The cell of each row; -1 where it can say nothing, as the row is what others are held against.
    given : array, shape (n_cells,)
        What each cell is given beforehand.
    first : int
        Rows are counted from here on, every `step`-th: those by which cells were chosen are left out, as the most
        frequent of many are more frequent by chance where one has looked for them.
    step : int
    """

    cells: Cells
    places: Places
    given: Array
    first: int = 0
    step: int = 1

    @property
    def counts(self) -> Places:
        """Rows in each cell, of those that count."""
        return np.bincount(self.places[self.first :: self.step], minlength=self.cells.n)


def cells_of(column: ColumnProfile, values: pa.ChunkedArray) -> list[Counted]:
    """What is looked at of one column: its values; of a text its words, how many of them are new, and its length."""
    return [*plain_cells_of(column, values), *(_new_words(column, values) if column.kind == "text" else ())]


def plain_cells_of(column: ColumnProfile, values: pa.ChunkedArray) -> list[Counted]:
    """The same, but for words that are new: where both tables are at hand, these are found without a vocabulary."""
    if column.kind == "text":
        return [_words(column, values), _length(column, values)]
    if column.kind == "number":
        return [_numbers(column, values)]
    if column.kind == "date":
        cells = Cells(
            name=column.name,
            sort="weekday",
            of=(column.name,),
            kind="date",
            levels=WEEKDAYS,
            codes=column.missing_codes,
        )
        return [_with_places(cells, values)]
    return [_names(column, values)]


def number_cells(name: str, values: Array) -> Counted:
    """Cells of numbers that are there already, such as the answers of a model."""
    cells = Cells(name=name, sort="number", of=(name,), edges=_edges(values))
    return Counted(cells, places_of_numbers(cells, values), _given(cells))


def name_cells(name: str, names: Sequence[str], counts: Mapping[str, int]) -> Cells:
    """Cells of names, the most frequent of which are cells of their own."""
    order = sorted(counts, key=lambda level: (-counts[level], level))
    return Cells(
        name=name,
        sort="names",
        of=tuple(names),
        kind="category",
        levels=tuple(order[:MOST_NAMES]),
        rare=tuple(order[MOST_NAMES : MOST_NAMES + MOST_RARE]),
    )


def places_of(cells: Cells, values: pa.ChunkedArray) -> Places:
    """The cell of each row, shape (n_rows,)."""
    missing = missing_array(values, cells.codes)
    if cells.sort == "names":
        found = _places_of_names(cells, values)
    elif cells.sort == "words":
        found = _places_of_words(cells, values)
    elif cells.sort == "new word":
        found = lots_of_texts(values, Vocabulary(cells.known))
    elif cells.sort == "weekday":
        days = np.floor(to_moment_array(values) / DAY_S)
        found = np.where(np.isnan(days), cells.n - 1, (np.nan_to_num(days) + _THURSDAY) % 7).astype(np.int64)
    else:
        numbers = _numbers_of(cells, values)
        found = np.where(np.isnan(numbers), cells.n - 1, _between(cells.edges, numbers)).astype(np.int64)
    found[missing] = cells.n - 2
    return found


def places_of_numbers(cells: Cells, values: Array) -> Places:
    """The same, of numbers that are there already; NaN is missing."""
    return np.where(np.isnan(values), cells.n - 2, _between(cells.edges, values)).astype(np.int64)


def _between(edges: Sequence[float], values: Array) -> NDArray[np.uint8]:
    """How many edges lie below each value; for a dozen edges quicker than to search among them."""
    found = np.zeros(len(values), np.uint8)
    for edge in edges:
        found += values > edge
    return found


def _given(cells: Cells) -> Array:
    """Half a row for each cell; one for those beyond all numbers that were seen, as ranks are known to need."""
    given = np.full(cells.n, 0.5)
    if cells.edges:
        given[[0, len(cells.edges)]] = 1.0
    return given


def _with_places(cells: Cells, values: pa.ChunkedArray) -> Counted:
    return Counted(cells, places_of(cells, values), _given(cells))


def _numbers(column: ColumnProfile, values: pa.ChunkedArray) -> Counted:
    numbers = to_number_array(values)
    numbers[missing_array(values, column.missing_codes)] = np.nan
    cells = Cells(name=column.name, sort="number", of=(column.name,), edges=_edges(numbers), codes=column.missing_codes)
    return _with_places(cells, values)


def _length(column: ColumnProfile, values: pa.ChunkedArray) -> Counted:
    lengths = _lengths(values)
    lengths[missing_array(values, column.missing_codes)] = np.nan
    name = f"length of {column.name!r}"
    cells = Cells(
        name=name, sort="length", of=(column.name,), kind="text", edges=_edges(lengths), codes=column.missing_codes
    )
    return _with_places(cells, values)


def _edges(values: Array) -> tuple[float, ...]:
    """Order statistics: just below the least, some in between, and the largest; no value, no matter."""
    known = values[np.isfinite(values)]
    if not len(known):
        return (0.0,)
    tails = [share for share, least in TAILS if len(known) >= least]
    levels = [*tails, *(np.arange(1, N_CELLS) / N_CELLS), *(1.0 - share for share in tails), 1.0]
    inner = np.quantile(known, levels, method="lower")
    return (float(np.nextafter(known.min(), -np.inf)), *np.unique(inner).tolist())


def _names(column: ColumnProfile, values: pa.ChunkedArray) -> Counted:
    """Names. Of few, one that is new is to be expected as often as there were names that came once (Good and Turing);
    of many, those with a cell of their own are chosen by every other row, and the rest is counted.
    """
    names = spelled(values)
    missing = missing_array(values, column.missing_codes)
    is_chosen = len(names.levels) > MOST_NAMES
    there = np.where(missing, -1, names.places)[:: 2 if is_chosen else 1]
    counts = np.bincount(there[there >= 0], minlength=len(names.levels))
    seen = {level: int(count) for level, count in zip(names.levels, counts, strict=True) if count}
    cells = name_cells(column.name, (column.name,), seen).model_copy(
        update={"kind": column.kind, "codes": column.missing_codes}
    )
    found = _with_places(cells, values)
    if is_chosen:
        return found._replace(first=1, step=2)
    found.given[-1] += float((counts == 1).sum())
    return found


def _places_of_names(cells: Cells, values: pa.ChunkedArray) -> Places:
    names = spelled(values)
    place = {level: at for at, level in enumerate(cells.levels)} | dict.fromkeys(cells.rare, len(cells.levels))
    of_level = np.array([*(place.get(level, cells.n - 1) for level in names.levels), cells.n - 2], dtype=np.int64)
    return of_level[names.places]


def _words(column: ColumnProfile, values: pa.ChunkedArray) -> Counted:
    """The words that stand in many texts and not in most, the rarest first; chosen by every other row."""
    texts = values.take(pa.array(np.arange(0, min(len(values), 2 * N_READ), 2)))
    counts = Counter(word for words in words_of(texts) for word in set(words))
    usual = [(n, word) for word, n in counts.items() if 0.01 * len(texts) <= n <= 0.5 * len(texts)]
    words = tuple(word for _, word in sorted(sorted(usual, reverse=True)[:MOST_WORDS]))
    cells = Cells(
        name=column.name, sort="words", of=(column.name,), kind="text", levels=words, codes=column.missing_codes
    )
    return _with_places(cells, values)._replace(first=1, step=2)


def _new_words(column: ColumnProfile, values: pa.ChunkedArray) -> list[Counted]:
    """The share of words that no other text held, of some texts, and one such word: later ones follow the same law.

    Of the texts that are read, from all over the table, every second one makes known what words there are.
    """
    step = -(-len(values) // (2 * N_READ)) or 1
    known = sketched(most_frequent(values.take(pa.array(np.arange(0, len(values), 2 * step)))))
    rows = np.arange(step, len(values), 2 * step)
    read = values.take(pa.array(rows))
    shares = unknown_shares(read, Vocabulary(known))
    shares[missing_array(read, column.missing_codes)] = np.nan
    facts = Cells(name="", sort="length", of=(column.name,), kind="text", known=known, codes=column.missing_codes)
    both: dict[str, dict[str, object]] = {
        "new words": {"edges": _edges(shares), "name": f"new words in {column.name!r}"},
        "new word": {"levels": tuple(map(str, range(N_LOTS))), "name": f"a new word in {column.name!r}"},
    }
    found = []
    for sort, own in both.items():
        cells = facts.model_copy(update={"sort": sort, **own})
        places = np.full(len(values), -1)
        places[rows] = places_of(cells, read)
        found.append(Counted(cells, places, _given(cells), first=step, step=2 * step))
    return found


def _places_of_words(cells: Cells, values: pa.ChunkedArray) -> Places:
    place = {word: at for at, word in enumerate(cells.levels)}
    none = len(cells.levels)
    return np.array(
        [min((place.get(word, none) for word in words), default=none) for words in words_of(values)],
        dtype=np.int64,
    )


def _numbers_of(cells: Cells, values: pa.ChunkedArray) -> Array:
    if cells.sort == "new words":
        return unknown_shares(values, Vocabulary(cells.known))
    return _lengths(values) if cells.sort == "length" else to_number_array(values)


def _lengths(values: pa.ChunkedArray) -> Array:
    found = pc.utf8_length(values.cast(pa.string())).to_numpy().astype(np.float64)
    return np.array(found)
