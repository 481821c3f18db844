"""What tests of several rooms need."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("any machine")
"""A busy machine is no fault of what is tested; a fixture that a test only reads may serve many examples."""

os.environ["MLWRIGHT_EXPERIENCE"] = "off"
"""Tests leave nothing in the home of whoever runs them."""

PASSWORD = "pass:w/rd@%"
CHROMIUM_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Containers first: they take minutes, which other tests can fill."""
    items.sort(key=lambda item: item.get_closest_marker("podman") is None)


@pytest.fixture(scope="session")
def type_in() -> Callable[[str, Path], int]:
    """Carries a command out as if it was typed in a folder, in this process; returns its exit status."""
    from mlwright.faces.cli.main import main

    def carried_out(command: str, place: Path) -> int:
        with contextlib.chdir(place), pytest.raises(SystemExit) as left:
            main(shlex.split(command)[1:])
        return int(left.value.code or 0)

    return carried_out


@pytest.fixture(scope="session")
def run_python() -> Callable[[str, Path], None]:
    """Runs a piece of Python of a page as a program in a folder; in this process, too."""

    def carried_out(text: str, place: Path) -> None:
        with contextlib.chdir(place):
            exec(compile(text, "page.md", "exec"), {"__name__": "__main__"})

    return carried_out


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium that asks nobody but the page it is shown; skips where it is not installed."""
    from playwright.sync_api import sync_playwright

    from mlwright.faces.render.paper import browser_here

    chromium = browser_here() or pytest.skip("chromium is not installed")
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


def binaries() -> Path | None:
    """The folder with ``initdb``: where PATH, ``pg_config`` or Debian say."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if Path(told, "initdb").exists():
            return Path(told)
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def do(command: list[object]) -> None:
    """Run a command of the server, which refuses to work as root."""
    as_other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*as_other, *map(str, command)], check=True, stdout=subprocess.DEVNULL, timeout=60)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[int]:
    """The port of a real PostgreSQL server, gone after the tests; the user boss with PASSWORD may do anything."""
    bin_folder = binaries()
    if bin_folder is None:
        pytest.skip("postgresql is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        root, port = Path(folder), free_port()
        (root / "password").write_text(PASSWORD)
        if os.getuid() == 0:
            for path in (root, root / "password"):
                shutil.chown(path, "postgres")
        data = root / "data"
        rules = ["-U", "boss", "--auth=scram-sha-256", f"--pwfile={root / 'password'}", "-E", "UTF8", "--locale=C"]
        do([bin_folder / "initdb", "-D", data, "--no-sync", *rules])
        options = f"-p {port} -k {root} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB"
        do([bin_folder / "pg_ctl", "-D", data, "-w", "-l", root / "log", "-o", options, "start"])
        try:
            yield port
        finally:
            do([bin_folder / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"])
