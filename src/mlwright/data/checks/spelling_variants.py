"""One thing under several names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sizes import told_two
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.answers import Answers
from mlwright.scoring.folding import folded

MAX_NAMES = 20_000
LETTER_LEAD = 5


class SpellingVariants(Check):
    """Names of one category that differ only in capitals, spaces, accents, or in hyphens and the like between words.

    Signs that carry a meaning (``<50`` and ``>50``, ``C`` and ``C++``, ``1-2`` and ``12``) are never folded. Single
    letters count only if one of the two is five times as frequent, because codes may use both. Critical where only two
    answers of the target are left.
    """

    severity = "warning"
    title = "One thing under several names"
    action = (
        "Models take the spellings for one thing ([clean] apply in mlwright.toml), but for answers of which it is said "
        "here that they stay apart. Write each thing in one way where the data comes from, or take the copy that "
        "mlwright clean makes."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        classes = profile.roles.asked.classes if profile.roles.asked else ()
        names = [c.name for c in profile.inputs if c.kind in ("category", "boolean") and c.n_distinct <= MAX_NAMES]
        if classes:
            names.append(profile.roles.target)
        if not names:
            raise NotApplicable("there is no category")
        rows = training_rows(table, profile)
        found = {name: variants for name in names if (variants := _variants(rows, name))}
        if found:
            told = listing((f"'{name}' ({_told(groups)})" for name, groups in found.items()), 3)
            n_groups = sum(map(len, found.values()))
            places = Answers(classes).places
            answers = found.get(profile.roles.target, []) if classes else []
            apart = [group for group in answers if len(set(places(group))) > 1]
            n_left = len(classes) - sum(len(group) - 1 for group in apart) if apart else 0
            stay = f"; answers of '{profile.roles.target}' stay apart: {_told(apart)}" if apart else ""
            yield self.found(
                f"{counted(n_groups, 'thing has', 'things have')} more than one spelling: {told}{stay}"
                f"{told_two(n_left, len(classes))}.",
                *found,
                severity="critical" if n_left == 2 else None,
                examples=[spelling for groups in found.values() for spelling in groups[0]][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Red is also written RED."""
        columns = plain_columns()
        return Specimen(columns | {"colour": ["RED" if row % 9 == 0 else c for row, c in enumerate(columns["colour"])]})

    @staticmethod
    def quiet() -> Specimen:
        """Ranges that differ by a sign."""
        return Specimen(plain_columns() | {"income": ["<50", ">50", "50", "1-2", "12", "C", "C++"] * 42 + ["<50"] * 6})


def _variants(rows: TrainingRows, name: str) -> list[list[str]]:
    """Groups of spellings of one thing, the most frequent spelling first, the largest group first."""
    names, places = rows.levels(name)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    groups: dict[str, list[int]] = defaultdict(list)
    for place in np.flatnonzero(counts):
        groups[folded(names[place])].append(int(place))
    found = [sorted(group, key=lambda place: -counts[place]) for group in groups.values() if len(group) > 1]
    found = [g for g in found if len(names[g[0]]) > 1 or counts[g[0]] >= LETTER_LEAD * counts[g[1]]]
    found.sort(key=lambda group: -int(counts[group].sum()))
    return [[names[place] for place in group] for group in found]


def _told(groups: list[list[str]]) -> str:
    more = f" and {len(groups) - 2} more" if len(groups) > 2 else ""
    return "; ".join(" = ".join(f"'{spelling}'" for spelling in group[:3]) for group in groups[:2]) + more
