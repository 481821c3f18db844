"""Answers that mean the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sizes import told_two
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.answers import SCALES

MOST_CLASSES = 30


class TargetSynonyms(Check):
    """Classes of which two are words for one answer: "yes" and "Y", "true" and "1", "m" and "male".

    Where all classes are such words, they are one answer already, and other spellings of one word (capitals, spaces)
    are told by `spelling_variants`. A word that has two meanings among the classes ("f" beside "no" and "female") is
    left alone. Critical where only two answers are left.
    """

    group = "target"
    severity = "warning"
    title = "Answers that mean the same"
    action = "Write each answer in one way where the data comes from: the model would learn to tell them apart."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all answers."""
        classes = profile.roles.classes
        if len(classes) < 3 or len(classes) > MOST_CLASSES:
            raise NotApplicable("there are not some three to thirty classes")
        found = [
            same
            for scale in SCALES
            for words in scale
            if len(same := [c for c in classes if c.casefold() in words]) > 1
        ]
        found = [same for same in found if len({name.casefold() for name in same}) > 1]
        meanings = Counter(name for same in found for name in same)
        found = [same for same in found if all(meanings[name] == 1 for name in same)]
        if found:
            n_left = len(classes) - sum(len(same) - 1 for same in found)
            yield self.found(
                f"{counted(len(found), 'answer')} of '{profile.roles.target}' {'goes' if len(found) == 1 else 'go'} by "
                f"several words: {listing(quoted(same, 4) for same in found)}{told_two(n_left, len(classes))}.",
                profile.roles.target,
                examples=[name for same in found for name in same][:6],
                severity="critical" if n_left == 2 else None,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Some wrote Y for yes, and some did not know."""
        columns = plain_columns()
        ways = [("Y" if y == "yes" and row % 3 else y, "maybe")[row % 7 == 0] for row, y in enumerate(columns["y"])]
        return Specimen(columns | {"y": ways})

    @staticmethod
    def quiet() -> Specimen:
        """Some did not know."""
        columns = plain_columns()
        return Specimen(columns | {"y": ["maybe" if row % 7 == 0 else y for row, y in enumerate(columns["y"])]})
