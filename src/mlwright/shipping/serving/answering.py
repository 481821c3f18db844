"""From records to answers as JSON, by the model of one bundle."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mlwright.core.errors import BundleError
from mlwright.shipping.serving.extras import NOTHING, Extras
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlwright.scoring.blocks import Blocks
    from mlwright.scoring.bundle import Bundle

log = logging.getLogger("mlwright.serving")

Answer = dict[str, Any]
SHOWN_OF_A_REASON = {"input", "adds", "sentence"}
SHOWN_OF_A_CHANGE = {"values", "prediction", "sentence"}


class Answerer:
    """Asks the model.

    Parameters
    ----------
    bundle : Bundle

    Attributes
    ----------
    is_ready : bool
        Whether the model gives its stored answers in this process.
    answer_type : type
        Of every prediction: a class as the target column holds it, or a number.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._names = bundle.manifest.model.classes
        self._name_of = dict(zip(bundle.classes or (), self._names, strict=True))
        self.is_ready = _is_proved(bundle)
        self.answer_type: type = type(bundle.classes[0]) if bundle.classes else float

    def check_ready(self) -> None:
        """See that the model gives its stored answers.

        Raises
        ------
        Refusal
            If it does not.
        """
        if not self.is_ready:
            message = "The model answers its stored rows otherwise than it did where it was packed."
            raise Refusal("not_ready", message, "Pack the bundle on a machine like this one; the log says more.")

    def answer(self, records: Sequence[Mapping[str, Any]], extras: Extras = NOTHING) -> list[Answer]:
        """The answer to each record: a class with the probabilities of all, or a number; and what else is asked for."""
        if not records:
            return []
        answers = self.told(*self._scored(records))
        if extras.level is not None:
            for answer, around in zip(answers, self._around(records, extras.level), strict=True):
                answer |= around
        if extras.unlike or extras.level is not None:
            for answer, why in zip(answers, self.bundle.unlike(records), strict=True):
                answer |= {"unlike": why} if why else {}
        if extras.reasons or extras.change:
            for answer, record in zip(answers, records, strict=True):
                answer |= self._why(record, extras)
        return answers

    def answer_blocks(
        self, blocks: Blocks, records: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Answer], NDArray[np.float64], NDArray[np.float64]]:
        """As `answer` of several records that were encoded already, what was decided of each, and their scores."""
        scores = self.bundle.score_blocks(blocks)
        decided = self.bundle.decided(scores, records)
        return self.told(scores.tolist(), self.bundle.named(decided).tolist()), decided, scores

    def told(self, scores: Sequence[Sequence[float]], labels: Sequence[Any]) -> list[Answer]:
        """What callers are told of some scores, and the answers that follow from them."""
        if not self._names:
            return [{"prediction": label} for label in labels]
        pairs = zip(scores, labels, strict=True)
        if len(self._names) == 2:  # spelled out, which takes a third of the time of a zip for each
            no, yes = self._names
            return [{"prediction": label, "probabilities": {no: p, yes: q}} for (p, q), label in pairs]
        names = self._names
        return [{"prediction": label, "probabilities": dict(zip(names, each, strict=True))} for each, label in pairs]

    def _scored(self, records: Sequence[Mapping[str, Any]]) -> tuple[list[list[float]], list[Any]]:
        """The scores and the answer of each record."""
        if len(records) == 1:
            scores, label = self.bundle.score_record(records[0])
            return [scores], [label]
        found = self.bundle.score_records(records)
        return found.tolist(), self.bundle.answers(found, records).tolist()

    def _why(self, record: Mapping[str, Any], extras: Extras) -> Answer:
        """Reasons, and what would alter the answer."""
        found = self.bundle.explain(record, most=extras.reasons, change=extras.change)
        told: Answer = {}
        if extras.reasons:
            told["reasons"] = [reason.model_dump(include=SHOWN_OF_A_REASON) for reason in found.reasons]
        if extras.change:
            told["change"] = (
                found.no_change if found.change is None else found.change.model_dump(include=SHOWN_OF_A_CHANGE)
            )
        return told

    def _around(self, records: Sequence[Mapping[str, Any]], level: float) -> list[Answer]:
        """How far off each answer may be."""
        if self._names:
            return [{"possible": list(names)} for names in self.bundle.predict_set(records, level)]
        return [{"interval": ends} for ends in self.bundle.predict_interval(records, level).tolist()]

    def class_of(self, answer: Answer) -> str | None:
        """The spelling of the class that was answered; None for a number."""
        return self._name_of[answer["prediction"]] if self._names else None

    def count_classes(self, answers: Sequence[Answer]) -> Mapping[str, int]:
        """How often each class was answered, by its spelling; empty for numbers."""
        counts = Counter(map(itemgetter("prediction"), answers)) if self._names else Counter[Any]()
        return {self._name_of[label]: n_answers for label, n_answers in counts.items()}


def _is_proved(bundle: Bundle) -> bool:
    try:
        bundle.prove()
    except BundleError as error:
        log.error("the model is not ready: %s", error)
        return False
    return True
