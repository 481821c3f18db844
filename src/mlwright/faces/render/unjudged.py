"""What could not judge, told reason by reason: seventy lines that say the same are one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mlwright.records.findings import Skipped


class Unjudged(NamedTuple):
    """Members that could not judge for one reason.

    Parameters
    ----------
    reason : str
    names : str
        In words, one after the other.
    place : int
        Of the first of them among all that could not judge.
    """

    reason: str
    names: str
    place: int


def by_reason(skipped: Iterable[Skipped]) -> list[Unjudged]:
    """The reasons with the members that they hold for, most members first.

    >>> late = [Skipped(name=name, reason="no time") for name in ("odd_patterns", "outliers")]
    >>> by_reason([Skipped(name="text_leak", reason="no text"), *late])[0]
    Unjudged(reason='no time', names='odd patterns, outliers', place=1)
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for place, one in enumerate(skipped):
        found.setdefault(one.reason, []).append((place, one.name.replace("_", " ")))
    ranked = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return [Unjudged(reason, ", ".join(name for _, name in told), told[0][0]) for reason, told in ranked]
