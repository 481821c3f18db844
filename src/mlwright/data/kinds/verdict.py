"""Names the kind of a column, and says why."""

from __future__ import annotations

from collections import Counter

from mlwright.data.compute.figures import Figures
from mlwright.data.kinds import Reading, Seen
from mlwright.data.kinds.amounts import are_padded
from mlwright.data.kinds.date_ways import date_ways
from mlwright.data.kinds.names import says_amount, says_area, says_code, says_id
from mlwright.data.kinds.wording import Wording, wording_of
from mlwright.records.profile import Kind
from mlwright.scoring.quantities import parse_quantity

BOOLEAN_PAIRS = frozenset(
    {frozenset(pair) for pair in (("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t"), ("off", "on"), ("0", "1"))}
)
NEARLY_ALL = 0.95
ALL_NUMBERS = 0.999
SOME_LEFT_OUT = 0.9
"""Of rows that were counted from 0 or 1 on, some may have been left out since."""
ESTIMATE_SLACK = 0.97
LONGEST_EXACT = 1e15
YEARS = (1500, 2200)
SENTENCE_WORDS = 6.0
SENTENCE_LEVELS = 100
PHRASE_WORDS = 2.5
PHRASE_SHARE = 0.5
FEW_MISSING_SHARE = 0.005
FEW_MISSING_ROWS = 3
MAX_UNITS = 10


def verdict(seen: Seen, figures: Figures, reading: Reading) -> tuple[Kind, str]:
    """The kind of a column and the reason as a sentence.

    Parameters
    ----------
    seen : Seen
    figures : Figures
        Of the column as it is read, without what counts as missing.
    reading : Reading
    """
    kind, why = _kind(seen, figures, reading)
    return kind, sentence(why, *reading.notes)


def sentence(*clauses: str) -> str:
    """Clauses as one sentence."""
    whole = "; ".join(clause for clause in clauses if clause)
    return f"{whole[0].upper()}{whole[1:]}."


def _kind(seen: Seen, figures: Figures, reading: Reading) -> tuple[Kind, str]:
    if not figures.n:
        codes = f", only {', '.join(map(repr, reading.codes))}" if reading.codes else ""
        return "empty", f"holds no value in any of its {seen.n_rows:,} rows{codes}"
    if figures.n_distinct == 1:
        return _one_value(seen, figures, reading)
    if reading.form == "moment" or seen.sort == "moment":
        return "date", f"stored as {seen.type}" if reading.form == "stored" else "text that reads as dates"
    if seen.sort == "boolean":
        return "boolean", "stored as true and false"
    if reading.form == "number" or seen.sort in ("whole", "fraction"):
        return _number(seen, figures)
    return _text(seen, figures, reading)


def _one_value(seen: Seen, figures: Figures, reading: Reading) -> tuple[Kind, str]:
    n_missing = seen.n_rows - figures.n
    value = next((value for value, _ in seen.top if value not in reading.codes), "one value")
    if n_missing < max(FEW_MISSING_ROWS, FEW_MISSING_SHARE * seen.n_rows):
        return "constant", f"every row that has a value holds {value!r}"
    return "category", f"holds {value!r} or nothing: whether it is there may tell something"


def _number(seen: Seen, figures: Figures) -> tuple[Kind, str]:
    if figures.n_distinct == 2 and (figures.minimum, figures.maximum) == (0.0, 1.0):
        return "boolean", "holds only 0 and 1"
    if _is_whole(seen, figures):
        if why := _why_number_is_id(seen, figures):
            return "id", why
        if says_code(seen.name):
            return "category", f"its name says that the {figures.n_distinct:,} numbers are codes, which measure nothing"
        return "number", "whole numbers"
    return "number", "numbers with fractions"


def _is_whole(seen: Seen, figures: Figures) -> bool:
    return seen.sort == "whole" or (figures.n_whole is not None and figures.n_whole == figures.n)


def _why_number_is_id(seen: Seen, figures: Figures) -> str | None:
    share = figures.n_distinct / figures.n
    if share < (NEARLY_ALL if figures.distinct_is_exact else NEARLY_ALL * ESTIMATE_SLACK):
        return None
    low, high = figures.minimum or 0.0, figures.maximum or 0.0
    if says_id(seen.name):
        return "whole numbers that are nearly all different, and the name is that of an id"
    if max(abs(low), abs(high)) >= LONGEST_EXACT:
        return "whole numbers of more than 15 digits that are nearly all different"
    runs = seen.order in ("rising", "falling") and share >= ALL_NUMBERS * (
        1 if figures.distinct_is_exact else ESTIMATE_SLACK
    )
    if not runs or (low >= YEARS[0] and high <= YEARS[1]):
        return None
    counts_rows = low in (0, 1) and high - low + 1 <= figures.n / SOME_LEFT_OUT
    measures = says_amount(seen.name) and low > 1
    if counts_rows or (high - low + 1 <= figures.n / ALL_NUMBERS and not measures):
        return "a running number: one for each row, in order"
    return None


def _text(seen: Seen, figures: Figures, reading: Reading) -> tuple[Kind, str]:
    levels = frozenset(level.casefold() for level, _ in seen.top if level not in reading.codes)
    n, n_distinct = figures.n, figures.n_distinct
    if n_distinct == 2 and levels in BOOLEAN_PAIRS:
        return "boolean", f"holds only {' and '.join(sorted(levels))}"
    could_be_text = n_distinct >= min(SENTENCE_LEVELS, PHRASE_SHARE * n)
    wording = wording_of([value for value in seen.sample if value not in reading.codes] if could_be_text else [])
    if why := _why_text(n, n_distinct, wording):
        return "text", why
    if n_distinct >= NEARLY_ALL * n * (1 if figures.distinct_is_exact else ESTIMATE_SLACK):
        if why := _why_measure(seen, reading):
            return "category", f"{n_distinct:,} different values in {n:,} rows; {why}"
        why = "too few words to be text" if wording.common else "no words that repeat"
        return "id", f"{n_distinct:,} different values in {n:,} rows, and {why}"
    return "category", f"{n_distinct:,} different values in {n:,} rows"


def _why_measure(seen: Seen, reading: Reading) -> str | None:
    """Why values that are nearly all different measure something all the same; None if they do not."""
    values = [value for value in seen.sample if value not in reading.codes]
    if not values or says_id(seen.name) or says_code(seen.name) or are_padded(values):
        return None
    quantities = [found for value in values if (found := parse_quantity(value)) is not None]
    if says_area(seen.name) and 2 * sum(not found.unit for found in quantities) >= len(quantities):
        return None
    if len(quantities) >= NEARLY_ALL * len(values) and len({found.unit for found in quantities}) <= MAX_UNITS:
        return "they are numbers with something around them"
    return "they are dates in several ways of writing" if date_ways(Counter(values)) else None


def _why_text(n: int, n_distinct: int, wording: Wording) -> str | None:
    words = f"{wording.words_mean:.1f} words a value"
    if wording.words_mean >= SENTENCE_WORDS and n_distinct >= SENTENCE_LEVELS:
        return f"{n_distinct:,} different values of {words}"
    if wording.words_mean >= PHRASE_WORDS and n_distinct >= PHRASE_SHARE * n and wording.common:
        common = ", ".join(wording.common[:3])
        return f"{n_distinct:,} different values of {words}, of which some repeat from row to row ({common})"
    return None
