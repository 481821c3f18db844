"""Why a request is refused: one error class, one table of reasons, one shape of the answer."""

from __future__ import annotations

from typing import Any, NamedTuple

from mlwright.core.errors import RequestError

NAME_SHOWN_MAX = 80


class Reason(NamedTuple):
    """The HTTP status of a reason, and what it means."""

    status: int
    meaning: str


REASONS = {
    "not_json": Reason(400, "The body is no JSON; the message says where it stops to be."),
    "not_form": Reason(400, "The body is not what a form sends."),
    "not_csv": Reason(400, "The body is no CSV."),
    "not_parquet": Reason(400, "The body is no Parquet file, or one that would need too much memory."),
    "not_records": Reason(400, "The body is in none of the layouts that the path takes."),
    "duplicate_field": Reason(400, "An object names the same field twice."),
    "unknown_option": Reason(400, "The address asks for something that the model cannot give."),
    "bad_request": Reason(400, "The request breaks HTTP, or the connection ended early."),
    "token": Reason(401, "The token is missing or wrong."),
    "host": Reason(403, "The Host header names another machine than this one."),
    "origin": Reason(403, "A page of another site asked."),
    "not_found": Reason(404, "There is nothing at this path."),
    "wrong_method": Reason(405, "The path does not know this method; the Allow header lists those that it does."),
    "too_large": Reason(413, "The body has more bytes than the service takes."),
    "too_many_records": Reason(413, "The body has more records than the service takes."),
    "not_json_type": Reason(415, "The Content-Type is none that the path takes."),
    "packed": Reason(415, "The body is packed (Content-Encoding); bodies are not unpacked, so that none grows."),
    "unknown_field": Reason(422, "A record has a field that the model does not know."),
    "missing_field": Reason(422, "A record lacks a field; one whose value is not known may be null."),
    "wrong_type": Reason(422, "A field holds something of another type than the model was trained on."),
    "breaks_contract": Reason(422, "A value breaks the contract of its field, which says to refuse it."),
    "not_feedback": Reason(422, "A report is no object of the id of an answer and its outcome."),
    "no_log": Reason(409, "The service keeps no log that an outcome could belong to."),
    "too_often": Reason(429, "More was asked than a caller, or all of them, may ask in a second."),
    "internal": Reason(500, "A mistake of ours; the log has it under the request's id."),
    "busy": Reason(503, "So many long requests are being sent or answered that no further one is taken."),
    "not_ready": Reason(503, "The model does not give its stored answers, so it gives none at all."),
}
"""Every code that an error of the service can have."""


class Refusal(RequestError):
    """A request that is not answered.

    Parameters
    ----------
    reason : str
        Key of `REASONS`.
    message : str
        What was found, and where; never a value of the request.
    hint : str
        What to do.
    field : str, optional
        The field that is at fault.
    record : int, optional
        The place of the record that is at fault, from 0.
    wait_s : int
        After how many seconds to ask again, where that would help.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        hint: str,
        *,
        field: str | None = None,
        record: int | None = None,
        wait_s: int = 1,
    ) -> None:
        super().__init__(message, hint)
        self.wait_s = wait_s
        self.reason = reason
        self.field = field
        self.record = record

    @property
    def status(self) -> int:
        """The HTTP status."""
        return REASONS[self.reason].status

    def body(self) -> dict[str, Any]:
        """What the caller reads."""
        error = {"code": self.reason, "message": self.message, "hint": self.hint}
        places = {"field": self.field, "record": self.record}
        return {"error": error | {name: place for name, place in places.items() if place is not None}}


def shown(name: str) -> str:
    r"""A name that a caller made up, fit for a message: quoted, cut short, without control characters.

    >>> shown("a" * 100)[-6:], shown("a\nb")
    ('aaa...', "'a\\nb'")
    """
    return repr(name) if len(name) <= NAME_SHOWN_MAX else repr(name[:NAME_SHOWN_MAX])[:-1] + "..."


def json_type(value: object) -> str:
    """What JSON calls a value, with its article.

    >>> json_type(True), json_type({}), json_type(None)
    ('true or false', 'an object', 'null')
    """
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    names: dict[type, str] = {str: "text", dict: "an object", list: "an array"}
    return names.get(type(value), "null")
