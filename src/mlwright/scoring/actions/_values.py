"""Actions by which a cell comes to hold another value.

Each class does what the step of its name says: see `records.cleaning`.
"""

from __future__ import annotations

import math
from typing import Any

from mlwright.records import cleaning as steps
from mlwright.scoring.actions._action import Action, Values, beside, spelled_beside
from mlwright.scoring.patterns import without_number
from mlwright.scoring.spelling import canonical, to_number


class Trim(Action):
    def work(self, *values: Any) -> Values | None:
        text = values[0]
        return None if not isinstance(text, str) or text == text.strip() else (text.strip() or None,)


class MarkMissing(Action):
    def __init__(self, step: steps.MarkMissing) -> None:
        super().__init__(step)
        self._codes = frozenset(step.codes)

    def work(self, *values: Any) -> Values | None:
        return (None,) if values[0] is not None and canonical(values[0]) in self._codes else None


class MapValues(Action):
    def work(self, *values: Any) -> Values | None:
        after = self.step.values.get(canonical(values[0]))
        return None if after is None else (after,)


class MapPairs(Action):
    def __init__(self, step: steps.MapPairs) -> None:
        super().__init__(step)
        self.inputs = beside(step)
        self._after: dict[tuple[str | None, ...], str] = {
            (p.given, p.before) if step.also is None else (p.given, p.also, p.before): p.after for p in step.pairs
        }

    def work(self, *values: Any) -> Values | None:
        after = self._after.get(spelled_beside(values))
        return None if after is None else (after,)


class SplitOff(Action):
    def __init__(self, step: steps.SplitOff) -> None:
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


class SwapCells(Action):
    def __init__(self, step: steps.SwapCells) -> None:
        super().__init__(step)
        self.inputs = self.outputs = (step.column, step.into)
        self._own, self._other = frozenset(step.own), frozenset(step.other)

    def work(self, *values: Any) -> Values | None:
        one, two = values
        return (two, one) if canonical(one) in self._other and canonical(two) in self._own else None


class MapWords(Action):
    def work(self, *values: Any) -> Values | None:
        if not isinstance(values[0], str):
            return None
        words = without_number(values[0])
        number = values[0].split(" ")[len(words) :]
        first, *others = words
        first = self.step.first.get(first, first) if others else first
        ended = [*others[:-1], *(self.step.last.get(word, word) for word in others[-1:])]
        after = " ".join((first, *(self.step.words.get(word, word) for word in ended), *number))
        return None if after == values[0] else (after,)


class FillSum(Action):
    def __init__(self, step: steps.FillSum) -> None:
        super().__init__(step)
        self.inputs = (step.column, *(name for name in (step.whole, *step.parts) if name != step.column))

    def work(self, *values: Any) -> Values | None:
        own, *others = values
        numbers = [to_number(value) for value in others]
        if canonical(own) is not None or any(math.isnan(number) for number in numbers):
            return None
        found = sum(numbers) if self.step.column == self.step.whole else numbers[0] - sum(numbers[1:])
        return (canonical(float(f"{found:.12g}")),)
