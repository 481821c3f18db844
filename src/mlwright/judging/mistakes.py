"""Groups of mistakes that are more than chance, each with its remedy, by what the remedy is likely to bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mlwright.core.errors import RunCancelled
from mlwright.core.family import NotApplicable
from mlwright.judging.examined import Examined
from mlwright.judging.remedies import REMEDIES, Suspected
from mlwright.records.diagnosis import Mistakes
from mlwright.records.findings import Skipped
from mlwright.statistics.several import benjamini_yekutieli

ALARM = 0.05
MOST_OVERLAP = 0.5
MOST_OF_A_KIND = 3


class Found(NamedTuple):
    """What was found, how many groups were looked at, and what could not be judged."""

    mistakes: tuple[Mistakes, ...]
    n_looked_at: int
    skipped: tuple[Skipped, ...]


class _Group(NamedTuple):
    remedy: str
    suspected: Suspected
    p_value: float | None


def mistakes_of(examined: Examined) -> Found:
    """What the model's mistakes have in common.

    Of all groups that all remedies suspect, those are told whose p-values stand the correction for their number
    (Benjamini and Yekutieli, as groups overlap): of what is told, at most 5 of 100 are chance, and on noise alone
    something is told in at most 5 of 100 cases. Groups that were chosen without a look at the truth need no correction.
    Of groups of one kind that hold about the same rows the surer one is told.
    """
    looked, skipped = _suspected(examined)
    tested = [group.suspected.p_value for group in looked if group.suspected.p_value is not None]
    corrected = iter(benjamini_yekutieli(tested).tolist() if tested else [])
    groups = [group if group.suspected.p_value is None else group._replace(p_value=next(corrected)) for group in looked]
    told = [group for group in groups if group.p_value is None or group.p_value < ALARM]
    found = [mistakes for group in _distinct(told) for mistakes in _cured(group, examined)]
    return Found(tuple(sorted(found, key=_by_gain)), len(looked), tuple(skipped))


def _suspected(examined: Examined) -> tuple[list[_Group], list[Skipped]]:
    looked: list[_Group] = []
    skipped = []
    for name in REMEDIES.names():
        try:
            looked += [_Group(name, each, None) for each in REMEDIES.get(name)().suspects(examined) if each.rows.any()]
        except NotApplicable as refusal:
            skipped.append(Skipped(name=name, reason=refusal.reason))
        except RunCancelled:
            raise
        except Exception as error:  # noqa: BLE001  one remedy that fails must not hide what the others found
            reason = f"it failed with {type(error).__name__}: {error}"
            skipped.append(Skipped(name=name, reason=reason, failed=True))
    return looked, skipped


def _distinct(groups: Sequence[_Group]) -> list[_Group]:
    """A few groups of each kind that do not hold about the same rows; the surest first."""
    chosen: list[_Group] = []
    for group in sorted(groups, key=lambda each: each.p_value or 0.0):
        same = [each for each in chosen if each.remedy == group.remedy]
        rows = group.suspected.rows
        overlaps = ((each.suspected.rows & rows).sum() / (each.suspected.rows | rows).sum() for each in same)
        if len(same) < MOST_OF_A_KIND and not any(overlap > MOST_OVERLAP for overlap in overlaps):
            chosen.append(group)
    return chosen


def _cured(group: _Group, examined: Examined) -> Iterator[Mistakes]:
    """The group with its remedy; nothing where the remedy has to gain something and does not."""
    examined.lessons.run.clock.check()
    remedy, suspected = REMEDIES.get(group.remedy)(), group.suspected
    cure = remedy.cure(suspected, examined)
    decisive = cure.gain.money or cure.gain.metric
    if remedy.least_gain and (decisive is None or decisive.low <= 0):
        return
    positions = examined.rows.unseen.positions
    yield Mistakes(
        remedy=group.remedy,
        title=remedy.title,
        where=suspected.where,
        n_rows=int(suspected.rows.sum()),
        share_of_loss=float(examined.loss[suspected.rows].sum() / max(examined.loss.sum(), np.finfo(float).tiny)),
        p_value=group.p_value,
        advice=cure.advice,
        gain=cure.gain.metric,
        money=cure.gain.money,
        gain_is=cure.gain.how,
        rests_on=cure.gain.rests_on,
        rows=tuple(int(positions[place]) for place in suspected.worst),
    )


def _by_gain(mistakes: Mistakes) -> tuple[float, float]:
    """Known gains first, the largest first; then by the share of the loss."""
    gain = mistakes.money or mistakes.gain
    return (-gain.value if gain is not None else np.inf, -mistakes.share_of_loss)
