"""Names in one text with commas between them, as command lines and variables of the environment hold them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def names_in(text: str) -> tuple[str, ...]:
    """The names that a text lists; one with a comma stands in quotes, as in CSV.

    >>> names_in('age, "price, net"')
    ('age', 'price, net')
    """
    lines = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    return tuple(filter(None, (name.strip() for line in lines for name in line)))


def listed(names: Iterable[str]) -> str:
    """The text that lists names, as `names_in` reads it.

    >>> listed(["age", "price, net"])
    'age,"price, net"'
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()
