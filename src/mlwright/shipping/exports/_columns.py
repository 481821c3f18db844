"""What cores make of numbers and codes before they look at them: fills, scales, bends, ramps, made columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mlwright.scoring.craft import LARGEST, NONE, OPERATIONS, Craft
from mlwright.scoring.dense import Design
from mlwright.shipping.exports._graph import (
    Array,
    Binary,
    BinaryName,
    Choose,
    Clip,
    Fold,
    Join,
    Lookup,
    Missing,
    Node,
    Take,
    Unary,
    as_node,
)


def level(code: Node, size: int) -> Node:
    """A code as a place in a table, whose last entry is for a missing one."""
    return Choose(code < 0.0, as_node(size - 1.0), code)


def dense(design: Design, numbers: Node) -> Node:
    """`Design.dense`."""
    zero = as_node(0.0)
    scaled = (Clip(numbers, design.low, design.high) - as_node(design.center)) / as_node(design.scale)
    parts: list[Node] = [Choose(Missing(numbers), zero, scaled)] if numbers.width else []
    parts += [_bent(design, j, numbers) for j in range(len(design.curves))]
    if len(design.ramps):
        risen = Take(numbers, tuple(design.ramps.tolist()))
        ones = np.ones(len(design.ramps))
        ramp = Clip((risen - as_node(design.feet)) / as_node(design.lengths), 0.0 * ones, ones) - 0.5
        parts.append(Choose(Missing(risen), zero, ramp))
    if len(design.gaps):
        parts.append(Missing(Take(numbers, tuple(design.gaps.tolist()))))
    return Join(tuple(parts))


def _bent(design: Design, curve: int, numbers: Node) -> Node:
    """One bent copy of a number: its piece is the count of inner knots that it has passed."""
    knots, heights, slopes = design.knots[curve], design.heights[curve], design.slopes[curve]
    number = Take(numbers, (int(design.curves[curve]),))
    clipped = Clip(number, knots[:1], knots[-1:])
    piece = Fold("sum", as_node(knots[1:-1]) <= clipped) if len(knots) > 2 else as_node(0.0)
    of_piece = Lookup(piece, np.column_stack([heights[:-1], slopes, knots[:-1]]))
    height, slope, knot = (Take(of_piece, (j,)) for j in range(3))
    return Choose(Missing(number), as_node(0.0), height + slope * (clipped - knot))


def crafted(craft: Craft, numbers: Node, codes: Sequence[Node]) -> Node:
    """`Craft.made`."""
    made: list[Node] = []
    for left, right, operation in zip(craft.left.tolist(), craft.right.tolist(), craft.operation.tolist(), strict=True):
        name: BinaryName = OPERATIONS[operation]
        made.append(Binary(name, Take(numbers, (left,)), Take(numbers, (right,))))
    starts = np.cumsum(craft.lengths) - craft.lengths
    for j in range(len(craft.first)):
        table = craft.entries[starts[j] : starts[j] + craft.lengths[j]].astype(np.float64)[:, None]
        made.append(_looked_up(craft, j, table, numbers, codes))
    whole: Node = Join(tuple(made))
    huge = (as_node(LARGEST) < whole) + (whole < -LARGEST)
    return Unary("single", Choose(huge, as_node(math.nan), whole))


def _looked_up(craft: Craft, j: int, table: Array, numbers: Node, codes: Sequence[Node]) -> Node:
    first, second, minuend = int(craft.first[j]), int(craft.second[j]), int(craft.minuend[j])
    index = level(codes[first], int(craft.n_levels[first]) + 2)
    if second != NONE:
        size = int(craft.n_levels[second]) + 2
        index = index * float(size) + level(codes[second], size)
    entry = Lookup(index, table)
    return entry if minuend == NONE else Take(numbers, (minuend,)) - entry
