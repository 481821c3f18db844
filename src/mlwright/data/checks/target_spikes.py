"""One answer that comes implausibly often."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._heaps import least_beyond_zero
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number

MIN_DISTINCT = 20
LEAST_ROWS = 20
ZERO_SHARE = 0.1
LEAST_SHARE = 0.03
TIMES_NEXT = 5.0


class TargetSpikes(Check):
    """One number makes up a tenth of the targets if it is zero, or 3 % if it is none of the ends.

    It must come five times as often as any other, in 20 rows at least, where there are 20 different values or more; or
    it is zero, in 3 % of the rows, and lies far from all other answers (see `_heaps.least_beyond_zero`). What heaps up
    at an end other than zero is told by `capped_target`.
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
        if (why := _why_spike(table, profile)) is not None:
            first, n_known = target.top[0], profile.n_rows - target.n_missing
            yield self.found(
                f"{counted(first.count, 'row')} of {n_known:,} ({percent(first.count / n_known)}) have exactly "
                f"{figure(to_number(first.value))} as '{target.name}'; {why}.",
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


def _why_spike(table: SplitTable, profile: Profile) -> str | None:
    """Why the most frequent answer is no answer like the others; None if it is one."""
    first, second = profile.target.top[:2]
    n_known, value = profile.n_rows - profile.target.n_missing, to_number(first.value)
    share = first.count / max(1, n_known)
    if first.count < LEAST_ROWS or (value != 0 and value in (profile.target.minimum, profile.target.maximum)):
        return None
    if first.count >= TIMES_NEXT * second.count and share >= (ZERO_SHARE if value == 0 else LEAST_SHARE):
        return f"the next most frequent answer comes {second.count:,} times"
    if value == 0 and share >= LEAST_SHARE and profile.target.minimum == 0:
        values = training_rows(table, profile).values
        least = least_beyond_zero(values[values > 0])
        return None if least is None else f"all other answers are {figure(least)} or more"
    return None
