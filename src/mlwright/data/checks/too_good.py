"""All inputs together answer better than answers usually can be known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.gaps import gap_leaks
from mlwright.data.leaks.together import shuffled_skill, skill_together, strongest
from mlwright.data.leaks.values import value_leaks
from mlwright.data.repeats import twins
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
TOO_GOOD = 0.98
TOO_GOOD_NUMBER = 0.995
MIN_TWINS = 20


class TooGood(Check):
    """A quick model of all inputs makes (nearly) no mistakes on rows that it has not learned from.

    98 % of the squared error is gone, 99.5 % for numbers (see `together.skill_together`; of thousands of inputs the 200
    that tell most alone are asked); the same model of shuffled
    answers, which says what chance and copies of rows can do, is told beside it. A note, as some answers do follow from
    the inputs (the rules of a game, a law of nature). A warning where the answers are known to be noisy: training rows
    that are equal in every input differ in their answer more often than the model is wrong. Left out where a column is
    suspected already.
    """

    dear = True
    group = "leaks"
    severity = "warning"
    title = "Too good to be true"
    action = (
        "Few answers are known so well before they come. Look at what the columns are and when they are written; if "
        "all are known in time and make up the answer by a rule, all is well, and the rule does the work of a model."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        rows = training_rows(table, profile)
        names = [column.name for column in profile.inputs if column.kind != "text"]
        if len(rows) < MIN_ROWS or not names:
            raise NotApplicable("there are too few training rows, or no inputs but texts")
        if value_leaks(rows) or gap_leaks(rows):
            return
        skill = skill_together(rows, names)
        if skill < (TOO_GOOD_NUMBER if profile.roles.task == "regression" else TOO_GOOD):
            return
        names = strongest(rows, names)
        told = (
            f"A quick model of {counted(len(names), 'input')} accounts for {percent(skill)} of the differences in "
            f"'{profile.roles.target}' on rows that it has not learned from (for shuffled answers: "
            f"{percent(shuffled_skill(rows, names))})"
        )
        n_twins, torn = _torn_twins(table, profile)
        is_noisy = n_twins >= MIN_TWINS and torn > 1 - skill
        noise = f"; yet of {n_twins:,} rows that are equal in every input {percent(torn)} differ in their answer"
        yield self.found(f"{told}{noise if is_noisy else ''}.", severity="warning" if is_noisy else "note")

    @staticmethod
    def speaks() -> Specimen:
        """A game whose rule says who wins."""
        return Specimen(_game(slips=0.0))

    @staticmethod
    def quiet() -> Specimen:
        """The same game, in which the luck of the day has a say."""
        return Specimen(_game(slips=0.05))


def _torn_twins(table: SplitTable, profile: Profile) -> tuple[int, float]:
    """Training rows that are equal to another in every input, and the share of them that the best answer misses."""
    if profile.roles.task == "regression":
        return 0, 0.0
    found = twins(table, profile)
    return found.n_rows, found.n_lost / max(1, found.n_rows)


def _game(slips: float) -> dict[str, list[Any]]:
    rng = np.random.default_rng(0)
    a, b, c = (rng.integers(0, size, 2_000) for size in (5, 6, 3))
    wins = ((a > 2) & (b > 2) | (c == 1) & (b < 2)) ^ (rng.random(2_000) < slips)
    return {"a": a.tolist(), "b": b.tolist(), "c": c.tolist(), "y": np.where(wins, "won", "lost").tolist()}
