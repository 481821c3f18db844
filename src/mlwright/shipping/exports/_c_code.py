"""What each operation is in C: tables of data, and a few lines that fill one small array each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlwright.shipping.exports import _graph as op
from mlwright.shipping.exports._c_trees import Row, is_single, laid_out, row_for
from mlwright.shipping.exports._program import Program

UNARY = {"floor": "floor({})", "exp": "exp({})", "log": "log({})", "single": "(double)(float)({})"}


class Code:
    """The body of a function that works out a program.

    Attributes
    ----------
    data : list of str
        Definitions of constant tables.
    lines : list of str
        Statements; what was read of the inputs is in ``read``.
    real : str
        The type of C that holds all numbers that trees ask of.
    most_linked : int
        The largest number of a slot, or of a step from one node to another.
    result : str
        The array in which the scores are at the end.
    """

    def __init__(self, program: Program) -> None:
        self.data: list[str] = []
        self.lines: list[str] = []
        self.most_linked = 0
        self._names: dict[int, str] = {}
        self._forests: dict[int, list[op.Forest]] = {}
        """By what they ask of."""
        for node in program.in_order():
            if isinstance(node, op.Forest):
                self._forests.setdefault(id(node.features), []).append(node)
        self._rows: dict[int, tuple[str, Row]] = {}
        is_float = all(is_single(forests[0].features) for forests in self._forests.values())
        self.real = "float" if is_float else "double"
        inputs = {given: place for place, given in enumerate(program.inputs)}
        for number, node in enumerate(program.in_order()):
            if isinstance(node, op.Read):
                self._names[id(node)] = f"(read + {inputs[node.input]})"
            elif isinstance(node, op.Const):
                self._names[id(node)] = self._table(f"k{number}", node.values.tolist())
            else:
                self._names[id(node)] = f"v{number}"
                self.lines.append(f"double v{number}[{max(1, node.width)}];")
                self._write(node, f"v{number}")
        self.result = self._names[id(program.scores)]

    def _table(self, name: str, values: Sequence[float], kind: str = "double") -> str:
        self.data.append(array(name, values, kind))
        return name

    def _loop(self, width: int, statement: str) -> None:
        self.lines.append(f"for (int i = 0; i < {width}; i++) {statement}")

    def _at(self, node: op.Node, width: int) -> str:
        """A node's number in a loop over `width` numbers."""
        name = self._names[id(node)]
        return f"{name}[0]" if node.width < width or width == 1 else f"{name}[i]"

    def _write(self, node: op.Node, name: str) -> None:
        match node:
            case op.Join():
                self._join(node, name)
            case op.Take():
                self._take(node, name)
            case op.Lookup():
                self._lookup(node, name)
            case op.Product():
                self._product(node, name)
            case op.Fold():
                self._fold(node, name)
            case op.Forest():
                self._forest(node, name)
            case op.Node(width=1):
                self.lines.append(f"{name}[0] = {self._each(node, name)};")
            case _:
                self._loop(node.width, f"{name}[i] = {self._each(node, name)};")

    def _each(self, node: op.Node, name: str) -> str:
        """One number of a node whose numbers are worked out one by one."""
        width = node.width
        match node:
            case op.Unary(name=function, of=of):
                return UNARY[function].format(self._at(of, width))
            case op.Missing(of=of):
                return f"isnan({self._at(of, width)}) ? 1.0 : 0.0"
            case op.Binary(name="/", left=left, right=right):
                below = self._at(right, width)
                return f"{below} == 0.0 ? NAN : {self._at(left, width)} / {below}"
            case op.Binary(name=operator, left=left, right=right):
                return f"{self._at(left, width)} {operator} {self._at(right, width)}"
            case op.Clip(of=of, low=low, high=high):
                low_name = self._table(f"{name}_low", low.tolist())
                high_name = self._table(f"{name}_high", high.tolist())
                at = "0" if width == 1 else "i"
                return f"clip({self._at(of, width)}, {low_name}[{at}], {high_name}[{at}])"
            case op.Choose(condition=condition, yes=yes, no=no):
                return f"{self._at(condition, width)} != 0.0 ? {self._at(yes, width)} : {self._at(no, width)}"
        raise TypeError(type(node).__name__)

    def _join(self, node: op.Join, name: str) -> None:
        start = 0
        for part in node.parts:
            if part.width == 1:
                self.lines.append(f"{name}[{start}] = {self._names[id(part)]}[0];")
            elif part.width:
                source = self._names[id(part)]
                self.lines.append(f"memcpy({name} + {start}, {source}, {part.width} * sizeof(double));")
            start += part.width

    def _take(self, node: op.Take, name: str) -> None:
        source = self._names[id(node.of)]
        if node.width == 1:
            self.lines.append(f"{name}[0] = {source}[{node.places[0]}];")
            return
        places = self._table(f"{name}_places", node.places, "int")
        self._loop(node.width, f"{name}[i] = {source}[{places}[i]];")

    def _lookup(self, node: op.Lookup, name: str) -> None:
        table = self._table(f"{name}_table", node.table.ravel().tolist())
        index = f"(int){self._names[id(node.index)]}[0]"
        if node.width == 1:
            self.lines.append(f"{name}[0] = {table}[{index}];")
            return
        self._loop(node.width, f"{name}[i] = {table}[{index} * {node.width} + i];")

    def _product(self, node: op.Product, name: str) -> None:
        weights, width = self._table(f"{name}_weights", node.weights.ravel().tolist()), node.width
        self._loop(width, f"{name}[i] = 0.0;")
        source = self._names[id(node.of)]
        self.lines.append(
            f"for (int j = 0; j < {node.of.width}; j++) "
            f"for (int i = 0; i < {width}; i++) {name}[i] += {source}[j] * {weights}[j * {width} + i];"
        )

    def _fold(self, node: op.Fold, name: str) -> None:
        source, width = self._names[id(node.of)], node.of.width
        self.lines.append(f"{name}[0] = {source}[0];")
        one = {"sum": f"{name}[0] += {source}[i];", "largest": f"if ({source}[i] > {name}[0]) {name}[0] = {source}[i];"}
        self.lines.append(f"for (int i = 1; i < {width}; i++) {one[node.name]}")

    def _forest(self, node: op.Forest, name: str) -> None:
        row_name, row = self._row(node.features, name)
        trees, laid = node.trees, laid_out(node.trees, row, single=self.real == "float")
        n_trees, n_roots, n_values = len(trees.roots), len(laid.roots), trees.values.shape[1]
        nodes = map(_node, laid.threshold.tolist(), laid.slot.tolist(), laid.left.tolist(), laid.is_set.tolist())
        self.data.append(f"static const node {name}_nodes[] = {{{', '.join(nodes)}}};")
        self.most_linked = max(self.most_linked, int(laid.left.max()), int(laid.slot.max()))
        self._table(f"{name}_roots", laid.roots.tolist(), "int")
        self._table(f"{name}_depths", laid.depths.tolist(), "int")
        self._table(f"{name}_values", laid.values.ravel().tolist())
        codes = f"{row_name}_codes" if row.has_sets else "NULL"
        of_trees, of_row = f"{name}_nodes, {name}_roots, {name}_depths, {n_roots}", f"{row_name}_row, {codes}"
        self.lines += [
            f"int {name}_leaves[{n_roots}];",
            f"leaves_of({of_trees}, {of_row}, {row_name}_bits, {name}_leaves);",
        ]
        if trees.n_outputs == 1:
            self.lines.append(f"{name}[0] = sum_of({name}_values, {name}_leaves, {n_trees});")
            return
        self._loop(trees.n_outputs, f"{name}[i] = 0.0;")
        self._sum(name, n_trees, n_values, laid.first_output.tolist())

    def _row(self, features: op.Node, name: str) -> tuple[str, Row]:
        """The row that all trees ask of which ask of these numbers, laid out by the first of them."""
        if (found := self._rows.get(id(features))) is not None:
            return found
        row = row_for([forest.trees for forest in self._forests[id(features)]], features.width)
        kinds = ", ".join(f"{{{', '.join(map(str, kind))}}}" for kind in row.kinds)
        n_slots, n_kinds, codes = len(row.keys) + 1, len(row.kinds), f"{name}_codes" if row.has_sets else "NULL"
        self.data.append(f"static const slot_kind {name}_kinds[] = {{{kinds or '{0}'}}};")
        self._table(f"{name}_bits", row.bits, "unsigned")
        self.lines.append(f"real {name}_row[{n_slots}];")
        if row.has_sets:
            self.lines.append(f"code {name}_codes[{n_slots}];")
        numbers = self._names[id(features)]
        self.lines.append(f"slots_of({numbers}, {name}_kinds, {n_kinds}, {name}_bits, {name}_row, {codes});")
        self._rows[id(features)] = name, row
        return name, row

    def _sum(self, name: str, n_trees: int, n_values: int, first: Sequence[int]) -> None:
        """Add the answers of the leaves, tree by tree in the order of `Layout.roots`."""
        values = f"{name}_values[{n_values} * {name}_leaves[t] + i]"
        onto = f"{name}[i]"
        if any(first):
            onto = f"{name}[{self._table(f'{name}_first', first, 'int')}[t] + i]"
        self.lines.append(
            f"for (int t = 0; t < {n_trees}; t++) for (int i = 0; i < {n_values}; i++) {onto} += {values};"
        )


def _node(threshold: float, slot: int, left: int, is_set: bool) -> str:
    """A node of a tree; a leaf asks of the first slot."""
    if slot == 0:
        return f"LEAF({int(threshold)})"
    return f"SET({int(threshold)}, {slot}, {left})" if is_set else f"{{{{{literal(threshold)}}}, {slot}, {left}}}"


def array(name: str, values: Sequence[float], kind: str = "double") -> str:
    """The definition of a constant table."""
    write = literal if kind == "double" else str
    return f"static const {kind} {name}[] = {{{', '.join(map(write, values)) or '0'}}};"


def literal(value: float) -> str:
    """A number as C reads it."""
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return "0" if value == 0.0 and math.copysign(1.0, value) > 0 else repr(float(value))
