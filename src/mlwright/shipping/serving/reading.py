"""From the bytes of a request to records: strict JSON, and nothing that could be read in two ways."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Collection
from contextlib import suppress
from typing import IO, Any
from urllib.parse import parse_qsl

import orjson

from mlwright.shipping.serving.refusals import Refusal, json_type, shown

CHUNK_BYTES = 1 << 20
ENVELOPE = "records"
EXAMPLE_HINT = 'Send one record as {"field": value, ...}, or several as {"records": [{...}, {...}]}.'


Question = tuple[list[dict[str, Any]], bool]
"""The records of a request, and whether the answer is a list."""


def read_body(stream: IO[bytes], announced: int | None, max_bytes: int) -> bytes:
    """The bytes of a body, however long it claims to be; no more than `max_bytes` of them are ever held.

    Raises
    ------
    Refusal
        If it is longer, or ends early.
    """
    most = max_bytes + 1 if announced is None else announced
    chunks, held = [], 0
    while most <= max_bytes + 1 and held < most and (chunk := stream.read(min(CHUNK_BYTES, most - held))):
        chunks.append(chunk)
        held += len(chunk)
    if max(announced or 0, held) > max_bytes:
        message = f"The body has more than the {max_bytes:,} bytes that the service takes."
        raise Refusal("too_large", message, "Send fewer records at a time.")
    if announced is not None and held < announced:
        raise Refusal("bad_request", "The body ended early.", "Send as many bytes as Content-Length says.")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def read_question(body: bytes, names: Collection[str], max_records: int) -> Question:
    """The records that a body holds.

    Parameters
    ----------
    body : bytes
    names : collection of str
        The fields of a record; needed to tell a record from an envelope if one of them is called ``records``.
    max_records : int

    Raises
    ------
    Refusal
        If the body is no JSON, holds no records, too many of them, or a field twice.
    """
    content = parse(body)
    if type(content) is dict and ENVELOPE not in content:
        refuse_duplicates(body, len(content))
        return [content], False
    records, is_list = _unwrap(content, names)
    refuse_many(len(records), max_records)
    for place, record in enumerate(records):
        if not isinstance(record, dict):
            message = f"Record {place} is {json_type(record)}, not an object."
            raise Refusal("not_records", message, EXAMPLE_HINT, record=place)
    refuse_duplicates(body, sum(map(len, records)) + (is_list and isinstance(content, dict)))
    return records, is_list


def refuse_many(n_records: int, max_records: int) -> None:
    """Refuse more records than are taken."""
    if n_records > max_records:
        message = f"The request holds {n_records} records; at most {max_records} are taken."
        raise Refusal("too_many_records", message, "Send them in several requests.")


def read_form(body: bytes) -> dict[str, Any]:
    """The one record that the fields of a form hold; an empty field is not known.

    Raises
    ------
    Refusal
        If it cannot be read, or a field comes twice.
    """
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    except ValueError:
        raise Refusal("not_form", "The body is not what a form sends.", "Send name=value&name=value.") from None
    _refuse_twice(pairs)
    return {name: value or None for name, value in pairs}


def parse(body: bytes) -> Any:
    """What JSON says.

    Raises
    ------
    Refusal
        If it is none.
    """
    if not body:
        raise Refusal("not_json", "The body is empty.", EXAMPLE_HINT)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if body.startswith(BOM_UTF8):
            with suppress(orjson.JSONDecodeError):
                return orjson.loads(body.removeprefix(BOM_UTF8))
        where = f"line {error.lineno}, column {error.colno}"
        message = f"The body is not JSON: {error.msg} at {where}."
    try:
        body.decode()
    except UnicodeDecodeError as error:
        message = f"The body is not JSON: it is no UTF-8 at byte {error.start}."
    raise Refusal("not_json", message, "Send JSON in UTF-8; a value that is not known is null, not NaN.")


def _unwrap(content: Any, names: Collection[str]) -> Question:
    if isinstance(content, list):
        return content, True
    if not isinstance(content, dict):
        raise Refusal("not_records", f"The body is {json_type(content)}, not an object or array.", EXAMPLE_HINT)
    if ENVELOPE in names and not isinstance(content[ENVELOPE], list):
        return [content], False
    if len(content) > 1:
        other = next(name for name in content if name != ENVELOPE)
        message = f"{shown(other)} stands beside {ENVELOPE!r}, which must stand alone."
        raise Refusal("unknown_field", message, EXAMPLE_HINT, field=shown(other)[1:-1])
    if not isinstance(content[ENVELOPE], list):
        raise Refusal("not_records", f"{ENVELOPE!r} is {json_type(content[ENVELOPE])}, not an array.", EXAMPLE_HINT)
    return content[ENVELOPE], True


def refuse_duplicates(body: bytes, n_keys: int) -> None:
    """Refuse a field that is given twice, of which the parser has kept only the last.

    Every key is followed by a colon, so a body with no more colons than keys were read holds none twice. Only
    where there are more, because a text holds some or a key does come twice, is the body read again with care.

    Parameters
    ----------
    body : bytes
    n_keys : int
        How many keys were read.

    Raises
    ------
    Refusal
        If a field comes twice.
    """
    if body.count(b":") == n_keys:
        return
    try:
        json.loads(body, object_pairs_hook=_refuse_twice, parse_int=len, parse_float=len)
    except RecursionError:
        raise Refusal("not_records", "The body is nested too deeply.", EXAMPLE_HINT) from None


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            message = f"An object names the field {shown(name)} twice."
            raise Refusal("duplicate_field", message, "Name every field once.", field=shown(name)[1:-1])
        seen.add(name)
