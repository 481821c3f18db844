"""Which expressions become columns of a query, and of which of its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Parts = tuple["str | Expression", ...]


@dataclass(frozen=True, eq=False)
class Walk:
    """A walk of each row through trees that lie in a table.

    Parameters
    ----------
    number : int
        Of the forest.
    features : tuple of Expression
        What the trees ask of.
    """

    number: int
    features: Parts


@dataclass(frozen=True, eq=False)
class Expression:
    """A piece of SQL that yields one number; its parts are text and other expressions."""

    parts: Parts
    is_plain: bool = False
    """Whether it is a constant: it costs nothing to write it again."""
    is_column: bool = False
    """Whether it is to be a column, as it would stand too deep in others."""
    walk: Walk | None = None
    """The walk that finds it, from parts that are columns of the step before."""
    output: int = 0
    """Which of the sums of the walk."""


class Step:
    """One step: columns that are worked out from those of the step before, and walks that it is joined with."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, str]] = []
        self.walks: list[tuple[Walk, list[str]]] = []
        """Each with the columns of the step before that hold what its trees ask of."""


class Layout:
    """Which expressions become columns, and of which step."""

    def __init__(self, outputs: Sequence[Expression], reads: Sequence[Expression]) -> None:
        self._uses = _uses(outputs)
        self._level: dict[int, int] = {}
        self._text: dict[int, str] = {}
        self._columns: list[list[tuple[str, str, frozenset[str]]]] = [[]]
        self._walks: dict[int, dict[Walk, list[str]]] = {}
        for read in reads:
            self._keep(read, read.parts[0], 0, frozenset())  # type: ignore[arg-type]
        rendered = [self._render(output) for output in _in_order_of_need(outputs, self._place)]
        self.results = [text for text, _, _ in rendered]
        needed = frozenset().union(*(names for _, _, names in rendered))
        self.steps = self._with_what_is_needed_later(needed)

    def _keep(self, expression: Expression, text: str, level: int, names: frozenset[str]) -> None:
        while len(self._columns) <= level:
            self._columns.append([])
        name = f"v{sum(map(len, self._columns))}"
        self._columns[level].append((name, text, names))
        self._text[id(expression)] = name
        self._level[id(expression)] = level

    def _place(self, expression: Expression) -> None:
        """Make a column of an expression that is needed more than once; its parts have been placed."""
        if id(expression) in self._text or expression.is_plain:
            return
        if expression.walk is not None:
            self._place_found(expression, expression.walk)
            return
        if self._uses[id(expression)] < 2 and not expression.is_column:
            return
        text, level, names = self._spell(expression)
        self._keep(expression, text, level + 1, names)

    def _place_found(self, expression: Expression, walk: Walk) -> None:
        """A sum that a walk finds is a column of the step behind that of the last of its features."""
        for feature in walk.features:
            if isinstance(feature, Expression) and id(feature) not in self._text:
                text, level, names = self._spell(feature)
                self._keep(feature, text, level + 1, names)
        rendered = [self._render(feature) for feature in walk.features if isinstance(feature, Expression)]
        level = max(level for _, level, _ in rendered) + 1
        names = frozenset(name for name, _, _ in rendered)
        self._keep(expression, f"w{walk.number}_{expression.output}", level, names)
        self._walks.setdefault(level, {})[walk] = [name for name, _, _ in rendered]

    def _render(self, expression: Expression) -> tuple[str, int, frozenset[str]]:
        """Its text, the step whose columns it needs, and those columns."""
        if (name := self._text.get(id(expression))) is not None:
            return name, self._level[id(expression)], frozenset([name])
        return self._spell(expression)

    def _spell(self, expression: Expression) -> tuple[str, int, frozenset[str]]:
        texts: list[str] = []
        level, names = 0, set[str]()
        for part in expression.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            text, own_level, own_names = self._render(part)
            texts.append(text)
            level = max(level, own_level)
            names |= own_names
        return "".join(texts), level, frozenset(names)

    def _with_what_is_needed_later(self, needed: frozenset[str]) -> list[Step]:
        """Steps from the first to the last; each hands on what later ones need."""
        found: list[Step] = []
        for level, columns in reversed(list(enumerate(self._columns))):
            step = Step()
            step.walks = list(self._walks.get(level, {}).items())
            own = {name for name, _, _ in columns}
            handed_on = sorted(needed - own, key=lambda name: int(name[1:]))
            step.columns = [(name, name) for name in handed_on]
            step.columns += [(name, text) for name, text, _ in columns if name in needed]
            needed = frozenset(handed_on).union(*(names for name, _, names in columns if name in needed))
            found.append(step)
        return found[::-1]


def _uses(outputs: Sequence[Expression]) -> dict[int, int]:
    """How often each expression is written."""
    uses: dict[int, int] = {}
    waiting = list(outputs)
    for output in outputs:
        uses[id(output)] = uses.get(id(output), 0) + 1
    seen: set[int] = set()
    while waiting:
        expression = waiting.pop()
        if id(expression) in seen:
            continue
        seen.add(id(expression))
        for part in expression.parts:
            if isinstance(part, Expression):
                uses[id(part)] = uses.get(id(part), 0) + 1
                waiting.append(part)
    return uses


def _in_order_of_need(outputs: Sequence[Expression], visit: Callable[[Expression], Any]) -> Sequence[Expression]:
    """Visit every expression once, each after its parts; then the outputs as they were."""
    seen: set[int] = set()
    waiting: list[tuple[Expression, bool]] = [(output, False) for output in reversed(outputs)]
    while waiting:
        expression, is_ready = waiting.pop()
        if is_ready:
            visit(expression)
        elif id(expression) not in seen:
            seen.add(id(expression))
            waiting.append((expression, True))
            waiting.extend((part, False) for part in expression.parts if isinstance(part, Expression))
    return outputs
