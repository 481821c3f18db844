"""Every command and every piece of Python in the documentation runs as it stands there.

Blocks of ``bash``, ``toml`` and ``python`` are carried out page by page, in order, in a folder that holds the files
which the pages speak of. A page that starts its own servers or needs its own files has its own test.
"""

import csv
import gzip
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "docs/tutorial/first-model.md",
    "docs/how-to/use-in-scripts.md",
    "docs/how-to/check-data.md",
    "docs/how-to/find-leaks.md",
    "docs/how-to/keep-a-direction.md",
    "docs/how-to/compare-groups.md",
    "docs/how-to/decide.md",
    "docs/how-to/explain.md",
    "docs/how-to/document-a-model.md",
    "docs/how-to/learn-from-mistakes.md",
    "docs/how-to/compare-models.md",
    "docs/how-to/improve.md",
    "docs/how-to/explore-data.md",
    "docs/how-to/profile-data.md",
    "docs/how-to/statistics.md",
]
PAGES_OF_A_BUNDLE = ["docs/how-to/keep-predictions.md", "docs/how-to/deploy.md", "docs/how-to/sign.md"]
"""Pages that start from a model that is there already."""

MLWRIGHT = [sys.executable, "-m", "mlwright"]
BUDGET = "15s"
"""In place of the budgets of the pages: what they show does not hang on how long it searches."""

IN_PROCESSES = ("run", "serve")
"""Commands with a clock that begins with their process, or that are ended by a signal; others are typed in this one."""


@pytest.fixture(scope="module")
def rows():
    with gzip.open(files("mlwright") / "example" / "bank_marketing.csv.gz", "rt") as file:
        return list(csv.reader(file))


@pytest.fixture
def place(tmp_path, rows):
    head, body = rows[0], rows[1:]
    write(tmp_path / "customers.csv", [head, *body[::100]])
    write(tmp_path / "new.csv", [head[:-1], *[row[:-1] for row in body[7::2000]]])
    return tmp_path


def write(path: Path, lines: list[list[str]]) -> None:
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(lines)


def blocks(page: str) -> list[tuple[str, str]]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(r"^```(bash|toml|python)\n(.*?)^```", re.sub(r"\b[36]0s\b", BUDGET, text), re.M | re.S)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed(page, place, type_in, run_python):
    for language, text in blocks(page):
        if language == "toml":
            merge_toml(place / "customers" / "mlwright.toml", text)
        elif language == "python":
            run_python(text, place)
        else:
            for command in commands(text):
                follow(command, place, type_in)


@pytest.mark.parametrize("page", PAGES_OF_A_BUNDLE)
def test_a_page_about_a_finished_model_can_be_followed(page, place, type_in):
    shutil.copytree(ROOT / "tests" / "compat" / "bundle_1", place / "customers")
    for language, text in blocks(page):
        assert language == "bash"
        for command in commands(text):
            follow(command, place, type_in)


def commands(text: str) -> list[str]:
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("make ")]


def follow(command: str, place: Path, type_in: Callable[[str, Path], int]) -> None:
    assert command.startswith("mlwright "), command
    words = shlex.split(command)[1:]
    if words[0] == "serve":
        serves([*MLWRIGHT, *words], place)
    elif words[0] in IN_PROCESSES or "--open" in words:
        search_little(place)
        finish([*MLWRIGHT, *words], place)
    else:
        assert type_in(command, place) == 0, command


def finish(words: list[str], place: Path) -> None:
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, env={**os.environ, "BROWSER": "true"})
    assert done.returncode == 0, f"{words}: {done.stderr}"


def search_little(place: Path) -> None:
    """Two candidates a project that is there: what a page shows does not hang on how long it searches."""
    for file in place.glob("*/mlwright.toml"):
        text = file.read_text("utf-8")
        if "candidates" not in text:
            merged = text if "[train]\n" in text else f"{text}\n[train]\n"
            file.write_text(merged.replace("[train]\n", "[train]\ncandidates = 2\n"), "utf-8")


def serves(words: list[str], place: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = [port if word == "8080" else word for word in words]
    server = subprocess.Popen(words, cwd=place)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/health", server)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) is not None


def wait_until_healthy(url: str, server: subprocess.Popen) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                assert reply.status == 200
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer")


def merge_toml(path: Path, text: str) -> None:
    """Put the keys of a page's example in place of those that are in the file."""
    sections = re.split(r"^(?=\[)", path.read_text("utf-8"), flags=re.M)
    for section in re.split(r"^(?=\[)", text, flags=re.M):
        name = section.split("\n")[0].strip()
        sections = [s for s in sections if s.split("\n")[0].strip() != name] + [section + "\n"]
    path.write_text("".join(sections), "utf-8")
