"""What the name of a column says about when it is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Set

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
MOST_WORDS = 6
"""A name of more words is a sentence, like the question of a survey: its words do not say when it is known."""
FEWEST_FOR_A_SUBJECT, SUBJECT_SHARE = 3, 0.25


def words_asked(target: str, inputs: Collection[str]) -> frozenset[str]:
    """The words of the target's name that link few columns to it.

    What a quarter of the inputs are called, three at least, is what the table is about: temperatures of the day and
    of the year are not known late because a temperature is asked.

    >>> sorted(words_asked("cup_finish", ["seed", "cup_wins", "cup_games", "odds"]))
    ['cup', 'finish']
    >>> sorted(words_asked("mean_temp", ["min_temp", "max_temp", "usual_temp", "rain"]))
    ['mean']
    """
    least = max(FEWEST_FOR_A_SUBJECT, SUBJECT_SHARE * len(inputs))
    called = [_words(name) for name in inputs]
    return frozenset(word for word in _words(target) if sum(word in words for words in called) < least)


def sounds_planned(name: str) -> bool:
    """Whether a date's name speaks of a plan, which is known before its day comes.

    >>> sounds_planned("due_date"), sounds_planned("closed_on")
    (True, False)
    """
    return bool(_words(name) & PLAN_WORDS)


def sounds_late(name: str, asked: Set[str]) -> bool:
    """Whether a column's name speaks of something that is known late: duration, outcome, the target's own words.

    A word that speaks of something early overrules it.

    Parameters
    ----------
    name : str
    asked : set of str
        The target's own words (see `words_asked`).

    >>> sounds_late("call_duration", {"y"}), sounds_late("previousOutcome", {"y"})
    (True, False)
    >>> sounds_late("Rating color", {"rating"})
    True
    """
    words = _words(name)
    return not words & EARLY_WORDS and bool(words & (LATE_WORDS | asked))


def sounds_next(name: str, asked: Set[str]) -> bool:
    """Whether a column's name speaks of the target at a later time.

    >>> sounds_next("sales_next_week", {"sales"}), sounds_next("sales", {"sales", "next", "week"})
    (True, False)
    """
    words = _words(name)
    return bool(words & asked) and bool(words & NEXT_WORDS - asked)


def sounds_early(name: str) -> bool:
    """Whether a column's name speaks of something that is known beforehand: age, sex, previous.

    >>> sounds_early("age"), sounds_early("wages")
    (True, False)
    """
    return bool(_words(name) & EARLY_WORDS)


def _words(name: str) -> set[str]:
    """The words of a column's name, whether it is written snake_case, CamelCase or with spaces; none of a sentence."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {word.lower() for word in words if len(word) > 2} if len(words) <= MOST_WORDS else set()
