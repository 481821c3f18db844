"""The way through the house: which stages there are, in which order, and what a user may set."""

from __future__ import annotations

from pydantic import Field

from mlwright.core.engine import Stage
from mlwright.core.record import Settings as Section
from mlwright.records.bundle import Packed
from mlwright.records.challenge import Challenge
from mlwright.records.contest import Shadow
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.delivery import Delivery
from mlwright.records.deployment import Deployment
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.exploration import Exploration
from mlwright.records.findings import Findings
from mlwright.records.finished import Finished
from mlwright.records.profile import Profile
from mlwright.records.replay import Replayed
from mlwright.records.robustness import Robustness
from mlwright.records.settings import (
    CheckSettings,
    CleanSettings,
    CollectSettings,
    ContractSettings,
    DecideSettings,
    DeploySettings,
    EvaluateSettings,
    ExplainSettings,
    ExploreSettings,
    OperateSettings,
    PackSettings,
    ProbeSettings,
    ProfileSettings,
    ProjectSettings,
    ServeSettings,
    SplitSettings,
    TrainSettings,
    WatchSettings,
)
from mlwright.records.split import Split
from mlwright.records.touched import Touched
from mlwright.records.trials import Training
from mlwright.records.understanding import Understanding
from mlwright.records.watch import Comparison, Response, Window

BUILD = (
    Stage("mlwright.data.collect", Snapshot, reads_world=True),
    Stage("mlwright.data.profile", Profile),
    Stage("mlwright.data.contract", Contract),
    Stage("mlwright.data.split", Split),
    Stage("mlwright.data.check", Findings),
    Stage("mlwright.data.explore", Exploration),
    Stage("mlwright.learning.train", Training),
    Stage("mlwright.learning.evaluate", Evaluation),
    Stage("mlwright.learning.finish", Finished),
    Stage("mlwright.judging.probe", Robustness),
    Stage("mlwright.judging.explain", Understanding),
    Stage("mlwright.judging.diagnose", Diagnosis),
    Stage("mlwright.judging.challenge", Challenge, reads_world=True),
    Stage("mlwright.judging.decide", Decision),
    Stage("mlwright.shipping.pack", Packed),
    Stage("mlwright.shipping.deploy", Deployment, reads_world=True),
)

WATCH = (
    Stage("mlwright.watching.observe", Window, reads_world=True),
    Stage("mlwright.watching.compare", Comparison),
    Stage("mlwright.watching.respond", Response),
)

RECEIVE = (
    Stage("mlwright.watching.observe", Window, reads_world=True),
    Stage("mlwright.watching.receive", Delivery),
)

RETRAIN = (Stage("mlwright.watching.gather", Snapshot), *BUILD[1:-1])
"""A build that begins with the rows of its parent and what came since; its model challenges the one in use."""

TOUCH = (Stage("mlwright.watching.touch_up", Touched), Stage("mlwright.shipping.repack", Packed))

TRIAL = (Stage("mlwright.watching.shadow", Shadow),)

REPLAY = (*BUILD[:2], Stage("mlwright.watching.replay", Replayed))

PIPELINES = {
    "build": BUILD,
    "watch": WATCH,
    "receive": RECEIVE,
    "retrain": RETRAIN,
    "trial": TRIAL,
    "touch": TOUCH,
    "replay": REPLAY,
}


class Settings(Section):
    """All of ``mlwright.toml``."""

    project: ProjectSettings = Field(default_factory=ProjectSettings)
    collect: CollectSettings = Field(default_factory=CollectSettings)
    profile: ProfileSettings = Field(default_factory=ProfileSettings)
    split: SplitSettings = Field(default_factory=SplitSettings)
    check: CheckSettings = Field(default_factory=CheckSettings)
    contract: ContractSettings = Field(default_factory=ContractSettings)
    explore: ExploreSettings = Field(default_factory=ExploreSettings)
    clean: CleanSettings = Field(default_factory=CleanSettings)
    train: TrainSettings = Field(default_factory=TrainSettings)
    evaluate: EvaluateSettings = Field(default_factory=EvaluateSettings)
    probe: ProbeSettings = Field(default_factory=ProbeSettings)
    decide: DecideSettings = Field(default_factory=DecideSettings)
    explain: ExplainSettings = Field(default_factory=ExplainSettings)
    pack: PackSettings = Field(default_factory=PackSettings)
    deploy: DeploySettings = Field(default_factory=DeploySettings)
    serve: ServeSettings = Field(default_factory=ServeSettings)
    watch: WatchSettings = Field(default_factory=WatchSettings)
    operate: OperateSettings = Field(default_factory=OperateSettings)

    def sections(self) -> tuple[Section, ...]:
        """The sections, as the engine takes them."""
        return tuple(getattr(self, name) for name in type(self).model_fields)
