"""What a caller may ask for beside the answer: how far off it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mlwright.records.bundle import Manifest
from mlwright.shipping.serving.refusals import Refusal


class Extras(NamedTuple):
    """What is asked for.

    Parameters
    ----------
    level : float or None
        Of the interval, or of the set of classes; None for neither.
    """

    level: float | None = None


NOTHING = Extras()


def extras_of(options: Mapping[str, str], manifest: Manifest) -> Extras:
    """What the options of an address ask for.

    Raises
    ------
    Refusal
        If the model cannot give it.
    """
    return Extras(level=_level(options["level"], manifest)) if "level" in options else NOTHING


def _level(said: str, manifest: Manifest) -> float:
    found = manifest.evaluation.uncertainty
    known = found.levels if found is not None else ()
    for level in known:
        if said == f"{level:g}":
            return level
    hint = f"Ask for one of: {', '.join(f'{level:g}' for level in known)}" if known else "Leave 'level' out."
    raise Refusal("unknown_option", "The model knows no interval of that level.", hint, field="level")
