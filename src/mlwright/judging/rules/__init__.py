"""The rule family: what must hold before a model is used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mlwright.core.family import Family
from mlwright.records.challenge import Challenge
from mlwright.records.decision import Outcome, Worth
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.trials import Training


@dataclass(frozen=True)
class Evidence:
    """All that is known when the decision is made."""

    profile: Profile
    findings: Findings
    training: Training
    evaluation: Evaluation
    robustness: Robustness
    worth: Worth
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    challenge: Challenge | None = None
    fair: Mapping[str, float] = field(default_factory=dict)
    """How far groups may be apart, as the user wants it."""


class Rule(ABC):
    """One condition."""

    title: ClassVar[str]
    failing: ClassVar[str]
    """What is wrong where it is broken, as a clause after "but"."""
    setting: ClassVar[str] = ""
    """A key of ``[decide]``: whoever sets it wants the rule to be kept, whether ``must`` names it or not."""

    @abstractmethod
    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Whether it holds, and the evidence as a sentence with numbers.

        Raises
        ------
        NotApplicable
            If the rule says nothing about such a model.
        """


RULES: Family[Rule] = Family("mlwright.judging.rules", Rule)
