"""What a service keeps of its work: how the folder of a prediction log is laid out."""

from __future__ import annotations

from typing import Final, Literal

from mlwright.core.record import Record
from mlwright.records.profile import Kind

LOG_FACTS: Final = "prediction-log.json"
"""The file by which the folder of a prediction log is known."""

PREDICTIONS: Final = "predictions"
OUTCOMES: Final = "outcomes"
SHADOWS: Final = "shadows"
"""The folders of segments: answers with their inputs, what came true, and the answers of a shadow without inputs."""

OPEN: Final = ".open.rows"
SEALED: Final = ".parquet"
"""How the files of a segment end: rows as a service writes them until it is sealed, Parquet from then on."""

ID: Final = "mlwright_id"
AT: Final = "mlwright_at"
BUNDLE: Final = "mlwright_bundle"
ANSWER: Final = "mlwright_answer"
PROBABILITIES: Final = "mlwright_probabilities"
OUTCOME: Final = "mlwright_outcome"
OUTCOME_AT: Final = "mlwright_outcome_at"
"""When an outcome was reported; a reader joins it, no file holds it."""

Treatment = Literal["kept", "hashed", "left_out"]


class KeptColumn(Record):
    """An input, and what is kept of it."""

    name: str
    kind: Kind
    treatment: Treatment = "kept"


class LogFacts(Record):
    """What a reader of the log must know.

    Parameters
    ----------
    format : int
    target : str
        The column that is predicted; outcomes are its true values.
    columns : tuple of KeptColumn
        The inputs.
    classes : tuple of str
        In the order of `PROBABILITIES`; empty for numbers.
    """

    format: Literal[1] = 1
    target: str
    columns: tuple[KeptColumn, ...]
    classes: tuple[str, ...] = ()
