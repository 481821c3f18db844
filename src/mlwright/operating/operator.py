"""Looks after one project: one look at a time, each of which may be killed at any instant and is gone on with.

A look watches new rows, counts their outcomes for all who are compared with the model in use, promotes, turns down or
takes back where that is proved, trains again where that pays, and touches the answers up until then. An operating
system's lock lets one operator at a time work on a project; a killed one never leaves it behind. Every step is noted
before it begins and when it is done (`diary`), and every change of what is in use is the same whether it is made once
or twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from mlwright import succession
from mlwright.core.errors import MlwrightError, NothingToShow, ProjectBusy, RunCancelled, SettingsError
from mlwright.core.store.lock import hold
from mlwright.operating.allowed import is_likely
from mlwright.operating.diary import Diary
from mlwright.operating.due import mark_of
from mlwright.operating.hours import is_quiet
from mlwright.operating.metrics import write_metrics
from mlwright.operating.telling import deliver, say
from mlwright.operating.touching import touch_up
from mlwright.operating.training import Trainings, windows_of
from mlwright.operating.wording import STALE, look_words
from mlwright.project import Project
from mlwright.records.bundle import Manifest
from mlwright.records.contest import Shadow, Trial
from mlwright.records.looks import Looks
from mlwright.records.settings import OperateSettings
from mlwright.records.watch import Response, Window
from mlwright.watching.promise import is_stale

ME = "mlwright operate"


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
        self.trainings = Trainings(project, self.diary, ME, tell)

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
        self._is_quiet(settings)  # a span of hours that is not understood is told before anything is done
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
        self.trainings.go_on()
        mark = mark_of(self.project.settings().watch.source)
        if mark is None or mark != self.diary.last("looked").get("mark"):
            self._watch(mark)
        if self._is_quiet(settings):
            return
        self._touch_up(settings)
        self._decide(settings)
        self.trainings.train_if_due()
        self._touch_up(settings)

    def _touch_up(self, settings: OperateSettings) -> None:
        """Before a training it counts how touched-up answers did on the rows that the new model learns from."""
        windows = windows_of(self.project, self.diary)
        touch_up(self.project, self.diary, settings, windows, by=ME, tell=self.tell)

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
        stale = self._is_stale(response.comparison.memory)
        self.diary.note(
            "looked",
            run_id=run_id,
            mark=mark,
            champion=shadow.champion,
            action=response.action,
            is_stale=stale,
            headline=response.headline,
            n_rows=window.snapshot.n_rows,
            n_labelled=shadow.n_labelled,
            n_fresh=shadow.n_fresh,
        )
        self.tell(response.headline)
        if stale and response.action != "retrain":
            self.tell(STALE)
        if response.action != "nothing" and response.action != before:
            title, text = look_words(response, self.settings.approve)
            say(self.diary, response.action, run_id, title, text)

    def _is_stale(self, memory: Looks | None) -> bool:
        champion = self.project.current()
        if memory is None or champion is None:
            return False
        baseline = Manifest.model_validate_json(self.project.store.blobs.get(champion.manifest)).baseline
        return baseline is not None and is_stale(memory, baseline)

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

    def train(self, why: str) -> None:
        """Train again now, on a person's word.

        Raises
        ------
        NothingToShow
            If nothing was looked at yet, or no labelled row is new.
        SettingsError
            If no reason is given.
        """
        reason = succession.with_reason(why).rstrip(".")
        if not self.diary.last("looked"):
            raise NothingToShow("No new rows were looked at yet.", "mlwright operate --once")
        with hold(self.project.store.folder / "operating", "operate"):
            self.trainings.train(f"Somebody asked for it: {reason}.")


def _clock(moment: float) -> str:
    """A moment as people read it, in local time."""
    return f"{datetime.fromtimestamp(moment):%Y-%m-%d %H:%M:%S}"
