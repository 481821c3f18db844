"""The forms of what is asked and told on ``/invocations``, and which of them a caller accepts.

References
----------
InvokeEndpoint (`Accept`); https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
RFC 4180, 3 (`header` and `charset` of ``text/csv``); https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from mlwright.shipping.serving.answering import Answer
from mlwright.shipping.serving.calls import JSON, Call, Reply, json_reply
from mlwright.shipping.serving.layouts import Records
from mlwright.shipping.serving.protocols import as_wanted
from mlwright.shipping.serving.wanted import Wanted

if TYPE_CHECKING:
    from mlwright.shipping.serving.service import Service

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
JSON_LINES = ("application/jsonlines", "application/jsonlines+json", "application/x-jsonlines")
FORMS: Final = (JSON, CSV, *JSON_LINES)

Write = Callable[[list[Answer]], Reply]


def csv_records(service: Service, call: Call) -> tuple[Records, bool]:
    """Records of a body of CSV, and whether its first line names the columns, as its type says or it looks.

    A body is read once: by who asks whether it is for it, or by who answers it.
    """
    if call.rows is None:
        said = parse_options_header(call.header("CONTENT_TYPE"))[1]
        header = {"present": True, "absent": False}.get(said.get("header", "").lower())
        body = call.body(service.settings.max_body_bytes)
        call.rows = service.layouts.csv(body, header=header, charset=said.get("charset", "utf-8"))
    return call.rows


def form_for(service: Service, call: Call, own: str, wanted: Wanted) -> Write:
    """What writes the answers: in the form that the caller likes best of those that there are, else in `own`.

    Amazon's contract says that `Accept` is what the caller desires, and nothing of refusing what cannot be had.
    """
    said = call.header("HTTP_ACCEPT")
    form, header = own, False
    if said not in ("", "*/*", own):
        read = [(parse_options_header(kind), quality) for kind, quality in parse_accept_header(said, MIMEAccept)]
        form = MIMEAccept([(kind, q) for (kind, _), q in read]).best_match((own, *FORMS), default=own)
        header = any(kind == CSV and options.get("header") == "present" for (kind, options), _ in read)
    bundle_id = service.manifest.bundle_id
    if form == JSON:
        return lambda answers: json_reply({"predictions": as_wanted(answers, wanted, bundle_id)})
    if form != CSV:
        return lambda answers: _lines(as_wanted(answers, wanted, bundle_id))
    with_id = wanted.is_full and service.settings.log.folder is not None
    columns = Columns(service.manifest.model.classes, wanted, bundle_id, with_id=with_id)
    return lambda answers: _csv(answers, columns, header=header)


def _lines(told: Sequence[Any]) -> Reply:
    lines = (one if isinstance(one, dict) else {"prediction": one} for one in told)
    return Reply(b"".join(orjson.dumps(line) + b"\n" for line in lines), content_type=JSON_LINES[0])


def _csv(answers: Sequence[Answer], columns: Columns, *, header: bool) -> Reply:
    """One line an answer; truth values are spelled as in JSON."""
    text, spelled = io.StringIO(), {True: "true", False: "false"}
    lines = [columns.names()] if header else []
    lines += [[spelled[cell] if isinstance(cell, bool) else cell for cell in columns.of(one)] for one in answers]
    csv.writer(text, lineterminator="\n").writerows(lines)
    kind = f"{CSV}; charset=utf-8{'; header=present' if header else ''}"
    return Reply(text.getvalue().encode(), content_type=kind)


class Columns:
    """The columns of answers in CSV: the prediction, and what is wanted beside, always in the same order.

    Parameters
    ----------
    classes : sequence of str
        None for a model of numbers.
    wanted : Wanted
    bundle_id : str
    with_id : bool
        Whether the last one is the id by which the outcome can be reported.

    Examples
    --------
    >>> columns = Columns(("no", "yes"), Wanted(probabilities=True, model=True), "3f2a9c71d0e4")
    >>> columns.names()
    ['prediction', 'probability_no', 'probability_yes', 'model']
    >>> list(columns.of({"prediction": "no", "probabilities": {"no": 0.75, "yes": 0.25}}))
    ['no', 0.75, 0.25, '3f2a9c71d0e4']
    """

    def __init__(self, classes: Sequence[str], wanted: Wanted, bundle_id: str, *, with_id: bool = False) -> None:
        self._classes = classes if wanted.is_full else ()
        self._is_interval = wanted.extras.level is not None and not classes
        self._is_set = wanted.extras.level is not None and bool(classes)
        self._wanted, self._bundle_id, self._with_id = wanted, bundle_id, with_id

    def names(self) -> list[str]:
        """What stands above them."""
        extras = self._wanted.extras
        return [
            "prediction",
            *(f"probability_{name}" for name in self._classes),
            *(("low", "high") if self._is_interval else ("possible",) if self._is_set else ()),
            *(("unlike",) if extras.unlike or extras.level is not None else ()),
            *(f"reason_{place}" for place in range(1, extras.reasons + 1)),
            *(("change",) if extras.change else ()),
            *(("model",) if self._wanted.model else ()),
            *(("id",) if self._with_id else ()),
        ]

    def of(self, answer: Answer) -> Iterator[Any]:
        """The cells of one answer; sets of classes are arrays of JSON, and reasons are sentences."""
        extras = self._wanted.extras
        yield answer["prediction"]
        for name in self._classes:
            yield answer["probabilities"][name]
        if self._is_interval:
            yield from answer["interval"]
        if self._is_set:
            yield orjson.dumps(answer["possible"]).decode()
        if extras.unlike or extras.level is not None:
            yield answer.get("unlike", "")
        if extras.reasons:
            told = [reason["sentence"] for reason in answer["reasons"]]
            yield from (*told, *[""] * (extras.reasons - len(told)))
        if extras.change:
            change = answer["change"]
            yield change["sentence"] if isinstance(change, dict) else change
        if self._wanted.model:
            yield self._bundle_id
        if self._with_id:
            yield answer["id"]
