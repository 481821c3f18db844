"""What the name of a column says about when it is known."""

from __future__ import annotations

import re

# fmt: off
LATE_WORDS = frozenset({
    "duration", "elapsed", "delay", "actual", "outcome", "result", "response", "reason", "after", "post", "closed",
    "closing", "close", "end", "ended", "exit", "final", "death", "discharge", "discharged", "resolved", "resolution",
    "settled", "settlement", "recovered", "recovery", "completed", "completion", "cancelled", "canceled",
    "cancellation", "terminated", "termination", "refund",
})
EARLY_WORDS = frozenset({
    "age", "sex", "gender", "birth", "born", "previous", "prior", "last", "past", "before", "planned", "expected",
    "scheduled", "requested", "initial", "start",
})
PLAN_WORDS = frozenset({
    "due", "deadline", "expiry", "expires", "expire", "expiration", "maturity", "planned", "scheduled", "expected",
    "requested", "promised", "until", "valid", "target", "forecast", "renewal", "appointment", "booked", "reserved",
})
NEXT_WORDS = frozenset({"next", "future", "following", "tomorrow", "later", "lead", "ahead"})
# fmt: on


def sounds_planned(name: str) -> bool:
    """Whether a date's name speaks of a plan, which is known before its day comes.

    >>> sounds_planned("due_date"), sounds_planned("closed_on")
    (True, False)
    """
    return bool(_words(name) & PLAN_WORDS)


def sounds_late(name: str, target: str) -> bool:
    """Whether a column's name speaks of something that is known late: duration, outcome, the target's own words.

    A word that speaks of something early overrules it.

    >>> sounds_late("call_duration", "y"), sounds_late("previousOutcome", "y"), sounds_late("Rating color", "rating")
    (True, False, True)
    """
    words = _words(name)
    return not words & EARLY_WORDS and bool(words & (LATE_WORDS | _words(target)))


def sounds_next(name: str, target: str) -> bool:
    """Whether a column's name speaks of the target at a later time.

    >>> sounds_next("sales_next_week", "sales"), sounds_next("sales", "sales_next_week")
    (True, False)
    """
    words, asked = _words(name), _words(target)
    return bool(words & asked) and bool(words & NEXT_WORDS - asked)


def sounds_early(name: str) -> bool:
    """Whether a column's name speaks of something that is known beforehand: age, sex, previous.

    >>> sounds_early("age"), sounds_early("wages")
    (True, False)
    """
    return bool(_words(name) & EARLY_WORDS)


def _words(name: str) -> set[str]:
    """The words of a column's name, whether it is written snake_case, CamelCase or with spaces."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name) if len(word) > 2}
