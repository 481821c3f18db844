"""The fields of a line of an access log.

``host client ident user [day/Mon/year:time offset] "METHOD /path?query PROTOCOL" status bytes "referrer" "agent" and
more``, of which the host, the referrer with the agent, and what is more may be missing. A hyphen stands for nothing; of
the bytes it stands for 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.sources._types import Spelled, widen

LEAST_SHARE = 0.8
MORE = "more_"
MOST_MORE = 20
_QUOTED = r'"(?P<{}>(?:[^"\\]|\\.)*)"'
LINE = (
    r"^(?:(?P<host>[^\s\[\]\"]+) )?(?P<client>[^\s\[\]\"]+) (?P<ident>[^\s\[\]\"]+) (?P<user>[^\s\[\]\"]+|\"[^\"]*\") "
    r"\[(?P<time>[0-9]{1,2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4})\] "
    + _QUOTED.format("request")
    + r" (?P<status>[0-9]{3}|-) (?P<bytes>[0-9]{1,18}|-)"
    + f"(?: {_QUOTED.format('referrer')} {_QUOTED.format('agent')})?"
    + r"(?: (?P<more>.*))?$"
)
REQUEST = r"^(?P<method>[A-Z]{2,20}) (?P<path>[^ ?]*)(?:\?(?P<query>[^ ]*))?(?: (?P<protocol>[A-Z]+/[0-9.]+))?$"
_MOMENT = r"^([0-9]{1,2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9:]{8}) ([+-][0-9]{2})([0-9]{2})$"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COLUMNS = (
    *("time", "host", "client", "ident", "user", "method", "path", "query", "protocol"),
    *("status", "bytes", "referrer", "agent"),
)
IF_FILLED = ("host", "ident")
"""Fields that hardly a server fills; all others are there whatever a file holds, so that the next one fits."""
PLAIN_TYPES: Mapping[str, Spelled] = {"time": "timestamp", "status": "int64", "bytes": "int64"}
"""The fields that are no text."""
_is_line = re.compile(LINE).fullmatch


def is_access_log(head: str) -> bool:
    """Whether most of the first lines of a file are requests.

    >>> is_access_log('::1 - - [01/Mar/2024:00:00:20 +0000] "GET / HTTP/1.1" 200 12'), is_access_log("a,b")
    (True, False)
    """
    lines = [line.rstrip("\r") for line in head.split("\n") if line.strip()]
    whole = lines[:-1] if len(lines) > 1 and not head.endswith("\n") else lines
    some = whole[:100]
    return bool(some) and sum(_is_line(line) is not None for line in some) >= LEAST_SHARE * len(some)


def fields_of(lines: pa.Array) -> dict[str, pa.Array]:
    """The fields of those lines that are requests, by the names of `COLUMNS`.

    A request that has no method and path (noise of a scanner) has neither here, and one whose time cannot be (the 31st
    of February, a leap second) has no time.
    """
    found = pc.extract_regex(lines, LINE)
    found = found.filter(pc.is_valid(found))
    whole = {field.name: found.field(place) for place, field in enumerate(found.type)}
    raw = {name: _said(values) for name, values in whole.items()}
    parts = pc.extract_regex(raw["request"], REQUEST)
    fields = {name: _said(pc.struct_field(parts, name)) for name in ("method", "path", "query", "protocol")}
    fields |= {name: raw[name] for name in ("host", "client", "ident", "user")}
    if pc.any(pc.not_equal(whole["referrer"], ""), min_count=0).as_py():
        fields |= {name: raw[name] for name in ("referrer", "agent")}
    fields["time"] = _moments(raw["time"])
    fields["status"] = raw["status"].cast(pa.int64())
    fields["bytes"] = pc.fill_null(raw["bytes"].cast(pa.int64()), 0)
    return fields | _more(raw["more"])


def kinds_of(fields: Mapping[str, pa.Array], known: Mapping[str, Spelled | None]) -> dict[str, Spelled | None]:
    """What the fields are, together with what was known of them; None where no line fills them."""
    found = dict(known)
    for name, values in fields.items():
        if name in PLAIN_TYPES:
            found[name] = PLAIN_TYPES[name]
        elif name.startswith(MORE):
            found[name] = widen(found.get(name), values)
        elif name in IF_FILLED and values.null_count == len(values):
            found.setdefault(name, None)
        else:
            found[name] = "string"
    return found


def _said(values: pa.Array) -> pa.Array:
    """Nothing for a hyphen, and for what was not there."""
    is_nothing = pc.is_in(values, pa.array(["-", ""]))
    return pc.if_else(is_nothing, pa.scalar(None, pa.string()), values)


def _moments(texts: pa.Array) -> pa.Array:
    spelled = pc.replace_substring_regex(texts, _MOMENT, r"\3-\2-\1T\4\5:\6")
    spelled = pc.replace_substring_regex(spelled, r"-([0-9])T", r"-0\1T")
    for number, month in enumerate(MONTHS, 1):
        spelled = pc.replace_substring(spelled, f"-{month}-", f"-{number:02d}-")
    try:
        return pc.cast(pc.cast(spelled, pa.timestamp("us", tz="UTC")), pa.timestamp("us"))
    except pa.ArrowInvalid:
        return pa.array(map(_moment, spelled.to_pylist()), pa.timestamp("us"))


def _moment(spelled: str | None) -> datetime | None:
    """A moment in UTC; None where there is no such moment."""
    try:
        return datetime.fromisoformat(spelled or "").astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _more(texts: pa.Array) -> dict[str, pa.Array]:
    """What stands behind the usual fields, part by part; parts in quotes may hold blanks."""
    if texts.null_count == len(texts):
        return {}
    found: dict[str, pa.Array] = {}
    left, place = texts, 0
    while left.null_count < len(left) and place < MOST_MORE:
        place += 1
        cut = pc.extract_regex(left, r'^(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>\S+)) *(?P<rest>.*)$')
        quoted, bare = pc.struct_field(cut, "quoted"), pc.struct_field(cut, "bare")
        found[f"{MORE}{place}"] = _said(pc.if_else(pc.equal(bare, ""), quoted, bare))
        left = _said(pc.struct_field(cut, "rest"))
    return found
