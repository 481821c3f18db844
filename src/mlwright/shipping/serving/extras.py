"""What a caller may ask for beside the answer: how far off it may be, and why it is what it is."""

from __future__ import annotations

import re
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
    reasons : int
        How many reasons.
    change : bool
        Whether the smallest change that alters the answer is sought.
    unlike : bool
        Whether it is told of records that are unlike anything seen; with a level it is told anyway.
    """

    level: float | None = None
    reasons: int = 0
    change: bool = False
    unlike: bool = False


MOST_REASONS = 20
MOST_DIGITS = 9
"""Of a number of reasons: Python reads none that is much longer."""

MOST_EXPLAINED = 100
"""Records of one request of which reasons or changes are told: each takes the time of hundreds of answers."""
MEANT = {
    **dict.fromkeys(("1", "true", "True", "TRUE", "yes"), True),
    **dict.fromkeys(("0", "false", "False", "FALSE", "no"), False),
}
PLAIN = re.compile(r"[0-9]?\.[0-9]{1,6}").fullmatch
NOTHING = Extras()


def refuse_long_work(extras: Extras, n_records: int) -> None:
    """Refuse what would keep the service busy for minutes."""
    if (extras.reasons or extras.change) and n_records > MOST_EXPLAINED:
        message = f"Reasons and changes are told of {MOST_EXPLAINED} records at most; the request holds {n_records}."
        raise Refusal("too_many_records", message, "Send them in several requests, or ask for answers alone.")


def extras_of(options: Mapping[str, str], manifest: Manifest) -> Extras:
    """What options ask for, each as an address spells it.

    Raises
    ------
    Refusal
        If the model cannot give it.
    """
    level = _level(options["level"], manifest) if "level" in options else None
    unlike = is_meant(options, "unlike")
    if unlike and manifest.evaluation.uncertainty is None:
        message = "The model does not know what is unlike anything that it has seen."
        raise Refusal("unknown_option", message, "Leave 'unlike' out.", field="unlike")
    found = Extras(level, _reasons(options.get("reasons", "0")), is_meant(options, "change"), unlike)
    return NOTHING if found == NOTHING else found


def is_meant(options: Mapping[str, str], name: str) -> bool:
    """Whether an option says yes; no if it is not there.

    Raises
    ------
    Refusal
        If it says neither.
    """
    said = options.get(name, "0")
    if said in MEANT:
        return MEANT[said]
    raise Refusal("unknown_option", f"'{name}' is neither true nor false.", f"Ask with  {name}=true", field=name)


def known_levels(manifest: Manifest) -> tuple[float, ...]:
    """The levels of intervals, or of sets of classes, that a model knows."""
    found = manifest.evaluation.uncertainty
    return tuple(found.levels) if found is not None else ()


def _reasons(said: str) -> int:
    if said.isdecimal() and len(said) <= MOST_DIGITS and int(said) <= MOST_REASONS:
        return int(said)
    hint = f"Ask for a number from 0 to {MOST_REASONS}."
    raise Refusal("unknown_option", "The number of reasons cannot be read.", hint, field="reasons")


def _level(said: str, manifest: Manifest) -> float:
    known = known_levels(manifest)
    for level in known:
        if said == f"{level:g}" or (PLAIN(said) and float(said) == level):
            return level
    hint = f"Ask for one of: {', '.join(f'{level:g}' for level in known)}" if known else "Leave 'level' out."
    raise Refusal("unknown_option", "The model knows no interval of that level.", hint, field="level")
