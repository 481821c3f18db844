"""Proves a model by its golden rows: they are answered as they were where it was packed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mlwright.core.errors import BundleError
from mlwright.records.bundle import Manifest

Scores = Sequence[Sequence[float]]

TOLERANCE = 1e-6
"""How far an answer to a golden row may be from the stored one; for numbers as a share of the number."""


def refuse_changed(manifest: Manifest, folder: Path, ways: Sequence[Scores]) -> None:
    """Raise if a golden row is answered otherwise than it was.

    Parameters
    ----------
    manifest : Manifest
        With the golden rows and their answers.
    folder : Path
        Where the bundle is, for the message.
    ways : sequence of scores
        The scores of all golden rows, by each way of asking.

    Raises
    ------
    BundleError
        If one is not; names the packages that are installed in other versions.
    """
    for number, (golden, *found) in enumerate(zip(manifest.golden, *ways, strict=True)):
        answer = next((each for each in found if not _agree(golden.answer, each)), None)
        if answer is not None:
            raise BundleError(
                f"Golden row {number} of the bundle {folder} was answered {_shown(golden.answer)} where it "
                f"was packed, and is answered {_shown(answer)} here.",
                _other_versions(manifest.packages) or "Pack the bundle on a machine like this one.",
            )


def _agree(packed: Sequence[float], here: Sequence[float]) -> bool:
    """Whether two answers are the same, up to rounding."""
    return len(packed) == len(here) and all(
        abs(one - other) <= TOLERANCE * max(1.0, abs(one)) for one, other in zip(packed, here, strict=True)
    )


def _shown(answer: Sequence[float]) -> str:
    return ", ".join(f"{value:.7g}" for value in answer)


def _other_versions(packages: Mapping[str, str]) -> str:
    """Which packages are installed in another version than the bundle was made with."""
    other = []
    for package, packed in packages.items():
        try:
            here = version(package)
        except PackageNotFoundError:
            here = "not installed"
        if here != packed:
            other.append(f"{package} {packed} (here: {here})")
    return f"Install what it was packed with: {', '.join(other)}" if other else ""
