"""Trees as rows of a table, for models whose trees would make a query longer than a database takes.

A row is a node of a tree: what it asks, and where yes and no lead. A leaf leads to itself, so that after as many joins
of the table with itself as the deepest tree has levels every tree has come to a leaf. The rows that are scored stream
through these joins; nothing but the sums of a row is held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from mlwright.core.errors import ExportRefused
from mlwright.scoring.forest import Trees
from mlwright.shipping.exports._sql_layout import Expression, Walk
from mlwright.shipping.exports._sql_words import Words, quoted

ROWS_AT_ONCE = 400
STATEMENT_ENDS = ";\n"
SMALLER = "Export as C, Python or ONNX, or train a smaller model: mlwright run --prefer simple"
MOST_LEVELS = 58
"""Of one tree; SQLite joins 64 tables at most."""


class TreeTable:
    """The nodes of all trees of a program.

    Parameters
    ----------
    name : str
        Of the table in the database.
    words : Words
        The dialect.
    """

    def __init__(self, name: str, words: Words) -> None:
        self.name = quoted(name)
        self._words = words
        self._forests: list[Trees] = []
        self._depths: list[int] = []

    def __len__(self) -> int:
        """How many forests lie in it."""
        return len(self._forests)

    def add(self, features: Sequence[Expression], trees: Trees) -> list[Expression]:
        """Put the trees of a forest in; its outputs, as what a walk over the table finds.

        Raises
        ------
        ExportRefused
            If a tree has more levels than a database can join.
        """
        depth = depth_of(trees)
        if depth > MOST_LEVELS:
            raise ExportRefused(
                f"A tree of the model has {depth} levels; a query can go down {MOST_LEVELS}.",
                SMALLER,
            )
        self._forests.append(trees)
        self._depths.append(depth)
        walk = Walk(len(self._forests) - 1, tuple(features))
        return [Expression(walk.features, walk=walk, output=output) for output in range(trees.n_outputs)]

    def script(self) -> str:
        """What makes the table, in statements of which none is long."""
        n_values = max(trees.values.shape[1] for trees in self._forests)
        double = self._words.double
        values = ", ".join(f"y{value} {double}" for value in range(n_values))
        lines = [
            f"DROP TABLE IF EXISTS {self.name};",
            f"CREATE TABLE {self.name} (node INTEGER PRIMARY KEY, root_of INTEGER, output INTEGER, feature INTEGER, "
            f"threshold {double}, codes TEXT, missing_yes INTEGER, yes INTEGER, no INTEGER, {values});",
        ]
        rows = list(self._rows(n_values))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            listed = ",\n".join(rows[start : start + ROWS_AT_ONCE])
            lines.append(f"INSERT INTO {self.name} VALUES\n{listed};")
        return "\n".join([*lines, ""])

    def walk(self, walk: Walk, features: Sequence[str], source: str) -> str:
        """The query of a walk: the sums of each row of a step, by the number of the row."""
        words, name = self._words, f"w{walk.number}"
        trees, depth = self._forests[walk.number], self._depths[walk.number]
        rows = f"SELECT row_no, {words.carried(features)} FROM {source}"  # noqa: S608
        roots = f"SELECT * FROM {self.name} WHERE root_of = {walk.number}"  # noqa: S608
        joins = [f"FROM ({rows}) AS a", f"CROSS JOIN ({roots}) AS n0"]
        for level in range(depth):
            leads = _leads(f"n{level}", words.carried_item(features, f"n{level}.feature"), has_sets=bool(trees.sets))
            joins.append(f"{words.join} {self.name} AS n{level + 1} ON n{level + 1}.node = {leads}")
        sums = [f"{text} AS {name}_{output}" for output, text in enumerate(_sums(trees, f"n{depth}"))]
        head = f"SELECT a.row_no AS {name}_row, {', '.join(sums)}"
        return "\n  ".join([head, *joins, "GROUP BY a.row_no"])

    def _rows(self, n_values: int) -> Iterator[str]:
        start = 0
        for number, trees in enumerate(self._forests):
            outputs = dict(zip(trees.roots.tolist(), trees.first_output.tolist(), strict=True))
            of_leaf = _outputs_of_leaves(trees)
            for node in range(len(trees.feature)):
                yield _row(trees, node, start, number if node in outputs else None, of_leaf[node], n_values)
            start += len(trees.feature)


def _leads(node: str, x: str, *, has_sets: bool) -> str:
    """Where a node leads to."""
    in_set = f"SUBSTR({node}.codes, CAST({x} AS INTEGER) + 1, 1) = '1'"
    is_less = f"{x} <= {node}.threshold OR ({node}.missing_yes = 1 AND {x} IS NULL)"
    leads = [f"WHEN {node}.feature IS NULL THEN {node}.node"]
    if has_sets:
        leads.append(f"WHEN {node}.codes IS NOT NULL THEN CASE WHEN {in_set} THEN {node}.yes ELSE {node}.no END")
    return f"CASE {' '.join(leads)} WHEN {is_less} THEN {node}.yes ELSE {node}.no END"


def depth_of(trees: Trees) -> int:
    """The levels of the deepest tree, its root not counted."""
    depth, nodes = 0, trees.roots
    while len(nodes := nodes[trees.feature[nodes] >= 0]):
        nodes = np.concatenate([trees.left[nodes], trees.right[nodes]])
        depth += 1
    return depth


def _outputs_of_leaves(trees: Trees) -> list[int]:
    """The first output that each node's tree is added to."""
    found = np.zeros(len(trees.feature), dtype=np.int64)
    nodes, outputs = trees.roots, trees.first_output
    while len(nodes):
        found[nodes] = outputs
        inner = trees.feature[nodes] >= 0
        nodes, outputs = nodes[inner], outputs[inner]
        nodes, outputs = np.concatenate([trees.left[nodes], trees.right[nodes]]), np.tile(outputs, 2)
    return [int(output) for output in found]


def _sums(trees: Trees, leaf: str) -> list[str]:
    """The sum of every output over the leaves of a row."""
    if trees.values.shape[1] > 1:
        return [f"SUM({leaf}.y{value})" for value in range(trees.n_outputs)]
    return [f"SUM(CASE WHEN {leaf}.output = {output} THEN {leaf}.y0 ELSE 0 END)" for output in range(trees.n_outputs)]


def _row(trees: Trees, node: int, start: int, root_of: int | None, output: int, n_values: int) -> str:
    place = start + node
    if trees.feature[node] < 0:
        values = [*map(float, trees.values[node]), *[0.0] * (n_values - trees.values.shape[1])]
        cells = [place, root_of, output, None, None, None, None, place, place, *values]
    else:
        members = int(trees.members[node])
        asked = [float(trees.threshold[node]), None] if members < 0 else [None, _codes(trees.sets[members])]
        leads = [int(trees.missing_left[node]), start + int(trees.left[node]), start + int(trees.right[node])]
        cells = [place, root_of, output, int(trees.feature[node]), *asked, *leads, *[0.0] * n_values]
    return f"({','.join(map(_cell, cells))})"


def _codes(members: Sequence[int]) -> str:
    """A set of codes as a text in which each has its place: 1 for a member."""
    found = ["0"] * (max(members, default=-1) + 1)
    for code in members:
        found[code] = "1"
    return "".join(found)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "NULL"
    return f"'{value}'" if isinstance(value, str) else repr(value)
