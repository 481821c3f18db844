"""The image of a bundle: what it is built from, and what builds and runs it, Docker or Podman."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from mlwright.core.errors import SettingsError, UserMistake
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import bundle_files
from mlwright.shipping.parts import Part, parts
from mlwright.shipping.sbom import SBOM, read_versions, write_sbom
from mlwright.shipping.steps import Command, ask

PORT = 8080
USER = 10_001
VERSION = "org.opencontainers.image.version"
"""The label that says which bundle is inside."""

CARRIED = ("core", "records", "scoring", "shipping/serving")
"""What a model needs to answer; an image carries no training code."""

SERVING = ("flask", "httptools", "orjson")
SIGNED = ("cryptography",)
OPENMP = ("lightgbm",)
"""Packages that need the system's OpenMP, which slim images lack."""

DRAWING = ("graphviz", "matplotlib", "plotly")
"""Packages that CatBoost asks for to draw, and answers without."""

NEVER_LOADED = (
    *("*/tests", "*/include", "*/pyarrow/src", "*/pyarrow/*.pyx", "*/pyarrow/*.pxi", "*/pyarrow/*.pxd"),
    *("*/pyarrow/*flight*", "*/pyarrow/_dataset*.so", "*/pyarrow/_orc*.so", "*/pyarrow/*cpp_tests*"),
    *("*/scipy/cluster", "*/scipy/datasets", "*/scipy/fft", "*/scipy/fftpack", "*/scipy/integrate"),
    *("*/scipy/interpolate", "*/scipy/io", "*/scipy/ndimage", "*/scipy/odr", "*/scipy/optimize", "*/scipy/signal"),
    *("*/scipy/spatial", "*/scipy/stats"),
)
"""Parts of packages that no answer needs: a fifth of the image."""

DOCKERFILE = """\
ARG BASE={base}
FROM $BASE AS build
COPY requirements.txt /requirements.txt
{wheels}RUN pip install --no-cache-dir --no-compile --no-deps --prefix=/install {index}-r /requirements.txt \\
 && find /install \\( {unused} \\) -prune -exec rm -rf {{}} +

FROM $BASE
{system}COPY --from=build /install /usr/local
COPY app /app
COPY bundle /bundle
COPY {sbom} /{sbom}
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MLWRIGHT_BUNDLE=/bundle OMP_NUM_THREADS=1
LABEL {labels}
EXPOSE {port}
USER {user}:{user}
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=10s --interval=10s CMD ["python", "-c", "{health}"]
ENTRYPOINT ["python", "-m", "mlwright.shipping.serving.container"]
"""
SYSTEM = """\
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
"""
WHEELS = """\
COPY wheels /wheels
"""
HEALTH = (
    "import os, urllib.request as u; "
    "ports = [os.environ.get(n) for n in ('AIP_HTTP_PORT', 'SAGEMAKER_BIND_TO_PORT', 'PORT')]; "
    "u.urlopen(f'http://127.0.0.1:{next(filter(None, ports), 8080)}/ready', timeout=5)"
)
PODMAN = ("--format=docker", "--layers=false")
"""Else the health check is left out, and the stages stay behind as images without a name, 700 MB with each build."""

PROOF = "from mlwright.scoring.bundle import Bundle; Bundle.load('/bundle')"


class Recipe(NamedTuple):
    """How an image is made.

    Parameters
    ----------
    base : str or None
        The image it starts from, which has Python and pip; default: Python's own slim one.
    wheels : Path or None
        A folder with all packages as wheels, for machines that reach no index.
    """

    base: str | None = None
    wheels: Path | None = None

    def files(self, bundle: Bundle) -> dict[str, bytes]:
        """All that the image is built from: the Dockerfile, packages, the bundle, and the code that answers."""
        inside = _inside(bundle)
        return {
            "Dockerfile": self._dockerfile(bundle).encode(),
            "requirements.txt": "".join(f"{part.name}=={part.version}\n" for part in inside).encode(),
            SBOM: write_sbom(
                bundle.name,
                inside,
                bundle.manifest.files,
                made_by=f"mlwright {version('mlwright')}",
                version=bundle.bundle_id,
            ),
            **{f"bundle/{name}": content for name, content in bundle_files(bundle.folder).items()},
            **({} if self.wheels is None else _wheels(self.wheels)),
            **{f"app/{path}": content for path, content in scoring_code().items()},
        }

    def _dockerfile(self, bundle: Bundle) -> str:
        manifest = bundle.manifest
        labels = {
            "org.opencontainers.image.title": manifest.name,
            VERSION: manifest.bundle_id,
            "org.opencontainers.image.created": manifest.made_at,
            "org.opencontainers.image.description": f"Predicts {manifest.target}.",
        }
        return DOCKERFILE.format(
            base=self.base or f"docker.io/library/python:{sys.version_info.major}.{sys.version_info.minor}-slim",
            wheels="" if self.wheels is None else WHEELS,
            index="" if self.wheels is None else "--no-index --find-links=/wheels ",
            system=SYSTEM if any(package in manifest.packages for package in OPENMP) else "",
            unused=" -o ".join(f"-path '{pattern}'" for pattern in NEVER_LOADED),
            sbom=SBOM,
            labels=" ".join(f"{key}={_quoted(value)}" for key, value in labels.items()),
            port=PORT,
            user=USER,
            health=HEALTH,
        )


