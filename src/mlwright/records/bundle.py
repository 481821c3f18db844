"""What goes to production."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.data import Lineage
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.model import ModelSpec
from mlwright.records.profile import ColumnProfile, Kind


class InputField(Record):
    """One input of the model, as a caller must give it.

    Parameters
    ----------
    name : str
    kind : str
    levels : tuple of str
        Known names of a category (all if few, else the most frequent).
    low, high : float or None
        The range seen in training, for numbers; seconds since 1970 for dates.
    optional : bool
        Whether it was ever missing in training; a missing value is accepted either way and counted.
    example : str
        A typical value.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    optional: bool
    example: str


class GoldenRow(Record):
    """A stored row with its stored answer, to prove that a bundle works where it is.

    Parameters
    ----------
    row : dict
        As a client would send it, as JSON values.
    answer : tuple of float
        Probabilities in the order of the classes, or one number.
    """

    row: dict[str, str | int | float | bool | None]
    answer: tuple[float, ...]


class Manifest(Record):
    """``manifest.json``: what a bundle is and what it holds.

    Parameters
    ----------
    format : int
        Version of the bundle's layout.
    bundle_id : str
        First 12 characters of the hash over all files.
    model : ModelSpec
        Its blobs are files of the bundle, known by their hash; see `files`.
    files : dict
        Hash of every other file, by its path in the bundle.
    packages : dict
        Versions that the bundle was made with, of the packages that scoring needs.
    target_type : str
        Arrow type of the target column, so that classes come back as what they were.
    reference : tuple of ColumnProfile
        The inputs as they were, so that new rows can be compared with them.
    n_reference : int
        Rows that the reference was made of; 0 if that is not known.
    """

    format: Literal[1] = 1
    bundle_id: str
    name: str
    made_at: str
    made_by: str
    run_id: str
    target: str
    target_type: str
    inputs: tuple[InputField, ...]
    model: ModelSpec
    lineage: Lineage
    golden: tuple[GoldenRow, ...]
    reference: tuple[ColumnProfile, ...]
    n_reference: int = 0
    evaluation: Evaluation
    decision: Decision
    files: dict[str, str]
    packages: dict[str, str]


class Packed(Record):
    """Where the bundle of a run lies.

    Parameters
    ----------
    bundle_id : str
    size_bytes : int
    single_row_ms : float
        Median time to score one row in this process.
    files : dict
        Blob of every file of the bundle, by its path in it.
    """

    bundle_id: str
    size_bytes: int
    single_row_ms: float
    files: dict[str, str]
