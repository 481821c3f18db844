"""What containers are given: a place for the log, processes, a limit of requests, memory; the plan says all of it."""

from __future__ import annotations

import json
import re
import shutil
import stat
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mlwright.core.errors import BundleError, DeploymentError, SettingsError
from mlwright.core.listed import names_in
from mlwright.faces.cli.main import build
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.allowance import OPTIONS, Allowance
from mlwright.shipping.containers import _seal
from mlwright.shipping.image import label
from mlwright.shipping.serving.container import options
from mlwright.shipping.signing import new_key, read_key, sign
from mlwright.shipping.targets import SERVE_SETTINGS, TARGETS, target

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
IMAGE = "registry.example/churn:1"
URL = "s3://bucket/asked?region=eu-west-1"
ALL = {"workers": "4", "max_per_s": "2.5", "memory": "1.5g"}
NOT_THERE = {"log": "s3://key:secret@bucket/asked"}


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    shutil.copytree(KEPT, tmp_path / "one")
    return Bundle.load(tmp_path / "one")


def run_of(bundle: Bundle, **given: str) -> list[str]:
    """The words that Docker is told."""
    return target("docker", given).plan(bundle).steps[-1].text().split()


def pod_of(bundle: Bundle, **given: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The pod, its container and the rules of its network; all manifests are what Kubernetes knows."""
    from kubernetes_validate import validate

    files = target("kubernetes", {"image": IMAGE, "pushed": True, **given}).plan(bundle).files
    items = json.loads(files["kubernetes.json"])["items"]
    for item in items:
        validate(item, "1.37", strict=True)
    predictor = json.loads(files["kserve.json"])["spec"]["predictor"]
    plain = {key: value for key, value in predictor.items() if key not in ("minReplicas", "maxReplicas")}
    validate({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": plain}, "1.37", strict=True)
    things = {item["kind"]: item["spec"] for item in items}
    pod = things["Deployment"]["template"]["spec"]
    return pod, pod["containers"][0], things["NetworkPolicy"]


def told(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container["env"] if "value" in one}


def test_a_container_is_given_nothing_that_nobody_asked_for(bundle: Bundle) -> None:
    words = run_of(bundle)
    assert [word for word in words if word.startswith(("--env=", "--volume", "--memory"))] == ["--env=MLWRIGHT_TOKEN"]


def test_a_pod_is_given_512_mib_and_one_processor_unless_somebody_says_otherwise(bundle: Bundle) -> None:
    pod, container, network = pod_of(bundle)
    assert container["resources"] == {
        "requests": {"cpu": "250m", "memory": "256Mi"},
        "limits": {"cpu": "1", "memory": "512Mi"},
    }
    assert told(container) == {"MLWRIGHT_TOKEN_FILE": "/tokens/tokens"}
    assert network["egress"] == []
    assert "fsGroup" not in pod["securityContext"]


def test_a_container_gets_what_it_is_given_and_the_service_understands_it(bundle: Bundle, tmp_path: Path) -> None:
    words = run_of(bundle, log="asked", **ALL)
    assert {"--memory=1536m", f"--volume={tmp_path / 'asked'}:/log:z"} <= set(words)
    variables = [word.removeprefix("--env=") for word in words if word.startswith("--env=")]
    said = dict(variable.split("=", 1) for variable in variables if "=" in variable)
    _, settings = options({**said, "MLWRIGHT_BUNDLE": str(bundle.folder), "MLWRIGHT_TOKEN": "t" * 32}, [])
    assert (settings.workers, settings.max_per_s, settings.log.folder) == (4, 2.5, "/log")


def test_a_pod_gets_what_it_is_given_and_the_service_understands_it(bundle: Bundle) -> None:
    pod, container, network = pod_of(bundle, log="asked", **ALL)
    assert container["resources"] == {
        "requests": {"cpu": "1000m", "memory": "768Mi"},
        "limits": {"cpu": "4", "memory": "1536Mi"},
    }
    _, settings = options({**told(container), "MLWRIGHT_BUNDLE": str(bundle.folder)}, [])
    assert (settings.workers, settings.max_per_s, settings.log.folder) == (4, 2.5, "/log/$(POD_NAME)")
    assert container["env"][0]["name"] == "POD_NAME"  # Kubernetes puts in what was named before
    assert {"name": "log", "persistentVolumeClaim": {"claimName": "asked"}} in pod["volumes"]
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsUser"]
    assert network["egress"] == []


def test_a_log_that_is_copied_waits_in_the_pod_and_may_leave_it(bundle: Bundle) -> None:
    pod, container, network = pod_of(bundle, log=URL)
    _, settings = options({**told(container), "MLWRIGHT_BUNDLE": str(bundle.folder)}, [])
    assert (settings.log.folder, settings.log.copy_to) == ("/log", URL)
    waiting = next(volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if volume["name"] == "log")
    assert int(waiting.removesuffix("M")) * 1_000_000 >= 2 * settings.log.max_bytes
    assert container["envFrom"] == [{"secretRef": {"name": f"{label(bundle.name)}-log"}}]
    assert {rule["port"] for rule in network["egress"][0]["ports"]} == {53, 443}


def test_a_log_that_is_copied_waits_beside_the_files_of_the_container(bundle: Bundle, tmp_path: Path) -> None:
    words = run_of(bundle, log=URL)
    kept = tmp_path / "deploy" / "docker" / f"{label(bundle.name)}-log"
    assert {f"--env=MLWRIGHT_LOG_COPY={URL}", "--env=AWS_SECRET_ACCESS_KEY", f"--volume={kept}:/log:z"} <= set(words)


def test_the_folder_of_a_log_is_made_for_its_owner_and_group(bundle: Bundle, tmp_path: Path) -> None:
    steps = target("docker", {"log": "kept/asked"}).plan(bundle).steps
    make = next(step for step in steps if step.why == "have a folder for the log")
    make.do()
    assert stat.S_IMODE((tmp_path / "kept" / "asked").stat().st_mode) == 0o2750
    (tmp_path / "kept" / "asked").chmod(0o755)
    make.do()
    assert stat.S_IMODE((tmp_path / "kept" / "asked").stat().st_mode) == 0o755


def test_another_key_of_the_store_starts_the_container_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ("run", "--env=MLWRIGHT_TOKEN", "--env=AWS_SECRET_ACCESS_KEY", "image")
    monkeypatch.setenv("MLWRIGHT_TOKEN", "0123456789abcdef")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "one")
    before = _seal(run)
    assert _seal(run) == before
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "two")
    assert _seal(run) != before


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"memory": "512"}, "a size has a unit"),
        ({"memory": "64m"}, "needs 128m at least"),
        ({"workers": "0"}, "greater than or equal to 1"),
        ({"max_per_s": "0"}, "greater than 0"),
    ],
)
@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_what_no_container_can_be_given_is_refused(name: str, given: dict[str, str], found: str) -> None:
    with pytest.raises(SettingsError, match=found) as refused:
        target(name, given)
    assert f"--set {next(iter(given))}=" in str(refused.value.hint)


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_a_url_of_the_log_that_holds_a_secret_is_refused_before_it_is_told(bundle: Bundle, name: str) -> None:
    with pytest.raises(SettingsError, match="holds a secret") as refused:
        target(name, {"image": IMAGE, **NOT_THERE}).plan(bundle)
    assert "secret@" not in str(refused.value)


def test_a_folder_of_one_machine_is_no_place_for_the_log_of_pods(bundle: Bundle) -> None:
    with pytest.raises(SettingsError, match="neither a URL nor a PersistentVolumeClaim") as refused:
        target("kubernetes", {"image": IMAGE, "log": "/var/log/asked"}).plan(bundle)
    assert "--set log=" in str(refused.value.hint)


def test_the_command_says_what_it_would_give(bundle: Bundle, tmp_path: Path) -> None:
    words = ["deploy", str(bundle.folder), "--dry-run", "--set", "workers=4", "--set", "memory=1g"]
    docker = CliRunner().invoke(build(), [*words, "--to", "docker", "--set", "log=asked"]).stdout
    assert "--env=MLWRIGHT_WORKERS=4" in docker
    assert f"--volume={tmp_path / 'asked'}:/log:z" in docker
    assert "--memory=1024m" in docker
    cluster = CliRunner().invoke(
        build(), [*words, "--to", "kubernetes", "--image", IMAGE, "--set", "max_per_s=20", "--set", "log=asked"]
    )
    assert "2 to 10 pods, each with 4 CPU, 1024Mi of memory, " in cluster.stdout
    assert "MLWRIGHT_WORKERS=4, MLWRIGHT_MAX_PER_S=20, MLWRIGHT_LOG=/log/$(POD_NAME))" in cluster.stdout
    assert "kubectl get persistentvolumeclaim asked" in cluster.stdout


def inputs_of(bundle: Bundle) -> list[str]:
    return [item.name for item in bundle.manifest.inputs]


def test_what_the_log_may_not_tell_is_said_to_containers_and_understood(bundle: Bundle) -> None:
    first, second, third, *_ = inputs_of(bundle)
    more = {"max_per_s_each": "1.5", "max_records": "50", "max_body_bytes": "90000", "log_max_mb": "70"}
    given = {"log": "asked", "log_leave_out": f"{first}, {second}", "log_hash": third, **more}
    words = run_of(bundle, **given)
    assert {"--env=MLWRIGHT_LOG_HASH_KEY", "--env=MLWRIGHT_LOG_MAX_MB=70"} <= set(words)
    pod = pod_of(bundle, **given)[1]
    for said in (run_variables(bundle, given), told(pod)):
        _, settings = options({**said, "MLWRIGHT_BUNDLE": str(bundle.folder), "MLWRIGHT_TOKEN": "t" * 32}, [])
        assert (settings.max_per_s_each, settings.max_records, settings.max_body_bytes) == (1.5, 50, 90_000)
        assert settings.log.left_out == (first, second)
        assert (settings.log.hashed, settings.log.hash_key) == ((third,), "env:MLWRIGHT_LOG_HASH_KEY")
        assert settings.log.max_bytes == 70_000_000
    key = {"secretKeyRef": {"name": f"{label(bundle.name)}-log", "key": "MLWRIGHT_LOG_HASH_KEY"}}
    assert {"name": "MLWRIGHT_LOG_HASH_KEY", "valueFrom": key} in pod["env"]


def run_variables(bundle: Bundle, given: dict[str, str]) -> dict[str, str]:
    """What a container of Docker is told; words of a text that a shell would take apart are whole."""
    return target("docker", given).given.variables()  # type: ignore[attr-defined]


def test_a_key_of_hashes_has_to_be_there(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"log": "asked", "log_hash": inputs_of(bundle)[0]}
    steps = target("docker", given).plan(bundle).steps
    see = next(step for step in steps if "MLWRIGHT_LOG_HASH_KEY is set" in step.text())
    monkeypatch.setenv("MLWRIGHT_LOG_HASH_KEY", "short")
    with pytest.raises(DeploymentError, match="no key of 16 characters"):
        see.do()
    monkeypatch.setenv("MLWRIGHT_LOG_HASH_KEY", "k" * 16)
    see.do()
    cluster = target("kubernetes", {"image": IMAGE, "pushed": True, **given}).plan(bundle).steps
    assert [step.text() for step in cluster if "secret" in step.text() and "-log" in step.text()]


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"log_hash": "x"}, "none is"),
        ({"log": "asked", "log_leave_out": "no_such_input"}, "'no_such_input', which is no input"),
        ({"log": "asked", "log_hash": "FIRST", "log_leave_out": "FIRST"}, "to leave out .* and to hash it"),
    ],
)
def test_what_a_log_cannot_be_told_is_refused_before_anything_is_done(
    bundle: Bundle, name: str, given: dict[str, str], found: str
) -> None:
    said = {key: value.replace("FIRST", inputs_of(bundle)[0]) for key, value in given.items()}
    with pytest.raises(SettingsError, match=found):
        target(name, {"image": IMAGE, **said}).plan(bundle)


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_a_signature_that_would_keep_a_container_from_starting_is_missed_before(
    bundle: Bundle, name: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="none of minisign"):
        target(name, {"image": IMAGE, "require_signature": "nonsense"}).plan(bundle)
    key = str(tmp_path / "release.key")
    new_key(Path(key))
    registry = {"image": IMAGE, "pushed": True} if name == "kubernetes" else {}
    place = target(name, {**registry, "require_signature": f"{key}.pub"})
    with pytest.raises(BundleError, match="is not signed"):
        place.plan(bundle)
    sign(bundle.folder, read_key(Path(key)))
    text = " ".join(f"{step.text()} {step.why}" for step in place.plan(bundle).steps)
    assert "MLWRIGHT_REQUIRE_SIGNATURE=RW" in text


@pytest.mark.parametrize("name", TARGETS.names())
def test_every_setting_of_the_service_can_be_said_at_a_place_or_is_refused_with_a_reason(name: str) -> None:
    kind = TARGETS.get(name)
    assert sorted([*kind.said, *kind.unsaid]) == sorted(SERVE_SETTINGS)
    known = {*signature(kind).parameters, *(Allowance.model_fields if "given" in signature(kind).parameters else ())}
    for how in kind.said.values():
        assert not (option := re.search(r"`--set (\w+)`", how)) or option[1] in known
    for setting, why in kind.unsaid.items():
        option = OPTIONS.get(setting, setting)
        if option not in known:
            with pytest.raises(SettingsError, match="cannot be told") as refused:
                target(name, {option: "1"})
            assert refused.value.hint == why
    for setting, how in kind.said.items():
        if (option := OPTIONS.get(setting, setting)) not in known:
            with pytest.raises(SettingsError, match="has no option") as refused:
                target(name, {option: "1"})
            assert how in str(refused.value.hint)


def test_what_is_no_setting_is_refused_with_what_there_is() -> None:
    with pytest.raises(SettingsError, match="has no option 'log_hsh'") as refused:
        target("docker", {"log_hsh": "x"})
    assert "log_hash" in str(refused.value.hint)
    with pytest.raises(SettingsError, match="has no option 'given'"):
        target("docker", {"given": "x"})


def test_an_input_with_a_comma_in_its_name_is_told_to_a_container_as_one() -> None:
    given = Allowance.model_validate(
        {"log": "asked", "log_leave_out": '"price, net", age', "log_hash": ["a,b", 'say "x"']}
    )
    assert given.log_leave_out == ("price, net", "age")
    told = given.variables()
    assert names_in(told["MLWRIGHT_LOG_LEAVE_OUT"]) == ("price, net", "age")
    assert names_in(told["MLWRIGHT_LOG_HASH"]) == ("a,b", 'say "x"')
