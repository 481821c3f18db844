"""The contract as a JSON Schema, for services and message queues."""

from __future__ import annotations

import json
from typing import Any

from mlwright.data.clauses.wording import told_clause
from mlwright.records.contract import Clause, Contract
from mlwright.shipping.contracts import (
    NUMBER,
    ContractForm,
    allowed,
    codes,
    is_moment,
    is_number,
    is_text,
    keys_of,
    must_be_there,
)

BLANK = r"^\s*$"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Jsonschema(ContractForm):
    """A schema of draft 2020-12 that takes one record or an array of records.

    One record alone: ``{"$ref": "#/$defs/record"}``; an array: ``{"$ref": "#/$defs/records"}``. That a key does not
    come twice cannot be said in JSON Schema; it stands in the description.
    """

    title = "JSON Schema"

    def write(self, contract: Contract, name: str) -> str:
        """The schema as JSON."""
        schema = {
            "$schema": DRAFT,
            "title": name,
            "oneOf": [{"$ref": "#/$defs/record"}, {"$ref": "#/$defs/records"}],
            "$defs": {"record": _record(contract), "records": _records(contract)},
        }
        return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _record(contract: Contract) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {clause.name: _value(clause, contract.n_rows) for clause in contract.columns},
        "required": [clause.name for clause in contract.columns if clause.required],
    }


def _records(contract: Contract) -> dict[str, Any]:
    unique = {} if contract.may_repeat else {"uniqueItems": True}
    keys = [*([(contract.key,)] if contract.key else []), *keys_of(contract)]
    told = {"description": "Come once: " + "; ".join(" and ".join(names) for names in keys) + "."} if keys else {}
    items = {"items": {"$ref": "#/$defs/record"}, "minItems": contract.least_rows}
    return {"type": "array", **told, **items, **unique}


def _value(clause: Clause, n_rows: int) -> dict[str, Any]:
    """What a value must be; one that stands for "missing", or null, where one may be missing."""
    found = _there(clause)
    if not must_be_there(clause):
        blank = [{"type": "string", "pattern": BLANK}] if is_text(clause) else []
        found = {"anyOf": [found, {"enum": [None, *codes(clause)]}, *blank]}
    return {"description": told_clause(clause, n_rows), **found}


def _there(clause: Clause) -> dict[str, Any]:
    if values := allowed(clause):
        return {"enum": list(values)}
    if clause.kind == "number":
        limits = {"minimum": clause.least, "maximum": clause.most}
        number = "integer" if clause.whole else "number"
        found = {"type": number, **{key: bound for key, bound in limits.items() if bound is not None}}
        return {"anyOf": [found, {"type": "string", "pattern": NUMBER}]} if is_text(clause) else found
    if clause.pattern:
        return {"type": "string", "pattern": f"^(?:{clause.pattern})$"}
    return {"type": _type(clause)}


def _type(clause: Clause) -> str | list[str]:
    if clause.type == "bool":
        return "boolean"
    if is_number(clause):
        return "number"
    return "string" if is_moment(clause) or is_text(clause) else ["string", "number", "boolean"]
