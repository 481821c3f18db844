"""Where every number and every sentence of a page comes from: the record, and the place in it.

A place is the name of a record and a JSON Pointer (RFC 6901) into it: ``decision/worth/gain/value``. The place of a
list counts its items, and ``findings/findings?severity=critical`` counts some of them; places joined by `` + `` are
added up.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from mlwright.core.record import Record
from mlwright.data.words import percent
from mlwright.faces.render.numbers import NONE, alike, duration, money, short, spelled
from mlwright.records.evaluation import Estimate

SPELLINGS: dict[str, tuple[Callable[[float], str], float]] = {
    "short": (short, 1.0),
    "share": (percent, 100.0),
    "count": (lambda value: f"{value:,.0f}", 1.0),
    "money": (money, 1.0),
    "ratio": (lambda value: f"{value:.2f}", 1.0),
    "seconds": (duration, 1.0),
    "ms": (lambda value: f"{value:.2f} ms", 1.0),
    "megabytes": (lambda value: f"{value / 1e6:.2f} MB", 1e-6),
}
"""How a number is written, and how many times the record's number stands there then."""


class Sources:
    """The records of a page; writes their numbers and sentences as links that say where they come from.

    Parameters
    ----------
    records : mapping
        By the name under which ``mlwright show`` shows them; None where a run has none.
    """

    def __init__(self, records: Mapping[str, Record | None]) -> None:
        self.records = {name: record for name, record in records.items() if record is not None}

    def at(self, place: str) -> Any:
        """What stands at a place."""
        found: Any = self.records
        for part in place.split("/"):
            name, _, wanted = part.partition("?")
            found = _inside(found, name)
            if wanted:
                key, _, value = wanted.partition("=")
                found = [item for item in found if getattr(item, key) == value]
        return len(found) if isinstance(found, tuple | list) else found

    def number(self, place: str, how: str = "short", times: float = 1.0, of: str = "") -> Markup:
        """A number with its source.

        Parameters
        ----------
        place : str
            Or several, joined by `` + ``.
        how : str
            One of `SPELLINGS`.
        times : float
            What it is multiplied with before it is written.
        of : str
            The place of what it is divided by; or several, joined likewise.
        """
        value = self._sum(place) * times / (self._sum(of) or 1 if of else 1)
        spell, shown = SPELLINGS[how]
        return self._link(place, spell(value), times * shown, of)

    def _sum(self, places: str) -> float:
        return float(sum(self.at(part) for part in places.split(" + ")))

    def like(self, place: str, estimate: Estimate) -> Markup:
        """A number with as many digits as the estimate beside it."""
        return self._link(place, alike(self.at(place), estimate))

    def interval(self, place: str, times: float = 1.0) -> Markup:
        """An estimate with its interval, each end with its own source."""
        found = self.at(place)
        parts = {end: times * getattr(found, end) for end in ("value", "low", "high")}
        said = spelled(found.model_copy(update=parts))
        if not said.low:
            return self._link(f"{place}/value", said.value, times)
        value, low, high = (
            self._link(f"{place}/{end}", getattr(said, end), times / said.scale) for end in ("value", "low", "high")
        )
        return Markup("{} ({} to {})").format(value + said.unit, low, high + said.unit)

    def between(self, place: str, how: str = "short", times: float = 1.0) -> Markup:
        """The ends of an interval, in words."""
        low, high = (self.number(f"{place}/{end}", how, times) for end in ("low", "high"))
        return Markup("between {} and {}").format(low, high)

    def words(self, place: str, text: str | Markup | None = None) -> Markup:
        """A sentence as it stands in the record, or text that means the same."""
        return Markup('<span data-from="{}">{}</span>').format(place, self.at(place) if text is None else text)

    def within(self, place: str, text: str) -> Markup:
        """A sentence that was made of numbers that all stand somewhere below a place."""
        return Markup('<a class="n said" href="#record-{}" data-within="{}" title="{}">{}</a>').format(
            place.split("/")[0], place, f"{_said(place)}\n{self.meaning(place)}".strip(), text
        )

    def meaning(self, place: str) -> str:
        """What a field says, from the docstring of its record; of the nearest field around it that has words."""
        name, *parts = re.sub(r"\?[^/]*", "", place.split(" + ")[0]).split("/")
        found: Any = self.records[name]
        told = inspect.getdoc(type(found)) or ""
        told = told.splitlines()[0]
        for part in parts:
            if isinstance(found, Record) and not isinstance(found, Estimate):
                told = _meanings(type(found)).get(part, told)
            found = _inside(found, part)
        return told

    def _link(self, place: str, text: str, times: float = 1.0, of: str = "") -> Markup:
        if text == NONE:
            return Markup("{}").format(NONE)
        parts = place.split(" + ")
        exact = ", ".join(f"{_said(part)} = {self.at(part)}" for part in [*parts, *(of.split(" + ") if of else [])])
        return Markup(
            '<a class="n" href="#record-{name}" data-from="{place}"{times}{of} title="{title}">{text}</a>'
        ).format(
            name=place.split("/")[0],
            place=place,
            times=Markup(' data-times="{}"').format(repr(times)) if times != 1 else "",
            of=Markup(' data-of="{}"').format(of) if of else "",
            title=f"{exact}\n{self.meaning(place)}".strip(),
            text=text,
        )


def _inside(found: Any, name: str) -> Any:
    if isinstance(found, Record):
        return getattr(found, name)
    key = name.replace("~1", "/").replace("~0", "~")
    return found[key] if isinstance(found, Mapping) else found[int(key)]


def _said(place: str) -> str:
    """A place as people write it: ``decision: worth.gain.value``."""
    name, _, rest = place.partition("/")
    return f"{name}: {rest.replace('/', '.')}" if rest else name


def escaped(key: str) -> str:
    """A key of a mapping as a part of a place."""
    return key.replace("~", "~0").replace("/", "~1")


@cache
def _meanings(kind: type[Record]) -> dict[str, str]:
    """What the docstring of a record says of its fields."""
    found: dict[str, str] = {}
    text = inspect.getdoc(kind) or ""
    for match in re.finditer(r"^(\w[\w, ]*?) : [^\n]*\n((?:    [^\n]*\n?|\n(?=    ))*)", text, re.M):
        said = " ".join(match[2].replace("`", "").split())
        found |= {name.strip(): said for name in match[1].split(",") if said}
    return found
