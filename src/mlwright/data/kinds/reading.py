"""Says how one column is read, and which of its spellings count as missing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from mlwright.core.errors import SettingsError
from mlwright.data.kinds import Reading, Seen
from mlwright.data.kinds.amounts import are_padded
from mlwright.data.kinds.dates import DIGITS_ONLY, GOOD_SHARE, could_be_date, how_written
from mlwright.data.kinds.missing import MISSING_WORDS, VAGUE_WORDS, missing_words, vague_words
from mlwright.data.kinds.names import says_code, says_moment
from mlwright.data.words import listing
from mlwright.records.profile import Kind
from mlwright.scoring.moments import to_moment
from mlwright.scoring.spelling import CURRENCIES, to_number

_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}").fullmatch
NUMBERS_A_WORD = 10
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_currencies = re.compile(CURRENCIES).findall
_YEARS = (19000101, 21001231)


def read(seen: Seen, forced: Kind | None, codes: tuple[str, ...] | None) -> Reading:
    """How a column is read.

    Parameters
    ----------
    seen : Seen
    forced : str or None
        The kind that the user says it is.
    codes : tuple of str or None
        The spellings that the user says count as missing; None to find them.

    Raises
    ------
    SettingsError
        If the column cannot be what the user says it is.
    """
    if seen.sort == "text":
        return _read_text(seen, forced, codes)
    if forced == "number" and seen.sort == "moment":
        raise _cannot_be(seen, "number", "it holds dates")
    if seen.sort == "whole" and (forced == "date" or (forced is None and _are_days_in_digits(seen))):
        if not _are_days_in_digits(seen, any_name=True):
            raise _cannot_be(seen, "date", "its numbers are not written like 20200131")
        return Reading("moment", codes or (), DIGITS_ONLY, ("the digits of each number are a year, a month and a day",))
    if forced == "date" and seen.sort != "moment":
        raise _cannot_be(seen, "date", f"it is stored as {seen.type}")
    return Reading("stored", codes or ())


def _read_text(seen: Seen, forced: Kind | None, codes: tuple[str, ...] | None) -> Reading:
    levels = [level for level, _ in seen.top]
    found = missing_words(levels) if codes is None else codes
    vague = vague_words(levels) if codes is None else ()
    values = [value for value in seen.sample or levels if value not in found]
    numbers = [value for value in values if value.casefold() not in VAGUE_WORDS] if codes is None else values
    words = _words_beside(numbers) if codes is None else ()
    numbers = [value for value in numbers if value not in words]
    if forced == "date" or forced is None:
        if date := _as_date(seen, numbers, (*found, *vague, *words), forced):
            return date
        if forced == "date":
            raise _cannot_be(seen, "date", f"no known pattern reads values like {_some(values)}")
    if forced == "number" or forced is None:
        if number := _as_number(seen, numbers, (*found, *vague, *words), forced):
            return number
        if forced == "number":
            raise _cannot_be(seen, "number", f"its values are like {_some(values)}")
    return Reading("stored", found, notes=_notes(values, found, vague))


def _as_date(seen: Seen, values: Sequence[str], codes: tuple[str, ...], forced: Kind | None) -> Reading | None:
    in_digits = all(re.fullmatch("[0-9]{8}", value) for value in values)
    if values and in_digits and (forced or says_moment(seen.name)):
        share = sum(_is_day(value) for value in values) / len(values)
        return Reading("moment", codes, DIGITS_ONLY, tuple(_code_notes(codes))) if share >= GOOD_SHARE else None
    written = how_written(list(filter(could_be_date, values)) if forced else values)
    if written is None or (written.share < GOOD_SHARE and forced is None) or written.share == 0:
        return None
    notes = [f"written like {written.format}", *_code_notes(codes)]
    if written.other:
        notes.append(
            f"no value tells whether the day or the month comes first; {written.other} would read all of them too"
        )
    return Reading("moment", codes, written.format, tuple(notes))


def _as_number(seen: Seen, values: Sequence[str], codes: tuple[str, ...], forced: Kind | None) -> Reading | None:
    numbers = sum(n for value, n in Counter(values).items() if not math.isnan(to_number(value)))
    share = numbers / max(len(values), 1)
    if forced is None:
        if share < GOOD_SHARE or says_code(seen.name):
            return None
        if len({_SIGNS.get(code, code) for value in values for code in _currencies(value)}) > 1:
            return None
        if are_padded(values):
            return None
    are_times = any(":" in value for value in values)
    what = "times of the day, which are read as hours" if are_times else "text that reads as numbers"
    return Reading("number", codes, notes=(what, *_code_notes(codes))) if share > 0 else None


def _words_beside(values: Sequence[str]) -> tuple[str, ...]:
    """Words that say why a number or a date is not there (``k.A.``, ``pending``), where nearly all else is one.

    They have no digits, come again, make up from one row in twenty to half of the rows, and there is one of them for
    ten different numbers or dates at most: fewer are slips, and a column of a few names and a few numbers is one of
    names.
    """
    counts = Counter(values)
    words = sorted(value for value in counts if not re.search(r"\d", value))
    n_rows = sum(counts[word] for word in words)
    are_few = len(words) * NUMBERS_A_WORD <= len(counts) - len(words) and 2 * len(words) <= n_rows
    return tuple(words) if are_few and (1 - GOOD_SHARE) * len(values) < n_rows < len(values) / 2 else ()


def _notes(values: Sequence[str], codes: Sequence[str], vague: Sequence[str]) -> tuple[str, ...]:
    """What a reader of the report should know about the levels of a column of text."""
    notes: list[str] = []
    if are_padded(values):
        notes.append("digits with leading zeros name things and are no numbers")
    if values and all(_DECIMAL_COMMA(value) for value in values):
        notes.append("they look like numbers with a decimal comma, which is not read as a number")
    if vague:
        notes.append(f"kept apart from missing: {_quoted(vague)}")
    if kept := (MISSING_WORDS & set(values)) - set(codes):
        notes.append(f"a name here and not missing: {_quoted(sorted(kept))}")
    return (*_code_notes(codes), *notes)


def _code_notes(codes: Sequence[str]) -> list[str]:
    if not codes:
        return []
    aside = " (should NA mean 'none', models treat it alike)" if "NA" in codes else ""
    return [f"missing is spelled {_quoted(codes)}{aside}"]


def _are_days_in_digits(seen: Seen, *, any_name: bool = False) -> bool:
    low, high = seen.figures.minimum, seen.figures.maximum
    if low is None or high is None or not (any_name or says_moment(seen.name)):
        return False
    values = [value for value, _ in seen.top] or [str(int(low)), str(int(high))]
    return _YEARS[0] <= low and high <= _YEARS[1] and sum(map(_is_day, values)) >= GOOD_SHARE * len(values)


def _is_day(value: str) -> bool:
    return not math.isnan(to_moment(value, DIGITS_ONLY))


def _quoted(words: Sequence[str]) -> str:
    return listing(map(repr, words))


def _some(values: Sequence[str]) -> str:
    return _quoted(list(dict.fromkeys(values))[:3]) if values else "none"


def _cannot_be(seen: Seen, kind: str, why: str) -> SettingsError:
    return SettingsError(
        f"profile.kinds says that column {seen.name!r} is a {kind}, but {why}.",
        f"Leave {seen.name!r} out of profile.kinds, or give it another kind.",
    )
