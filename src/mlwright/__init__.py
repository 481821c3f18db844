"""mlwright: a machine learning engineer that you can run.

>>> import mlwright
>>> model = mlwright.fit("train.csv", target="y")        # doctest: +SKIP
>>> model.decision.headline                              # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlwright.cleaning import clean
    from mlwright.core.errors import MlwrightError
    from mlwright.exporting import export
    from mlwright.fitting import fit, load
    from mlwright.project import Project
    from mlwright.scoring.bundle import Bundle

__version__ = "0.1.0"
__all__ = ["Bundle", "MlwrightError", "Project", "__version__", "clean", "export", "fit", "load"]

_HOMES = {
    "Bundle": "mlwright.scoring.bundle",
    "MlwrightError": "mlwright.core.errors",
    "Project": "mlwright.project",
    "clean": "mlwright.cleaning",
    "export": "mlwright.exporting",
    "fit": "mlwright.fitting",
    "load": "mlwright.fitting",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import mlwright`` costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mlwright' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
