"""One input that outshines all others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.association import associations
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.gaps import gap_leaks
from mlwright.data.leaks.lateness import sounds_early, sounds_late, words_asked
from mlwright.data.leaks.values import value_leaks
from mlwright.data.strength import Judge, chance, strengths
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
LEAST_ORDER = 0.4
LEAST_RIVAL = 0.05
FALSE_ALARMS = 0.001
LEAD_WITH_HINT = 1.5
LEAD_WITHOUT = 2.5
SKILL_WITHOUT = 0.3
COPY_SKILL = 0.8


class DominantColumn(Check):
    """One input tells far more about the target than any other, without giving it away for good.

    That may be the world's way, or a trace of what happens after the prediction: the length of the sales call that is
    to be predicted from. Strength is the Gini or the correlation of `strength.Judge`, at least 0.4. With a name that
    speaks of something late (duration, outcome, reason, the target's own name) a lead of 1.5 times over the next input
    is enough, near copies of the first left out of account; with a name that does not, it takes 2.5 times and a skill
    of 0.3, and with a name that speaks of something early (age, previous) it says nothing. The chance that noise is
    so strong is held below 0.1 % over all columns (Bonferroni).
    """

    group = "leaks"
    severity = "warning"
    title = "One column outshines all others"
    action = (
        "Is it known at the moment when the prediction is made? If it is known only later, the model is worthless in "
        "use: leave it out (mlwright run --ignore). If it is known, vouch for it (mlwright run --known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS or len(profile.roles.inputs) < 3:
            raise NotApplicable("too few training rows or inputs to compare columns")
        found, leaks = strengths(rows), value_leaks(rows).keys() | gap_leaks(rows).keys()
        names = [name for name in found if name not in leaks]
        best = found[names[0]].order if names else 0.0
        if best >= LEAST_ORDER and chance(best, rows, len(found)) < FALSE_ALARMS:
            yield from self._compared(rows, names[0], names[1:])

    def _compared(self, rows: TrainingRows, first: str, others: list[str]) -> Iterator[Finding]:
        """What is said of the strongest input next to the others, strongest first."""
        found, roles = strengths(rows), rows.profile.roles
        is_late = sounds_late(first, words_asked(roles.target, roles.inputs))
        second = next((name for name in others if not (is_late and _is_copy(rows, name, first))), None)
        if second is None or sounds_early(first):
            return
        lead = found[first].order / max(found[second].order, LEAST_RIVAL)
        stands_out = lead >= LEAD_WITHOUT and found[first].skill >= SKILL_WITHOUT
        if not (stands_out or (is_late and lead >= LEAD_WITH_HINT)):
            return
        named = ", and its name sounds like something that is known only afterwards" if is_late else ""
        yield self.found(
            f"'{first}' alone {found[first].told(roles)}; the next best, '{second}', {found[second].told(roles)}. That "
            f"is a lead of {lead:.1f} times{named}.",
            first,
            severity="warning" if is_late else "note",
        )

    @staticmethod
    def speaks() -> Specimen:
        """Long calls end in a sale."""
        columns = plain_columns(600)
        rng = np.random.default_rng(1)
        calls = [float(rng.gamma(4 if answer == "yes" else 1.5, 90)) for answer in columns["y"]]
        weight = (np.asarray(columns["weight"]) + rng.normal(0, 20, 600)).round(1).tolist()
        return Specimen(columns | {"call_duration": calls, "weight": weight})

    @staticmethod
    def quiet() -> Specimen:
        """Two columns tell about as much."""
        columns = plain_columns(600)
        rng = np.random.default_rng(1)
        calls = [float(rng.gamma(4 if answer == "yes" else 1.5, 90)) for answer in columns["y"]]
        visits = [float(rng.gamma(4 if answer == "yes" else 1.5, 1)) for answer in columns["y"]]
        return Specimen(columns | {"call_duration": calls, "visits": visits})


def _is_copy(rows: TrainingRows, name: str, of: str) -> bool:
    """Whether one column tells another one, so that the two are one fact."""
    if rows.is_ordered(of):
        return Judge(rows, rows.numbers(of)).column(name).skill >= COPY_SKILL
    return float(associations(rows, [name, of])[0, 1]) >= COPY_SKILL
