"""MLflow registers the bundle, and its own server gives the same answers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

from mlwright.scoring.bundle import Bundle
from mlwright.scoring.pyfunc import _load_pyfunc

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
PYTHON = os.environ.get("MLWRIGHT_MLFLOW_PYTHON", sys.executable)
"""A Python that has MLflow; it needs none of mlwright's other packages but those of a deployed model."""

PUT = """
import json, sys
from pathlib import Path
from mlwright.shipping.targets import target
from mlwright.scoring.bundle import Bundle
place, bundle = target("mlflow", {"tracking": sys.argv[2]}), Path(sys.argv[1])
said = [place.state(Bundle.load(bundle)).sentence]
for _ in range(2):
    said.append(place.deploy(bundle))
state = place.state(Bundle.load(bundle))
other = Bundle.load(bundle)
other = Bundle(other.folder, other.manifest.model_copy(update={"bundle_id": "0123456789ab"}), other.model)
for step in place.plan(other).steps:
    step.do()
later = place.state(other)
place.undo(bundle)
print(json.dumps([*said, state.model_dump(), later.model_dump(), place.state(other).model_dump()]))
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    shutil.copytree(KEPT, tmp_path / "one")
    return tmp_path / "one"


def test_mlflows_loader_answers_as_the_bundle_does() -> None:
    bundle, scorer = Bundle.load(KEPT), _load_pyfunc(str(KEPT))
    rows = [dict(golden.row) for golden in bundle.manifest.golden]
    assert scorer.predict(rows) == bundle.predict(rows).tolist()
    told = scorer.predict(rows, {"probabilities": True})
    assert [list(one["probabilities"].values()) for one in told] == bundle.predict_proba(rows).tolist()


@pytest.mark.timeout(600)
def test_a_registered_bundle_is_served_by_mlflow_with_equal_answers(bundle: Path, tmp_path: Path) -> None:
    if subprocess.run([PYTHON, "-c", "import mlflow"], capture_output=True).returncode:
        pytest.skip("mlflow is not installed; MLWRIGHT_MLFLOW_PYTHON may name a Python that has it")
    tracking = f"sqlite:///{tmp_path}/mlflow.db"
    source = str(Path(sys.modules["mlwright"].__file__ or "").parents[1])
    facts = tmp_path / "facts" / f"mlwright-{version('mlwright')}.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mlwright\nVersion: {version('mlwright')}\n")
    path = f"{source}:{facts.parent}"
    search = f"{Path(PYTHON).parent}:{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": search,
        "PYTHONPATH": path,
        "MLFLOW_TRACKING_URI": tracking,
        "GIT_PYTHON_REFRESH": "quiet",
    }
    done = subprocess.run(
        [PYTHON, "-c", PUT, str(bundle), tracking], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    nothing, first, again, state, later, undone = json.loads(done.stdout.splitlines()[-1])
    loaded = Bundle.load(bundle)
    assert nothing == "No version of p has the alias champion."
    assert first == again == "models:/p@champion"
    assert (state["bundles"], state["ready"]) == ({loaded.bundle_id: 1.0}, True)
    assert (later["bundles"], later["before"]) == ({"0123456789ab": 1.0}, loaded.bundle_id)
    assert undone["bundles"] == {loaded.bundle_id: 1.0}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-m", "mlflow", "models", "serve", "-m", "models:/p@champion", "--env-manager", "local", "-p", str(port)]
    del environment["PYTHONPATH"]  # what was logged must suffice
    server = subprocess.Popen([PYTHON, *words], cwd=tmp_path, env=environment, start_new_session=True)
    try:
        rows = [dict(golden.row) for golden in loaded.manifest.golden]
        body = json.dumps({"dataframe_records": rows}).encode()
        url = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/ping", timeout=5)
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.5)
        asked = urllib.request.Request(f"{url}/invocations", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60) as reply:
            assert json.load(reply)["predictions"] == loaded.predict(rows).tolist()
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=60)
