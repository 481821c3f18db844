"""One answer that comes implausibly often."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number

MIN_DISTINCT = 50
LEAST_ROWS = 20
ZERO_SHARE = 0.1
LEAST_SHARE = 0.03
TIMES_NEXT = 5.0


class TargetSpikes(Check):
    """One number makes up a tenth of the targets if it is zero, or 3 % if it is none of the ends.

    It must come five times as often as any other, in 20 rows at least, where there are 50 different values or more.
    What heaps up at an end other than zero is told by `capped_target`.
    """

    group = "target"
    severity = "note"
    title = "One answer that comes too often"
    action = (
        "If it stands for 'not known' or 'not yet', those rows have no answer: let it be missing (profile.missing). If "
        "it is a case of its own (no claim, no sale), ask first whether it happens, and then how much."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        if profile.roles.task != "regression":
            raise NotApplicable("the target is not a number")
        target = profile.target
        if target.n_distinct < MIN_DISTINCT or len(target.top) < 2:
            raise NotApplicable(f"the target has {target.n_distinct} different values only")
        first, second = target.top[:2]
        n_known, value = profile.n_rows - target.n_missing, to_number(first.value)
        is_end = value in (target.minimum, target.maximum) and value != 0
        share = first.count / max(1, n_known)
        is_often = first.count >= max(LEAST_ROWS, TIMES_NEXT * second.count)
        if is_often and not is_end and share >= (ZERO_SHARE if value == 0 else LEAST_SHARE):
            yield self.found(
                f"{counted(first.count, 'row')} of {n_known:,} ({percent(share)}) have exactly {figure(value)} as "
                f"'{target.name}'; the next most frequent answer comes {second.count:,} times.",
                target.name,
                examples=[first.value],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Every fifth customer claims nothing."""
        columns = plain_numbers(400)
        return Specimen(columns | {"y": [0.0 if row % 5 == 0 else y for row, y in enumerate(columns["y"])]})

    @staticmethod
    def quiet() -> Specimen:
        """All claim something."""
        return Specimen(plain_numbers(400))
