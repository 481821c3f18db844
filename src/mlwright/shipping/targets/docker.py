"""A container of Docker, or of Podman under the name of Docker, on this machine."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from mlwright.core.errors import UserMistake
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import Command, Plan, Target, bundle_files, label

PORT = 8080
USER = "10001:10001"
CARRIED = ("core", "records", "scoring", "shipping/serving")
"""What a model needs to answer; an image carries no training code."""

SERVING = ("flask", "granian", "orjson", "werkzeug", "jinja2")
OPENMP = ("lightgbm",)
"""Packages that need the system's OpenMP, which slim images lack."""

DOCKERFILE = """\
FROM python:{python}-slim AS build
COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir --no-compile --prefix=/install -r /requirements.txt

FROM python:{python}-slim
{system}COPY --from=build /install /usr/local
COPY app /app
COPY bundle /bundle
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MLWRIGHT_BUNDLE=/bundle OMP_NUM_THREADS=1
LABEL {labels}
EXPOSE {port}
USER {user}
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=10s --interval=10s CMD ["python", "-c", "{health}"]
ENTRYPOINT ["python", "-m", "mlwright.shipping.serving.container"]
"""
SYSTEM = """\
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
"""
HEALTH = (
    "import os, urllib.request as u; "
    "ports = [os.environ.get(n) for n in ('AIP_HTTP_PORT', 'SAGEMAKER_BIND_TO_PORT', 'PORT')]; "
    "u.urlopen(f'http://127.0.0.1:{next(filter(None, ports), 8080)}/ready', timeout=5)"
)


class Docker(Target):
    """An image with the bundle and nothing but what answers, and one container of it on port 8080 of this machine.

    The image speaks every platform's protocol (SageMaker, Vertex AI, Azure, KServe, MLflow) and runs under any user,
    with a file system that is read-only.
    """

    title = "a container on this machine"

    def plan(self, bundle: Bundle) -> Plan:
        """Build the image, prove the model in it, and put it in the place of the container before."""
        name, image = label(bundle.name), self.image or default_image(bundle)
        folder = self.place(bundle, "docker")
        return Plan(
            folder,
            context(bundle),
            (
                Command(
                    "see that MLWRIGHT_TOKEN holds the token of callers", ("sh", "-c", 'test -n "$MLWRIGHT_TOKEN"')
                ),
                Command("build the image", ("docker", "build", "--tag", image, str(folder))),
                Command("prove the model inside the image", ("docker", "run", "--rm", *_prove(image))),
                Command("end the container before", ("docker", "rm", "--force", name), may_fail=True),
                Command("start the container", ("docker", "run", "--detach", "--name", name, *_locked_up(), image)),
            ),
            f"http://127.0.0.1:{PORT}",
        )

    def removal(self, bundle: Bundle) -> Plan:
        """End the container; the image stays."""
        end = Command("end the container", ("docker", "rm", "--force", label(bundle.name)))
        return Plan(self.place(bundle, "docker"), {}, (end,), "nowhere")


def default_image(bundle: Bundle) -> str:
    """The name of the image of a bundle."""
    return f"mlwright/{label(bundle.name)}:{bundle.bundle_id}"


def context(bundle: Bundle) -> dict[str, bytes]:
    """All that the image is built from: the Dockerfile, the requirements, the bundle, and the code that answers."""
    own = {f"bundle/{name}": content for name, content in bundle_files(bundle).items()}
    return {
        "Dockerfile": _dockerfile(bundle).encode(),
        "requirements.txt": _requirements(bundle).encode(),
        **own,
        **_code(),
    }


def _dockerfile(bundle: Bundle) -> str:
    manifest = bundle.manifest
    labels = {
        "org.opencontainers.image.title": manifest.name,
        "org.opencontainers.image.version": manifest.bundle_id,
        "org.opencontainers.image.created": manifest.made_at,
        "org.opencontainers.image.description": f"Predicts {manifest.target}.",
    }
    needs_openmp = any(package in manifest.packages for package in OPENMP)
    return DOCKERFILE.format(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        system=SYSTEM if needs_openmp else "",
        labels=" ".join(f"{key}={_quoted(value)}" for key, value in labels.items()),
        port=PORT,
        user=USER,
        health=HEALTH,
    )


def _requirements(bundle: Bundle) -> str:
    """What the model was proved with, and what serves it."""
    pinned = {**bundle.manifest.packages, **{package: version(package) for package in SERVING}}
    return "".join(f"{package}=={number}\n" for package, number in sorted(pinned.items()))


def _code() -> dict[str, bytes]:
    package = files("mlwright")
    first = f'"""Only what a deployed model needs."""\n\n__version__ = "{version("mlwright")}"\n'
    found = {"app/mlwright/__init__.py": first.encode()}
    found["app/mlwright/shipping/__init__.py"] = (package / "shipping" / "__init__.py").read_bytes()
    for part in CARRIED:
        found |= _tree(package.joinpath(*part.split("/")), f"app/mlwright/{part}")
    return found


def _tree(folder: Traversable, name: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for item in folder.iterdir():
        if item.is_dir() and item.name != "__pycache__":
            found |= _tree(item, f"{name}/{item.name}")
        elif item.is_file():
            found[f"{name}/{item.name}"] = item.read_bytes()
    return found


def _locked_up() -> tuple[str, ...]:
    """A container that can write nowhere, become nobody else, and is published on this machine alone."""
    return (
        "--restart=unless-stopped",
        "--read-only",
        "--tmpfs=/tmp",
        f"--user={USER}",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        f"--publish=127.0.0.1:{PORT}:{PORT}",
        "--env=MLWRIGHT_TOKEN",
    )


def _prove(image: str) -> tuple[str, ...]:
    code = "from mlwright.scoring.bundle import Bundle; Bundle.load('/bundle')"
    return ("--network=none", "--read-only", "--entrypoint=python", image, "-c", code)


def _quoted(text: str) -> str:
    """A value as a Dockerfile takes it, on one line."""
    if "\n" in text or "\r" in text:
        raise UserMistake("The name of the project or of the target has a line break, which no image may have.")
    return json.dumps(text.replace("$", "\\$"), ensure_ascii=False).replace("\\\\$", "\\$")
