"""A packed model: loaded, proved and ready to answer, in any process that has no training code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import BundleError, UserMistake
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.explained import Explained
from mlwright.records.profile import Task
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.columns import Row
from mlwright.scoring.deciding import usually_decisive
from mlwright.scoring.explaining import Explainer, as_row
from mlwright.scoring.folder import MANIFEST, SIGNATURE, read_folder, write_folder
from mlwright.scoring.model import Model
from mlwright.scoring.proof import refuse_changed
from mlwright.scoring.signature import check_signature
from mlwright.scoring.uncertain import Uncertain

Array = NDArray[np.float64]
Class = str | int | float | bool


class Bundle:
    """A model that was packed, as it answers in production.

    Rows may come as a pandas, polars or Arrow table, a dict of columns, or a list of records; columns that the model
    does not use are ignored, and values that it cannot use count as missing. Safe to use from many threads.

    Parameters
    ----------
    folder : Path
        Where it was loaded from.
    manifest : Manifest
    model : Model

    Attributes
    ----------
    classes : tuple or None
        The classes as the target column holds them (numbers, truth values or strings), in the order of the columns of
        `predict_proba`; for two classes the positive one is last. None if the model predicts numbers.

    Examples
    --------
    >>> bundle = Bundle.load("bundles/3f2a9c71d0e4")               # doctest: +SKIP
    >>> bundle.predict({"age": [31, 64], "city": ["Rome", None]})  # doctest: +SKIP
    array(['No', 'Yes'], dtype='<U3')
    """

    def __init__(self, folder: Path, manifest: Manifest, model: Model) -> None:
        self.folder = folder
        self.manifest = manifest
        self.model = model
        self.classes = _restored(manifest.model.classes, manifest.target_type) or None
        self._labels = np.array(self.classes)
        spec = manifest.model
        self._is_binary, self._is_weighed = spec.task == "binary", spec.amounts is not None or bool(spec.worth)
        self._threshold = usually_decisive(spec) if self._is_binary and not self._is_weighed else None

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, signed_by: str | None = None, is_proved: bool = False) -> Self:
        """Load a bundle, prove every file by its hash, and prove the model by its golden rows.

        Parameters
        ----------
        path : path-like
        signed_by : str, optional
            A public key of minisign, or the file that holds it: what its holder has not signed is refused, before
            anything else of it is read.
        is_proved : bool, default=False
            Whether this process has proved the model a moment ago; the hashes are proved in any case.

        Raises
        ------
        BundleError
            If a file is missing, changed, one too many or a link, or if the model answers otherwise than where it
            was packed, or is not signed by whom it should be.
        ExtraMissing
            If the model or the look at the signature needs a package that is not installed.
        """
        folder = Path(path)
        if signed_by is not None:
            check_signature(folder, signed_by)
        manifest, files = read_folder(folder)
        of_hash = {sha256: files[name] for name, sha256 in manifest.files.items()}

        def get(blob: str) -> bytes:
            if blob not in of_hash:
                raise BundleError(f"The bundle {folder} lacks the part {blob[:12]} of its model.")
            return of_hash[blob]

        bundle = cls(folder, manifest, Model.load(manifest.model, get))
        if not is_proved:
            bundle.prove()
        return bundle

    @property
    def bundle_id(self) -> str:
        """Its name: the beginning of a hash over all that it holds."""
        return self.manifest.bundle_id

    @property
    def name(self) -> str:
        """The name of the project."""
        return self.manifest.name

    @property
    def is_signed(self) -> bool:
        """Whether a signature lies beside its manifest; whose it is, and whether it holds, is not looked at."""
        return (self.folder / SIGNATURE).is_file()

    @property
    def task(self) -> Task:
        """``binary``, ``multiclass`` or ``regression``."""
        return self.manifest.model.task

    @property
    def target(self) -> str:
        """The column that it predicts."""
        return self.manifest.target

    @property
    def inputs(self) -> tuple[Clause, ...]:
        """The columns that it needs."""
        return self.manifest.inputs

    @property
    def evaluation(self) -> Evaluation:
        """How good it was on the test rows; the blobs that it names stay in the project."""
        return self.manifest.evaluation

    @property
    def decision(self) -> Decision:
        """Whether to use it, and what that is worth."""
        return self.manifest.decision

    def predict(self, rows: Any) -> NDArray[Any]:
        """The answer to every row: classes as the target column holds them, or numbers; shape (n_rows,).

        For two classes the positive one is answered from the chosen threshold on (`manifest.model.threshold`), which
        need not be 0.5, or by the amounts of each case itself (`manifest.model.amounts`).

        Raises
        ------
        TableError
            If it is no table, or lacks an input.
        """
        return self.answers(self.scores(rows), rows)

    def predict_proba(self, rows: Any) -> Array:
        """The probability of every class for every row, shape (n_rows, n_classes), in the order of `classes`.

        Raises
        ------
        TableError
            If it is no table, or lacks an input.
        UserMistake
            If the model predicts numbers.
        """
        if self.classes is None:
            raise UserMistake(f"This model predicts numbers ({self.target}): there are no probabilities.", "predict")
        return self.scores(rows)

    @cached_property
    def uncertain(self) -> Uncertain:
        """What surrounds the answers.

        Raises
        ------
        UserMistake
            If the bundle does not know: it was packed by an earlier version, or from too few rows.
        """
        spec = self.manifest.evaluation.uncertainty
        if spec is None:
            raise UserMistake("This bundle does not know how far off its answers may be.", "mlwright run")
        return Uncertain(spec, self.manifest.model.plan)

    def predict_interval(self, rows: Any, level: float = 0.9) -> Array:
        """The interval that holds the true number in a share `level` of cases, shape (n_rows, 2).

        Raises
        ------
        TableError
            If it is no table, or lacks an input.
        UserMistake
            If the model answers classes, or knows no such level.
        """
        if self.classes is not None:
            raise UserMistake("This model answers classes, which have no interval.", "predict_set")
        blocks = self.model.encoder.encode(rows)
        return self.uncertain.intervals(blocks, self.model.predict(blocks), level)

    def predict_set(self, rows: Any, level: float = 0.9) -> list[tuple[Class, ...]]:
        """The classes that cannot be ruled out: the true one is among them in a share `level` of cases, of each class.

        Raises
        ------
        TableError
            If it is no table, or lacks an input.
        UserMistake
            If the model answers numbers, or knows no such level.
        """
        if self.classes is None:
            raise UserMistake("This model answers numbers, of which there are no sets.", "predict_interval")
        blocks = self.model.encoder.encode(rows)
        inside = self.uncertain.sets(blocks, self._spread(self.model.predict(blocks)), level)
        return [tuple(name for name, is_in in zip(self.classes, row, strict=True) if is_in) for row in inside]

    def unlike(self, rows: Any) -> list[str]:
        """Why a row is unlike anything that the model has learned from, in a few words; empty where it is not."""
        return self.uncertain.unlike(self.model.encoder.encode(rows))

    @cached_property
    def explainer(self) -> Explainer:
        """Explains single answers."""
        return Explainer(self.manifest, self.model)

    def explain(self, record: Row, *, most: int = 5, change: bool = False) -> Explained:
        """Why one record is answered as it is: what each input adds, compared with typical cases.

        Parameters
        ----------
        record : mapping
            An input that it lacks is not known.
        most : int
            Reasons.
        change : bool
            Whether the smallest change that alters the answer is sought, of the inputs that can be changed.
        """
        return self.explainer.explain(as_row(record, self.manifest), most=most, change=change)

    def score_records(self, records: Sequence[Row]) -> Array:
        """`scores` of records, the quick way for a service: nothing is copied into a table."""
        return self.score_blocks(self.model.encoder.encode_records(records))

    def score_blocks(self, blocks: Blocks) -> Array:
        """As `score_records` of records that were encoded already."""
        return self._spread(self.model.predict(blocks))

    def score_record(self, row: Row) -> tuple[list[float], Any]:
        """The scores of one record, and the answer that follows from them: the quickest way."""
        return self.score_encoded(self.model.encoder.encode_record(row), row)

    def score_encoded(self, encoded: OneRow, row: Row) -> tuple[list[float], Any]:
        """As `score_record` of a record that was encoded already."""
        return self._answered(self.model.predict_row(encoded), row)

    def score_several(self, encoded: Sequence[OneRow], rows: Sequence[Row]) -> list[tuple[list[float], Any]]:
        """As `score_encoded` of each of several records that came in requests of their own."""
        return [self._answered(scores, row) for scores, row in zip(self.model.predict_rows(encoded), rows, strict=True)]

    def _answered(self, scores: list[float], row: Row) -> tuple[list[float], Any]:
        """The scores of one record as they are told, and the answer that follows from them."""
        scores, classes = self._told(scores), self.classes
        if classes is None:
            return scores, scores[0]
        if self._threshold is not None:
            return scores, classes[scores[1] >= self._threshold]
        if self._is_weighed:
            return scores, self.answers(np.array([scores]), [row]).tolist()[0]
        return scores, classes[scores.index(max(scores))]

    def _told(self, scores: list[float]) -> list[float]:
        return [1.0 - scores[0], scores[0]] if self._is_binary else scores

    def scores(self, rows: Any) -> Array:
        """Probabilities in the order of `classes`, or one column of numbers; shape (n_rows, n_classes or 1)."""
        return self._spread(self.model.scores(rows))

    def answers(self, scores: Array, rows: Any = None) -> NDArray[Any]:
        """The answers that follow from `scores`: classes as the target column holds them, or numbers.

        Parameters
        ----------
        scores : array
            As `scores` returns them.
        rows : table, optional
            The rows that were scored, where each case is answered by its own amounts.
        """
        return self.named(self.decided(scores, rows))

    def decided(self, scores: Array, rows: Any = None) -> Array:
        """As `answers`, with the places of classes for the classes."""
        return self.model.answers(scores[:, 1:] if self._is_binary else scores, rows)

    def named(self, decided: Array) -> NDArray[Any]:
        """What was `decided`, as the target column holds it."""
        return decided if self.classes is None else self._labels[decided.astype(np.intp)]

    def prove(self) -> None:
        """See that the golden rows are answered as they were where the model was packed, in all ways of asking.

        Raises
        ------
        BundleError
            If one is not; names the packages that are installed in other versions.
        """
        rows = [golden.row for golden in self.manifest.golden]
        encoded = [self.model.encoder.encode_record(row) for row in rows]
        alone = [self._told(self.model.predict_row(each)) for each in encoded]
        together = [self._told(scores) for scores in self.model.predict_rows(encoded)]
        ways = (self.scores(rows).tolist(), self.score_records(rows).tolist(), alone, together)
        refuse_changed(self.manifest, self.folder, ways)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Copy the bundle to a folder; a bundle that is there already is replaced.

        Raises
        ------
        StorageError
            If something that is no bundle is in the way, or the disk cannot be written.
        BundleError
            If the bundle was changed or removed since it was loaded.
        """
        _, files = read_folder(self.folder)
        beside = (MANIFEST, SIGNATURE) if self.is_signed else (MANIFEST,)
        files |= {name: (self.folder / name).read_bytes() for name in beside}
        write_folder(files, Path(path))
        return Path(path)

    def __repr__(self) -> str:
        return f"<Bundle {self.bundle_id} of {self.name}: {self.target} ({self.task}) from {len(self.inputs)} inputs>"

    def _spread(self, scores: Array) -> Array:
        return np.concatenate([1.0 - scores, scores], axis=1) if self.task == "binary" else scores


def _restored(classes: Sequence[str], target_type: str) -> tuple[Class, ...]:
    """Classes as the values that the target column of that Arrow type holds."""
    if target_type.startswith(("int", "uint")):
        return tuple(int(name) for name in classes)
    if target_type.startswith(("float", "double", "halffloat")):
        return tuple(float(name) for name in classes)
    if target_type == "bool":
        return tuple(name == "true" for name in classes)
    return tuple(classes)
