"""Images are really built and really run, where Podman is: on a base that is made of this machine's own Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import HEALTH, Recipe

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
BASE = "localhost/mlwright-test-base:1"
TOOLS = ("sh", "rm", "mkdir", "sleep", "cat", "find", "test")
LEFT_OUT = ("site-packages", "test", "__pycache__", "idlelib", "tkinter", "lib2to3", "config-3*", "turtledemo")
LIMITS = '[containers]\ndefault_ulimits = ["nofile=10000:10000", "nproc=10000:10000"]\n'
"""Podman's own defaults are more than a container may have that runs tests itself."""

RUNC = '[engine]\nruntime = "runc"\n'
"""Which runs on more kinds of machines than crun, the default: crun refuses groups of both versions at once."""

FROM_NOTHING = """\
FROM scratch
COPY root /
ENV PATH=/usr/local/bin:/usr/bin:/bin LD_LIBRARY_PATH=/usr/local/lib
"""


class Podman:
    """Runs podman; called it must succeed."""

    def try_(self, *words: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["podman", *map(str, words)], capture_output=True, text=True, input=stdin, timeout=250)

    def __call__(self, *words: object, stdin: str | None = None) -> str:
        result = self.try_(*words, stdin=stdin)
        assert result.returncode == 0, f"podman {words[0]}: {result.stdout[-2000:]}{result.stderr[-2000:]}"
        return result.stdout.strip()

    def wait_until_ready(self, name: str) -> None:
        for _ in range(300):
            if self.try_("exec", name, "python", "-c", HEALTH).returncode == 0:
                return
            time.sleep(0.2)
        pytest.fail(f"{name} did not get ready: {self.try_('logs', name)}")


@pytest.fixture(scope="session")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Podman with a store of its own, so that no image of the machine is touched; skips where it does not work."""
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed")
    folder = tmp_path_factory.mktemp("podman")
    (folder / "containers.conf").write_text(LIMITS + (RUNC if shutil.which("runc") else ""))
    store = folder / "store"
    (folder / "storage.conf").write_text(f'[storage]\ndriver="overlay"\ngraphroot="{store}"\nrunroot="{folder}/run"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_CONF", str(folder / "containers.conf"))
        patch.setenv("CONTAINERS_STORAGE_CONF", str(folder / "storage.conf"))
        told = Podman().try_("info", "--format", "{{.Store.GraphRoot}}")
        if told.stdout.strip() != str(store):
            pytest.skip(f"podman does not work here: {told.stdout}{told.stderr[-200:]}")
        yield Podman()
        for words in (("pod", "rm"), ("rm",), ("rmi",)):
            Podman().try_(*words, "--all", "--force")


@pytest.fixture(scope="session")
def base(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image with Python, pip and a shell, made of the files of this machine; no registry is asked."""
    folder = tmp_path_factory.mktemp("base")
    fill(folder / "root")
    (folder / "Dockerfile").write_text(FROM_NOTHING)
    podman("build", "--quiet", "--tag", BASE, folder)
    if podman.try_("run", "--rm", "--network=none", BASE, "python", "-c", "import ssl, sqlite3").returncode:
        pytest.skip("containers cannot be run here")
    return BASE


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the image as wheels, packed from where they are installed."""
    folder = tmp_path_factory.mktemp("wheels")
    needed = Recipe().files(Bundle.load(KEPT))["requirements.txt"].decode()
    for line in needed.splitlines():
        try:
            pack(line.partition("==")[0], folder)
        except PackageNotFoundError:
            pytest.skip(f"{line} is not installed")
    return folder


def pack(name: str, folder: Path) -> None:
    """Write an installed package as the wheel that it came from."""
    installed = distribution(name)
    tags = re.findall(r"^Tag: (\S+)", installed.read_text("WHEEL") or "", re.M)
    tag = min(tags, key=lambda one: one.startswith("py2-"))
    spelled = re.sub(r"[-_.]+", "_", name)
    record = next(file for file in installed.files or () if file.name == "RECORD")
    kept = [
        file for file in installed.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in ("RECORD", "INSTALLER", "REQUESTED")
    ]  # fmt: skip
    with zipfile.ZipFile(folder / f"{spelled}-{installed.version}-{tag}.whl", "w") as wheel:
        for file in kept:
            wheel.write(str(file.locate()), str(file))
        wheel.writestr(str(record), "".join(f"{file},,\n" for file in [*kept, record]))


def fill(root: Path) -> None:
    """The smallest file system that runs Python and pip."""
    home, name = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    library, programs = root / "usr/local/lib" / name, root / "usr/local/bin"
    shutil.copytree(home / "lib" / name, library, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    for package in (home / "lib" / name / "site-packages").glob("pip*"):
        shutil.copytree(package, library / "site-packages" / package.name, ignore=shutil.ignore_patterns("*.pyc"))
    programs.mkdir()
    (root / "bin").mkdir()
    shutil.copy(home / "bin" / name, programs / name)
    for other in ("python", "python3"):
        (programs / other).symlink_to(name)
    script(programs / "pip", 'exec python -m pip "$@"')
    script(root / "bin" / "apt-get", "exit 0")  # what it would bring is there
    tools = [shutil.which(tool) or pytest.skip(f"{tool} is not installed") for tool in TOOLS]
    for tool in tools:
        shutil.copy(tool, root / "bin")
    for shared in home.glob("lib/libpython*.so*"):
        shutil.copy(shared, root / "usr/local/lib", follow_symlinks=False)
    for needed in {path for file in [home / "bin" / name, *library.rglob("*.so"), *tools] for path in needs(file)}:
        (root / needed[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(needed, root / needed[1:])
    for line in subprocess.run(["ldconfig", "-p"], capture_output=True, text=True).stdout.splitlines():
        if re.match(r"\s*(libgomp|libstdc\+\+|libgcc_s|libpthread|libdl|librt|libutil)\.so.*x86-64", line):
            shutil.copy(line.split("=> ")[1], root / "usr/local/lib")
    for folder, mode in (("tmp", 0o1777), ("etc", 0o755), ("var/lib/apt/lists", 0o755)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder).chmod(mode)


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def needs(program: object) -> list[str]:
    told = subprocess.run(["ldd", str(program)], capture_output=True, text=True).stdout
    return [path for path in re.findall(r"(/\S+) \(0x", told) if "libpython" not in path]
