"""Figures for Prometheus: a file that its text collector reads, written anew after every look."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from mlwright.core.store.blobs import write_atomically
from mlwright.operating.diary import Diary
from mlwright.project import Project
from mlwright.records.settings import OperateSettings

HELP = {
    "mlwright_looks_total": "Looks at new rows.",
    "mlwright_last_look_seconds": "When the last look ended, in seconds since 1970.",
    "mlwright_failures": "Failures in a row since it last went well.",
    "mlwright_action": "1 for what the last look asks for.",
    "mlwright_champion": "1 for the bundle in use.",
    "mlwright_challengers": "Bundles that challenge the one in use.",
    "mlwright_trial_rows": "Labelled rows that a contender was compared on.",
    "mlwright_trial_gain": "Its mean gain on a row; bound is low, mean or high.",
    "mlwright_fresh_labelled_rows": "Labelled rows that the model in use has not learned from.",
    "mlwright_trainings_total": "Trainings that have ended.",
    "mlwright_training_seconds_today": "Seconds of training that ended today.",
    "mlwright_promotions_total": "How often a bundle was put to use.",
    "mlwright_touched_up_total": "How often the newest outcomes touched the answers up.",
    "mlwright_rollbacks_total": "How often one was taken back.",
    "mlwright_notices_waiting": "Notices that somebody has not got yet.",
}
Sample = tuple[str, dict[str, str], float]


def write_metrics(project: Project, diary: Diary, settings: OperateSettings) -> Path:
    """Write the file, and return where it is."""
    path = Path(settings.metrics) if settings.metrics else project.store.folder / "operate.prom"
    path = path if path.is_absolute() else project.path / path
    write_atomically(path, metrics_text(project, diary, settings).encode())
    return path


def metrics_text(project: Project, diary: Diary, settings: OperateSettings) -> str:
    """The figures in Prometheus' text format."""
    name = project.settings().project.name or project.path.name
    lines, told = [], set()
    for metric, labels, value in _samples(project, diary, settings):
        if metric not in told:
            told.add(metric)
            kind = "counter" if metric.endswith("_total") else "gauge"
            lines += [f"# HELP {metric} {HELP[metric]}", f"# TYPE {metric} {kind}"]
        pairs = ",".join(f'{key}="{_escaped(said)}"' for key, said in {"project": name, **labels}.items())
        lines.append(f"{metric}{{{pairs}}} {value!r}")
    return "\n".join(lines) + "\n"


def _samples(project: Project, diary: Diary, settings: OperateSettings) -> Iterable[Sample]:
    looked, now = diary.last("looked"), project.current()
    yield "mlwright_looks_total", {}, float(len(diary.events("looked")))
    yield "mlwright_last_look_seconds", {}, float(looked.get("at", 0.0))
    yield "mlwright_failures", {}, float(diary.failures())
    if looked:
        yield "mlwright_action", {"action": looked["action"]}, 1.0
        yield "mlwright_fresh_labelled_rows", {}, float(looked["n_fresh"])
    if now is not None:
        yield "mlwright_champion", {"bundle": now.bundle_id}, 1.0
    yield "mlwright_challengers", {}, float(len(project.store.registry.challengers()))
    yield from _trials(project)
    yield "mlwright_trainings_total", {}, float(len(list(diary.trainings())))
    yield "mlwright_training_seconds_today", {}, diary.compute_today_s()
    yield from _changes(project)
    sent = {(event["id"], event["address"]) for event in diary.events("sent")}
    due = {(event["id"], address) for event in diary.events("notice") for address in settings.notices}
    yield "mlwright_notices_waiting", {}, float(len(due - sent))


def _trials(project: Project) -> Iterable[Sample]:
    trials = project.trials() if project.current() is not None else ()
    for trial in trials:
        yield "mlwright_trial_rows", {"bundle": trial.contender, "part": trial.part}, float(trial.n)
    for trial in trials:
        for bound, value in (("low", trial.low), ("mean", trial.gain), ("high", trial.high)):
            if math.isfinite(value):
                yield "mlwright_trial_gain", {"bundle": trial.contender, "part": trial.part, "bound": bound}, value


def _changes(project: Project) -> Iterable[Sample]:
    kinds = [event["event"] for event in project.store.registry.journal]
    n_touched = sum(event["event"] == "crowned" and "base" in event for event in project.store.registry.journal)
    yield "mlwright_promotions_total", {}, float(kinds.count("crowned") - n_touched)
    yield "mlwright_touched_up_total", {}, float(n_touched)
    yield "mlwright_rollbacks_total", {}, float(kinds.count("undone"))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
