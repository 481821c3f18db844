"""Azure, told through its own program: what it is told is written down by a small one that remembers endpoints."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import target

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
OPTIONS = {"image": "models.azurecr.io/churn:1", "pushed": True, "workspace": "w", "group": "g"}

AZ = """#!{python}
import json, sys
from pathlib import Path
state = Path("{state}")
kept = json.loads(state.read_text()) if state.exists() else dict(endpoints=dict(), deployments=dict(), told=[])
words = sys.argv[1:]
option = dict(zip(words, words[1:]))
kind, verb = words[1:3]
def end(found):
    state.write_text(json.dumps(kept))
    print(json.dumps(found))
    sys.exit(0)
def refuse(text):
    sys.exit("ERROR: " + text)
kept["told"].append(words)
if (option["--workspace-name"], option["--resource-group"]) != ("w", "g"):
    refuse("(AuthorizationFailed) no such workspace")
many = kept["endpoints" if kind == "online-endpoint" else "deployments"]
if verb == "create":
    thing = json.loads(Path(option["--file"]).read_text())
    many[thing["name"]] = thing | dict(provisioning_state="Succeeded", traffic=dict())
    end(thing)
if verb == "list":
    end(list(many.values()))
if option["--name"] not in many:
    refuse("(ResourceNotFound) not found")
if verb == "delete":
    if kind == "online-endpoint":
        kept["deployments"].clear()
    elif kept["endpoints"][option["--endpoint-name"]]["traffic"].get(option["--name"]):
        refuse("it still answers requests")
    del many[option["--name"]]
    end(None)
if verb == "update":
    traffic = dict(pair.split("=") for pair in option["--traffic"].split())
    if sum(map(int, traffic.values())) != 100:
        refuse("traffic must sum to 100")
    many[option["--name"]]["traffic"] = {{name: int(share) for name, share in traffic.items()}}
end(many[option["--name"]])
"""


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program, state = tmp_path / "bin" / "az", tmp_path / "azure.json"
    program.parent.mkdir()
    program.write_text(AZ.format(python=sys.executable, state=state))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return state


def named(bundle_id: str) -> Bundle:
    bundle = Bundle.load(KEPT)
    return Bundle(bundle.folder, bundle.manifest.model_copy(update={"bundle_id": bundle_id}), bundle.model)


def put(bundle_id: str, folder: Path, **more: Any) -> None:
    from mlwright.shipping.steps import carry_out

    carry_out(target("azure", {**OPTIONS, "folder": folder / bundle_id, **more}).plan(named(bundle_id)))


def state(bundle_id: str = "one") -> Any:
    return target("azure", OPTIONS).state(named(bundle_id))


def test_a_bundle_answers_and_doing_it_again_tells_azure_nothing_new(az: Path, tmp_path: Path) -> None:
    assert state().sentence == "There is no endpoint model-p."
    put("one", tmp_path)
    assert (state().bundles, state().ready) == ({"one": 1.0}, True)
    changing = [words for words in json.loads(az.read_text())["told"] if words[2] not in ("show", "list")]
    assert [words[1:3] for words in changing] == [
        ["online-endpoint", "create"], ["online-deployment", "create"], ["online-endpoint", "update"],
    ]  # fmt: skip
    put("one", tmp_path)
    assert [words for words in json.loads(az.read_text())["told"] if words[2] not in ("show", "list")] == changing


def test_shares_move_one_before_is_kept_and_undo_goes_back(az: Path, tmp_path: Path) -> None:
    put("one", tmp_path)
    put("two", tmp_path, share="0.1")
    assert state().bundles == {"one": 0.9, "two": 0.1}
    put("two", tmp_path)
    assert (state().bundles, state().before) == ({"two": 1.0}, "one")
    for step in target("azure", OPTIONS).back(named("two")).steps:
        step.do()
    assert (state().bundles, state().before) == ({"one": 1.0}, "two")
    put("three", tmp_path)
    assert (state().bundles, state().before) == ({"three": 1.0}, "one")
    assert json.loads(az.read_text())["deployments"].keys() == {"b-one", "b-three"}


def test_without_another_bundle_there_is_no_share_and_no_way_back(az: Path, tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="No other bundle"):
        put("one", tmp_path, share="0.1")
    with pytest.raises(DeploymentError, match="No bundle from before"):
        target("azure", OPTIONS).back(named("one")).steps[0].do()


def test_what_azure_refuses_is_told(az: Path, tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="AuthorizationFailed"):
        put("one", tmp_path, group="another")
    with pytest.raises(SettingsError, match="workspace"):
        target("azure", {"image": OPTIONS["image"]}).plan(named("one"))


def test_no_key_and_no_token_is_in_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLWRIGHT_TOKEN", "0123456789abcdef-secret")
    for name, options in {"azure": OPTIONS, "kubernetes": {"image": OPTIONS["image"]}, "docker": {}}.items():
        files = target(name, options).plan(named("one")).files
        assert not [path for path, content in files.items() if b"0123456789abcdef-secret" in content]
