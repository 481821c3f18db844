"""What is known of each column, as the record of its profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.collector import at_rest
from mlwright.data.compute.aggregate import Aggregates
from mlwright.data.compute.figures import Figures, figures_of
from mlwright.data.compute.table import Table
from mlwright.data.kinds import Order, Reading, Seen
from mlwright.data.kinds.date_ways import date_ways
from mlwright.data.kinds.look import left_out, look, order_or_nearly, spelled_codes
from mlwright.data.kinds.missing import is_sentinel, suspects
from mlwright.data.kinds.reading import read
from mlwright.data.kinds.shapes import gaps_of, patterns_of
from mlwright.data.kinds.two_digit_years import CENTURY, MOST_LOOKED_AT, century_of
from mlwright.data.kinds.verdict import sentence, verdict
from mlwright.data.words import listing
from mlwright.records.data import Field
from mlwright.records.profile import ColumnProfile, Gap, Kind, ValueCount
from mlwright.records.settings import ProfileSettings
from mlwright.scoring.moments import DatePattern, to_moment, to_moment_array
from mlwright.scoring.spelling import missing_array, spelled, to_number_array

N_SHOWN = 20
N_EXAMPLES = 5
_SPELLED = ("category", "id", "text", "number", "date")


@dataclass(frozen=True)
class _Known:
    """A column with the way it is read and its figures under that reading; `forced` is the kind that the user said."""

    seen: Seen
    reading: Reading
    figures: Figures
    n_missing: int
    forced: Kind | None = None
    order: Order = "none"
    n_unparsed: int = 0
    unparsed: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def with_sentinels(self, codes: tuple[str, ...]) -> _Known:
        """The same with numbers that turned out to mean "missing"."""
        if not codes:
            return self
        note = f"missing is spelled {listing(codes)}, which cannot belong to the other values"
        codes, notes = (*self.reading.codes, *codes), (*self.reading.notes, note)
        return replace(self, reading=replace(self.reading, codes=codes, notes=notes))

    def has_other_codes(self) -> bool:
        """Whether the first look left out other values than the reading's codes."""
        levels = {level for level, _ in self.seen.top}
        return set(self.seen.left_out) & levels != set(self.reading.codes) & levels


@dataclass(frozen=True)
class Described:
    """What is known of all columns.

    Parameters
    ----------
    columns : tuple of ColumnProfile
        In the order of the table.
    orders : dict
        Whether the rows are sorted by a column.
    tops : dict
        More of the most frequent values of a column than its profile shows, missing codes among them.
    n_queries : int
        How many queries it took.
    sample : dict
        Values of some rows by column, in the order of the table; the same rows for all columns of a snapshot.
    """

    columns: tuple[ColumnProfile, ...]
    orders: dict[str, Order]
    tops: dict[str, tuple[tuple[str, int], ...]]
    n_queries: int
    sample: dict[str, pa.Array]


@at_rest()
def describe(table: Table, fields: Sequence[Field], settings: ProfileSettings, target: str | None) -> Described:
    """Say of every column what it is.

    Parameters
    ----------
    table : Table
    fields : sequence of Field
    settings : ProfileSettings
    target : str or None
        No number of this column is taken for a missing value unless the user says so.

    Raises
    ------
    SettingsError
        If a column cannot be what the user says it is.
    """
    codes = spelled_codes(table, settings.missing)
    asked = Aggregates(table, {field.name: left_out(table.expr[field.name], codes.get(field.name)) for field in fields})
    seen = look(asked, fields, codes)
    known = {name: _first_known(each, settings.kinds.get(name), codes.get(name)) for name, each in seen.items()}
    guessed = [name for name in known if name != target and name not in codes and _may_hold_sentinels(known[name])]
    _ask_again(asked, known, guessed)
    known |= _with_centuries(asked, known)
    to_read = [name for name in known if known[name].reading.form != "stored"]
    known |= {name: _read_through(asked, known[name], guess=name in guessed) for name in to_read}
    moments = [name for name, each in seen.items() if each.sort == "moment"]
    known |= {name: _with_gaps(known[name], *asked.moments(name)) for name in moments}
    return Described(
        tuple(_profile(known[field.name]) for field in fields),
        {name: each.order for name, each in known.items()},
        {name: each.top for name, each in seen.items()},
        asked.n_queries + len(to_read),
        asked.sample,
    )


def _with_gaps(known: _Known, moments: NDArray[np.float64], n_drawn: int | None = None) -> _Known:
    there = moments[~np.isin(moments, [to_moment(code) for code in known.reading.codes])]
    return replace(known, gaps=gaps_of(there, n_drawn=n_drawn))


def _first_known(seen: Seen, forced: Kind | None, codes: tuple[str, ...] | None) -> _Known:
    n_missing = seen.n_rows - seen.figures.n
    return _Known(seen, read(seen, forced, codes), seen.figures, n_missing, forced, seen.order)


def _may_hold_sentinels(known: _Known) -> bool:
    is_measured = known.forced in (None, "number")
    return is_measured and (known.seen.sort in ("whole", "fraction") or known.reading.form == "number")


