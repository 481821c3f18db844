"""Looks after one project: one look at a time, each of which may be killed at any instant and is gone on with.

A look watches new rows, counts their outcomes for all who are compared with the model in use, promotes, turns down or
takes back where that is proved, trains again where that pays, and touches the answers up until then. An operating
system's lock lets one operator at a time work on a project; a killed one never leaves it behind. Every step is noted
before it begins and when it is done (`diary`), and every change of what is in use is the same whether it is made once
or twice.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime

from mlwright import succession
from mlwright.core.errors import Fault, MlwrightError, NothingToShow, ProjectBusy, RunCancelled, SettingsError
from mlwright.core.store.lock import hold
from mlwright.core.store.registry import Challenger
from mlwright.learning.metrics import metric_of
from mlwright.operating.allowed import can_tell, gain_share, is_likely, is_refresh, settings_allow
from mlwright.operating.diary import Diary
from mlwright.operating.due import mark_of, why_to_train
from mlwright.operating.hours import is_quiet
from mlwright.operating.metrics import write_metrics
from mlwright.operating.telling import deliver, say
from mlwright.operating.touching import last_touch, touch_up
from mlwright.operating.wording import FATES, Fate, look_words
from mlwright.overrides import with_budget
from mlwright.project import Project
from mlwright.records.bundle import Manifest
from mlwright.records.challenge import Challenge
from mlwright.records.contest import Shadow, Trial
from mlwright.records.data import Snapshot
from mlwright.records.settings import OperateSettings
from mlwright.records.touched import Touched
from mlwright.records.watch import Response, Window
from mlwright.watching.timing import gain_left, rows_that_tell

ME = "mlwright operate"
MOST_WINDOWS = 50
"""Earlier windows whose labelled rows a training takes."""


class Operator:
    """Looks after one project.

    Parameters
    ----------
    project : Project
    now : callable, optional
        The time, in seconds since 1970.
    tell : callable, optional
        Told what was done, sentence by sentence.
    """

    def __init__(
        self, project: Project, now: Callable[[], float] = time.time, tell: Callable[[str], object] = lambda said: None
    ) -> None:
        self.project = project
        self.now = now
        self.tell = tell
        self.diary = Diary(project.store, now)

    @property
    def settings(self) -> OperateSettings:
        """What ``[operate]`` says now."""
        return self.project.settings().operate

    def look(self) -> bool:
        """Look once; False if it was not the time for it, or somebody else works on the project.

        Raises
        ------
        RunCancelled
            If somebody asked for the end.
        SettingsError, ProjectMissing
            If the project's file is not usable.
        """
        try:
            with hold(self.project.store.folder / "operating", "operate"):
                return self._looked()
        except ProjectBusy as busy:
            self.tell(f"Not now: {busy.message}")
            return False

    def _looked(self) -> bool:
        settings = self.settings
        is_quiet(settings.quiet, datetime.fromtimestamp(self.now()))
        if self.now() < self.diary.waits_until():
            error = self.diary.last("failed")["error"].splitlines()[0]
            self.tell(
                f"Not now: the last look failed ({error}); the next one is at {_clock(self.diary.waits_until())}."
            )
            return False
        try:
            self._work(settings)
        except (RunCancelled, ProjectBusy, SettingsError):
            raise
        except MlwrightError as error:
            self._failed(error)
        else:
            if self.diary.failures():
                failed = str(self.diary.last("failed")["at"])
                say(self.diary, "well", failed, "Looking after the model goes well again", "There is nothing to do.")
                self.diary.note("well")
        if not self._is_quiet(settings):
            name = self.project.settings().project.name or "model"
            deliver(self.diary, settings.notices, name, self.project.path)
        write_metrics(self.project, self.diary, settings)
        return True

    def _work(self, settings: OperateSettings) -> None:
        """All that a look does, in order; each step finds by itself whether there is anything to do."""
        waiting = self.diary.unfinished("training")
        if waiting is not None:
            self._train(waiting["key"], waiting["why"])
        mark = mark_of(self.project.settings().watch.source)
        if mark is None or mark != self.diary.last("looked").get("mark"):
            self._watch(mark)
        if self._is_quiet(settings):
            return
        self._touch_up(settings)
        self._decide(settings)
        self._train_if_due(settings)
        self._touch_up(settings)

    def _touch_up(self, settings: OperateSettings) -> None:
        """Before a training it counts how touched-up answers did on the rows that the new model learns from."""
        touch_up(self.project, self.diary, settings, self._windows(), by=ME, tell=self.tell)

    def _is_quiet(self, settings: OperateSettings) -> bool:
        return is_quiet(settings.quiet, datetime.fromtimestamp(self.now()))

    def _failed(self, error: MlwrightError) -> None:
        self.diary.note("failed", error=str(error), code=error.code)
        n = self.diary.failures()
        self.tell(f"It did not go well ({error.message}); the next try is at {_clock(self.diary.waits_until())}.")
        if n in (1, 5):
            source = self.project.settings().watch.source or "nowhere (watch.source is not set)"
            text = (
                f"{error}\nNew rows are read from {source}. What is in use stays in use; the next try is at "
                f"{_clock(self.diary.waits_until())}."
            )
            say(self.diary, "failed", str(self.diary.last("failed")["at"]), "Looking after the model fails", text)

    def _watch(self, mark: str | None) -> None:
        """Take new rows in, compare them, count their outcomes; what failed is read anew, what was killed goes on."""
        key = f"{len(self.diary.events('looked'))}:{len(self.diary.events('failed'))}"
        run_id = self.diary.begin("look", key, mark=mark)
        response = self.project.watch(run_id=run_id)
        window = self.project.record(Window, run_id)
        trial_id = self.diary.begin("trial", key)
        shadow = succession.try_out(self.project, window, trial_id)
        self._note_look(response, window, shadow, run_id)

    def _note_look(self, response: Response, window: Window, shadow: Shadow, run_id: str) -> None:
        before = self.diary.last("looked").get("action")
        mark = next(event["mark"] for event in self.diary.events("begun") if event["run_id"] == run_id)
        self.diary.note(
            "looked",
            run_id=run_id,
            mark=mark,
            champion=shadow.champion,
            action=response.action,
            headline=response.headline,
            n_rows=window.snapshot.n_rows,
            n_labelled=shadow.n_labelled,
            n_fresh=shadow.n_fresh,
        )
        self.tell(response.headline)
        if response.action != "nothing" and response.action != before:
            title, text = look_words(response, self.settings.approve)
            say(self.diary, response.action, run_id, title, text)

    def _decide(self, settings: OperateSettings) -> None:
        """Do what the trials have proved."""
        for trial in self.project.trials():
            if trial.outcome == "better":
                step = self._promote if trial.part == "challenger" else self._take_back
                step(trial, settings)
                return
            if trial.part == "challenger" and trial.outcome == "undecided" and is_likely(trial, settings):
                self._promote(trial, settings)
                return
            if trial.outcome != "undecided" and trial.part == "challenger":
                succession.reject(self.project, trial.contender, trial.sentence, ME)
                self._told("turned_down", trial, f"Challenger {trial.contender} was turned down")

    def _promote(self, trial: Trial, settings: OperateSettings) -> None:
        challenger = self.project.store.registry.challenger(trial.contender)
        how = "is better" if trial.outcome == "better" else "is likely better"
        title = f"Challenger {trial.contender} {how} than bundle {trial.champion}"
        if "promote" in settings.approve or challenger.verdict == "stop":
            self._ask("promote", trial, title, f"mlwright challenger promote {trial.contender} --why REASON")
            return
        succession.promote(self.project, trial.contender, trial.sentence, ME)
        self._told("promoted", trial, f"{title}, and is in use now")

    def _take_back(self, trial: Trial, settings: OperateSettings) -> None:
        title = f"Bundle {trial.champion} does worse than {trial.contender}, which was in use before"
        if "rollback" in settings.approve:
            self._ask("rollback", trial, title, "mlwright undo --why REASON")
            return
        succession.roll_back(self.project, trial.sentence, by=ME)
        self._told("rolled_back", trial, f"{title} and is in use again")

    def _ask(self, what: str, trial: Trial, title: str, command: str) -> None:
        say(self.diary, f"ask_{what}", trial.contender, f"{title}: your word is needed", f"{trial.sentence}\n{command}")
        self.tell(f"{title}; it waits for your word: {command}")

    def _told(self, what: str, trial: Trial, title: str) -> None:
        say(self.diary, what, f"{trial.champion}:{trial.contender}", title, f"{trial.sentence}\nmlwright history")
        self.tell(f"{title}. {trial.sentence}")

    def _train_if_due(self, settings: OperateSettings) -> None:
        looked = self.diary.last("looked")
        rows = rows_that_tell(settings.rows, self.project.record(Snapshot, self.project.trained().run_id).n_rows)
        is_waiting = bool(self.project.store.registry.challengers())
        why = why_to_train(self.diary, settings, rows, is_waiting=is_waiting)
        if not why or looked.get("champion") != self.project.trained().bundle_id:
            return
        key = f"{looked['champion']}:{looked['n_fresh']}"
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
            If nothing was looked at yet, or no labelled row is new.
        SettingsError
            If no reason is given.
        """
        looked, reason = self.diary.last("looked"), succession.with_reason(why).rstrip(".")
        if not looked:
            raise NothingToShow("No new rows were looked at yet.", "mlwright operate --once")
        with hold(self.project.store.folder / "operating", "operate"):
            key = f"{looked['champion']}:{looked['n_fresh']}"
            if self.diary.is_done("training", key):
                raise NothingToShow("No labelled row has come since the last training.", "mlwright operate --once")
            self._train(key, f"Somebody asked for it: {reason}.")

    def _train(self, key: str, why: str) -> None:
        """Train again; a training that was begun before goes on where it ended."""
        looked = self.diary.last("looked")
        run_id = self.diary.begin("training", key, why=why, n_fresh=looked["n_fresh"], champion=looked["champion"])
        self.tell(f"{why} Training again, as run {run_id}.")
        windows = self._windows()
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
            self._refresh(challenger, compared, mended, key, why)
        self.diary.end("training", key, run_id=run_id, seconds=state.seconds, gain_share=left, n_apart=compared.n_rows)

    def _refresh(self, challenger: Challenger, compared: Challenge, mended: float, key: str, why: str) -> None:
        """Put a model that was only trained again to use, or turn it down, where its unseen rows are to decide that."""
        fate = self._fate(challenger, compared, mended)
        title, then = FATES[fate]
        if fate == "waits" and (challenger.verdict == "stop" or "promote" in self.settings.approve):
            typed = f"mlwright challenger promote {challenger.bundle_id} --why REASON"
            then += f"\nIt goes into use on your word alone: {typed}"
        say(self.diary, "trained", key, title, f"{why}\n{compared.sentence}\n{then}")
        self.tell(f"{title}: bundle {challenger.bundle_id}.")
        if fate == "in use":
            succession.promote(self.project, challenger.bundle_id, f"trained again: {compared.sentence}", ME)
        elif fate == "turned down":
            succession.reject(self.project, challenger.bundle_id, f"trained again: {compared.sentence}", ME)

    def _fate(self, challenger: Challenger, compared: Challenge, mended: float) -> Fate:
        """What becomes of a model that was trained just now."""
        if challenger.verdict == "stop":
            return "waits"
        now = Manifest.model_validate_json(self.project.store.blobs.get(self.project.trained().manifest))
        new = Manifest.model_validate_json(self.project.store.blobs.get(challenger.manifest))
        is_same = is_refresh(now, new)
        if settings_allow(self.settings, compared, mended, is_refresh=is_same):
            return "in use"
        is_judged = is_same and self.settings.refresh == "likely" and can_tell(self.settings, compared)
        return "turned down" if is_judged else "waits"

    def _mended(self, compared: Challenge) -> float:
        """The share of what the metric says that touching up spares the model in use; 0 where that is no loss."""
        last = last_touch(self.diary)
        if not last or metric_of(compared.metric).greater_is_better:
            return 0.0
        mended = self.project.record(Touched, last["run_id"]).mended_share
        return 1.0 - math.sqrt(1.0 - mended) if compared.metric == "rmse" else mended

    def _windows(self) -> list[Snapshot]:
        looks = self.diary.events("looked")[-MOST_WINDOWS:]
        return [self.project.record(Window, event["run_id"]).snapshot for event in looks]


def _clock(moment: float) -> str:
    """A moment as people read it, in local time."""
    return f"{datetime.fromtimestamp(moment):%Y-%m-%d %H:%M:%S}"
