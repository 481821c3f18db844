"""The pattern that all texts of a column keep, such as two capitals, a dash and three digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pyarrow.compute as pc

from mlwright.data.clauses.values import Values

LEAST_TEXTS = 20
LOOKED_AT = 5_000
MOST_SHAPES = 3
MOST_PARTS = 12
LONGEST = 60
_PART = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|.", re.DOTALL)
_CLASSES = (("[A-Z]", re.compile("[A-Z]")), ("[a-z]", re.compile("[a-z]")), ("[0-9]", re.compile("[0-9]")))
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")


def pattern_of(values: Values) -> str | None:
    """A regular expression that every text matches as a whole; None where they have too many shapes.

    A run of letters or digits that always has the same length keeps it, any other may have any length.

    >>> import pyarrow as pa
    >>> pattern_of(Values(pa.chunked_array([[f"AB-{n:03d}" for n in range(40)]])))
    '[A-Z]{2}-[0-9]{3}'
    """
    distinct = pc.unique(values.first(LOOKED_AT)).to_pylist()
    if len(distinct) < LEAST_TEXTS or any(len(text) > LONGEST or not text.isascii() for text in distinct):
        return None
    shapes: dict[tuple[str, ...], list[Sequence[str]]] = {}
    for text in distinct:
        parts = _PART.findall(text)
        shapes.setdefault(tuple(_class(part) for part in parts), []).append(parts)
        if len(shapes) > MOST_SHAPES or len(parts) > MOST_PARTS:
            return None
    pattern = "|".join(sorted(_expression(shape, seen) for shape, seen in shapes.items()))
    return pattern if values.n_unlike(whole(pattern)) == 0 else None


def whole(pattern: str) -> str:
    """The pattern of a whole text."""
    return f"^(?:{pattern})$"


def _class(part: str) -> str:
    return next((name for name, has in _CLASSES if has.match(part)), _SPECIAL.sub(r"\\\g<0>", part))


def _expression(shape: tuple[str, ...], seen: Iterable[Sequence[str]]) -> str:
    columns = list(zip(*seen, strict=True))
    return "".join(_repeated(kind, parts) for kind, parts in zip(shape, columns, strict=True))


def _repeated(kind: str, parts: Sequence[str]) -> str:
    lengths = {len(part) for part in parts}
    if not kind.startswith("[") or lengths == {1}:
        return kind
    return f"{kind}{{{lengths.pop()}}}" if len(lengths) == 1 else f"{kind}+"
