"""Cells that hold several things, set apart in several ways."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, percent
from mlwright.records.cleaning import AnyStep, WriteList
from mlwright.scoring.lists import SIGNS, as_list, mark_of
from mlwright.scoring.spelling import to_number

LEAST_LISTS = 30
USUAL_SHARE = 0.7
COMES_AGAIN = 4.0
SORTED = 0.97
ACCIDENT = 0.001
MAX_WORDS = 4.0
LEAST_ODD = 3
SLASH = "/"
KNOWN = 0.5


class ListWriting(Cure):
    """Lists get the sign that sets things apart in most lists of the column, and the order that most of them keep.

    A column holds lists if at least `LEAST_LISTS` cells hold several things and `USUAL_SHARE` of these are written with
    one and the same mark. The things come back, each in `COMES_AGAIN` lists on average, or are names of up to
    `MAX_WORDS` words; sentences have longer parts. Lists are sorted only where `SORTED` of the usual ones are, and so
    many different ones that accident makes them so once in `1 / ACCIDENT` tables (k things are sorted once in k!). A
    slash sets things apart only if `KNOWN` of them are things of the other lists; it stands within names, too.
    """

    title = "Lists written in several ways"
    about = "writing"
    turn = 31

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known >= LEAST_LISTS and (step := self._step(name, levels)):
                yield step

    def _step(self, name: str, levels: Levels) -> WriteList | None:
        several = {level: things for level in levels.names if len(things := as_list(level)) > 1}
        rows = {level: int(levels.counts[levels.place_of[level]]) for level in several}
        n = sum(rows.values())
        if n < LEAST_LISTS or not _are_lists(several):
            return None
        marks: Counter[str] = Counter()
        for level in several:
            marks[mark_of(level)] += rows[level]
        mark, n_usual = marks.most_common(1)[0]
        if n_usual < USUAL_SHARE * n:
            return None
        usual = [things for level, things in several.items() if mark_of(level) == mark]
        in_order = sum(map(_is_sorted, usual)) >= SORTED * len(usual) and _no_accident(usual)
        signs = "".join(sign for sign in SIGNS if any(sign in other for other in marks))
        if SLASH not in mark and not _are_known(several, usual):
            signs = signs.replace(SLASH, "")
        step = WriteList(
            column=name, cure=self.name, level="spelling", reason="", mark=mark, signs=signs, in_order=in_order
        )
        odd = [level for level in several if _written(step, as_list(level, signs)) != level]
        n_odd = sum(rows[level] for level in odd)
        if n_odd < LEAST_ODD or n_odd > (1 - USUAL_SHARE) * n:
            return None
        told = ", and sorted" if in_order else ""
        reason = (
            f"{percent(1 - n_odd / n)} of the lists are written with {mark!r} between two things{told}; "
            f"{counted(n_odd, 'cell is', 'cells are')} not, such as {odd[0][:60]!r}."
        )
        return step.model_copy(update={"reason": reason})

    @staticmethod
    def speaks() -> Specimen:
        """Three lists with another sign, one of them in another order."""
        kinds = ["Action, Crime", "Comedy, Drama", "Crime, Drama, Horror", "Drama"] * 20
        return {"kind": [*kinds, "Comedy|Drama", "Drama / Crime", "Action ; Crime"]}

    @staticmethod
    def quiet() -> Specimen:
        """Sentences, dates, and lists that are written in one way."""
        return {
            "said": [f"it was late, so nobody had wanted to go out number {n}; the door was shut" for n in range(40)],
            "day": [f"{1 + n % 28}/{1 + n % 12}/2020" for n in range(40)],
            "kind": ["Comedy, Drama", "Crime, Action", "Drama"] * 13 + ["Horror"],
        }


def _are_known(several: dict[str, tuple[str, ...]], usual: list[tuple[str, ...]]) -> bool:
    """Whether what a slash sets apart are mostly things of the other lists, and not parts of one name."""
    known = {thing for things in usual for thing in things}
    apart = [thing for level, things in several.items() if SLASH in mark_of(level) for thing in things]
    return sum(thing in known for thing in apart) >= KNOWN * len(apart)


def _are_lists(several: dict[str, tuple[str, ...]]) -> bool:
    """Whether what is set apart are things: they come back, or they are names of few words; numbers are no things."""
    things = [thing for found in several.values() for thing in found]
    if np.mean([to_number(thing) == to_number(thing) for thing in things[:1_000]]) > 0.2:
        return False
    n_words = float(np.median([len(thing.split()) for thing in things]))
    comes_again = len(things) >= COMES_AGAIN * len(set(things))
    at_once = float(np.median([len(found) for found in several.values()]))
    return n_words <= MAX_WORDS and (comes_again or (at_once >= 2 and _all_words(things) <= MAX_WORDS))


def _all_words(things: list[str]) -> float:
    return float(np.quantile([len(thing.split()) for thing in things], 0.98))


def _no_accident(usual: list[tuple[str, ...]]) -> bool:
    return sum(math.lgamma(len(things) + 1) for things in usual) >= -math.log(ACCIDENT)


def _is_sorted(things: tuple[str, ...]) -> bool:
    return list(things) == sorted(things, key=str.casefold)


def _written(step: WriteList, things: tuple[str, ...]) -> str:
    return step.mark.join(sorted(things, key=str.casefold) if step.in_order else things)
