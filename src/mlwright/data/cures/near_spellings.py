"""Misspelled values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.evidence.near import Near, edit_of, near_values
from mlwright.data.evidence.replaced import word_targets
from mlwright.data.evidence.suspects import Suspects
from mlwright.data.words import counted, percent
from mlwright.records.cleaning import AnyStep, DoubtValues, MapValues

RARE = 2
LEAST_NEAR = 3
LEAST_SHARE = 0.5
MAX_ALIKE = 0.5
SLIP_TIMES = 20
SLIP_LETTERS = 5
FEW_NAMES = 100
SAME_SLIP = 100
PLURALS = 2


class NearSpellings(Cure):
    """Rare values that are a frequent value of their column with a letter wrong.

    Two things tell a misspelling from a rare name. Either one letter has replaced others throughout the table
    ("hexrt", "350x7"): a value is repaired if it fits one other value but for that letter, and doubted if it fits
    several. Or most rare values of the column are near a frequent one (at least `LEAST_NEAR`, and `LEAST_SHARE` of
    those that stand in up to `RARE` rows), and not all in one way: names that are merely rare are near a frequent one
    only now and then, and codes that differ in one letter differ in the same letter again and again.
    Else a value that stands alone is doubted if it differs in one letter within a word of `SLIP_LETTERS` letters from
    one that is `SLIP_TIMES` times as frequent. In a column of at most `FEW_NAMES` names, one and the same slip comes
    again: a value counts as rare, and as standing alone, up to one row in `SAME_SLIP` of the frequent one, unless one
    letter stands for another, which makes words of their own (``ISLAND`` beside ``INLAND``). There at least two
    frequent names with an ``s`` behind them in so few rows are doubted, too. Numbers and Roman numerals at
    the end of a name are never taken for misspelled.
    """

    title = "Misspelled values"
    about = "meaning"
    turn = 55

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """For each column the repairs, then the doubts."""
        suspects = Suspects(cells)
        for name in cells.texts:
            levels = cells.levels(name)
            yield from self._replaced(name, levels, suspects)
            yield from self._misspelled(name, levels, suspects)

    def _replaced(self, name: str, levels: Levels, suspects: Suspects) -> Iterator[AnyStep]:
        if suspects.replaced is None:
            return
        sign = suspects.replaced.sign
        targets = {place: may for (column, place), may in suspects.replaced.targets.items() if column == name}
        sure = {levels.names[place]: levels.names[may[0]] for place, may in targets.items() if len(may) == 1}
        sure |= {levels.names[p]: whole for p, whole in word_targets(levels, sign).items() if p not in targets}
        open_ = tuple(levels.names[place] for place, may in targets.items() if len(may) > 1)
        told = f"The letter {sign!r} has replaced others in many values of several columns"
        if sure:
            reason = f"{told}; {counted(len(sure), 'value')} of this column fit one other value but for it."
            yield MapValues(column=name, cure=self.name, level="repair", reason=reason, values=sure)
        if open_:
            reason = f"{told}; {counted(len(open_), 'value')} of this column fit several others but for it."
            yield DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=open_)

    def _misspelled(self, name: str, levels: Levels, suspects: Suspects) -> Iterator[AnyStep]:
        known = suspects.replaced.targets if suspects.replaced else {}
        near: dict[int, list[Near]] = {}
        for found in near_values(levels):
            if not found.in_digits and not _is_numeral(levels, found) and (name, found.rare) not in known:
                near.setdefault(found.rare, []).append(found)
        most = max(RARE, _same_slip(levels, int(levels.counts.max(initial=0))))
        n_rare = int(((levels.counts <= most) & (levels.counts > 0)).sum())
        rare = {place: pairs for place, pairs in near.items() if _is_rare(levels, place, pairs, RARE)}
        if len(rare) < LEAST_NEAR or len(rare) < LEAST_SHARE * n_rare or _is_system(levels, rare):
            yield from self._slips(name, levels, rare)
            return
        told = f"{percent(len(rare) / n_rare)} of the rare values are one letter away from a frequent one"
        sure = {
            levels.names[place]: levels.names[pairs[0].frequent] for place, pairs in rare.items() if len(pairs) == 1
        }
        open_ = tuple(levels.names[place] for place, pairs in rare.items() if len(pairs) > 1)
        if sure:
            reason = f"{told}; {counted(len(sure), 'value')} get the spelling of the frequent one."
            yield MapValues(column=name, cure=self.name, level="repair", reason=reason, values=sure)
        if open_:
            reason = f"{told}; {counted(len(open_), 'value is', 'values are')} near several."
            yield DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=open_)

    def _slips(self, name: str, levels: Levels, rare: Mapping[int, list[Near]]) -> Iterator[DoubtValues]:
        """Values that stand alone and look like a slip of the pen, in a column that has other rare values, too."""
        one = [pairs[0] for place, pairs in rare.items() if len(pairs) == 1 and _is_rare(levels, place, pairs, 1)]
        plurals = [near for near in one if levels.names[near.rare] == f"{levels.names[near.frequent]}s"]
        slips = [near for near in one if _is_slip(levels, near)]
        if len(levels.names) <= FEW_NAMES and len(plurals) >= PLURALS:
            slips += plurals
        found = tuple(levels.names[near.rare] for near in slips)
        if found:
            reason = (
                f"{counted(len(found), 'value')} in few rows, one letter away from a value that is at least "
                f"{SLIP_TIMES} times as frequent: {'it' if len(found) == 1 else 'they'} may be misspelled, or rare."
            )
            yield DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=found)

    @staticmethod
    def speaks() -> Specimen:
        """Five slips among three towns."""
        towns = ["Birmingham", "Montgomery", "Huntsville"] * 20
        return {"town": [*towns, "Birminghm", "Montgomrey", "Huntsvile", "Birmimgham", "Hunstville"]}

    @staticmethod
    def quiet() -> Specimen:
        """Many rare towns of which one is near a frequent one, and grades in Roman numerals."""
        rare = ["Cortland", "Salem", "Ogden", "Flint", "Utica", "Boise", "Provo", "Macon"]
        grades = ["Officer II", "Officer III", "Officer I", "Officer IV", "Officer V"]
        return {"town": ["Portland", "Denver"] * 29 + rare, "rank": ["Officer II"] * 62 + grades[1:]}


def _same_slip(levels: Levels, n_frequent: int) -> int:
    """In how many rows one slip may come again beside a value that stands in so many."""
    return n_frequent // SAME_SLIP if len(levels.names) <= FEW_NAMES else 0


def _is_rare(levels: Levels, place: int, pairs: list[Near], most: int) -> bool:
    """Whether a value stands in so many rows at most, or in as few beside each value that it is near to."""
    n = int(levels.counts[place])
    return n <= most or all(n <= _same_slip(levels, int(levels.counts[near.frequent])) for near in pairs)


def _is_slip(levels: Levels, near: Near) -> bool:
    """Whether a value differs in one letter within a long word from one that is far more frequent."""
    one, other = levels.names[near.rare], levels.names[near.frequent]
    if near.n_edits > 1 or levels.counts[near.frequent] < SLIP_TIMES:
        return False
    differ = [pair for pair in zip(one.split(), other.split(), strict=False) if pair[0] != pair[1]]
    if len(one.split()) != len(other.split()) or len(differ) != 1:
        return False
    a, b = differ[0]
    is_word = a.isalpha() and b.isalpha() and min(len(a), len(b)) >= SLIP_LETTERS
    comes_again = levels.counts[near.rare] > 1
    is_other_letter = len(a) == len(b) and sorted(a) != sorted(b)
    return is_word and a[0] == b[0] and a.rstrip("s") != b.rstrip("s") and not (comes_again and is_other_letter)


def _is_system(levels: Levels, rare: Mapping[int, list[Near]]) -> bool:
    """Whether most of the near pairs differ in one and the same letters."""
    kinds = Counter(edit_of(levels.names[place], levels.names[pairs[0].frequent]) for place, pairs in rare.items())
    return kinds.most_common(1)[0][1] > MAX_ALIKE * len(rare)


def _is_numeral(levels: Levels, near: Near) -> bool:
    """Whether two names differ in a numeral or a single letter at their end, as grades do."""
    one, other = levels.names[near.rare].split(), levels.names[near.frequent].split()
    last = {words[-1] for words in (one, other) if words}
    return (one[:-1] == other[:-1] and all(len(word) == 1 or set(word) <= set("IVX") for word in last)) or (
        len(one) != len(other) and (one[: len(other)] == other or other[: len(one)] == one)
    )
