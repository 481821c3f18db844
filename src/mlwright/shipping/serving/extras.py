"""What a caller may ask for beside the answer: how far off it may be, and why it is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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
    """

    level: float | None = None
    reasons: int = 0
    change: bool = False


MOST_REASONS = 20
MOST_EXPLAINED = 100
"""Records of one request of which reasons or changes are told: each takes the time of hundreds of answers."""
MEANT = dict.fromkeys(("1", "true", "True", "yes"), True) | dict.fromkeys(("0", "false", "False", "no"), False)
NOTHING = Extras()


def refuse_long_work(extras: Extras, n_records: int) -> None:
    """Refuse what would keep the service busy for minutes."""
    if (extras.reasons or extras.change) and n_records > MOST_EXPLAINED:
        message = f"Reasons and changes are told of {MOST_EXPLAINED} records at most; the request holds {n_records}."
        raise Refusal("too_many_records", message, "Send them in several requests, or ask for answers alone.")


def extras_of(options: Mapping[str, str], manifest: Manifest) -> Extras:
    """What the options of an address ask for.

    Raises
    ------
    Refusal
        If the model cannot give it.
    """
    if not options:
        return NOTHING
    level = _level(options["level"], manifest) if "level" in options else None
    found = Extras(level, _reasons(options.get("reasons", "0")), _is_meant(options.get("change", "0")))
    return NOTHING if found == NOTHING else found


def extras_in(parameters: Any, manifest: Manifest) -> Extras:
    """What the parameters in a body ask for: the same, as platforms can send it.

    Raises
    ------
    Refusal
        If the model cannot give it.
    """
    if not isinstance(parameters, dict):
        return NOTHING
    asked = {name: _spelled(parameters[name]) for name in Extras._fields if parameters.get(name) is not None}
    return extras_of(asked, manifest)


def _spelled(value: object) -> str:
    """As an address would say it; what it could not say is nothing that is known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value) if isinstance(value, int | str) else ""


def _is_meant(said: str) -> bool:
    if said in MEANT:
        return MEANT[said]
    raise Refusal("unknown_option", "'change' is neither true nor false.", "Ask with  change=true", field="change")


def _reasons(said: str) -> int:
    if said.isdecimal() and int(said) <= MOST_REASONS:
        return int(said)
    hint = f"Ask for a number from 0 to {MOST_REASONS}."
    raise Refusal("unknown_option", "The number of reasons cannot be read.", hint, field="reasons")


def _level(said: str, manifest: Manifest) -> float:
    found = manifest.evaluation.uncertainty
    known = found.levels if found is not None else ()
    for level in known:
        if said == f"{level:g}":
            return level
    hint = f"Ask for one of: {', '.join(f'{level:g}' for level in known)}" if known else "Leave 'level' out."
    raise Refusal("unknown_option", "The model knows no interval of that level.", hint, field="level")
