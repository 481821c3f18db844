"""Actions by which a value is read as what it is, or written as its column is.

Each class does what the step of its name says: see `records.cleaning`.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mlwright.records import cleaning as steps
from mlwright.records.cleaning import DateForm, NumberForm
from mlwright.scoring.actions._action import Action, Values
from mlwright.scoring.clock import parse_time, written_time
from mlwright.scoring.forms import set_numbers, written_moment, written_number
from mlwright.scoring.lists import as_list
from mlwright.scoring.moments import in_century, to_moment
from mlwright.scoring.patterns import is_written, set_into
from mlwright.scoring.quantities import read_quantity, read_span, written_like
from mlwright.scoring.spelling import canonical

if TYPE_CHECKING:
    import pyarrow as pa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Read(Action):
    """A cell that is read as what it is counts as changed if most of its column is written in another way."""

    def rewrites(self, value: Any) -> bool:
        """Whether a text is not written in the usual way."""
        return isinstance(value, str) and bool(self.step.usual) and not is_usual(self.step, value)


class ReadNumber(Read):
    def work(self, *values: Any) -> Values | None:
        if isinstance(values[0], timedelta) and self.step.typed:
            span = read_span(values[0], self.step.units)
            return (None if math.isnan(span) else span,)
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


class ReadDate(Read):
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


class Reformat(Action):
    def work(self, *values: Any) -> Values | None:
        if (text := canonical(values[0])) is None:
            return None
        after = set_into(self.step.pattern, text, pad=self.step.pad)
        after = after.upper() if after is not None and self.step.upper else after
        return None if after is None or after == text else (after,)


class SetNumbers(Action):
    def work(self, *values: Any) -> Values | None:
        after = set_numbers(self.step.way, values[0]) if isinstance(values[0], str) else None
        return None if after is None or after == values[0] else (after,)


class WriteTime(Action):
    def work(self, *values: Any) -> Values | None:
        text = values[0]
        time = parse_time(text) if isinstance(text, str) else None
        if time is None or not (time.is_marked or self.step.plain_24) or (time.second and not self.step.seconds):
            return None
        after = written_time(time, padded=self.step.padded, marks=self.step.marks, seconds=self.step.seconds)
        return None if after == text else (after,)


class WriteList(Action):
    def work(self, *values: Any) -> Values | None:
        text = values[0]
        things = as_list(text, self.step.signs) if isinstance(text, str) else ()
        if len(things) < 2:
            return None
        after = self.step.mark.join(sorted(things, key=str.casefold) if self.step.in_order else things)
        return None if after == text else (after,)


class Written(Action):
    """How values are written as text; see `written`. In a table with types nothing changes."""

    changes = False

    def work(self, *values: Any) -> Values | None:
        """Nothing."""
        return None


def is_usual(step: steps.ReadNumber | steps.ReadDate, text: str) -> bool:
    """Whether a number or a date is written in the way of most of its column."""
    if isinstance(step, steps.ReadNumber):
        return written_like(text, step.decimal) in step.usual
    return any(is_written(text.strip(), format) for format in step.usual)
