"""Answers as tensors of the Open Inference Protocol: which there are, and what each holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from mlwright.records.bundle import Manifest
from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.extras import known_levels
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.wanted import Wanted

DATATYPES = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}
USUAL_LEVEL, USUAL_REASONS = 0.9, 5
"""What is meant where an output is named without saying how much of it."""


class Outputs:
    """The tensors that a model can answer with.

    What has no tensor's form (reasons, a change, notes) is JSON, as text, for each record. The columns of
    ``probabilities`` and of ``possible`` are the classes, which the parameter ``classes`` names, as JSON too, for
    parameters are plain values.

    Parameters
    ----------
    manifest : Manifest
    classes : sequence
        As they are answered; empty for a model of numbers.
    answer_type : type
        Of every prediction.
    with_id : bool
        Whether answers have an id by which the outcome can be reported.
    """

    def __init__(self, manifest: Manifest, classes: Sequence[Any], answer_type: type, *, with_id: bool = False) -> None:
        self._classes = tuple(classes)
        self._named = {"parameters": {"classes": orjson.dumps(list(self._classes)).decode()}} if classes else {}
        self._levels = known_levels(manifest)
        self._datatype = DATATYPES[answer_type]
        around = {"possible": self._possible} if classes else {"interval": self._interval}
        self._made: dict[str, Callable[[Sequence[Answer]], dict[str, Any]]] = {
            "prediction": self._prediction,
            **({"probabilities": self._probabilities} if classes else {}),
            **(around if self._levels else {}),
            **({"unlike": self._unlike} if manifest.evaluation.uncertainty is not None else {}),
            "reasons": lambda answers: _texts("reasons", [_json(one["reasons"]) for one in answers]),
            "change": lambda answers: _texts("change", [_json(one["change"]) for one in answers]),
            "notes": lambda answers: _texts("notes", [_json(one.get("notes", [])) for one in answers]),
            **({"id": lambda answers: _texts("id", [one["id"] for one in answers])} if with_id else {}),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """All that can be asked for."""
        return tuple(self._made)

    def declared(self) -> list[dict[str, Any]]:
        """Those that are told unless something else is asked for, as a model is described."""
        found = [_declared("prediction", self._datatype, [-1])]
        if self._classes:
            found.append(_declared("probabilities", "FP64", [-1, len(self._classes)]) | self._named)
        return found

    def parameters(self, content: Mapping[str, Any]) -> Any:
        """The parameters of a request, with those of the outputs that it names, and what naming those means."""
        given, named = content.get("parameters"), content.get("outputs")
        if not isinstance(named, list) or not (given is None or isinstance(given, dict)):
            return given
        found: dict[str, Any] = {}
        for output in named:
            if isinstance(output, dict):
                own = output.get("parameters")
                found |= self._meant(output.get("name")) | (own if isinstance(own, dict) else {})
        return found | (given or {})

    def chosen(self, named: Any, wanted: Wanted) -> list[str]:
        """Which tensors are told: those that are named, else the usual ones and what the parameters ask for.

        Raises
        ------
        Refusal
            If one is named that the model has not.
        """
        extras, is_around = wanted.extras, wanted.extras.level is not None
        told = {
            "prediction": True,
            "probabilities": wanted.probabilities is not False,
            "interval": is_around,
            "possible": is_around,
            "unlike": is_around or extras.unlike,
            "reasons": extras.reasons > 0,
            "change": extras.change,
        }
        if named in (None, []):
            return [name for name in self._made if told.get(name)]
        given = [one.get("name") for one in named if isinstance(one, dict)] if isinstance(named, list) else []
        names = [name for name in self._made if name in given]
        if not names or len(names) < len(given):
            known = ", ".join(self._made)
            raise Refusal("not_records", "'outputs' names a tensor that there is not.", f"There are: {known}.")
        for name in names:
            if not told.get(name, True):
                message = f"'outputs' names {name!r}, which the parameters say to leave out."
                raise Refusal("unknown_option", message, "Leave one of the two out.", field=name)
        return names

    def told(self, answers: Sequence[Answer], names: Sequence[str]) -> list[dict[str, Any]]:
        """The tensors of these names."""
        return [self._made[name](answers) for name in names]

    def _meant(self, name: object) -> dict[str, Any]:
        """What an output asks for by being named."""
        if name in ("interval", "possible") and self._levels:
            return {"level": USUAL_LEVEL if USUAL_LEVEL in self._levels else self._levels[-1]}
        if name == "reasons":
            return {"reasons": USUAL_REASONS}
        return {str(name): True} if name in ("unlike", "change") else {}

    def _prediction(self, answers: Sequence[Answer]) -> dict[str, Any]:
        return _tensor("prediction", self._datatype, [len(answers)], [answer["prediction"] for answer in answers])

    def _probabilities(self, answers: Sequence[Answer]) -> dict[str, Any]:
        flat = [share for answer in answers for share in answer["probabilities"].values()]
        return _tensor("probabilities", "FP64", [len(answers), len(self._classes)], flat) | self._named

    def _interval(self, answers: Sequence[Answer]) -> dict[str, Any]:
        return _tensor("interval", "FP64", [len(answers), 2], [end for answer in answers for end in answer["interval"]])

    def _possible(self, answers: Sequence[Answer]) -> dict[str, Any]:
        flat = [name in answer["possible"] for answer in answers for name in self._classes]
        return _tensor("possible", "BOOL", [len(answers), len(self._classes)], flat) | self._named

    def _unlike(self, answers: Sequence[Answer]) -> dict[str, Any]:
        return _texts("unlike", [answer.get("unlike", "") for answer in answers])


def _declared(name: str, datatype: str, shape: list[int]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape}


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return _declared(name, datatype, shape) | {"data": data}


def _texts(name: str, data: list[str]) -> dict[str, Any]:
    return _tensor(name, "BYTES", [len(data)], data)


def _json(content: Any) -> str:
    return orjson.dumps(content).decode()
