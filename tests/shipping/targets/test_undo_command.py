"""What was carried elsewhere is told by ``mlwright status`` and taken back by ``mlwright undo``, step by step."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlwright.faces.cli.main import build
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST, bundle_files, sealed, write_folder
from mlwright.shipping.places import Places

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
DOCKER = '''#!{python}
"""A Docker that has nothing but names: which image is in which container."""
import json, pathlib, sys
words, file = sys.argv[1:], pathlib.Path({file!r})
labelled = file.parent / "labelled"
held, asked = (json.loads(each.read_text()) if each.exists() else {{}} for each in (file, labelled))
if words[0] != "version":
    with open({told!r}, "a") as told:
        print(*words, file=told)
if words[0] == "inspect":
    if words[-1] not in held:
        sys.exit(1)
    labels = {{"org.opencontainers.image.version": held[words[-1]], "mlwright.asked": asked.get(held[words[-1]])}}
    print(json.dumps([{{"Config": {{"Labels": labels}}}}]))
elif words[0] == "exec" and (file.parent / "stopped").exists():
    sys.exit(1)
elif words[0] == "run" and "--detach" in words:
    (file.parent / "stopped").unlink(missing_ok=True)
    version = held[words[words.index("--name") + 1]] = words[-1].rsplit(":", 1)[1]
    asked[version] = next(word.rsplit("=", 1)[1] for word in words if word.startswith("--label=mlwright.asked="))
    labelled.write_text(json.dumps(asked))
elif words[0] == "rename":
    held[words[2]] = held.pop(words[1])
elif words[0] == "rm":
    for name in words[1:]:
        held.pop(name, None)
file.write_text(json.dumps(held))
'''


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What that Docker was told."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    told = tmp_path / "told"
    told.touch()
    program.write_text(DOCKER.format(python=sys.executable, file=str(tmp_path / "held"), told=str(told)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("MLWRIGHT_TOKEN", "0123456789abcdef")
    return told


@pytest.fixture
def two(tmp_path: Path) -> list[Bundle]:
    """Two bundles of one name, side by side."""
    made = []
    for learned in ("first", "second"):
        changed = Bundle.load(KEPT).manifest.model_copy(update={"learned": learned})
        bundle_id, manifest = sealed(changed)
        folder = tmp_path / "shop" / bundle_id
        write_folder({**bundle_files(KEPT), MANIFEST: manifest}, folder)
        made.append(Bundle.load(folder))
    return made


def typed(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(build(), [str(word) for word in words])
    return done.exit_code, f"{done.stdout}{done.exception if done.exit_code and done.exception else ''}"


def test_the_latest_is_taken_back_and_the_first_has_none_before_it(two: list[Bundle], told: Path) -> None:
    first, second = two
    for one in two:
        assert typed("deploy", one.folder, "--to", "docker", "--set", "port=8099")[0] == 0
    _, said = typed("status", "-p", second.folder)
    assert f"{second.bundle_id}  answers 100% of the requests at http://127.0.0.1:8099" in said
    assert f"{first.bundle_id}  was in use before\n  -> mlwright undo -p {second.folder} --at docker" in said
    before = told.read_text()
    status, said = typed("undo", "-p", second.folder, "--dry-run")
    assert (status, said.splitlines()[-1]) == (0, "Nothing was done.")
    assert told.read_text() == before
    _, said = typed("undo", "-p", second.folder)
    assert f"Bundle {first.bundle_id} answers at http://127.0.0.1:8099 again." in said
    _, said = typed("status", "-p", second.folder, "--json")
    [place] = json.loads(said)["places"]
    assert (place["state"]["bundles"], place["before"]) == ({first.bundle_id: 1.0}, None)
    status, said = typed("undo", "-p", second.folder)
    assert status != 0
    assert f"Bundle {first.bundle_id} is the first that was put to use at docker: nothing was there before." in said


def test_a_way_back_that_was_gone_and_not_noted_is_not_gone_twice(two: list[Bundle], told: Path) -> None:
    first, second = two
    for one in two:
        typed("deploy", one.folder, "--to", "docker")
    journal = second.folder.parent / "deploy" / "places.jsonl"
    kept = journal.read_bytes()
    assert typed("undo", "-p", second.folder)[0] == 0
    journal.write_bytes(kept)
    assert typed("undo", "-p", second.folder)[0] == 0
    _, said = typed("status", "-p", second.folder, "--json")
    assert json.loads(said)["places"][0]["state"]["bundles"] == {first.bundle_id: 1.0}


@pytest.mark.parametrize("cut_off_at", ["nothing answers", "the newer one is aside"])
def test_a_way_back_that_was_cut_off_is_gone_to_its_end(
    two: list[Bundle], told: Path, tmp_path: Path, cut_off_at: str
) -> None:
    first, second = (one.bundle_id for one in two)
    for one in two:
        typed("deploy", one.folder, "--to", "docker")
    held = tmp_path / "held"
    name = next(iter(json.loads(held.read_text()))).removesuffix("-before")
    aside = {f"{name}-aside": second}
    found = {**aside, f"{name}-before": first} if cut_off_at == "nothing answers" else {**aside, name: first}
    held.write_text(json.dumps(found))
    assert typed("undo", "-p", two[0].folder)[0] == 0
    assert json.loads(held.read_text())[name] == first
    typed("deploy", two[1].folder, "--to", "docker")
    assert typed("undo", "-p", two[0].folder)[0] == 0
    assert json.loads(held.read_text()) == {name: first, f"{name}-before": second}


@pytest.mark.parametrize("cut_off_at", ["none answers", "the newer one is not ready"])
def test_a_deployment_that_was_cut_off_between_two_containers_goes_back(
    two: list[Bundle], told: Path, tmp_path: Path, cut_off_at: str
) -> None:
    typed("deploy", two[0].folder, "--to", "docker")
    held = tmp_path / "held"
    [name] = json.loads(held.read_text())
    newer = {} if cut_off_at == "none answers" else {name: two[1].bundle_id}
    held.write_text(json.dumps({f"{name}-aside": two[0].bundle_id, **newer}))
    Places(two[0].folder.parent).journal.append("begun", target="docker", options={}, bundle_id=two[1].bundle_id)
    _, said = typed("status", "-p", two[0].folder)
    assert f"{two[1].bundle_id}  was being put to use when it was cut off" in said
    for _ in range(2):
        typed("undo", "-p", two[0].folder)
        assert json.loads(held.read_text()) == {name: two[0].bundle_id}


@pytest.mark.parametrize("is_ready", [True, False])
def test_deploying_again_keeps_the_one_that_stood_aside_when_it_was_cut_off(
    two: list[Bundle], told: Path, tmp_path: Path, is_ready: bool
) -> None:
    for one in two:
        typed("deploy", one.folder, "--to", "docker")
    first, second = (one.bundle_id for one in two)
    held = tmp_path / "held"
    name = next(iter(json.loads(held.read_text()))).removesuffix("-before")
    held.write_text(json.dumps({name: second, f"{name}-aside": first}))
    if not is_ready:
        (tmp_path / "stopped").touch()
    assert typed("deploy", two[1].folder, "--to", "docker")[0] == 0
    assert json.loads(held.read_text()) == {name: second, f"{name}-before": first}


def test_a_container_that_a_kill_has_stopped_is_started_again(two: list[Bundle], told: Path, tmp_path: Path) -> None:
    typed("deploy", two[0].folder, "--to", "docker")
    Places(two[0].folder.parent).journal.append("begun", target="docker", options={}, bundle_id=two[1].bundle_id)
    (tmp_path / "stopped").touch()
    _, said = typed("undo", "-p", two[0].folder)
    assert f"Bundle {two[0].bundle_id} answers at http://127.0.0.1:8080, as before." in said
    assert not (tmp_path / "stopped").exists()


def test_what_was_taken_away_is_not_told_any_more(two: list[Bundle], told: Path) -> None:
    typed("deploy", two[0].folder, "--to", "docker")
    typed("deploy", two[0].folder, "--to", "docker", "--remove")
    _, said = typed("status", "-p", two[0].folder)
    assert said.startswith("Nothing was carried elsewhere from here.")
    status, said = typed("undo", "-p", two[0].folder)
    assert status != 0
    assert "there is nothing to undo" in said


def test_a_place_that_cannot_be_asked_is_told_beside_the_others(
    two: list[Bundle], told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("deploy", two[0].folder, "--to", "docker")
    monkeypatch.setenv("PATH", str(told.parent))
    status, said = typed("status", "-p", two[0].folder)
    assert status == 0
    assert said.startswith("docker: ")
    assert "installed" in said
