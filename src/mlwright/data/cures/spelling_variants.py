"""One category under several spellings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MapValues
from mlwright.scoring.folding import folded

LEAST_ROWS_A_NAME = 2.0
LETTER_LEAD = 5


class SpellingVariants(Cure):
    """Names that differ only in capitals, white space, accents or signs between words get their most frequent spelling.

    Only in columns of categories, where a name stands in `LEAST_ROWS_A_NAME` rows on average: among names of which
    each is there once, two spellings may well be two things. Signs that carry a meaning are never folded, and single
    letters only where one is `LETTER_LEAD` times as frequent, because codes use both.
    """

    title = "One thing under several spellings"
    about = "writing"
    turn = 35

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_ROWS_A_NAME * len(levels.names):
                continue
            if values := _variants(levels):
                n = sum(int(levels.counts[levels.place_of[before]]) for before in values)
                n_names = len(set(values.values()))
                reason = (
                    f"{counted(n_names, 'name is', 'names are')} also written in other ways, in "
                    f"{counted(n, 'cell')}; the most frequent spelling stays, such as {quoted([*values.values()][:1])}."
                )
                yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Red in capitals, New York with a hyphen and with two spaces."""
        return {
            "colour": ["red", "RED", "red", "blue"] * 15,
            "town": ["New York", "New-York", "New  York", "Rome"] * 5 + ["New York"] * 40,
        }

    @staticmethod
    def quiet() -> Specimen:
        """Signs and ranges, grades of which both sizes are used, and names that are each there once."""
        return {
            "range": ["<50", ">50", "1-2", "12", "C", "C++"] * 10,
            "grade": ["a", "A", "b", "B"] * 15,
            "beer": [f"Ale {n}" for n in range(58)] + ["Oktoberfest", "OktoberFest"],
        }


def _variants(levels: Levels) -> dict[str, str]:
    """The right spelling by every other one."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(levels.names):
        groups[folded(name)].append(place)
    found: dict[str, str] = {}
    rows: Counter[str] = Counter()
    for name, n in zip(levels.names, levels.counts.tolist(), strict=True):
        rows[_case(name)] += n
    cases = {case: -n for case, n in rows.items()}
    for group in groups.values():
        first, *rest = sorted(
            group, key=lambda place: (-levels.counts[place], cases[_case(levels.names[place])], levels.names[place])
        )
        is_letter = len(levels.names[first]) == 1
        if rest and (not is_letter or levels.counts[first] >= LETTER_LEAD * levels.counts[rest[0]]):
            found |= {levels.names[place]: levels.names[first] for place in rest}
    return found


def _case(name: str) -> str:
    """How a name uses capitals."""
    return "upper" if name.isupper() else "lower" if name.islower() else "title" if name[:1].isupper() else "mixed"
