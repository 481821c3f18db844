"""What each step of a cleaning plan does to the values of one row.

An action is a function of the values of one or two cells that gives new values for one or two, or None where nothing
changes. It knows nothing of tables: `cleaner` asks it once for each combination of values.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from mlwright.records.cleaning import (
    AnyStep,
    DateForm,
    DoubtPairs,
    DoubtSum,
    DoubtValues,
    FillSum,
    MapPairs,
    MapValues,
    MapWords,
    MarkMissing,
    NumberForm,
    ReadDate,
    ReadNumber,
    Reformat,
    SetNumbers,
    SplitOff,
    SwapCells,
    TrimText,
    WriteDate,
    WriteList,
    WriteNumber,
    WriteTime,
    WriteTruth,
)
from mlwright.scoring.clock import parse_time, written_time
from mlwright.scoring.forms import set_numbers, written_moment, written_number
from mlwright.scoring.lists import as_list
from mlwright.scoring.quantities import read_quantity, written_like
from mlwright.scoring.spelling import canonical, in_century, to_moment, to_number

if TYPE_CHECKING:
    import pyarrow as pa

Values = tuple[Any, ...]
_COUNTRY = re.compile(r"\+[0-9]{1,3}[ .(-]")
_ZEROS = re.compile(r"[.]0+$|-0000$|^'")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Action(ABC):
    """What one step does.

    Parameters
    ----------
    step : AnyStep

    Attributes
    ----------
    inputs : tuple of str
        The columns that are looked at.
    outputs : tuple of str
        The columns that are changed.
    """

    changes: ClassVar[bool] = True

    def rewrites(self, value: Any) -> bool:
        """Whether a value is called written otherwise than it should be, although it means the same afterwards."""
        return False

    def __init__(self, step: Any) -> None:
        self.step = step
        self.inputs: tuple[str, ...] = (step.column,)
        self.outputs: tuple[str, ...] = (step.column,)

    @abstractmethod
    def work(self, *values: Any) -> Values | None:
        """The new values of the outputs where the inputs hold `values`; None if nothing changes."""

    def type(self, before: pa.DataType) -> pa.DataType:
        """The Arrow type of the outputs."""
        return before


class _Trim(Action):
    def work(self, *values: Any) -> Values | None:
        text = values[0]
        return None if not isinstance(text, str) or text == text.strip() else (text.strip() or None,)


class _MarkMissing(Action):
    def __init__(self, step: MarkMissing) -> None:
        super().__init__(step)
        self._codes = frozenset(step.codes)

    def work(self, *values: Any) -> Values | None:
        return (None,) if values[0] is not None and canonical(values[0]) in self._codes else None


class _MapValues(Action):
    def work(self, *values: Any) -> Values | None:
        after = self.step.values.get(canonical(values[0]))
        return None if after is None else (after,)


def _beside(step: MapPairs | DoubtPairs) -> tuple[str, ...]:
    """The one or two other columns, then the column of the step."""
    return (step.given, step.column) if step.also is None else (step.given, step.also, step.column)


def _spelled(values: Values) -> tuple[str | None, ...]:
    *others, own = map(canonical, values)
    return (*(other or "" for other in others), own)


class _MapPairs(Action):
    def __init__(self, step: MapPairs) -> None:
        super().__init__(step)
        self.inputs = _beside(step)
        self._after: dict[tuple[str | None, ...], str] = {
            (p.given, p.before) if step.also is None else (p.given, p.also, p.before): p.after for p in step.pairs
        }

    def work(self, *values: Any) -> Values | None:
        after = self._after.get(_spelled(values))
        return None if after is None else (after,)


class _SplitOff(Action):
    def __init__(self, step: SplitOff) -> None:
        super().__init__(step)
        self.inputs = self.outputs = (step.column, step.into)
        self._values = frozenset(step.values)

    def work(self, *values: Any) -> Values | None:
        text, other = canonical(values[0]), canonical(values[1])
        if text is None or other is not None:
            return None
        rest, _, last = text.rpartition(" ")
        rest = rest.rstrip(" ,;")
        return (rest, last) if rest and last in self._values else None


class _Read(Action):
    """A cell that is read as what it is counts as changed if most of its column is written in another way."""

    def rewrites(self, value: Any) -> bool:
        """Whether a text is not written in the usual way."""
        return isinstance(value, str) and bool(self.step.usual) and not is_usual(self.step, value)


class _ReadNumber(_Read):
    def work(self, *values: Any) -> Values | None:
        if not isinstance(values[0], str):
            return None
        number = read_quantity(values[0], self.step.decimal, self.step.units, either=self.step.either)
        if self.step.typed:
            return (None if math.isnan(number) else number,)
        if math.isnan(number) or is_usual(self.step, values[0]):
            return None
        form = self.step.form or NumberForm(way=next(iter(self.step.usual), "#"))
        written = written_number(number, form)
        return None if written is None or written == values[0] else (written,)

    def type(self, before: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.float64() if self.step.typed else before


class _ReadDate(_Read):
    def work(self, *values: Any) -> Values | None:
        if not isinstance(values[0], str):
            return None
        text = values[0].strip()
        moment = next((found for format in self.step.formats if (found := self._read(text, format))), None)
        if moment is None:
            return (None,) if self.step.typed else None
        if self.step.typed:
            return (moment if self.step.with_time else moment.date(),)
        form = self.step.form or DateForm(format=self.step.formats[0])
        return None if is_written(text, form.format) else (written_moment(moment, form),)

    def _read(self, text: str, format: str) -> datetime | None:
        seconds = to_moment(text, format)
        if math.isnan(seconds):
            return None
        moment = (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
        if self.step.first_year is None or "%y" not in format or not is_written(text, format):
            return moment
        return in_century(moment, self.step.first_year)

    def type(self, before: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        if not self.step.typed:
            return before
        return pa.timestamp("us") if self.step.with_time else pa.date32()


class _Reformat(Action):
    def work(self, *values: Any) -> Values | None:
        if (text := canonical(values[0])) is None:
            return None
        after = set_into(self.step.pattern, text, pad=self.step.pad)
        after = after.upper() if after is not None and self.step.upper else after
        return None if after is None or after == text else (after,)


class _SetNumbers(Action):
    def work(self, *values: Any) -> Values | None:
        after = set_numbers(self.step.way, values[0]) if isinstance(values[0], str) else None
        return None if after is None or after == values[0] else (after,)


class _SwapCells(Action):
    def __init__(self, step: SwapCells) -> None:
        super().__init__(step)
        self.inputs = self.outputs = (step.column, step.into)
        self._own, self._other = frozenset(step.own), frozenset(step.other)

    def work(self, *values: Any) -> Values | None:
        one, two = values
        return (two, one) if canonical(one) in self._other and canonical(two) in self._own else None


class _WriteTime(Action):
    def work(self, *values: Any) -> Values | None:
        text = values[0]
        time = parse_time(text) if isinstance(text, str) else None
        if time is None or not (time.is_marked or self.step.plain_24) or (time.second and not self.step.seconds):
            return None
        after = written_time(time, padded=self.step.padded, marks=self.step.marks, seconds=self.step.seconds)
        return None if after == text else (after,)


class _WriteList(Action):
    def work(self, *values: Any) -> Values | None:
        text = values[0]
        things = as_list(text, self.step.signs) if isinstance(text, str) else ()
        if len(things) < 2:
            return None
        after = self.step.mark.join(sorted(things, key=str.casefold) if self.step.in_order else things)
        return None if after == text else (after,)


class _MapWords(Action):
    def work(self, *values: Any) -> Values | None:
        if not isinstance(values[0], str):
            return None
        first, *others = values[0].split(" ")
        first = self.step.first.get(first, first) if others else first
        ended = [*others[:-1], *(self.step.last.get(word, word) for word in others[-1:])]
        after = " ".join((first, *(self.step.words.get(word, word) for word in ended)))
        return None if after == values[0] else (after,)


class _Written(Action):
    """How values are written as text; see `written`. In a table with types nothing changes."""

    changes = False

    def work(self, *values: Any) -> Values | None:
        """Nothing."""
        return None


class Doubt(Action):
    """Changes nothing; `doubts` says whether the cell is called wrong."""

    changes = False

    def work(self, *values: Any) -> Values | None:
        """Nothing."""
        return None

    @abstractmethod
    def doubts(self, *values: Any) -> bool:
        """Whether the cell of the step's column is called wrong where the inputs hold `values`."""


