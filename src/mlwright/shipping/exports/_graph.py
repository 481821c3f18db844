"""A model as a few kinds of operation on small vectors of numbers, worked out for one row at a time.

Every form of export says what each kind of operation is in its own language, and nothing else; what a model is made of
(dates, splines, boosted trees, calibrators) is told once, in `_lower`. A number that is missing is NaN, and everything
that is computed from it is missing too, but for `Missing` and `Choose`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.forest import Trees
from mlwright.shipping.exports._inputs import Input

Array = NDArray[np.float64]
UnaryName = Literal["floor", "exp", "log", "single"]
BinaryName = Literal["+", "-", "*", "/", "<", "<="]


@dataclass(frozen=True, eq=False)
class Node(ABC):
    """One operation; it yields a vector of `width` numbers for each row. Calculations with nodes are nodes."""

    def __add__(self, other: Node | float) -> Node:
        return Binary("+", self, as_node(other))

    def __radd__(self, other: float) -> Node:
        return as_node(other) + self

    def __sub__(self, other: Node | float) -> Node:
        return Binary("-", self, as_node(other))

    def __rsub__(self, other: float) -> Node:
        return as_node(other) - self

    def __mul__(self, other: Node | float) -> Node:
        return Binary("*", self, as_node(other))

    def __rmul__(self, other: float) -> Node:
        return as_node(other) * self

    def __truediv__(self, other: Node | float) -> Node:
        return Binary("/", self, as_node(other))

    def __rtruediv__(self, other: float) -> Node:
        return as_node(other) / self

    def __lt__(self, other: Node | float) -> Node:
        return Binary("<", self, as_node(other))

    def __le__(self, other: Node | float) -> Node:
        return Binary("<=", self, as_node(other))

    @property
    @abstractmethod
    def width(self) -> int:
        """How many numbers it yields."""

    @property
    def sources(self) -> tuple[Node, ...]:
        """The operations whose results it needs, in the order of the parameters."""
        found: list[Node] = []
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            found += [value] if isinstance(value, Node) else value if name == "parts" else []
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Read(Node):
    """What was read of one input: a number, a code or seconds."""

    input: Input

    @property
    def width(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True, eq=False)
class Const(Node):
    """The same numbers for every row."""

    values: Array

    @property
    def width(self) -> int:
        """How many there are."""
        return len(self.values)


@dataclass(frozen=True, eq=False)
class Join(Node):
    """Vectors one behind the other."""

    parts: tuple[Node, ...]

    @property
    def width(self) -> int:
        """That of all parts."""
        return sum(part.width for part in self.parts)


@dataclass(frozen=True, eq=False)
class Take(Node):
    """Some of the numbers of a vector, by place."""

    of: Node
    places: tuple[int, ...]

    @property
    def width(self) -> int:
        """How many are taken."""
        return len(self.places)


@dataclass(frozen=True, eq=False)
class Unary(Node):
    """A function of each number: ``single`` rounds to what single precision can hold."""

    name: UnaryName
    of: Node

    @property
    def width(self) -> int:
        """As the vector."""
        return self.of.width


@dataclass(frozen=True, eq=False)
class Missing(Node):
    """1 where a number is missing, else 0."""

    of: Node

    @property
    def width(self) -> int:
        """As the vector."""
        return self.of.width


@dataclass(frozen=True, eq=False)
class Binary(Node):
    """A calculation with each pair of numbers; a vector of one is used for all.

    A quotient by 0 is missing; comparisons yield 1 or 0, and 0 where a number is missing.
    """

    name: BinaryName
    left: Node
    right: Node

    @property
    def width(self) -> int:
        """That of the wider one."""
        return max(self.left.width, self.right.width)


@dataclass(frozen=True, eq=False)
class Clip(Node):
    """Each number kept within a range of its own; a missing one stays missing."""

    of: Node
    low: Array
    high: Array

    @property
    def width(self) -> int:
        """As the vector."""
        return self.of.width


@dataclass(frozen=True, eq=False)
class Choose(Node):
    """`yes` where `condition` is not 0, else `no`; vectors of one are used for all."""

    condition: Node
    yes: Node
    no: Node

    @property
    def width(self) -> int:
        """That of the widest."""
        return max(source.width for source in self.sources)


@dataclass(frozen=True, eq=False)
class Lookup(Node):
    """The row of a table, shape (n_entries, width), that one whole number names."""

    index: Node
    table: Array

    @property
    def width(self) -> int:
        """That of the table."""
        return int(self.table.shape[1])


@dataclass(frozen=True, eq=False)
class Product(Node):
    """The product of a vector with weights of shape (n_numbers, width)."""

    of: Node
    weights: Array

    @property
    def width(self) -> int:
        """The columns of the weights."""
        return int(self.weights.shape[1])


@dataclass(frozen=True, eq=False)
class Fold(Node):
    """The sum of a vector, or its largest number."""

    name: Literal["sum", "largest"]
    of: Node

    @property
    def width(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True, eq=False)
class Forest(Node):
    """The sums of the answers of decision trees."""

    features: Node
    trees: Trees

    @property
    def width(self) -> int:
        """Number of outputs."""
        return self.trees.n_outputs


def as_node(value: Node | float | Array) -> Node:
    """A number, or a vector, as a node."""
    return value if isinstance(value, Node) else Const(np.atleast_1d(np.asarray(value, dtype=np.float64)))


def in_order(whole: Node) -> list[Node]:
    """Every operation of a graph once, each after those that it needs."""
    found: dict[int, Node] = {}
    waiting: list[tuple[Node, bool]] = [(whole, False)]
    while waiting:
        node, is_ready = waiting.pop()
        if id(node) in found:
            continue
        if is_ready:
            found[id(node)] = node
            continue
        waiting.append((node, True))
        waiting.extend((source, False) for source in node.sources)
    return list(found.values())
