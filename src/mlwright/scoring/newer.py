"""What a later version of mlwright has put into a model: refused in plain words, unless it may be left out.

A version that reads over what it does not know answers otherwise than the one that wrote it, and nobody notices. So
every name counts: fields of the manifest, arrays of a core, and what the manifest says that a reader must know. What
a later version adds, and what changes no answer, it marks as optional: a field in `Manifest.optional`, an array by
its name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from mlwright.core.errors import BundleError
from mlwright.records.bundle import Manifest

FORMATS: Final = (1, 2)
"""Of bundles that are read; the last one is written. From 2 on a bundle says what a reader must know."""

KNOWN: Final = frozenset({"sums of terms"})
"""What `Manifest.needs` may name: parts of cores that were not there from the beginning, or that changed."""

OPTIONAL = "optional."
"""Begins the name of an array, or of a key, that may be left out by who does not know it."""

UPGRADE = "pip install --upgrade mlwright"


def refuse_unknown(what: str, names: Iterable[str], known: Collection[str]) -> None:
    """Raise if there is a name that is not known, unless it is marked as optional.

    Raises
    ------
    BundleError
    """
    unknown = sorted(name for name in names if name not in known and not name.startswith(OPTIONAL))
    if unknown:
        raise BundleError(f"{what} holds {unknown[0]!r}, which this version of mlwright does not know.", UPGRADE)


def as_known(found: dict[str, Any], data: bytes, where: str) -> Manifest:
    """A manifest as this version reads it, without the optional fields that it does not know.

    Parameters
    ----------
    found : dict
        What the JSON of `data` says, of a format that is read; what may be left out is taken out of it.
    data : bytes
    where : str
        For the message.

    Raises
    ------
    BundleError
        If it says that a reader must know something that this version does not, or holds something else that it does
        not know.
    """
    where += f" was made by {found['made_by']} and" if isinstance(found.get("made_by"), str) else ""
    for need in sorted(set(map(str, found.get("needs") or ())) - KNOWN):
        raise BundleError(f"{where} needs {need!r}, which this version of mlwright does not know.", UPGRADE)
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        faults = _faults(found, error)
    if not (needed := [fault for fault in faults if not _is_optional(found, fault)]):
        for fault in faults:
            _take_out(found, fault.places)
        try:
            return Manifest.model_validate_json(json.dumps(found))
        except ValidationError as error:
            needed = _faults(found, error)
    name = ".".join(map(str, needed[0].places))
    told = name if needed[0].is_unknown else f"{name} ({needed[0].message})"
    raise BundleError(f"{where} holds what this version of mlwright does not know: {told}.", UPGRADE)


class _Fault(NamedTuple):
    places: list[str | int]
    is_unknown: bool
    message: str


def _faults(found: dict[str, Any], error: ValidationError) -> list[_Fault]:
    """What is wrong with a manifest, and where in its JSON."""
    return [
        _Fault(_places(found, fault["loc"]), fault["type"] == "extra_forbidden", fault["msg"])
        for fault in error.errors()
    ]


def _places(found: Any, steps: Sequence[str | int]) -> list[str | int]:
    """The way to a field in JSON: the steps without those by which only the records are told apart."""
    way: list[str | int] = []
    for step in steps:
        is_there = step < len(found) if isinstance(found, list) and isinstance(step, int) else False
        if is_there or (isinstance(found, dict) and step in found):
            way.append(step)
            found = found[step]
    return way or list(steps)


def _is_optional(found: dict[str, Any], fault: _Fault) -> bool:
    name = ".".join(step for step in fault.places if isinstance(step, str))
    return fault.is_unknown and name in (found.get("optional") or ())


def _take_out(found: Any, places: Sequence[str | int]) -> None:
    for step in places[:-1]:
        found = found[step]
    found.pop(places[-1])
