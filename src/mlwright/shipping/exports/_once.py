"""Every operation once: what several cores of a model work out alike, they share."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from mlwright.scoring.forest import Trees
from mlwright.shipping.exports._graph import Node, in_order


def once(whole: Node) -> Node:
    """The same graph, in which operations that do the same with the same are one.

    >>> from mlwright.shipping.exports._graph import Join, Missing, as_node
    >>> one = as_node(1.0)
    >>> left, right = once(Join((Missing(one), Missing(as_node(1.0))))).parts
    >>> left is right
    True
    """
    found: dict[int, Node] = {}
    known: dict[Hashable, Node] = {}
    for node in in_order(whole):
        own = replace(node, **{field.name: _found(getattr(node, field.name), found) for field in fields(node)})
        key = (type(node), *(_key(getattr(own, field.name)) for field in fields(own)))
        found[id(node)] = known.setdefault(key, own)
    return found[id(whole)]


def _found(value: Any, found: dict[int, Node]) -> Any:
    """The operations that stand for those in a field."""
    if isinstance(value, Node):
        return found[id(value)]
    return tuple(_found(each, found) for each in value) if isinstance(value, tuple) else value


def _key(value: Any) -> Hashable:
    """What two fields have in common that say the same."""
    if isinstance(value, Node | Trees):
        return id(value)
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    found: Hashable = tuple(map(_key, value)) if isinstance(value, tuple) else value
    return found
