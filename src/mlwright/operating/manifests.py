"""Files for the places where an operator runs and is watched: an image, a CronJob, a dashboard, alert rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlwright.config import relative
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.operating.image import IMAGE, image_files
from mlwright.project import Project
from mlwright.shipping.image import USER, label

Thing = dict[str, Any]


def write_manifests(projects: Sequence[Project], folder: Path) -> list[Path]:
    """Write ``cronjob-NAME.json`` for each project, ``grafana.json``, ``alerts.json`` and a folder ``image``.

    Returns the files, and the folder that the image is built from.
    """
    named = {label(project.settings().project.name or project.path.name): project for project in projects}
    files: dict[str, Thing] = {
        f"cronjob-{name}.json": cron_job(name, project.path.name, project.settings().operate.every)
        for name, project in named.items()
    }
    files |= {"grafana.json": dashboard(), "alerts.json": alert_rules()}
    contents = {name: (json.dumps(thing, indent=1) + "\n").encode() for name, thing in files.items()}
    image = {f"image/{name}": content for name, content in image_files(projects).items()}
    with explain_disk_errors(folder):
        for name, content in (contents | image).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return [*(folder / name for name in contents), folder / "image"]


def left_behind(project: Project) -> str | None:
    """Where new rows lie, as seen from the project's folder, if that is outside of it: a pod has the folder alone."""
    source = project.settings().watch.source
    seen = "" if source is None else relative(source, project.path)
    return seen if ".." in Path(seen).parts else None


def cron_job(name: str, folder: str, every_s: float) -> Thing:
    """A CronJob that looks once each time; the project lies on the volume claim ``NAME-project``.

    Its folder is called there what it is called here, for a project without a name is called by it.
    """
    place = f"/projects/{folder}"
    container = {
        "name": "operate",
        "image": IMAGE,
        "args": ["operate", place, "--once"],
        "envFrom": [{"secretRef": {"name": f"{name}-operate", "optional": True}}],
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "8Gi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "project", "mountPath": place}, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
    }
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "project", "persistentVolumeClaim": {"claimName": f"{name}-project"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    job = {"backoffLimit": 0, "template": {"spec": pod}}
    spec = {
        "schedule": schedule(every_s),
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"spec": job},
    }
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "mlwright"}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": f"{name}-operate", "labels": labels},
        "spec": spec,
    }


def schedule(every_s: float) -> str:
    """A length of time as cron takes it: the nearest one below that divides an hour or a day.

    >>> schedule(900.0), schedule(3600.0), schedule(7 * 3600.0), schedule(86400.0)
    ('*/15 * * * *', '0 * * * *', '0 */6 * * *', '0 3 * * *')
    """
    minutes = max(1, int(every_s // 60))
    if minutes < 60:
        return f"*/{max(step for step in range(1, 31) if 60 % step == 0 and step <= minutes)} * * * *"
    hours = minutes // 60
    if hours == 1:
        return "0 * * * *"
    if hours >= 24:
        return "0 3 * * *"
    return f"0 */{max(step for step in range(1, 13) if 24 % step == 0 and step <= hours)} * * *"


PANELS = (
    ("What the last look asks for", "stat", "mlwright_action", "{{project}}: {{action}}"),
    ("Bundle in use", "stat", "mlwright_champion", "{{project}}: {{bundle}}"),
    ("Gain of contenders on a row", "timeseries", "mlwright_trial_gain", "{{project}} {{bundle}} {{bound}}"),
    ("Rows compared", "timeseries", "mlwright_trial_rows", "{{project}} {{bundle}}"),
    ("Labelled rows not learned from", "timeseries", "mlwright_fresh_labelled_rows", "{{project}}"),
    ("Trainings", "timeseries", "mlwright_trainings_total", "{{project}}"),
    ("Promotions and rollbacks", "timeseries", "mlwright_promotions_total", "{{project}} promoted"),
    ("Seconds of training today", "timeseries", "mlwright_training_seconds_today", "{{project}}"),
    ("Failures in a row", "timeseries", "mlwright_failures", "{{project}}"),
    ("Time since the last look", "timeseries", "time() - mlwright_last_look_seconds", "{{project}}"),
)


def dashboard() -> Thing:
    """A dashboard for Grafana over the figures of `metrics`."""
    panels = []
    for place, (title, sort, query, legend) in enumerate(PANELS):
        targets = [{"expr": query, "legendFormat": legend, "refId": "A"}]
        if title.startswith("Promotions"):
            targets.append({"expr": "mlwright_rollbacks_total", "legendFormat": "{{project}} taken back", "refId": "B"})
        where = {"h": 7, "w": 12, "x": 12 * (place % 2), "y": 7 * (place // 2)}
        source = {"type": "prometheus", "uid": "${source}"}
        panels.append(
            {"id": place + 1, "title": title, "type": sort, "gridPos": where, "datasource": source, "targets": targets}
        )
    variable = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Data source"}
    return {
        "title": "mlwright: models that are looked after",
        "uid": "mlwright-operate",
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"},
        "templating": {"list": [variable]},
        "panels": panels,
    }


def alert_rules() -> Thing:
    """Alert rules for Prometheus; JSON is YAML."""

    def rule(name: str, query: str, wait: str, said: str) -> Thing:
        return {"alert": name, "expr": query, "for": wait, "annotations": {"summary": said}}

    rules = [
        rule("MlwrightFails", "mlwright_failures >= 3", "0m", "Looking after {{ $labels.project }} fails."),
        rule(
            "MlwrightSilent",
            "time() - mlwright_last_look_seconds > 2 * 86400",
            "10m",
            "{{ $labels.project }} was not looked at for two days.",
        ),
        rule(
            "MlwrightAsksForLabels",
            'mlwright_action{action="ask_for_labels"} == 1',
            "1h",
            "True outcomes of {{ $labels.project }} are needed.",
        ),
        rule(
            "MlwrightRolledBack",
            "increase(mlwright_rollbacks_total[1d]) > 0",
            "0m",
            "A model of {{ $labels.project }} was taken back.",
        ),
        rule("MlwrightUntold", "mlwright_notices_waiting > 0", "1d", "Notices of {{ $labels.project }} do not arrive."),
    ]
    return {"groups": [{"name": "mlwright", "rules": rules}]}
