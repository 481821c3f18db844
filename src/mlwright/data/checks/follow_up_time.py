"""How long a case was watched, as an input."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, mean_ranks, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import word_set, words_of
from mlwright.data.words import named
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

EVENTS = word_set(
    """status event death dead died deceased cens censor censored censoring fstat failure failed relapse relapsed
    recur recurrence progression survived survival mortality"""
)
TIMES = word_set(
    """time futime futimes fu followup survtime survival dtime rtime ttime ostime os pfs dfs rfs tstop stop exit lenfol
    lenfu surv"""
)
FEWEST_VALUES = 20
MOST_CLASSES = 5
BEYOND_CHANCE = 3.0


class FollowUpTime(Check):
    """A number that is named like the time for which cases were watched, where the target is an event.

    The target's name is that of an event (death, status, relapse), that of the column a time (``futime``, ``time``,
    ``survival_days``), and the cases of one class differ in it from the others beyond chance (3 standard errors of a
    difference of ranks). There may be events of several kinds (alive, transplanted, dead), up to five classes.
    """

    group = "leaks"
    severity = "warning"
    title = "How long a case was watched"
    action = (
        "It is known at the end only. Leave it out (mlwright run --ignore), and ask whether the event comes within a "
        "fixed time (a year, say): leave out cases that were watched for less without it, else they count as saved. If "
        "it is known when the prediction is made, vouch for it (mlwright run --known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all such columns."""
        classes = profile.roles.classes
        if not 2 <= len(classes) <= MOST_CLASSES or EVENTS.isdisjoint(words_of(profile.roles.target)):
            raise NotApplicable("the target is not named like an event that comes or not")
        names = [
            column.name
            for column in profile.inputs
            if column.kind == "number" and column.n_distinct >= FEWEST_VALUES and _says_watched(column.name)
        ]
        rows = training_rows(table, profile)
        event = (
            f"to become '{classes[1]}', and one that is," if len(classes) == 2 else "for an event, and one that had it"
        )
        found = [name for name in names if _tells(rows, name)]
        if found:
            verb, its = ("says", "its name") if len(found) == 1 else ("say", "their names")
            yield self.found(
                f"{named(found)} {verb}, by {its}, for how long a case was watched, which is known only afterwards: a "
                f"case that is watched for longer has more time {event} may be watched no longer.",
                *found,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Those who died were watched for a shorter time."""
        return Specimen(_watched("futime"), target="death")

    @staticmethod
    def quiet() -> Specimen:
        """The time at which they were admitted."""
        return Specimen(_watched("admission_days"), target="death")


def _says_watched(name: str) -> bool:
    return not TIMES.isdisjoint(words_of(name)) or {"follow", "up"} <= set(words_of(name))


def _tells(rows: TrainingRows, name: str) -> bool:
    values = rows.numbers(name)
    known = np.isfinite(values) & (rows.classes >= 0)
    if not known.any() or float(values[known].min()) < 0:
        return False
    classes = rows.classes[known]
    return any(_differ(values[known], classes == each) for each in np.unique(classes))


def _differ(values: NDArray[np.float64], is_yes: NDArray[np.bool_]) -> bool:
    """Whether the ranks of those in a class and of the others differ beyond chance."""
    n_yes, n_no = int(is_yes.sum()), int((~is_yes).sum())
    if not n_yes or not n_no:
        return False
    ranks = mean_ranks(values)
    error = float(ranks.std()) * (1 / n_yes + 1 / n_no) ** 0.5
    apart = abs(float(ranks[is_yes].mean()) - float(ranks[~is_yes].mean()))
    return bool(apart > BEYOND_CHANCE * error > 0)


def _watched(name: str) -> dict[str, list[object]]:
    columns = {key: list(values) for key, values in plain_columns().items()}
    died = [answer == "yes" for answer in columns.pop("y")]
    lasted = np.random.default_rng(7).gamma(2.0, 300.0, len(died)).round()
    return columns | {
        name: [days * (0.5 if dead else 1.0) for days, dead in zip(lasted, died, strict=True)],
        "death": list(died),
    }
