"""Trains the model in use again where that pays, and says what becomes of the new one: a step of the loop.

What takes long is noted before it begins, so that a training that was killed goes on under its own run.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from mlwright import succession
from mlwright.core.errors import Fault, MlwrightError, NothingToShow, ProjectBusy, RunCancelled
from mlwright.core.store.journal import Event
from mlwright.core.store.registry import Challenger
from mlwright.learning.metrics import metric_of
from mlwright.operating.allowed import can_tell, gain_share, is_refresh, settings_allow
from mlwright.operating.diary import Diary
from mlwright.operating.due import is_worse, why_to_train
from mlwright.operating.telling import say
from mlwright.operating.touching import last_touch
from mlwright.operating.wording import FATES, Fate
from mlwright.overrides import with_budget
from mlwright.project import Project
from mlwright.records.bundle import Manifest
from mlwright.records.challenge import Challenge
from mlwright.records.data import Snapshot
from mlwright.records.settings import OperateSettings
from mlwright.records.touched import Touched
from mlwright.records.watch import Window
from mlwright.watching.timing import gain_left, rows_that_tell

MOST_WINDOWS = 50
"""Earlier windows whose labelled rows a training takes."""


def windows_of(project: Project, diary: Diary) -> list[Snapshot]:
    """The rows that were looked at, oldest first."""
    looks = diary.events("looked")[-MOST_WINDOWS:]
    return [project.record(Window, event["run_id"]).snapshot for event in looks]


class Trainings:
    """The trainings of one project.

    Parameters
    ----------
    project : Project
    diary : Diary
    by : str
        Who does it, for the history.
    tell : callable
        Told what was done, sentence by sentence.
    """

    def __init__(self, project: Project, diary: Diary, by: str, tell: Callable[[str], object]) -> None:
        self.project = project
        self.diary = diary
        self.by = by
        self.tell = tell

    @property
    def _settings(self) -> OperateSettings:
        return self.project.settings().operate

    def go_on(self) -> None:
        """End a training that was begun and not ended."""
        waiting = self.diary.unfinished("training")
        if waiting is not None:
            self._train(waiting["key"], waiting["why"])

    def train_if_due(self) -> None:
        """Train again if that pays now, and the settings and the day's budget allow it."""
        looked, settings = self.diary.last("looked"), self._settings
        n_learned = self.project.record(Snapshot, self.project.trained().run_id).n_rows
        rows = rows_that_tell(settings.rows, n_learned, is_worse=is_worse(looked))
        is_waiting = bool(self.project.store.registry.challengers())
        why = why_to_train(self.diary, settings, rows, is_waiting=is_waiting)
        if not why or looked.get("champion") != self.project.trained().bundle_id:
            return
        key = _key(looked)
        if self.diary.is_done("training", key):
            return
        if "retrain" in settings.approve:
            say(
                self.diary,
                "ask_retrain",
                key,
                "To train again, your word is needed",
                f"{why}\nmlwright operate . --train REASON",
            )
            self.tell(f"{why} It waits for your word: mlwright operate . --train REASON")
            return
        planned = with_budget(self.project.settings(), settings.budget).train.budget
        if self.diary.compute_today_s() + planned > settings.compute_per_day:
            self.tell(f"{why} But today's budget for training is used up (operate.compute_per_day).")
            return
        self._train(key, why)

    def train(self, why: str) -> None:
        """Train again now, on a person's word.

        Raises
        ------
        NothingToShow
            If no labelled row is new.
        """
        key = _key(self.diary.last("looked"))
        if self.diary.is_done("training", key):
            raise NothingToShow("No labelled row has come since the last training.", "mlwright operate --once")
        self._train(key, why)

    def _train(self, key: str, why: str) -> None:
        looked = self.diary.last("looked")
        fields = {"why": why, "n_fresh": looked["n_fresh"], "champion": looked["champion"]}
        run_id = self.diary.begin("training", key, is_worse=is_worse(looked), **fields)
        self.tell(f"{why} Training again, as run {run_id}.")
        windows = windows_of(self.project, self.diary)
        try:
            state = succession.retrain(self.project, Window(snapshot=windows[-1]), run_id, windows[:-1])
        except (RunCancelled, ProjectBusy, Fault):
            raise
        except MlwrightError as error:
            self.diary.note("given_up", what="training", key=key, error=str(error))
            raise
        compared = self.project.record(Challenge, run_id)
        mended = self._mended(compared)
        left = gain_left(gain_share(compared), mended)
        self.tell(compared.sentence)
        challenger = next((one for one in self.project.store.registry.challengers() if one.run_id == run_id), None)
        if challenger is not None:
            self._settle(challenger, compared, mended, key, why)
        self.diary.end("training", key, run_id=run_id, seconds=state.seconds, gain_share=left, n_apart=compared.n_rows)

    def _settle(self, challenger: Challenger, compared: Challenge, mended: float, key: str, why: str) -> None:
        """Put a model that was only trained again to use, or turn it down, where its unseen rows are to decide that."""
        fate = self._fate(challenger, compared, mended)
        title, then = FATES[fate]
        if fate == "held" or (fate == "waits" and "promote" in self._settings.approve):
            typed = f"mlwright challenger promote {challenger.bundle_id} --why REASON"
            then += f"\nIt goes into use on your word alone: {typed}"
        say(self.diary, "trained", key, title, f"{why}\n{compared.sentence}\n{then}")
        self.tell(f"{title}: bundle {challenger.bundle_id}.")
        if fate == "in use":
            succession.promote(self.project, challenger.bundle_id, f"trained again: {compared.sentence}", self.by)
        elif fate == "turned down":
            succession.reject(self.project, challenger.bundle_id, f"trained again: {compared.sentence}", self.by)

    def _fate(self, challenger: Challenger, compared: Challenge, mended: float) -> Fate:
        """What becomes of a model that was trained just now."""
        if challenger.verdict == "stop":
            return "held"
        now = Manifest.model_validate_json(self.project.store.blobs.get(self.project.trained().manifest))
        new = Manifest.model_validate_json(self.project.store.blobs.get(challenger.manifest))
        is_same = is_refresh(now, new)
        worse = is_worse(self.diary.last("looked"))
        if settings_allow(self._settings, compared, mended, is_refresh=is_same, is_worse=worse):
            return "in use"
        is_judged = is_same and self._settings.refresh == "likely" and can_tell(self._settings, compared)
        return "turned down" if is_judged else "waits"

    def _mended(self, compared: Challenge) -> float:
        """The share of what the metric says that touching up spares the model in use; 0 where that is no loss."""
        last = last_touch(self.diary)
        if not last or metric_of(compared.metric).greater_is_better:
            return 0.0
        mended = self.project.record(Touched, last["run_id"]).mended_share
        return 1.0 - math.sqrt(1.0 - mended) if compared.metric == "rmse" else mended


def _key(looked: Event) -> str:
    """What a training is noted under: one for the same outcomes."""
    return f"{looked['champion']}:{looked['n_fresh']}"
