"""What is installed, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from packaging.requirements import Requirement

from mlwright.core.machine import processors
from mlwright.learning.memory import available_bytes

EXTRAS = {
    "postgresql": "read from PostgreSQL databases",
    "spark": "look at tables where Spark has them",
    "deep": "fit neural nets with PyTorch (`tabm`)",
    "sagemaker": "put models to use at Amazon SageMaker",
    "vertex": "put models to use at Vertex AI",
    "mlflow": "register models with MLflow",
    "sign": "sign bundles, and check signatures",
    "word": "write the technical documentation as a Word document",
    "dev": "run the tests and change the code",
}
"""What each extra is good for."""


def diagnose() -> dict[str, Any]:
    """Facts about this installation and this machine, as plain values."""
    return {
        "mlwright": version("mlwright"),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "processors": processors(),
        "memory_free_gb": _gigabytes(available_bytes()),
        "disk_free_gb": _gigabytes(shutil.disk_usage(os.getcwd()).free),
        "packages": [_package(requirement) for requirement in _requirements(None)],
        "extras": [_extra(name, purpose) for name, purpose in EXTRAS.items()],
        "executable": sys.executable,
    }


def _requirements(extra: str | None) -> list[Requirement]:
    everything = [Requirement(text) for text in requires("mlwright") or ()]
    if extra is None:
        return [r for r in everything if r.marker is None or r.marker.evaluate({"extra": ""})]
    return [r for r in everything if r.marker is not None and r.marker.evaluate({"extra": extra})]


def _package(requirement: Requirement) -> dict[str, Any]:
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return {"name": requirement.name, "wanted": str(requirement.specifier), "found": None, "fits": False}
    fits = requirement.specifier.contains(found, prereleases=True)
    return {"name": requirement.name, "wanted": str(requirement.specifier), "found": found, "fits": fits}


def _extra(name: str, purpose: str) -> dict[str, Any]:
    packages = [_package(r) for r in _requirements(name)]
    missing = [p["name"] for p in packages if not p["fits"]]
    return {"name": name, "purpose": purpose, "missing": missing, "install": f"pip install 'mlwright[{name}]'"}


def _gigabytes(size_bytes: int | None) -> float | None:
    return None if size_bytes is None else round(size_bytes / 1e9, 1)
