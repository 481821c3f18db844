"""A run that is asked to end, by Ctrl-C or from another terminal."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlwright import Project


@pytest.fixture
def training(shop, tmp_path):
    """A process in the middle of training; its project is in the folder ``copy``."""
    folder = shutil.copytree(shop, tmp_path / "copy")
    settings = folder / "mlwright.toml"
    settings.write_text(settings.read_text().partition("[train]")[0] + '[train]\nbudget = "10m"\n')
    words = [sys.executable, "-m", "mlwright", "run", "-p", str(folder), "--jobs", "2"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for_training(folder, process)
    yield folder, process
    process.kill()
    process.communicate()


def wait_for_training(folder: Path, process: subprocess.Popen) -> None:
    for _ in range(600):
        assert process.poll() is None, process.stderr.read()
        if Project(folder).runs()[-1].stage("train"):
            return
        time.sleep(0.1)
    pytest.fail("it did not come to the training")


def test_ctrl_c_ends_a_run_with_one_sentence(training):
    folder, process = training
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "Stopped by Ctrl-C; what was finished is kept."
    assert "Traceback" not in err
    assert Project(folder).runs()[-1].status == "cancelled"


def test_another_terminal_ends_a_run(training, call):
    folder, process = training
    answer = call("cancel", "-p", folder, "--json")
    assert answer.json == {"run_id": Project(folder).runs()[-1].run_id}
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "mlwright run --resume" in err
    assert call("cancel", "-p", folder).status == 2
    assert "is cancelled" in call("follow", "-p", folder).err
