"""The operations of a program as plain values: what the Python form reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlwright.records.contract import Contract
from mlwright.shipping.contracts import is_number
from mlwright.shipping.exports import _graph as op
from mlwright.shipping.exports._graph import Node
from mlwright.shipping.exports._inputs import Input, NameInput, NumberInput
from mlwright.shipping.exports._program import Program

Step = dict[str, Any]
PlaceOf = Callable[[Node], int]


def flattened(program: Program) -> list[Step]:
    """The operations, each after those that it needs; one is known by its place."""
    nodes = program.in_order()
    places = {id(node): place for place, node in enumerate(nodes)}
    inputs = {given: place for place, given in enumerate(program.inputs)}

    def place_of(node: Node) -> int:
        return places[id(node)]

    return [_step(node, place_of, inputs) for node in nodes]


def described(given: Input, contract: Contract) -> Step:
    """One input."""
    if isinstance(given, NumberInput):
        return {"kind": "number", "name": given.name, "missing": list(given.missing)}
    if isinstance(given, NameInput):
        is_numeral = is_number(contract.clause(given.name))
        found = {"kind": "name", "name": given.name, "codes": given.codes, "unseen": given.unseen}
        return found | {"is_numeral": is_numeral}
    return {"kind": "moment", "name": given.name, "format": given.format, "first_year": given.first_year}


def _step(node: Node, place: PlaceOf, inputs: dict[Input, int]) -> Step:
    match node:
        case op.Read(input=given):
            return {"do": "read", "input": inputs[given]}
        case op.Const(values=values):
            return {"do": "const", "values": values.tolist()}
        case op.Join(parts=parts):
            return {"do": "join", "parts": [place(part) for part in parts]}
        case op.Take(of=of, places=places):
            return {"do": "take", "of": place(of), "places": list(places)}
        case op.Unary(name=name, of=of):
            return {"do": "unary", "name": name, "of": place(of)}
        case op.Missing(of=of):
            return {"do": "unary", "name": "missing", "of": place(of)}
        case op.Binary(name=name, left=left, right=right):
            return {"do": "binary", "name": name, "left": place(left), "right": place(right), "width": node.width}
        case op.Clip(of=of, low=low, high=high):
            return {"do": "clip", "of": place(of), "low": low.tolist(), "high": high.tolist()}
        case op.Choose(condition=condition, yes=yes, no=no):
            found = {"condition": place(condition), "yes": place(yes), "no": place(no)}
            return {"do": "choose", **found, "width": node.width}
        case op.Lookup(index=index, table=table):
            return {"do": "lookup", "index": place(index), "table": table.tolist()}
        case op.Product(of=of, weights=weights):
            return {"do": "product", "of": place(of), "weights": weights.tolist(), "width": node.width}
        case op.Fold(name=name, of=of):
            return {"do": "fold", "name": name, "of": place(of)}
        case op.Forest():
            return {"do": "forest", "features": place(node.features), **_forest(node)}
    raise TypeError(type(node).__name__)


def _forest(node: op.Forest) -> Step:
    trees = node.trees
    answers = [row if of < 0 else [] for row, of in zip(trees.values.tolist(), trees.feature.tolist(), strict=True)]
    return {
        "n_outputs": trees.n_outputs,
        "trees": [list(pair) for pair in zip(trees.roots.tolist(), trees.first_output.tolist(), strict=True)],
        "sets": [list(codes) for codes in trees.sets],
        "values": answers,
        **{
            name: getattr(trees, name).tolist()
            for name in ("feature", "threshold", "members", "missing_left", "left", "right")
        },
    }