class _DoubtValues(Doubt):
    def __init__(self, step: DoubtValues) -> None:
        super().__init__(step)
        self._values = frozenset(step.values)

    def doubts(self, *values: Any) -> bool:
        return canonical(values[0]) in self._values


SUM_TOLERANCE = 1e-6
"""How far a sum may be off, as a share of its size."""


class _FillSum(Action):
    def __init__(self, step: FillSum) -> None:
        super().__init__(step)
        self.inputs = (step.column, *(name for name in (step.whole, *step.parts) if name != step.column))

    def work(self, *values: Any) -> Values | None:
        own, *others = values
        numbers = [to_number(value) for value in others]
        if canonical(own) is not None or any(math.isnan(number) for number in numbers):
            return None
        found = sum(numbers) if self.step.column == self.step.whole else numbers[0] - sum(numbers[1:])
        return (canonical(float(f"{found:.12g}")),)


class _DoubtSum(Doubt):
    def __init__(self, step: DoubtSum) -> None:
        super().__init__(step)
        self.inputs = (step.column, *step.parts)

    def doubts(self, *values: Any) -> bool:
        whole, *parts = (to_number(value) for value in values)
        return abs(whole - sum(parts)) > SUM_TOLERANCE * max(1.0, abs(whole))


class _DoubtPairs(Doubt):
    def __init__(self, step: DoubtPairs) -> None:
        super().__init__(step)
        self.inputs = _beside(step)
        self._pairs = frozenset(step.pairs)

    def doubts(self, *values: Any) -> bool:
        return _spelled(values) in self._pairs


