import subprocess
import sys

import pytest

from mlwright.core.errors import ProjectBusy
from mlwright.core.store import Store

HOLD_AND_WAIT = """
import sys
from pathlib import Path
from mlwright.core.store import Store
with Store(Path(sys.argv[1])).hold("2026-01-01-7"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_AND_WAIT, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_is_told_who_holds_the_project(tmp_path, other):
    with (
        pytest.raises(ProjectBusy, match=rf"Run 2026-01-01-7 holds .* \(process {other.pid} on "),
        Store(tmp_path).hold("x"),
    ):
        pass


def test_what_is_no_run_is_called_by_its_command(tmp_path):
    with (
        Store(tmp_path).hold("operate"),
        pytest.raises(ProjectBusy, match=r"^mlwright operate holds the project"),
        Store(tmp_path).hold("x"),
    ):
        pass


def test_the_holder_is_known_to_others(tmp_path, other):
    assert Store(tmp_path).holder()["run"] == "2026-01-01-7"


def test_a_kill_sets_the_project_free(tmp_path, other):
    other.kill()
    other.wait()
    assert Store(tmp_path).holder() is None
    with Store(tmp_path).hold("next"):
        assert Store(tmp_path).holder()["run"] == "next"
    assert Store(tmp_path).holder() is None
