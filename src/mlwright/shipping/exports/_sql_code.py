"""What each operation is in SQL: expressions over columns, worked out in steps so that nothing is worked out twice.

Every number of every operation is one expression. An expression that is needed once stands where it is needed; one
that is needed more often becomes a column of a step, and steps stand one behind the other as common table expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from mlwright.scoring.forest import Trees
from mlwright.shipping.exports import _graph as op
from mlwright.shipping.exports._graph import Node
from mlwright.shipping.exports._inputs import Input
from mlwright.shipping.exports._program import Program
from mlwright.shipping.exports._sql_layout import Expression, Layout
from mlwright.shipping.exports._sql_trees import TreeTable
from mlwright.shipping.exports._sql_words import Words


class Code:
    """A program as steps of columns.

    Parameters
    ----------
    program : Program
    words : Words
        The dialect.
    reads : mapping of Input to str
        What is read of each input, as SQL over the columns of the table.
    table : TreeTable, optional
        Where trees are put; default: they are written out as nested CASE expressions.

    Attributes
    ----------
    scores : list of str
        The scores over the columns of the last step.
    steps : list of Step
    """

    def __init__(
        self, program: Program, words: Words, reads: Mapping[Input, str], table: TreeTable | None = None
    ) -> None:
        self._words = words
        self._table = table
        self._reads = {given: Expression((text,)) for given, text in reads.items()}
        self._of: dict[int, list[Expression]] = {}
        for node in program.in_order():
            self._of[id(node)] = self._write(node)
        outputs = list(self._of[id(program.scores)])
        if len(program.classes) > 2 and not program.is_decided:
            outputs.append(Expression(words.largest(outputs)))
        layout = Layout(outputs, [self._reads[given] for given in program.inputs])
        self.steps = layout.steps
        self.scores = layout.results

    def _write(self, node: Node) -> list[Expression]:
        match node:
            case op.Read(input=given):
                return [self._reads[given]]
            case op.Const(values=values):
                return [self._number(value) for value in values.tolist()]
            case op.Join(parts=parts):
                return [number for part in parts for number in self._of[id(part)]]
            case op.Take(of=of, places=places):
                return [self._of[id(of)][place] for place in places]
            case op.Lookup(index=index, table=table):
                return [self._looked_up(self._of[id(index)][0], column) for column in table.T.tolist()]
            case op.Product(of=of, weights=weights):
                return [self._weighted(self._of[id(of)], column) for column in weights.T.tolist()]
            case op.Fold(name="sum", of=of):
                return [_sum(self._of[id(of)])]
            case op.Fold(of=of):
                return [Expression(self._words.largest(self._of[id(of)]))]
            case op.Forest(features=features, trees=trees):
                return self._forest(self._of[id(features)], trees)
        return self._each(node)

    def _each(self, node: Node) -> list[Expression]:
        """Operations that work on one number after the other."""
        sources = [self._of[id(source)] for source in node.sources]
        rows = [[source[j] if len(source) > 1 else source[0] for source in sources] for j in range(node.width)]
        if isinstance(node, op.Clip):
            bounds = zip(node.low.tolist(), node.high.tolist(), strict=True)
            return [self._clip(row[0], *pair) for row, pair in zip(rows, bounds, strict=True)]
        work = self._work_of(node)
        return [work(*row) for row in rows]

    def _work_of(self, node: Node) -> Callable[..., Expression]:
        words = self._words
        match node:
            case op.Unary(name="single"):
                return lambda x: Expression(words.single(x))
            case op.Unary(name=name):
                return lambda x: Expression((f"{name if name != 'log' else 'ln'}(", x, ")"))
            case op.Missing():
                return lambda x: Expression(("CASE WHEN ", x, " IS NULL THEN 1e0 ELSE 0e0 END"))
            case op.Choose():
                return lambda c, yes, no: Expression(("CASE WHEN ", c, " <> 0 THEN ", yes, " ELSE ", no, " END"))
            case op.Binary(name="/"):
                return _quotient
            case op.Binary(name="<" | "<=" as name):
                return lambda a, b: Expression(("CASE WHEN (", a, f") {name} (", b, ") THEN 1e0 ELSE 0e0 END"))
            case op.Binary(name=name):
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
        if self._table is not None:
            return self._table.add(features, trees)
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
