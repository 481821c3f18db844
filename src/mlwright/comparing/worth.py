"""What the answers of one model are worth more than those of another, case by case."""

from __future__ import annotations

from mlwright.comparing.side import Side, reader
from mlwright.judging.answered import Answered, answered
from mlwright.judging.worth import Cases, by_model
from mlwright.judging.worth.outcomes import worth_estimate
from mlwright.judging.worth.practice import Practice
from mlwright.learning.benefit_table import capacity_share
from mlwright.learning.yardstick import Scored
from mlwright.records.evaluation import Estimate
from mlwright.records.settings import DecideSettings
from mlwright.scoring.matching import decisive_as, scores_as


def worth_gain(one: Side, other: Side) -> Estimate | None:
    """What the second is worth more per 1,000 cases, paired on the same rows.

    None where the project file says by now that answers are worth something else than when both were decided upon.

    Parameters
    ----------
    one, other : Side
        Tested on the same rows, with the same table of what answers are worth.
    """
    assert one.traced is not None
    settings = one.traced.project.settings().decide
    first, second = (_rows(side, settings) for side in (one, other))
    if first.benefit.table != one.decision.worth.table:
        return None
    classes = other.model.classes, one.model.classes
    said = Scored(scores_as(second.said.prediction, *classes), decisive_as(second.said.threshold, *classes))
    ways = _way(first, said, second.shift, settings), _way(first, first.said, first.shift, settings)
    return worth_estimate(*ways, first.benefit, first.draws(), first.level)


def is_worth_the_same(one: Side, other: Side) -> bool:
    """Whether the answers of both were worth the same when they were decided upon.

    Of two classes the amounts are those of positive answers, so that both have to mean the same one.
    """
    same = one.decision.worth.table == other.decision.worth.table
    return same and (len(one.model.classes) != 2 or one.model.classes == other.model.classes)


def _rows(side: Side, settings: DecideSettings) -> Answered:
    assert side.traced is not None
    traced = side.traced
    found = traced.snapshot, traced.profile, traced.split, traced.training, side.evaluation
    return answered(*found, settings, reader(traced))


def _way(rows: Answered, said: Scored, shift: float, settings: DecideSettings) -> Practice:
    """What a model does on these rows."""
    cases = Cases(rows.target, said, rows.draws(), shift=shift)
    return by_model(cases, rows.unseen.profile.roles, rows.benefit, capacity_share(settings))