def _ask_again(asked: Aggregates, known: dict[str, _Known], guessed: Sequence[str]) -> None:
    """Mend the figures from which other values were left out than the reading says.

    Numbers that may stand for "missing" are judged by the figures of all others.
    """
    stored = {name: each for name, each in known.items() if each.reading.form == "stored"}
    suspected = {name: suspects(each.figures, each.seen.top) for name, each in stored.items() if name in guessed}
    suspected = {name: codes for name, codes in suspected.items() if codes}
    rest = asked.figures(suspected)
    for name, codes in suspected.items():
        kept = tuple(code for code in codes if is_sentinel(code, stored[name].seen.top, rest[name]))
        known[name] = known[name].with_sentinels(kept)
    changed = {name: known[name].reading.codes for name in stored if known[name].has_other_codes()}
    for name, own in asked.figures(changed).items():
        known[name] = replace(known[name], figures=own, n_missing=known[name].seen.n_rows - own.n)


def _with_centuries(asked: Aggregates, known: Mapping[str, _Known]) -> dict[str, _Known]:
    """The columns of two-digit years, with the hundred years that they are of."""
    formats = {name: each.reading.format for name, each in known.items() if each.reading.form == "moment"}
    short = [name for name, format in formats.items() if format and "%y" in format]
    if not short:
        return {}
    read = {name: _read_as(known[name].reading, _values(asked, name)[0]) for name in formats if name not in short}
    read |= {name: asked.moments(name)[0] for name, each in known.items() if each.seen.sort == "moment"}
    years = [year for moments in read.values() for year in _years(moments)]
    return {name: _in_century(known[name], spelled(_values(asked, name)[0]).levels, years) for name in short}


def _years(moments: NDArray[np.float64]) -> list[int]:
    there = moments[np.isfinite(moments)][:MOST_LOOKED_AT]
    found: list[int] = (there.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970).tolist()
    return found


def _in_century(known: _Known, texts: Sequence[str], others: Sequence[int]) -> _Known:
    reading = known.reading
    ways = date_ways(Counter(texts))
    since = century_of(texts, ways.formats if ways else [reading.format or ""], others)
    note = f"years of two digits are read as {since} to {since + CENTURY - 1}"
    format = DatePattern(reading.format or "", since).written()
    return replace(known, reading=replace(reading, format=format, notes=(*reading.notes, note)))


def _read_through(asked: Aggregates, known: _Known, *, guess: bool) -> _Known:
    """A column that is read as something else than it is stored, value by value."""
    reading, (values, counts) = known.reading, _values(asked, known.seen.name)
    numbers = _read_as(reading, values)
    missing = missing_array(values, reading.codes)
    unparsed = ~missing & np.isnan(numbers)
    numbers[missing] = np.nan
    own = figures_of(numbers, counts)
    if guess and (codes := suspects(own, known.seen.top)):
        rest = figures_of(np.where(np.isin(numbers, [float(code) for code in codes]), np.nan, numbers), counts)
        kept = tuple(code for code in codes if is_sentinel(code, known.seen.top, rest))
        if kept:
            return _read_through(asked, known.with_sentinels(kept), guess=False)
    n_unparsed = int(counts[unparsed].sum())
    return replace(
        known,
        gaps=gaps_of(numbers) if reading.form == "moment" else (),
        figures=own,
        n_missing=known.seen.n_rows - own.n - n_unparsed,
        order=order_or_nearly(_read_as(reading, asked.sample[known.seen.name])),
        n_unparsed=n_unparsed,
        unparsed=spelled(values.filter(pa.array(unparsed))).levels[:N_EXAMPLES],
    )


def _values(asked: Aggregates, name: str) -> tuple[pa.Array | pa.ChunkedArray, NDArray[np.int64]]:
    """Each value and how many rows hold it, or all rows of a column of very many values."""
    if counts := asked.counts.get(name):
        return counts.values, counts.counts
    values = asked.table.arrow([name])[0]
    return values, np.ones(len(values), np.int64)


def _read_as(reading: Reading, values: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    return to_number_array(values) if reading.form == "number" else to_moment_array(values, reading.format)


def _profile(known: _Known) -> ColumnProfile:
    seen, own, codes = known.seen, known.figures, known.reading.codes
    kind, reason = verdict(seen, own, known.reading)
    has_patterns = seen.sort == "text" and kind in _SPELLED and own.n_distinct > N_SHOWN
    if known.forced is not None:
        kind, reason = known.forced, sentence("set by profile.kinds", *known.reading.notes)
    return ColumnProfile(
        name=seen.name,
        type=seen.type,
        kind=kind,
        reason=reason,
        is_stated=known.forced is not None,
        n_missing=known.n_missing,
        missing_codes=codes,
        n_distinct=own.n_distinct,
        distinct_is_exact=own.distinct_is_exact,
        distinct_error=own.distinct_error,
        minimum=own.minimum,
        maximum=own.maximum,
        mean=own.mean,
        std=own.std,
        skewness=own.skewness,
        quantiles=own.quantiles,
        quantile_error=own.quantile_error,
        n_zero=own.n_zero,
        n_infinite=own.n_infinite,
        top=tuple(ValueCount(value=v, count=n) for v, n in seen.top if v not in codes)[:N_SHOWN],
        length_mean=seen.figures.length_mean,
        length_max=seen.figures.length_max,
        is_ascii=seen.figures.is_ascii,
        date_format=known.reading.format,
        n_unparsed=known.n_unparsed,
        unparsed_examples=known.unparsed,
        patterns=patterns_of([value for value in seen.sample if value not in codes]) if has_patterns else (),
        gaps=known.gaps if kind == "date" else (),
    )
