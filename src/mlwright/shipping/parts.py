"""Which packages a model brings along: the named ones, and all that those need, as they are installed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LONGEST_LICENCE = 100
"""Some packages put the whole text of their licence where its name belongs."""


class Part(NamedTuple):
    """A package as it is installed here.

    Parameters
    ----------
    name : str
        In its canonical spelling.
    version : str
    expression, licence : str or None
        The licence in terms of SPDX, or else in the author's words.
    needs : tuple of str
        Names of the packages that it needs here.
    """

    name: str
    version: str
    expression: str | None
    licence: str | None
    needs: tuple[str, ...]


def parts(names: Iterable[str], without: Collection[str] = ()) -> dict[str, Part]:
    """The packages of those names and all that they need, by name; what is not installed is left out.

    Parameters
    ----------
    names : iterable of str
    without : collection of str
        Packages that are left out, with what only they need.
    """
    found: dict[str, Part] = {}
    waiting = [(canonicalize_name(name), "") for name in names]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = asked = waiting.pop()
        if asked in seen or name in without:
            continue
        seen.add(asked)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        needs = [one for one in map(Requirement, installed.requires or ()) if _applies(one, extra)]
        found[name] = _part(name, installed, needs, found.get(name))
        waiting.extend((canonicalize_name(one.name), each) for one in needs for each in ("", *one.extras))
    return dict(sorted(found.items()))


def _part(name: str, installed: Distribution, needs: Iterable[Requirement], before: Part | None) -> Part:
    head = installed.metadata
    known = {canonicalize_name(one.name) for one in needs} | set(before.needs if before else ())
    expression, text = _first(head.get_all("License-Expression")), _first(head.get_all("License"))
    licence = None if expression else _licence(text, head.get_all("Classifier"))
    return Part(name, installed.version, expression, licence, tuple(sorted(known)))


def _applies(requirement: Requirement, extra: str) -> bool:
    """Whether a package needs another here, of itself or with one of its extras."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _first(values: list[str] | None) -> str | None:
    return values[0] if values else None


def _licence(text: str | None, classifiers: list[str] | None) -> str | None:
    told = [line.rpartition(" :: ")[2] for line in classifiers or () if line.startswith("License :: OSI Approved :: ")]
    short = text if text and len(text) <= LONGEST_LICENCE and "\n" not in text else None
    return ", ".join(told) or short
