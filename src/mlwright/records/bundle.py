"""What goes to production."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.contract import Clause, Contract
from mlwright.records.data import Lineage
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.looks import Baseline
from mlwright.records.model import ModelSpec
from mlwright.records.profile import ColumnProfile


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


class Making(Record):
    """What else the same data must meet to give the same bundle.

    Parameters
    ----------
    seed : int
    n_jobs : int
        Fits at the same time; threads of one fit where there are many rows.
    candidates : int or None
        How many candidates were asked for; None where the clock ended the search.
    budget_s : float
    python : str
    machine : str
        Operating system and processor.
    packages : dict
        Versions of what fits models.
    """

    seed: int
    n_jobs: int
    candidates: int | None = None
    budget_s: float
    python: str
    machine: str
    packages: dict[str, str]


class Manifest(Record):
    """``manifest.json``: what a bundle is and what it holds.

    Parameters
    ----------
    format : int
        Version of the bundle's layout; from 2 on it says in `needs` what a reader must know.
    needs : tuple of str
        What a reader must know beyond the first format, to answer as the model does; one that does not refuses.
    optional : tuple of str
        Fields of the manifest, their names joined by dots, that may be left out by who does not know them; any other
        field that is not known is a reason to refuse.
    bundle_id : str
        First 12 characters of a hash over all that the bundle is, but for the occasion on which it was made.
    seal : str
        Hash over the bytes of the manifest, with zeros in place of the seal.
    making : Making or None
        What the same data must meet to give the same bundle.
    model : ModelSpec
        Its blobs are files of the bundle, known by their hash; see `files`.
    files : dict
        Hash of every other file, by its path in the bundle.
    packages : dict
        Versions that the bundle was made with, of the packages that scoring needs.
    target_type : str
        Arrow type of the target column, so that classes come back as what they were.
    contract : Contract
        What requests and later deliveries are held to.
    reference : tuple of ColumnProfile
        The inputs as they were, so that new rows can be compared with them.
    n_reference : int
        Rows that the reference was made of; 0 if that is not known.
    learned : str
        What the model learned from after the test, as a sentence.
    typical : tuple of dict
        A few cases from the lowest score to the highest, with which others are compared when they are explained.
    changeable : tuple of str
        Inputs that can be changed, where a change is sought that alters an answer.
    baseline : Baseline or None
        Counts of the training rows in cells, and what was promised, with which new rows are compared.
    base : str
        The bundle whose answers the newest outcomes have touched up here; empty for a model as it was trained.
    """

    format: Literal[1, 2] = 2
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    bundle_id: str
    seal: str = ""
    name: str
    made_at: str
    made_by: str
    run_id: str
    target: str
    target_type: str
    model: ModelSpec
    lineage: Lineage
    golden: tuple[GoldenRow, ...]
    contract: Contract
    reference: tuple[ColumnProfile, ...]
    n_reference: int = 0
    learned: str = ""
    typical: tuple[dict[str, str | int | float | bool | None], ...] = ()
    changeable: tuple[str, ...] = ()
    baseline: Baseline | None = None
    base: str = ""
    evaluation: Evaluation
    decision: Decision
    files: dict[str, str]
    packages: dict[str, str]
    making: Making | None = None

    @property
    def inputs(self) -> tuple[Clause, ...]:
        """What each column is held to that the model or its amounts need, in the order in which they need them."""
        amounts = self.model.amounts
        names = dict.fromkeys(column.name for column in self.model.plan.columns)
        names |= dict.fromkeys(amounts.usual if amounts is not None else ())
        return tuple(self.contract.clause(name) for name in names)

    @property
    def unused(self) -> tuple[str, ...]:
        """The other columns of the table that the model learned from, its target among them."""
        used = {clause.name for clause in self.inputs}
        return tuple(name for name in self.contract.names if name not in used)


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
