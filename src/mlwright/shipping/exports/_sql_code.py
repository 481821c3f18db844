"""What each operation is in SQL: expressions over columns, worked out in steps so that nothing is worked out twice.

Every number of every operation is one expression. An expression that is needed once stands where it is needed; one
that is needed more often becomes a column of a step, and steps stand one behind the other as common table expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlwright.shipping.exports._graph import (
    Binary,
    Choose,
    Clip,
    Const,
    Fold,
    Forest,
    Input,
    Join,
    Lookup,
    Missing,
    Node,
    Product,
    Program,
    Read,
    Take,
    Trees,
    Unary,
)
from mlwright.shipping.exports._sql_words import Words

Parts = tuple["str | Expression", ...]


@dataclass(frozen=True, eq=False)
class Expression:
    """A piece of SQL that yields one number; its parts are text and other expressions."""

    parts: Parts
    is_plain: bool = False
    """Whether it is a constant: it costs nothing to write it again."""
    is_column: bool = False
    """Whether it is to be a column, as it would stand too deep in others."""


class Step:
    """One step: columns that are worked out from those of the step before."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, str]] = []


class Code:
    """A program as steps of columns.

    Parameters
    ----------
    program : Program
    words : Words
        The dialect.
    reads : mapping of Input to str
        What is read of each input, as SQL over the columns of the table.

    Attributes
    ----------
    scores : list of str
        The scores over the columns of the last step.
    steps : list of Step
    """

    def __init__(self, program: Program, words: Words, reads: Mapping[Input, str]) -> None:
        self._words = words
        self._reads = {given: Expression((text,)) for given, text in reads.items()}
        self._of: dict[int, list[Expression]] = {}
        for node in program.in_order():
            self._of[id(node)] = self._write(node)
        outputs = list(self._of[id(program.scores)])
        if len(program.classes) > 2:
            outputs.append(Expression(words.largest(outputs)))
        layout = _Layout(outputs, [self._reads[given] for given in program.inputs])
        self.steps = layout.steps
        self.scores = layout.results

    def _write(self, node: Node) -> list[Expression]:
        match node:
            case Read(input=given):
                return [self._reads[given]]
            case Const(values=values):
                return [self._number(value) for value in values.tolist()]
            case Join(parts=parts):
                return [number for part in parts for number in self._of[id(part)]]
            case Take(of=of, places=places):
                return [self._of[id(of)][place] for place in places]
            case Lookup(index=index, table=table):
                return [self._looked_up(self._of[id(index)][0], column) for column in table.T.tolist()]
            case Product(of=of, weights=weights):
                return [self._weighted(self._of[id(of)], column) for column in weights.T.tolist()]
            case Fold(name="sum", of=of):
                return [_sum(self._of[id(of)])]
            case Fold(of=of):
                return [Expression(self._words.largest(self._of[id(of)]))]
            case Forest(features=features, trees=trees):
                return self._forest(self._of[id(features)], trees)
        return self._each(node)

    def _each(self, node: Node) -> list[Expression]:
        """Operations that work on one number after the other."""
        sources = [self._of[id(source)] for source in node.sources]
        rows = [[source[j] if len(source) > 1 else source[0] for source in sources] for j in range(node.width)]
        if isinstance(node, Clip):
            bounds = zip(node.low.tolist(), node.high.tolist(), strict=True)
            return [self._clip(row[0], *pair) for row, pair in zip(rows, bounds, strict=True)]
        work = self._work_of(node)
        return [work(*row) for row in rows]

    def _work_of(self, node: Node) -> Callable[..., Expression]:
        words = self._words
        match node:
            case Unary(name="single"):
                return lambda x: Expression(words.single(x))
            case Unary(name=name):
                return lambda x: Expression((f"{name if name != 'log' else 'ln'}(", x, ")"))
            case Missing():
                return lambda x: Expression(("CASE WHEN ", x, " IS NULL THEN 1e0 ELSE 0e0 END"))
            case Choose():
                return lambda c, yes, no: Expression(("CASE WHEN ", c, " <> 0 THEN ", yes, " ELSE ", no, " END"))
            case Binary(name="/"):
                return _quotient
            case Binary(name="<" | "<=" as name):
                return lambda a, b: Expression(("CASE WHEN (", a, f") {name} (", b, ") THEN 1e0 ELSE 0e0 END"))
            case Binary(name=name):
                return lambda a, b: Expression(("(", a, f" {name} ", b, ")"))
        raise TypeError(type(node).__name__)

    def _number(self, value: float) -> Expression:
        return Expression((self._words.number(value),), is_plain=True)

    def _clip(self, x: Expression, low: float, high: float) -> Expression:
        low_text, high_text = self._words.number(low), self._words.number(high)
        return Expression(
            (
                "CASE WHEN ",
                x,
                f" < {low_text} THEN {low_text} WHEN ",
                x,
                f" > {high_text} THEN {high_text} ELSE ",
                x,
                " END",
            )
        )

    def _looked_up(self, index: Expression, values: Sequence[float]) -> Expression:
        """The commonest value stands behind ELSE."""
        usual = max(set(values), key=values.count) if all(map(math.isfinite, values)) else values[-1]
        whens = "".join(
            f" WHEN {place} THEN {self._words.number(value)}"
            for place, value in enumerate(values)
            if value != usual and not (math.isnan(value) and math.isnan(usual))
        )
        if not whens:
            return self._number(usual)
        return Expression(("CASE CAST(", index, f" AS INTEGER){whens} ELSE {self._words.number(usual)} END"))

    def _weighted(self, numbers: Sequence[Expression], weights: Sequence[float]) -> Expression:
        terms = [
            Expression((x, f" * {self._words.number(weight)}"))
            for x, weight in zip(numbers, weights, strict=True)
            if weight != 0.0
        ]
        return _sum(terms) if terms else self._number(0.0)

    def _forest(self, features: Sequence[Expression], trees: Trees) -> list[Expression]:
        found: list[list[Expression]] = [[] for _ in range(trees.n_outputs)]
        for root, first in zip(trees.roots.tolist(), trees.first_output.tolist(), strict=True):
            for value in range(trees.values.shape[1]):
                found[first + value].append(Expression(tuple(self._tree(features, trees, root, value))))
        return [_sum(terms) if terms else self._number(0.0) for terms in found]

    def _tree(
        self, features: Sequence[Expression], trees: Trees, node: int, value: int, depth: int = 0
    ) -> list[str | Expression]:
        """One tree as nested CASE expressions."""
        place = int(trees.feature[node])
        if place < 0:
            return [self._words.number(float(trees.values[node, value]))]
        left = self._tree(features, trees, int(trees.left[node]), value, depth + 1)
        right = self._tree(features, trees, int(trees.right[node]), value, depth + 1)
        asked = self._goes_left(features[place], trees, node)
        whole = ["CASE WHEN ", *asked, " THEN ", *left, " ELSE ", *right, " END"]
        is_deep = depth > 0 and depth % self._words.deepest == 0
        return [Expression(tuple(whole), is_column=True)] if is_deep else whole

    def _goes_left(self, x: Expression, trees: Trees, node: int) -> list[str | Expression]:
        if (members := int(trees.members[node])) >= 0:
            return [x, f" IN ({', '.join(map(str, trees.sets[members]))})"] if trees.sets[members] else ["1 = 0"]
        asked: list[str | Expression] = [x, f" <= {self._words.number(float(trees.threshold[node]))}"]
        return [*asked, " OR ", x, " IS NULL"] if trees.missing_left[node] else asked


class _Layout:
    """Which expressions become columns, and of which step."""

    def __init__(self, outputs: Sequence[Expression], reads: Sequence[Expression]) -> None:
        self._uses = _uses(outputs)
        self._level: dict[int, int] = {}
        self._text: dict[int, str] = {}
        self._columns: list[list[tuple[str, str, frozenset[str]]]] = [[]]
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
        if self._uses[id(expression)] < 2 and not expression.is_column:
            return
        text, level, names = self._spell(expression)
        self._keep(expression, text, level + 1, names)

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
        for columns in reversed(self._columns):
            step = Step()
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


def _quotient(a: Expression, b: Expression) -> Expression:
    if b.is_plain and isinstance(text := b.parts[0], str) and not text.strip("(-").startswith("0.0e0"):
        return Expression(("(", a, " / ", b, ")"))
    return Expression(("CASE WHEN ", b, " = 0 THEN NULL ELSE (", a, ") / (", b, ") END"))


def _sum(terms: Sequence[Expression]) -> Expression:
    """A sum in halves of halves, so that it is nowhere deep."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return Expression(("(", _sum(terms[:middle]), " + ", _sum(terms[middle:]), ")"))
