"""What a call asks to be told beside bare predictions, under the same names wherever its platform has room for them."""

from __future__ import annotations

from typing import Any, NamedTuple

from mlwright.records.bundle import Manifest
from mlwright.shipping.serving.calls import Call
from mlwright.shipping.serving.extras import NOTHING, Extras, extras_of, is_meant
from mlwright.shipping.serving.refusals import Refusal, json_type

ATTRIBUTES = "HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES"
"""The one header of a caller that Amazon SageMaker hands on to a container, beside those of the body."""

NAMES = ("probabilities", *Extras._fields, "model")


class Wanted(NamedTuple):
    """What is to be told.

    Parameters
    ----------
    extras : Extras
        What takes work of its own.
    probabilities : bool or None
        Whether those of all classes are told; None if nothing was said of them.
    model : bool
        Whether the id of the bundle is told with each answer.
    """

    extras: Extras = NOTHING
    probabilities: bool | None = None
    model: bool = False

    @property
    def is_full(self) -> bool:
        """Whether all that is known is told, and not the prediction alone."""
        return bool(self.probabilities) or self.model or self.extras is not NOTHING


BARE = Wanted()


def wanted_of(call: Call, manifest: Manifest, parameters: Any = None, what: str = "parameters") -> Wanted:
    """What the parameters of a body ask for; what they do not name may stand in the address, or in SageMaker's header.

    A call that asks for more than answers is a long one.

    Parameters
    ----------
    call : Call
    manifest : Manifest
    parameters : object
        As they stand in the body.
    what : str
        How they are called there.

    Raises
    ------
    Refusal
        If the parameters are no object, or the model cannot give what they ask for.
    TakesLongError
        If it is to be answered beside the others.
    """
    options = _options(call)
    if parameters is not None and parameters != {}:
        if not isinstance(parameters, dict):
            message = f"'{what}' is {json_type(parameters)}, not an object."
            raise Refusal("not_records", message, f'Send {{"{what}": {{"probabilities": true}}}}.', field=what)
        options |= {name: _spelled(parameters[name]) for name in NAMES if parameters.get(name) is not None}
    if not options:
        return BARE
    extras = extras_of(options, manifest)
    if extras is not NOTHING:
        call.take_long()
    probabilities = is_meant(options, "probabilities") if "probabilities" in options else None
    return Wanted(extras, probabilities, is_meant(options, "model"))


def _options(call: Call) -> dict[str, str]:
    """What the header of SageMaker says, over what the address does."""
    attributes = call.header(ATTRIBUTES)
    if not attributes:
        return call.options
    pairs = (pair.partition("=") for pair in attributes.split(","))
    said = {name.strip(): value.strip() for name, _, value in pairs}
    return call.options | {name: said[name] for name in NAMES if name in said}


def _spelled(value: object) -> str:
    """As an address would say it; what it could not say is nothing that is known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value) if isinstance(value, int | str) else ""
