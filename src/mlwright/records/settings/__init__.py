"""What a user may say in ``mlwright.toml``: one class a section, one field a key.

Every key may be left out; what is left out is inferred, and the reason goes into the report.
"""

from mlwright.records.settings.data import (
    CheckSettings,
    ClauseSettings,
    CleanSettings,
    CollectSettings,
    ContractSettings,
    ExploreSettings,
    ProfileSettings,
    ProjectSettings,
    RequestSettings,
    SplitSettings,
)
from mlwright.records.settings.judgement import Amount, DecideSettings, ExplainSettings, ProbeSettings
from mlwright.records.settings.models import MOST_APART, EvaluateSettings, Prefer, TrainSettings
from mlwright.records.settings.production import DeploySettings, OperateSettings, PackSettings, Person, WatchSettings
from mlwright.records.settings.quantities import Bytes, Seconds, bytes_of, seconds
from mlwright.records.settings.serving import LogSettings, ServeSettings

__all__ = [
    "MOST_APART",
    "Amount",
    "Bytes",
    "CheckSettings",
    "ClauseSettings",
    "CleanSettings",
    "CollectSettings",
    "ContractSettings",
    "DecideSettings",
    "DeploySettings",
    "EvaluateSettings",
    "ExplainSettings",
    "ExploreSettings",
    "LogSettings",
    "OperateSettings",
    "PackSettings",
    "Person",
    "Prefer",
    "ProbeSettings",
    "ProfileSettings",
    "ProjectSettings",
    "RequestSettings",
    "Seconds",
    "ServeSettings",
    "SplitSettings",
    "TrainSettings",
    "WatchSettings",
    "bytes_of",
    "seconds",
]
