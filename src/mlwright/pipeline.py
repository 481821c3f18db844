"""The way through the house: which stages there are, in which order, and what a user may set."""

from __future__ import annotations

from pydantic import Field

from mlwright.core.engine import Stage
from mlwright.core.record import Settings as Section
from mlwright.data.check import check
from mlwright.data.collect import collect
from mlwright.data.explore import explore
from mlwright.data.profile import profile
from mlwright.data.split import split
from mlwright.judging.decide import decide
from mlwright.judging.probe import probe
from mlwright.learning.evaluate import evaluate
from mlwright.learning.train import train
from mlwright.records.settings import (
    CheckSettings,
    CollectSettings,
    DecideSettings,
    EvaluateSettings,
    ExploreSettings,
    PackSettings,
    ProbeSettings,
    ProfileSettings,
    ProjectSettings,
    SplitSettings,
    TrainSettings,
)
from mlwright.shipping.pack import pack

BUILD = (
    Stage(collect, reads_world=True),
    Stage(profile),
    Stage(split),
    Stage(check),
    Stage(explore),
    Stage(train),
    Stage(evaluate),
    Stage(probe),
    Stage(decide),
    Stage(pack),
)


class Settings(Section):
    """All of ``mlwright.toml``."""

    project: ProjectSettings = Field(default_factory=ProjectSettings)
    collect: CollectSettings = Field(default_factory=CollectSettings)
    profile: ProfileSettings = Field(default_factory=ProfileSettings)
    split: SplitSettings = Field(default_factory=SplitSettings)
    check: CheckSettings = Field(default_factory=CheckSettings)
    explore: ExploreSettings = Field(default_factory=ExploreSettings)
    train: TrainSettings = Field(default_factory=TrainSettings)
    evaluate: EvaluateSettings = Field(default_factory=EvaluateSettings)
    probe: ProbeSettings = Field(default_factory=ProbeSettings)
    decide: DecideSettings = Field(default_factory=DecideSettings)
    pack: PackSettings = Field(default_factory=PackSettings)

    def sections(self) -> tuple[Section, ...]:
        """The sections, as the engine takes them."""
        return tuple(getattr(self, name) for name in type(self).model_fields)