def engine() -> str:
    """The program that builds and runs images: Docker, or Podman where Docker is not there or has no server."""
    if not shutil.which("podman"):
        return "docker"
    has_server = shutil.which("docker") and ask(("docker", "version"), "look for a server").returncode == 0
    return "docker" if has_server else "podman"


def build(image: str, folder: Path) -> tuple[Command, Command]:
    """Build the image from the folder of its files, and prove the model inside it."""
    program = engine()
    as_docker = PODMAN if program == "podman" else ()
    proof = ("--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--entrypoint=python", image, "-c", PROOF)
    return (
        Command("build the image", (program, "build", *as_docker, "--tag", image, str(folder))),
        Command("prove the model inside the image", (program, "run", *proof)),
    )


def default_image(bundle: Bundle) -> str:
    """The name of the image of a bundle."""
    return f"mlwright/{label(bundle.name)}:{bundle.bundle_id}"


def label(name: str) -> str:
    """A project's name as places take it: small letters, digits and dashes.

    >>> label("Churn 2026: Riga")
    'churn-2026-riga'
    """
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "-".join(filter(None, plain.split("-")))[:50].strip("-") or "model"


def packed_versions(bundle: Bundle) -> dict[str, str]:
    """What the model was proved with: all that it needs, or where the bundle has no list the packages named."""
    if SBOM in bundle.manifest.files:
        return read_versions((bundle.folder / SBOM).read_bytes())
    return dict(bundle.manifest.packages)


def scoring_code() -> dict[str, bytes]:
    """The parts of mlwright that answer, by their path in a folder of Python's."""
    package = files("mlwright")
    first = f'"""Only what a deployed model needs."""\n\n__version__ = "{version("mlwright")}"\n'
    found = {"mlwright/__init__.py": first.encode()}
    found["mlwright/shipping/__init__.py"] = (package / "shipping" / "__init__.py").read_bytes()
    for part in CARRIED:
        found |= tree(package.joinpath(*part.split("/")), f"mlwright/{part}")
    return found


def _inside(bundle: Bundle) -> tuple[Part, ...]:
    """What the model was proved with, and what serves it here, with all that both use; the former goes before."""
    packed = packed_versions(bundle)
    signed = SIGNED if bundle.is_signed else ()
    here = parts([*packed, *SERVING, *signed])
    known = {**{name: Part(name, number, None, None, ()) for name, number in packed.items()}, **here}
    roots = [*bundle.manifest.packages, *SERVING, *signed]
    unused = parts(roots).keys() - parts(roots, without=DRAWING).keys()
    known = {name: part for name, part in sorted(known.items()) if name not in unused}
    return tuple(part._replace(version=packed.get(name, part.version)) for name, part in known.items())


def _wheels(folder: Path) -> dict[str, bytes]:
    found = {f"wheels/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.whl"))}
    if not found:
        raise SettingsError(f"There are no wheels in {folder}.", "pip wheel -r requirements.txt -w FOLDER")
    return found


def tree(folder: Traversable, name: str) -> dict[str, bytes]:
    """All files below a folder of a package but compiled ones, by their path below `name`."""
    found: dict[str, bytes] = {}
    for item in folder.iterdir():
        if item.is_dir() and item.name != "__pycache__":
            found |= tree(item, f"{name}/{item.name}")
        elif item.is_file():
            found[f"{name}/{item.name}"] = item.read_bytes()
    return found


def _quoted(text: str) -> str:
    """A value as a Dockerfile takes it, on one line."""
    if "\n" in text or "\r" in text:
        raise UserMistake("The name of the project or of the target has a line break, which no image may have.")
    return json.dumps(text.replace("$", "\\$"), ensure_ascii=False).replace("\\\\$", "\\$")
