"""A CronJob for Kubernetes that looks after one project."""

from __future__ import annotations

from typing import Any

from mlwright.operating.image import IMAGE
from mlwright.shipping.image import USER

Thing = dict[str, Any]


def cron_job(name: str, folder: str, every_s: float) -> Thing:
    """A CronJob that looks once each time; the project lies on the volume claim ``NAME-project``.

    Its folder is called there what it is called here, for a project without a name is called by it.
    """
    spec = {
        "schedule": schedule(every_s),
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": _pod(name, f"/projects/{folder}")}}},
    }
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "mlwright"}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": f"{name}-operate", "labels": labels},
        "spec": spec,
    }


def _pod(name: str, place: str) -> Thing:
    """Under the security that Kubernetes calls restricted; the project is there at `place`."""
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
    return {
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
