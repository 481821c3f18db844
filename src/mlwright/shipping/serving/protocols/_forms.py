"""The forms in which predictions are told on ``/invocations``, and which of them a caller accepts.

References
----------
InvokeEndpoint (`Accept`); https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import JSON, Call, Reply, json_reply
from mlwright.shipping.serving.protocols import bare

CSV = "text/csv"
JSON_LINES = ("application/jsonlines", "application/jsonlines+json", "application/x-jsonlines")

Write = Callable[[list[Answer]], Reply]


def form_for(call: Call, own: str) -> Write:
    """What writes the answers: in the form that the caller likes best of those that there are, else in `own`.

    Amazon's contract says that `Accept` is what the caller desires, and nothing of refusing what cannot be had.
    """
    said = call.header("HTTP_ACCEPT")
    if said in ("", "*/*", own):
        return FORMS[own]
    wanted = parse_accept_header(said, MIMEAccept).best_match((own, *FORMS), default=own)
    return FORMS[wanted]


def _csv(answers: list[Answer]) -> Reply:
    return Reply(_as_csv(bare(answers)), content_type=f"{CSV}; charset=utf-8")


def _lines(answers: list[Answer]) -> Reply:
    lines = b"".join(orjson.dumps({"prediction": one}) + b"\n" for one in bare(answers))
    return Reply(lines, content_type=JSON_LINES[0])


def _json(answers: list[Answer]) -> Reply:
    return json_reply({"predictions": bare(answers)})


def _as_csv(values: Sequence[Any]) -> bytes:
    """One value a line; truth values are spelled as in JSON."""
    text, spelled = io.StringIO(), {True: "true", False: "false"}
    plain = (spelled[value] if isinstance(value, bool) else value for value in values)
    csv.writer(text, lineterminator="\n").writerows([value] for value in plain)
    return text.getvalue().encode()


FORMS: Final[dict[str, Write]] = {JSON: _json, CSV: _csv, **dict.fromkeys(JSON_LINES, _lines)}
