"""Files for the places where an operator runs and is watched: an image, CronJobs, a dashboard, alert rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlwright.config import relative
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.operating.alert_rules import alert_rules
from mlwright.operating.cron_job import cron_job
from mlwright.operating.dashboard import dashboard
from mlwright.operating.image import image_files
from mlwright.project import Project
from mlwright.shipping.image import label


def write_manifests(projects: Sequence[Project], folder: Path) -> list[Path]:
    """Write ``cronjob-NAME.json`` for each project, ``grafana.json``, ``alerts.json`` and a folder ``image``.

    Returns the files, and the folder that the image is built from.
    """
    named = {label(project.settings().project.name or project.path.name): project for project in projects}
    files: dict[str, dict[str, Any]] = {
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
