"""Rare names that are one slip away from a frequent one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._slips import is_slip
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_NAMES = 5_000
LONGEST = 60
TIMES_RARER = 20
LEAST_FREQUENT = 10
MANY = 5


class LikelyTypos(Check):
    """Names that differ by one letter (missing, added, changed, or two swapped) from one that is 20 times as frequent.

    The words that differ must have five letters at least (seven if one is changed) and no digit, and must not be
    numerals (II, III) or a plural, so that codes and real pairs of short names are left alone (see `_slips.is_slip`);
    capitals are left to `spelling_variants`. A warning from five such names on. Looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Names that look like slips"
    action = "mlwright takes them for things of their own. Look at each; if it is a slip, mend it at its source."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        texts = [c for c in profile.columns if c.kind == "category" and c.length_max and c.name in table.columns]
        names = [column.name for column in texts if column.n_distinct <= MAX_NAMES]
        if not names:
            raise NotApplicable("there is no column of names")
        rows = sampled_rows(table, profile)
        found = {name: slips for name in names if (slips := _slips(rows, name))}
        if found:
            n = sum(map(len, found.values()))
            told = listing((f"{name} ({_told(slips)})" for name, slips in found.items()), 4)
            yield self.found(
                f"{counted(n, 'rare name is', 'rare names are')} one letter away from a frequent one: {told}.",
                *found,
                rows=[slip.row for slips in found.values() for slip in slips[:2]][:6],
                examples=[slip.rare for slips in found.values() for slip in slips][:6],
                severity="warning" if n >= MANY else None,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Somebody typed too fast."""
        return Specimen(plain_columns() | {"country": _countries("Portugl")})

    @staticmethod
    def quiet() -> Specimen:
        """A country that few people come from."""
        return Specimen(plain_columns() | {"country": _countries("Denmark")})


class Slip(NamedTuple):
    """A rare name, the frequent one that it resembles, and one of its rows."""

    rare: str
    frequent: str
    row: int


def _slips(rows: Rows, name: str) -> list[Slip]:
    """The rare names that are one letter away from a frequent one."""
    names, places = rows.levels(name)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    folded = [level.casefold() if len(level) <= LONGEST else "" for level in names]
    frequent: dict[str, list[int]] = defaultdict(list)
    for place in np.flatnonzero(counts >= LEAST_FREQUENT):
        for shorter in _shortened(folded[place]):
            frequent[shorter].append(int(place))
    found = []
    for place in np.flatnonzero((counts > 0) & (counts * TIMES_RARER <= counts.max(initial=0))):
        likely = _nearest(folded, int(place), frequent, counts.tolist())
        if likely is not None and _same_capitals(names[place], names[likely]):
            row = int(rows.positions[np.flatnonzero(places == place)[0]])
            found.append(Slip(names[place], names[likely], row))
    return found


def _nearest(folded: Sequence[str], rare: int, frequent: Mapping[str, list[int]], counts: Sequence[int]) -> int | None:
    """The most frequent name that a rare one may stand for."""
    near = {place for shorter in _shortened(folded[rare]) for place in frequent.get(shorter, ())}
    likely = [place for place in near if counts[place] >= TIMES_RARER * counts[rare]]
    likely = [place for place in likely if is_slip(folded[rare], folded[place])]
    return max(likely, key=lambda place: counts[place]) if likely else None


def _same_capitals(one: str, other: str) -> bool:
    """Whether two names have the same capitals, as codes that end in one of several (FuseA, FuseP) have not."""
    capitals = ["".join(filter(str.isupper, name)) for name in (one, other)]
    return capitals[0] == capitals[1] or "" in capitals or (one.isupper() and other.isupper())


def _shortened(word: str) -> set[str]:
    """A word and all that one letter less makes of it: two words that share one are about one slip apart."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))} if word else set()


def _told(slips: list[Slip]) -> str:
    more = f" and {len(slips) - 2} more" if len(slips) > 2 else ""
    return ", ".join(f"'{slip.rare}' beside '{slip.frequent}'" for slip in slips[:2]) + more


def _countries(rare: str) -> list[str]:
    return [rare if row in (17, 171) else ("Portugal", "Spain", "Portugal", "France")[row % 4] for row in range(300)]
