"""Trees as rows of a table, for models whose trees would make a query longer than a database takes.

A row is a node of a tree: what it asks, and where yes and no lead. A leaf leads nowhere. After as many joins of the
table with itself as the deepest tree has levels every tree has come to its leaf. The rows that are scored stream
through these joins, each of which holds the nodes of one level.
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
            f"CREATE TABLE {self.name} (node INTEGER PRIMARY KEY, forest INTEGER, level INTEGER, output INTEGER, "
            "feature INTEGER, "
            f"threshold {double}, codes TEXT, missing_yes INTEGER, yes INTEGER, no INTEGER, {values});",
        ]
        rows = list(self._rows(n_values))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            listed = ",\n".join(rows[start : start + ROWS_AT_ONCE])
            lines.append(f"INSERT INTO {self.name} VALUES\n{listed};")
        if self._words.analyzes:
            lines.append(f"ANALYZE {self.name};")
        return "\n".join([*lines, ""])

    def walk(self, walk: Walk, features: Sequence[str], source: str) -> str:
        """The query of a walk: the sums of each row of a step, by the number of the row."""
        words, name = self._words, f"w{walk.number}"
        trees, depth = self._forests[walk.number], self._depths[walk.number]
        rows = f"SELECT row_no, {words.carried(features)} FROM {source}"  # noqa: S608
        joins = [f"FROM ({rows}{words.step_ends} AS a", f"CROSS JOIN {self._level(walk.number, 0)} AS n0"]
        for level in range(depth):
            leads = _leads(f"n{level}", words.carried_item(features, f"n{level}.feature"), has_sets=bool(trees.sets))
            nodes = self._level(walk.number, level + 1) if words.picks_levels else self.name
            joins.append(f"LEFT JOIN {nodes} AS n{level + 1} ON n{level + 1}.node = {leads}")
        sums = [f"{text} AS {name}_{output}" for output, text in enumerate(_sums(trees, depth))]
        head = f"SELECT a.row_no AS {name}_row, {', '.join(sums)}"
        return "\n  ".join([head, *joins, "GROUP BY a.row_no"])

    def _level(self, forest: int, level: int) -> str:
        return f"(SELECT * FROM {self.name} WHERE forest = {forest} AND level = {level})"  # noqa: S608

    def _rows(self, n_values: int) -> Iterator[str]:
        start = 0
        for number, trees in enumerate(self._forests):
            levels, outputs = _places_of_nodes(trees)
            for node, (level, output) in enumerate(zip(levels, outputs, strict=True)):
                yield _row(trees, node, start, [number, level, output], n_values)
            start += len(trees.feature)


def _leads(node: str, x: str, *, has_sets: bool) -> str:
    """Where a node leads to."""
    in_set = f"SUBSTR({node}.codes, CAST({x} AS INTEGER) + 1, 1) = '1'"
    is_less = f"{x} <= {node}.threshold OR ({node}.missing_yes = 1 AND {x} IS NULL)"
    leads = [f"WHEN {node}.feature IS NULL THEN NULL"]
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


def _places_of_nodes(trees: Trees) -> tuple[list[int], list[int]]:
    """The level of each node in its tree, and the first output that this is added to."""
    levels, found = np.zeros(len(trees.feature), dtype=np.int64), np.zeros(len(trees.feature), dtype=np.int64)
    nodes, outputs, level = trees.roots, trees.first_output, 0
    while len(nodes):
        found[nodes], levels[nodes] = outputs, level
        inner = trees.feature[nodes] >= 0
        nodes, outputs = nodes[inner], outputs[inner]
        nodes, outputs = np.concatenate([trees.left[nodes], trees.right[nodes]]), np.tile(outputs, 2)
        level += 1
    return [int(level) for level in levels], [int(output) for output in found]


def _sums(trees: Trees, depth: int) -> list[str]:
    """The sum of every output over the leaves of a row: of the nodes of a walk one alone has values."""

    def of_leaf(value: int) -> str:
        values = ", ".join(f"n{level}.y{value}" for level in range(depth + 1))
        return f"COALESCE({values})" if depth else values

    if trees.values.shape[1] > 1:
        return [f"SUM({of_leaf(value)})" for value in range(trees.n_outputs)]
    if trees.n_outputs == 1:
        return [f"SUM({of_leaf(0)})"]
    return [f"SUM(CASE WHEN n0.output = {output} THEN {of_leaf(0)} ELSE 0 END)" for output in range(trees.n_outputs)]


def _row(trees: Trees, node: int, start: int, where: list[int], n_values: int) -> str:
    place = start + node
    if trees.feature[node] < 0:
        values = [*map(float, trees.values[node]), *[0.0] * (n_values - trees.values.shape[1])]
        cells = [place, *where, *[None] * 6, *values]
    else:
        members = int(trees.members[node])
        asked = [float(trees.threshold[node]), None] if members < 0 else [None, _codes(trees.sets[members])]
        leads = [int(trees.missing_left[node]), start + int(trees.left[node]), start + int(trees.right[node])]
        cells = [place, *where, int(trees.feature[node]), *asked, *leads, *[None] * n_values]
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
