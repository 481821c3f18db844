"""What is written for a cluster: a CronJob, and the contents of the image that it names, which are really run."""

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from mlwright.operating.alert_rules import alert_rules
from mlwright.operating.dashboard import dashboard
from mlwright.operating.manifests import left_behind, write_manifests
from mlwright.operating.metrics import HELP
from mlwright.project import Project

RUN = """
import runpy, sys
sys.path[:0], sys.argv[:3] = sys.argv[1:3], ["mlwright"]
runpy.run_module("mlwright", run_name="__main__")
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    csv.write_csv(pa.table({"x": x, "y": 2 * x + rng.normal(size=300)}), tmp_path / "rows.csv")
    return Project.create(
        tmp_path / "p",
        {
            "project": {"name": "Sales of Riga", "target": "y"},
            "collect": {"source": str(tmp_path / "rows.csv")},
            "train": {"candidates": 2},
        },
    )


def test_the_cron_job_looks_once_each_time_in_the_image_that_is_written_beside_it(project: Project) -> None:
    written = write_manifests([project], project.path / "cluster")
    assert [file.name for file in written] == ["cronjob-sales-of-riga.json", "grafana.json", "alerts.json", "image"]
    pod = json.loads(written[0].read_text())["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"] == ["operate", "/projects/p", "--once"]
    assert pod["containers"][0]["volumeMounts"][0]["mountPath"] == "/projects/p"
    assert pod["containers"][0]["image"].startswith("mlwright/operate:")
    dockerfile = (written[-1] / "Dockerfile").read_text()
    assert f"USER {pod['securityContext']['runAsUser']}:" in dockerfile


def test_it_is_told_where_a_pod_would_not_see_the_new_rows(project: Project) -> None:
    toml = project.path / "mlwright.toml"
    settings = toml.read_text()
    for source, outside in (("log", None), ("../log", "../log"), ("postgresql://shop/db", None)):
        toml.write_text(f'{settings}\n[watch]\nsource = "{source}"\n')
        assert left_behind(Project(project.path)) == outside


def test_the_dashboard_and_the_alert_rules_ask_for_figures_that_are_written() -> None:
    asked = set(re.findall(r"mlwright_[a-z_]+", json.dumps([dashboard(), alert_rules()])))
    assert len(asked) >= 10
    assert asked <= set(HELP)


@pytest.mark.timeout(120)
def test_the_image_holds_all_that_a_training_and_a_look_need(project: Project, tmp_path: Path) -> None:
    image = write_manifests([project], project.path / "cluster")[-1]
    packages = tmp_path / "packages"
    install(image / "requirements.txt", packages)
    first = in_image(image, packages, "run", "-p", project.path, "--budget", "10s")
    assert first.returncode == 0, first.stdout + first.stderr
    assert Project(project.path).bundle().manifest.target == "y"
    look = in_image(image, packages, "operate", project.path, "--once")
    assert "Traceback" not in look.stderr + look.stdout
    assert look.returncode in (0, 2), look.stderr


def install(requirements: Path, folder: Path) -> None:
    """The packages alone that the image installs, as links to where they are here."""
    folder.mkdir()
    for line in requirements.read_text().splitlines():
        name, _, number = line.partition("==")
        installed = distribution(name)
        assert installed.version == number
        for top in {file.parts[0] for file in installed.files or () if file.parts[0] not in ("..", "__pycache__")}:
            link = folder / top
            if not link.exists():
                link.symlink_to(installed.locate_file(top))


def in_image(image: Path, packages: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run mlwright as the image does: its own code, its own packages and Python's library, and nothing else."""
    command = [sys.executable, "-I", "-S", "-c", RUN, image / "app", packages, *words]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=100)
