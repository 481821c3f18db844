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

from mlwright.core.errors import DeploymentError, ExtraMissing, SettingsError
from mlwright.faces.cli.main import build
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import DRAWING, NEVER_LOADED, label
from mlwright.shipping.parts import parts
from mlwright.shipping.steps import carry_out
from mlwright.shipping.targets import TARGETS, target

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
IMAGE = "registry.example/churn:1"
OPTIONS = {
    "project": {},
    "local": {},
    "docker": {},
    "kubernetes": {"image": IMAGE},
    "azure": {"image": IMAGE, "workspace": "w", "group": "g"},
    "mlflow": {},
    "vertex": {"image": IMAGE, "project": "shop"},
    "sagemaker": {"image": IMAGE, "role": "arn:aws:iam::123456789012:role/models"},
}


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
        nothing_runs = '[ "$1" != inspect ] || exit 1'
        program.write_text(
            f'#!/bin/sh\n[ "$1" != version ] || exit 0\necho "{name} $*" >> {told}\n{failing}\n{nothing_runs}\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("FAILS_AT", "nothing at all")
    monkeypatch.setenv("MLWRIGHT_TOKEN", "0123456789abcdef")
    return told


@pytest.mark.parametrize("name", TARGETS.names())
def test_a_plan_does_nothing(bundle: Bundle, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    place = target(name, OPTIONS[name])
    assert place.plan(bundle).address
    place.removal(bundle)
    place.back(bundle)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_doing_it_again_writes_the_same(bundle: Bundle, tmp_path: Path, programs: Path, name: str) -> None:
    place = target(name, {"folder": tmp_path / "out", **OPTIONS[name]})
    written = []
    for _ in range(2):
        place.deploy(bundle.folder)
        written.append({path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()})
    assert written[0] == written[1]
    lines = programs.read_text().splitlines()
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]


def test_what_the_image_holds_suffices_to_answer_and_carries_no_training_code(bundle: Bundle, tmp_path: Path) -> None:
    plan = target("docker", {"folder": tmp_path / "out"}).plan(bundle)
    carry_out(plan._replace(steps=()))
    code = """
import sys
from mlwright.shipping.serving import container, app
from mlwright.scoring.bundle import Bundle
folder, _ = container.options({"MLWRIGHT_BUNDLE": sys.argv[1], "AIP_HTTP_PORT": "8080"}, ["serve"])
bundle = Bundle.load(folder)
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
    files = target("docker").plan(bundle).files
    dockerfile = files["Dockerfile"].decode()
    assert re.search(r"^USER 10001:10001$", dockerfile, re.M)
    assert re.search(r'^ENTRYPOINT \["python", "-m", "mlwright.shipping.serving.container"\]$', dockerfile, re.M)
    lines = files["requirements.txt"].decode().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9_-]+==\S+", line)] == []


def test_what_draws_is_not_in_the_image() -> None:
    with_all, without = parts(["catboost", "flask"]), parts(["catboost", "flask"], without=DRAWING)
    assert {"matplotlib", "plotly", "contourpy", "pillow"} <= with_all.keys() - without.keys()
    assert {"pandas", "numpy", "scipy", "flask", "jinja2"} <= without.keys()


def test_what_is_left_out_of_packages_is_not_loaded_by_what_answers(bundle: Bundle) -> None:
    code = """
import io, sys
from mlwright.shipping.serving.absent import load_lightly
load_lightly()
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
import pyarrow as pa, pyarrow.parquet as pq
bundle = Bundle.load(sys.argv[1])
client, row, body = create_app(bundle).test_client(), dict(bundle.manifest.golden[0].row), io.BytesIO()
pq.write_table(pa.Table.from_pylist([row]), body)
assert client.post("/predict?reasons=1", json=row).status_code == 200
kind = "application/vnd.apache.parquet"
assert client.post("/invocations", data=body.getvalue(), content_type=kind).status_code == 200
print(*[module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)], sep="\\n")
"""
    done = subprocess.run([sys.executable, "-c", code, str(bundle.folder)], capture_output=True, text=True, check=True)
    for path in map(Path, done.stdout.splitlines()):
        below = [path, *path.parents]
        left_out = [pattern for pattern in NEVER_LOADED if any(each.match(pattern.lstrip("*/")) for each in below)]
        assert not left_out, (path, left_out)


def test_the_container_before_stays_until_the_new_image_has_proved_itself(
    bundle: Bundle, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in ("build", "--entrypoint=python"):
        monkeypatch.setenv("FAILS_AT", fault)
        with pytest.raises(DeploymentError, match="no such thing"):
            target("docker").deploy(bundle.folder)
        assert "--detach" not in programs.read_text()


def test_without_a_token_no_container_is_touched(
    bundle: Bundle, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLWRIGHT_TOKEN")
    with pytest.raises(DeploymentError, match="MLWRIGHT_TOKEN"):
        target("docker").deploy(bundle.folder)
    assert not programs.exists()


def test_a_program_that_is_not_installed_is_named(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("MLWRIGHT_TOKEN", "0123456789abcdef")
    with pytest.raises(DeploymentError, match="is not installed"):
        target("docker").deploy(bundle.folder)


def test_a_folder_that_is_no_deployment_is_left_alone(bundle: Bundle, tmp_path: Path, programs: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="is no deployment"):
        target("docker", {"folder": tmp_path / "mine"}).deploy(bundle.folder)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_the_pods_meet_the_restricted_rules(bundle: Bundle) -> None:
    plan = target("kubernetes", {"image": IMAGE}).plan(bundle)
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


def test_the_manifests_are_what_kubernetes_knows(bundle: Bundle) -> None:
    from kubernetes_validate import validate

    plan = target("kubernetes", {"image": IMAGE}).plan(bundle)
    for item in json.loads(plan.files["kubernetes.json"])["items"]:
        validate(item, "1.37", strict=True)
    predictor = json.loads(plan.files["kserve.json"])["spec"]["predictor"]
    pod = {key: value for key, value in predictor.items() if key not in ("minReplicas", "maxReplicas")}
    validate({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": pod}, "1.37", strict=True)


def test_kserve_gets_the_same_pods(bundle: Bundle) -> None:
    files = target("kubernetes", {"image": IMAGE}).plan(bundle).files
    service, deployment = json.loads(files["kserve.json"]), json.loads(files["kubernetes.json"])["items"][0]
    assert (service["apiVersion"], service["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    predictor = dict(service["spec"]["predictor"])
    assert (predictor.pop("minReplicas"), predictor.pop("maxReplicas")) == (2, 10)
    pod = deployment["spec"]["template"]["spec"]
    assert predictor.pop("containers") == [pod.pop("containers")[0] | {"name": "kserve-container"}]
    assert predictor == pod


def test_a_rollout_that_fails_is_rolled_back(bundle: Bundle, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS_AT", "rollout status")
    with pytest.raises(DeploymentError, match="go back to those before"):
        target("kubernetes", {"image": IMAGE}).deploy(bundle.folder)
    assert programs.read_text().splitlines()[-1] == f"kubectl rollout undo deployment/{label(bundle.name)}"


def test_a_cluster_needs_an_image_of_a_registry(bundle: Bundle) -> None:
    with pytest.raises(SettingsError, match="and none is named"):
        target("kubernetes").plan(bundle)


def test_the_command_says_what_it_would_do_and_takes_it_back(bundle: Bundle, programs: Path) -> None:
    words = ["deploy", str(bundle.folder), "--to", "docker"]
    dry = CliRunner().invoke(build(), [*words, "--dry-run"])
    assert "run    docker build" in dry.stdout
    assert dry.stdout.endswith("Nothing was done.\n")
    assert not programs.exists()
    assert "answers at http://127.0.0.1:8080" in CliRunner().invoke(build(), words).stdout
    assert "any more (docker)." in CliRunner().invoke(build(), [*words, "--remove"]).stdout
    name = label(bundle.name)
    gone = [f"docker rm --force {name}{part}" for part in ("", "-before", "-aside")]
    assert programs.read_text().splitlines()[-3:] == gone


def test_files_can_be_written_for_others_to_apply(bundle: Bundle, tmp_path: Path, programs: Path) -> None:
    words = ["deploy", str(bundle.folder), "--to", "kubernetes", "--image", IMAGE, "--set", "pushed=true"]
    done = CliRunner().invoke(build(), [*words, "-o", str(tmp_path / "manifests"), "--write"])
    assert done.stdout.endswith(f"The files lie in {tmp_path / 'manifests'}; nothing else was done.\n")
    assert {path.name for path in (tmp_path / "manifests").glob("*.json")} == {"kubernetes.json", "kserve.json"}
    assert not programs.exists()
    assert not (tmp_path / "deploy").exists()
    refused = CliRunner().invoke(build(), ["deploy", str(bundle.folder), "--to", "local", "--write"])
    assert "no files are needed" in str(refused.exception)


def test_options_are_read_as_what_the_place_takes_and_unknown_ones_are_refused() -> None:
    assert target("kubernetes", {"replicas": "3"}).replicas == 3
    with pytest.raises(SettingsError, match="'three'") as refused:
        target("kubernetes", {"replicas": "three"})
    assert "--set replicas" in refused.value.hint
    with pytest.raises(SettingsError, match="no option 'replica'") as refused:
        target("kubernetes", {"replica": 3})
    assert "replicas" in refused.value.hint


def test_every_package_in_the_image_is_pinned_and_listed(bundle: Bundle) -> None:
    files = target("docker").plan(bundle).files
    pinned = dict(line.split("==") for line in files["requirements.txt"].decode().splitlines())
    assert pinned.items() >= bundle.manifest.packages.items()
    assert {"flask", "click", "pydantic-core", "markupsafe"} <= pinned.keys()
    listed = json.loads(files["sbom.cdx.json"])
    assert listed["metadata"]["component"]["version"] == bundle.bundle_id
    assert {one["name"]: one["version"] for one in listed["components"] if one["type"] == "library"} == pinned


def test_mlflow_that_is_not_installed_is_told_with_how_to_get_it(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ExtraMissing, match="MLflow is not installed"):
        target("mlflow").deploy(bundle.folder)
