"""Where a bundle can be put: what will be done is said first, and what is written there suffices to answer."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.faces.cli.main import build
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import TARGETS, carry_out, label

KEPT = Path(__file__).parents[1] / "compat" / "bundle_1"


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    shutil.copytree(KEPT, tmp_path / "one")
    return Bundle.load(tmp_path / "one")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Docker and kubectl that only write down what they were told; the file names the word at which they fail."""
    folder, told = tmp_path / "bin", tmp_path / "told"
    folder.mkdir()
    for name in ("docker", "kubectl"):
        program = folder / name
        failing = 'case "$*" in *"$FAILS_AT"*) echo no such thing >&2; exit 1;; esac'
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {told}\n{failing}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("FAILS_AT", "nothing at all")
    monkeypatch.setenv("MLWRIGHT_TOKEN", "0123456789abcdef")
    return told


@pytest.mark.parametrize("name", TARGETS.names())
def test_a_plan_does_nothing(bundle: Bundle, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    target = TARGETS.get(name)(None, "registry.example/churn:1")
    assert target.plan(bundle).address
    target.removal(bundle)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_doing_it_again_writes_the_same(bundle: Bundle, tmp_path: Path, programs: Path, name: str) -> None:
    target = TARGETS.get(name)(tmp_path / "out", "registry.example/churn:1")
    contents = []
    for _ in range(2):
        target.deploy(bundle.folder)
        contents.append({path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()})
    assert contents[0] == contents[1]
    lines = programs.read_text().splitlines()
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]


def test_what_the_image_holds_suffices_to_answer_and_carries_no_training_code(bundle: Bundle, tmp_path: Path) -> None:
    plan = TARGETS.get("docker")(tmp_path / "out").plan(bundle)
    carry_out(plan._replace(commands=()))
    code = """
import sys
from mlwright.shipping.serving import container, app
from mlwright.scoring.bundle import Bundle
given = container.options({"MLWRIGHT_BUNDLE": sys.argv[1], "AIP_HTTP_PORT": "8080"}, ["serve"])
bundle = Bundle.load(given["bundle_path"])
reply = app.create_app(bundle).test_client().post("/predict", json=dict(bundle.manifest.golden[0].row))
assert reply.status_code == 200, reply.text
for part in ("data", "learning", "judging", "faces", "shipping.targets"):
    try:
        __import__(f"mlwright.{part}")
    except ImportError:
        continue
    raise AssertionError(f"{part} is there")
"""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "out" / "app")}
    command = [sys.executable, "-c", code, str(tmp_path / "out" / "bundle")]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_image_is_pinned_runs_as_nobody_and_starts_as_platforms_want(bundle: Bundle) -> None:
    files = TARGETS.get("docker")().plan(bundle).files
    dockerfile = files["Dockerfile"].decode()
    assert re.search(r"^USER 10001:10001$", dockerfile, re.M)
    assert re.search(r'^ENTRYPOINT \["python", "-m", "mlwright.shipping.serving.container"\]$', dockerfile, re.M)
    lines = files["requirements.txt"].decode().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9_-]+==\S+", line)] == []


def test_the_container_before_stays_until_the_new_image_has_proved_itself(
    bundle: Bundle, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in ("build", "--entrypoint=python"):
        monkeypatch.setenv("FAILS_AT", fault)
        with pytest.raises(DeploymentError, match="no such thing"):
            TARGETS.get("docker")().deploy(bundle.folder)
        assert "docker rm" not in programs.read_text()


def test_without_a_token_no_container_is_touched(
    bundle: Bundle, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLWRIGHT_TOKEN")
    with pytest.raises(DeploymentError, match="MLWRIGHT_TOKEN"):
        TARGETS.get("docker")().deploy(bundle.folder)
    assert not programs.exists()


def test_a_program_that_is_not_installed_is_named(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DeploymentError, match="is not installed"):
        TARGETS.get("docker")().deploy(bundle.folder)


def test_a_folder_that_is_no_deployment_is_left_alone(bundle: Bundle, tmp_path: Path, programs: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="is no deployment"):
        TARGETS.get("docker")(tmp_path / "mine").deploy(bundle.folder)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_the_pods_meet_the_restricted_rules(bundle: Bundle) -> None:
    plan = TARGETS.get("kubernetes")(None, "registry.example/churn:1").plan(bundle)
    things = {item["kind"]: item for item in json.loads(plan.files["kubernetes.json"])["items"]}
    pod = things["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {next(iter(volume.keys() - {"name"})) for volume in pod["volumes"]} <= {"secret", "emptyDir"}
    assert container["resources"].keys() == {"requests", "limits"}
    assert things["NetworkPolicy"]["spec"]["egress"] == []
    chosen = things["Deployment"]["spec"]["selector"]["matchLabels"]
    assert chosen.items() <= things["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
    assert things["Service"]["spec"]["selector"] == chosen
    assert (
        things["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == things["Deployment"]["metadata"]["name"]
    )


def test_a_rollout_that_fails_is_rolled_back(bundle: Bundle, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS_AT", "rollout status")
    with pytest.raises(DeploymentError, match="go back to those before"):
        TARGETS.get("kubernetes")(None, "registry.example/churn:1").deploy(bundle.folder)
    assert programs.read_text().splitlines()[-1] == f"kubectl rollout undo deployment/{label(bundle.name)}"


def test_a_cluster_needs_an_image_of_a_registry(bundle: Bundle) -> None:
    with pytest.raises(SettingsError, match="none is named"):
        TARGETS.get("kubernetes")().plan(bundle)


def test_the_command_says_what_it_would_do_and_takes_it_back(bundle: Bundle, programs: Path) -> None:
    words = ["deploy", str(bundle.folder), "--to", "docker"]
    dry = CliRunner().invoke(build(), [*words, "--dry-run"])
    assert "run    docker build" in dry.stdout
    assert dry.stdout.endswith("Nothing was done.\n")
    assert not programs.exists()
    assert "answers at http://127.0.0.1:8080" in CliRunner().invoke(build(), words).stdout
    CliRunner().invoke(build(), [*words, "--remove"])
    assert programs.read_text().splitlines()[-1] == f"docker rm --force {label(bundle.name)}"
