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
from pathlib import Path

from mlwright import succession
from mlwright.core.errors import Fault, MlwrightError, NothingToShow, ProjectBusy, RunCancelled, SettingsError
from mlwright.core.record import digest
from mlwright.core.store.lock import hold
from mlwright.data.words import counted, figure
from mlwright.learning.metrics import metric_of
from mlwright.operating.diary import Diary
from mlwright.operating.hours import is_quiet
from mlwright.operating.metrics import write_metrics
from mlwright.operating.telling import deliver, say
from mlwright.operating.touching import last_touch, touch_up
from mlwright.overrides import with_budget
from mlwright.project import Project
from mlwright.records.bundle import Manifest
from mlwright.records.challenge import Challenge
from mlwright.records.contest import Shadow, Trial
from mlwright.records.data import Snapshot
from mlwright.records.settings import OperateSettings
from mlwright.records.touched import Touched
from mlwright.records.watch import Response, Window
from mlwright.watching.stretch import SURE, surely_less
from mlwright.watching.timing import Pace, gain_left, has_saved_up, next_pace

ME = "mlwright operate"
FEWEST_ROWS = 30
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
            return False
        try:
            self._work(settings)
        except (RunCancelled, ProjectBusy, SettingsError):
            raise
        except MlwrightError as error:
            self._failed(error)
        else:
            if self.diary.failures():
                self.diary.note("well")
        if not self._is_quiet(settings):
            deliver(self.diary, settings.notices, self.project.settings().project.name or "model")
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
        wait_s = self.diary.waits_until() - self.now()
        self.tell(f"It did not go well ({error.message}); the next try is in {wait_s:.0f} s.")
        if n in (1, 5):
            say(self.diary, "failed", str(self.diary.last("failed")["at"]), "Looking after the model fails", str(error))

    def _watch(self, mark: str | None) -> None:
        """Take new rows in, compare them, and count their outcomes."""
        key = str(len(self.diary.events("looked")))
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
            text = "\n".join([*response.reasons, *response.next_steps])
            say(self.diary, response.action, run_id, response.headline, text)

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
                self.tell(f"Challenger {trial.contender} was turned down: {trial.sentence}")

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
        why = why_to_train(self.diary, settings, is_waiting=bool(self.project.store.registry.challengers()))
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
                f"{why}\nmlwright operate --train",
            )
            self.tell(f"{why} It waits for your word: mlwright operate --train")
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
        """
        looked = self.diary.last("looked")
        if not looked:
            raise NothingToShow("No new rows were looked at yet.", "mlwright operate --once")
        with hold(self.project.store.folder / "operating", "operate"):
            self._train(f"{looked['champion']}:{looked['n_fresh']}", why)

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
        self.diary.end("training", key, run_id=run_id, seconds=state.seconds, gain_share=left, n_apart=compared.n_rows)
        say(self.diary, "trained", key, "A new model challenges the one in use", f"{why}\n{compared.sentence}")
        self.tell(compared.sentence)
        self._refresh(compared, run_id, mended)

    def _refresh(self, compared: Challenge, run_id: str, mended: float) -> None:
        """Put a model that was only trained again to use, or turn it down, where its unseen rows are to decide that."""
        challenger = next((one for one in self.project.store.registry.challengers() if one.run_id == run_id), None)
        if challenger is None or challenger.verdict == "stop":
            return
        now = Manifest.model_validate_json(self.project.store.blobs.get(self.project.trained().manifest))
        new = Manifest.model_validate_json(self.project.store.blobs.get(challenger.manifest))
        is_same, why = is_refresh(now, new), f"trained again: {compared.sentence}"
        if settings_allow(self.settings, compared, mended, is_refresh=is_same):
            champion = succession.promote(self.project, challenger.bundle_id, why, ME)
            self.tell(f"Bundle {champion.bundle_id} has learned from newer rows, and is in use now.")
        elif is_same and self.settings.refresh == "likely" and can_tell(self.settings, compared):
            succession.reject(self.project, challenger.bundle_id, why, ME)
            self.tell(f"Challenger {challenger.bundle_id} was turned down: it does worse than what answers now.")

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


def why_to_train(diary: Diary, settings: OperateSettings, *, is_waiting: bool) -> str:
    """Why training again pays now, as a sentence; empty if it does not.

    It takes `settings.rows` labelled rows that are new to the model in use and came since the last training, and
    either a model that is worse than promised or the wait that `timing` works out. While a challenger waits for its
    verdict, half as many rows again have to come first. In the mean there is one training for
    `settings.looks_per_training` looks that brought outcomes.
    """
    looked, begun = diary.last("looked"), diary.last("begun")
    trained = diary.begun_trainings()
    n_before = trained[-1]["n_fresh"] if trained and trained[-1]["champion"] == looked.get("champion") else 0
    n_new = looked.get("n_fresh", 0) - n_before
    pace = pace_of(diary, settings)
    needed = max(settings.rows, 1.5 * pace.rows) if is_waiting else settings.rows
    if not begun or n_new < needed or not has_saved_up(*diary.looks_and_trainings(), settings.looks_per_training):
        return ""
    if looked["action"] == "retrain":
        return f"The model is worse than promised, and {counted(n_new, 'labelled row')} came since it was trained."
    if n_new >= pace.rows:
        return (
            f"{counted(n_new, 'labelled row')} came since the last training; from {figure(round(pace.rows))} on the "
            "next one pays for itself."
        )
    return ""


def settings_allow(settings: OperateSettings, compared: Challenge, mended: float = 0.0, *, is_refresh: bool) -> bool:
    """Whether a new model may go into use on what it gained on unseen rows.

    One that is only trained again has to be no worse, as far as these rows tell; another one has to be better, and so
    has either where the answers of the model in use are touched up: it then gives up what these have learned.

    Parameters
    ----------
    settings : OperateSettings
    compared : Challenge
    mended : float
        The share of its loss that touching up spares the model in use.
    is_refresh : bool
    """
    if not can_tell(settings, compared) or compared.gain is None:
        return False
    left = gain_left(gain_share(compared), mended)
    if settings.promote == "likely":
        return left is not None and left > settings.least_gain
    if settings.refresh != "likely" or not is_refresh:
        return False
    return left is not None and left > 0 if mended > 0 else not surely_less(compared.gain, SURE)


def can_tell(settings: OperateSettings, compared: Challenge) -> bool:
    """Whether unseen rows may decide, and there are enough of them."""
    return "promote" not in settings.approve and compared.n_rows >= FEWEST_ROWS and compared.gain is not None


def is_refresh(now: Manifest, new: Manifest) -> bool:
    """Whether a model is the one in use, trained again: the same question to the same inputs."""
    inputs = [sorted(clause.name for clause in each.inputs) for each in (now, new)]
    return inputs[0] == inputs[1] and (now.target, now.model.classes) == (new.target, new.model.classes)


def is_likely(trial: Trial, settings: OperateSettings) -> bool:
    """Whether a challenger that is not proved better yet goes into use, as the settings allow."""
    return settings.promote == "likely" and trial.n >= FEWEST_ROWS and trial.gain > trial.least_gain


def pace_of(diary: Diary, settings: OperateSettings) -> Pace:
    """How long to wait between trainings, as the gains of those before have shown."""
    pace, begun = Pace(float(settings.rows)), {e["key"]: e for e in diary.events("begun") if e["what"] == "training"}
    for event in diary.trainings():
        if event.get("gain_share") is not None:
            age = float(begun[event["key"]]["n_fresh"]) - event.get("n_apart", 0)
            pace = next_pace(pace, age, event["gain_share"], settings.training_cost * settings.rows, settings.rows)
    return pace


def gain_share(compared: Challenge) -> float | None:
    """What a new model gained on unseen rows, as a share of the loss of the one in use; None if that is not known."""
    if compared.gain is None or compared.champion_model is None or not compared.champion_model.value:
        return None
    return compared.gain.value / abs(compared.champion_model.value)


def mark_of(source: str | None) -> str | None:
    """What tells whether a file, or a folder of files, is what it was; None for other sources."""
    if source is None or not Path(source).exists():
        return None
    files = [Path(source), *sorted(Path(source).rglob("*"))] if Path(source).is_dir() else [Path(source)]
    facts = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
    return digest(facts)[:16]