_ACTIONS: dict[type, Callable[[Any], Action]] = {
    TrimText: _Trim,
    MarkMissing: _MarkMissing,
    MapValues: _MapValues,
    MapPairs: _MapPairs,
    SplitOff: _SplitOff,
    ReadNumber: _ReadNumber,
    ReadDate: _ReadDate,
    WriteNumber: _Written,
    WriteDate: _Written,
    WriteTruth: _Written,
    Reformat: _Reformat,
    SetNumbers: _SetNumbers,
    SwapCells: _SwapCells,
    WriteTime: _WriteTime,
    WriteList: _WriteList,
    MapWords: _MapWords,
    DoubtValues: _DoubtValues,
    DoubtPairs: _DoubtPairs,
    FillSum: _FillSum,
    DoubtSum: _DoubtSum,
}


def is_written(text: str, format: str) -> bool:
    """Whether a date is written in this very pattern."""
    try:
        datetime.strptime(text, format)
    except ValueError:
        return False
    return True


def set_into(pattern: str, text: str, *, pad: bool = False) -> str | None:
    """Digits and letters of a text set into a pattern; None if they do not fill it exactly.

    The prefix of a country (``+1``) goes where the pattern has none; zeros behind a point do, where it has digits only.

    >>> set_into("###-####", "555 1234"), set_into("#####", "907", pad=True), set_into("##", "a1")
    ('555-1234', '00907', None)
    >>> set_into("(###) ###-####", "+1 205 555-1234"), set_into("#####", "35233.0")
    ('(205) 555-1234', '35233')
    """
    if "+" not in pattern and (match := _COUNTRY.match(text)):
        text = text[match.end() :]
    if not set(pattern) - {"#"}:
        text = _ZEROS.sub("", text)
    given = [c for c in text if c.isalnum()]
    places = [c for c in pattern if c in "#@"]
    if pad and len(given) < len(places) and text.isdigit():
        given = ["0"] * (len(places) - len(given)) + given
    if len(given) != len(places) or any(c.isdigit() != (p == "#") for c, p in zip(given, places, strict=True)):
        return None
    taken = iter(given)
    return "".join(next(taken) if c in "#@" else c for c in pattern)


def is_usual(step: ReadNumber | ReadDate, text: str) -> bool:
    """Whether a number or a date is written in the way of most of its column."""
    if isinstance(step, ReadNumber):
        return written_like(text, step.decimal) in step.usual
    return any(is_written(text.strip(), format) for format in step.usual)


def action_of(step: AnyStep) -> Action:
    """The action of a step."""
    return _ACTIONS[type(step)](step)
