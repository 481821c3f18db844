"""Records whose values all are text, as CSV and forms have them, as they would have come in JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mlwright.records.contract import Clause

FLAGS = {"True": True, "TRUE": True, "False": False, "FALSE": False}
"""How Python, R and spreadsheets spell what JSON has as ``true`` and ``false``."""

PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?").fullmatch
"""Numbers that mean the same to every program; how others are meant, the model knows."""


class Texts:
    """Reads texts by what their inputs hold.

    Parameters
    ----------
    inputs : sequence of Clause

    Examples
    --------
    >>> age = Clause(name="age", type="int64", kind="number", missing_codes=("-1",), optional=False, example="29")
    >>> [Texts([age]).read({"age": text})["age"] for text in ("29", "29.5", "-1", "1,200", None)]
    [29, 29.5, '-1', '1,200', None]
    """

    def __init__(self, inputs: Sequence[Clause]) -> None:
        self._flags = [one.name for one in inputs if one.kind == "boolean" and {*one.levels} <= {"true", "false"}]
        self._numbers = [(one.name, frozenset(one.missing_codes)) for one in inputs if one.kind == "number"]

    def read(self, record: dict[str, Any]) -> dict[str, Any]:
        """The same record, its plain numbers and truth values as such; codes for "not known" stay texts."""
        for name in self._flags:
            if (text := record.get(name)) in FLAGS:
                record[name] = FLAGS[text]
        for name, codes in self._numbers:
            text = record.get(name)
            if text is not None and text not in codes and (found := PLAIN(text)):
                record[name] = float(text) if found[1] else int(text)
        return record
