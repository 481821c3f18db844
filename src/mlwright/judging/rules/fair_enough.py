"""Groups are not further apart than the user allows."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.words import figure, listing, shortened
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.decision import Outcome
from mlwright.records.diagnosis import Disparity

Judged = tuple[Outcome, str]


class FairEnough(Rule):
    """The groups of the columns that ``evaluate.groups`` names are no further apart than ``decide.fair`` allows.

    There is no limit of our own: how far is too far is for people to say, and without their word the rule says nothing.
    """

    title = "Groups are treated alike enough"
    failing = "it treats groups too differently"
    setting = "fair"

    def judge(self, evidence: Evidence) -> Judged:
        """Kept where every distance surely keeps its limit, broken where one surely does not, else unclear."""
        if not evidence.fair:
            raise NotApplicable("no limit is stated for the distance between groups")
        judged = list(_judged(evidence))
        for outcome in ("broken", "unclear"):
            if found := [sentence for state, sentence in judged if state == outcome]:
                return outcome, " ".join(found[:2])
        names = listing((group.column for group in evidence.diagnosis.groups), limit=3)
        return "kept", f"The groups of {names} surely keep the limits that are stated. {judged[0][1]}"


def _judged(evidence: Evidence) -> Iterator[Judged]:
    """Every limit for every column."""
    for groups in evidence.diagnosis.groups:
        known = {disparity.name: disparity for disparity in groups.disparities}
        for name, limit in evidence.fair.items():
            if name in known:
                yield _on(known[name], limit, groups.column)
            else:
                yield "unclear", f"{_title(name)} of '{groups.column}' is not known: the groups are too small to tell."


def _on(disparity: Disparity, limit: float, column: str) -> Judged:
    at_least = disparity.name.endswith("_ratio")
    low, high = disparity.value.low, disparity.value.high
    outcome: Outcome = "unclear"
    if (low >= limit) if at_least else (high <= limit):
        outcome = "kept"
    elif (high < limit) if at_least else (low > limit):
        outcome = "broken"
    asked = f"at {'least' if at_least else 'most'} {figure(limit)}"
    groups = f"'{shortened(disparity.most)}' and '{shortened(disparity.least)}'"
    value, low_said, high_said = (figure(float(f"{end:.3g}")) for end in (disparity.value.value, low, high))
    return outcome, (
        f"{_title(disparity.name)} of '{column}' is {value} ({groups}; between {low_said} and {high_said}; {asked} is "
        "asked)."
    )


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}"
