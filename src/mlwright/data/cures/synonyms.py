"""One thing under several established names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.synonyms import listed
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MapValues

LEAST_ROWS = 20
KNOWN_SHARE = 0.8
LEAD = 3.0
MAX_NAMES = 300
LONGEST_CODE = 3
CODES_SHARE = 0.7
COMMON_CODE = 0.05


class Synonyms(Cure):
    """A country, a language, a state, a month, a day or a sex gets the name that most cells call it by.

    At least `KNOWN_SHARE` of the cells are in one list of such things, and a name gives way only to one that is `LEAD`
    times as frequent in this column. Lists of one's own are told by their codes: where `CODES_SHARE` of the cells are
    codes of up to `LONGEST_CODE` letters, each common code begins one longer word, and each other value is such a word,
    the words give way to the codes (``M``, ``S``, ``married``, ``single``).
    """

    title = "One thing under several names"
    about = "writing"
    turn = 37

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_ROWS or not 3 <= len(levels.names) <= MAX_NAMES:
                continue
            if values := _known(levels) or _codes(levels):
                n = sum(int(levels.counts[levels.place_of[before]]) for before in values)
                reason = (
                    f"{quoted(list(values))} {'mean' if len(values) > 1 else 'means'} the same as "
                    f"{quoted(list(values.values()))}, which more cells say; "
                    f"{counted(n, 'cell is', 'cells are')} written so."
                )
                yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Countries by two names, languages by code and name, and a list of one's own."""
        return {
            "country": ["USA", "UK", "France", "USA", "UK"] * 10 + ["United States", "Great Britain"],
            "language": ["eng", "fre", "ger", "eng", "eng"] * 10 + ["English", "German"],
            "marital": ["M", "S", "M", "S", "S"] * 10 + ["married", "single"],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Countries of one name each, names that are in no list, grades, and two names that are used alike."""
        return {
            "country": ["USA", "UK", "France", "Germany"] * 13,
            "shop": ["Georgia", "Paris", "Corner", "Market"] * 13,
            "grade": ["A", "B", "C", "D"] * 12 + ["A", "B", "C", "absent"],
            "language": ["English", "eng", "French", "fre"] * 13,
        }


def _known(levels: Levels) -> dict[str, str]:
    """By name: the more frequent name of the same thing, in a column whose names are in one list."""
    rows = dict(zip(levels.names, levels.counts.tolist(), strict=True))
    things = listed(rows)
    return _leading(levels, things) if sum(rows[name] for name in things) >= KNOWN_SHARE * levels.n_known else {}


def _leading(levels: Levels, things: Mapping[str, int]) -> dict[str, str]:
    names: dict[int, list[str]] = defaultdict(list)
    for name, thing in things.items():
        names[thing].append(name)
    found: dict[str, str] = {}
    for same in names.values():
        first, *others = sorted(same, key=lambda name: (-levels.counts[levels.place_of[name]], name))
        n_first = int(levels.counts[levels.place_of[first]])
        found |= {name: first for name in others if n_first >= LEAD * levels.counts[levels.place_of[name]]}
    return found


def _codes(levels: Levels) -> dict[str, str]:
    """By word: the code that it begins with, in a column of codes."""
    rows = {name: int(levels.counts[place]) for place, name in enumerate(levels.names)}
    codes = [name for name in levels.names if name.isalpha() and len(name) <= LONGEST_CODE]
    words = [name for name in levels.names if name not in codes]
    if len(codes) < 2 or not words or sum(rows[code] for code in codes) < CODES_SHARE * levels.n_known:
        return {}
    means = {word: [code for code in codes if word.casefold().startswith(code.casefold())] for word in words}
    if not all(word.isalpha() and len(means[word]) == 1 for word in words):
        return {}
    values = {word: found[0] for word, found in means.items()}
    common = [code for code in codes if rows[code] >= COMMON_CODE * levels.n_known]
    is_whole = len(set(values.values())) == len(values) and set(common) <= set(values.values())
    return values if is_whole else {}
