"""Values of inputs, and names for them in other languages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from mlwright.core.errors import ExportRefused
from mlwright.shipping.exports._inputs import MomentInput, NameInput, NumberInput
from mlwright.shipping.exports._program import Program


def read_values(program: Program, row: Mapping[str, Any]) -> list[float]:
    """A row as what is read of each input: a number, a code or seconds; NaN where missing."""
    found = []
    for given in program.inputs:
        value = row[given.name]
        if isinstance(given, NameInput):
            found.append(-1.0 if value is None else float(given.codes.get(value, given.unseen)))
        elif isinstance(given, NumberInput):
            found.append(math.nan if math.isinf(value) or value in given.missing else float(value))
        elif isinstance(given, MomentInput):
            found.append(float(value))
    return found


def refuse_zero_bytes(program: Program, title: str) -> None:
    """Raise if there is a name that ends in the middle where names end with a zero byte.

    Raises
    ------
    ExportRefused
    """
    for given in program.inputs:
        if "\0" in given.name or (isinstance(given, NameInput) and any("\0" in name for name in given.codes)):
            raise ExportRefused(
                f"The column {given.name!r} holds names with a zero byte in them, which {title} cannot hold.",
                "Take the zero bytes out of the data before training (mlwright clean).",
            )
    if any("\0" in str(label) for label in (program.name, program.target, *program.classes)):
        raise ExportRefused(f"A class, or the target, is written with a zero byte, which {title} cannot hold.")


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names as every language takes them, each another one.

    >>> identifiers(["city", "City!", "2nd", "größe", "int"], taken=["int"])
    ['city', 'city_2', 'x_2nd', 'gr_e', 'int_2']
    """
    used, found = set(taken), []
    for name in names:
        base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "x"
        base = f"x_{base}" if base[0].isdigit() else base
        chosen = next(word for n in range(1, 1_000_000) if (word := base if n == 1 else f"{base}_{n}") not in used)
        used.add(chosen)
        found.append(chosen)
    return found
