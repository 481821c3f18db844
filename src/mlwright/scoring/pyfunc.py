"""How MLflow loads a bundle: what ``loader_module`` of its ``python_function`` flavour names.

References
----------
MLflow: custom Python models, loader modules; https://mlflow.org/docs/latest/python_api/mlflow.pyfunc.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlwright.scoring.bundle import Bundle


class Scorer:
    """A bundle as MLflow asks it.

    Parameters
    ----------
    bundle : Bundle
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, rows: Any, params: Mapping[str, Any] | None = None) -> list[Any]:
        """The answer to every row, as the service gives it: with ``probabilities`` also those.

        Parameters
        ----------
        rows : table
            As pandas has it, or a list of records.
        params : mapping, optional
            ``{"probabilities": True}`` for the probability of every class.
        """
        scores = self.bundle.scores(rows)
        answers: list[Any] = self.bundle.answers(scores, rows).tolist()
        if not (params or {}).get("probabilities") or self.bundle.classes is None:
            return answers
        names = [str(name) if not isinstance(name, bool) else str(name).lower() for name in self.bundle.classes]
        chances = [dict(zip(names, row, strict=True)) for row in scores.tolist()]
        return [
            {"prediction": answer, "probabilities": chance} for answer, chance in zip(answers, chances, strict=True)
        ]


def _load_pyfunc(path: str) -> Scorer:
    """Load and prove the bundle in the folder that MLflow has brought here."""
    return Scorer(Bundle.load(Path(path)))
