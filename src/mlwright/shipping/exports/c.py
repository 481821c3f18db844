"""C99 and a C++ header, without any library but the standard one."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from mlwright.core.errors import ExportRefused
from mlwright.core.family import NotApplicable
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Contract
from mlwright.shipping.contracts import is_number
from mlwright.shipping.exports import ExportForm, Files, Value
from mlwright.shipping.exports._c_code import Code, array
from mlwright.shipping.exports._graph import Array
from mlwright.shipping.exports._inputs import Input, MomentInput, NameInput, NumberInput
from mlwright.shipping.exports._names import identifiers, refuse_zero_bytes
from mlwright.shipping.exports._program import Program

WORDS_OF_C = """
auto break case char class const continue default delete do double else enum extern false float for goto if inline int
long namespace new operator private protected public register restrict return short signed sizeof static struct switch
template this throw true try typedef union unsigned using virtual void volatile while
"""
KEYWORDS = frozenset(WORDS_OF_C.split())
COMPILE_S = 300
FIRST_YEAR = 1969
"""Of the hundred years that years of two digits are of, where nothing else is said."""


class C(ExportForm):
    """One function in C99 that takes a struct, its header, the same for C++, and a program that reads CSV.

    No memory is asked for and nothing is kept between calls, so any number of threads may call it. Compile it without
    ``-ffast-math``, which forgets that numbers can be missing.
    """

    title = "C"

    def write(self, program: Program, manifest: Manifest) -> Files:
        """``NAME.h``, ``NAME.c``, ``NAME.hpp``, ``main.c``, ``cells.h`` and a ``Makefile``."""
        refuse_zero_bytes(program, self.title)
        name = identifiers([program.name], KEYWORDS)[0]
        words = _words(program, name, manifest.contract)
        texts = {
            f"{name}.h": _filled("model.h", words),
            f"{name}.c": _filled("model.c", words),
            f"{name}.hpp": _filled("model.hpp", words),
            "main.c": _filled("main.c", words),
            "cells.h": _resource("cells.h"),
            "Makefile": _filled("Makefile", words),
        }
        return {file: text.encode() for file, text in texts.items()}

    def run(
        self, files: Mapping[str, bytes], program: Program, manifest: Manifest, rows: Sequence[Mapping[str, Value]]
    ) -> Array:
        """Compile the function and call it."""
        name = identifiers([program.name], KEYWORDS)[0]
        with tempfile.TemporaryDirectory(prefix="mlwright-c-") as folder:
            for file, data in files.items():
                (Path(folder) / file).write_bytes(data)
            library = compiled(Path(folder), name)
            function = getattr(ctypes.CDLL(str(library)), f"{name}_scores")
            return called(function, program, rows)


def compiled(folder: Path, name: str) -> Path:
    """The shared library of an export that was written into a folder.

    Raises
    ------
    NotApplicable
        If there is no compiler.
    """
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise NotApplicable("there is no C compiler (cc, gcc or clang)")
    target = folder / f"{name}.so"
    command = [compiler, "-std=c99", "-O2", "-shared", "-fPIC", "-o", str(target), str(folder / f"{name}.c"), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_S, check=False)  # noqa: S603
    if done.returncode:
        raise ExportRefused(f"The C compiler refuses what was written: {done.stderr.strip()[:500]}")
    return target


def called(function: Any, program: Program, rows: Sequence[Mapping[str, Value]]) -> Array:
    """The scores that the compiled function gives."""
    row_type = row_struct(program)
    found = np.empty((len(rows), program.scores.width))
    function.argtypes = [ctypes.POINTER(row_type), ctypes.POINTER(ctypes.c_double)]
    for place, row in enumerate(rows):
        values = [_for_c(row[given.name]) for given in program.inputs]
        function(ctypes.byref(row_type(*values)), found[place].ctypes.data_as(ctypes.POINTER(ctypes.c_double)))
    return found


def row_struct(program: Program) -> type[ctypes.Structure]:
    """The struct that the function takes."""
    kinds = [ctypes.c_char_p if isinstance(given, NameInput) else ctypes.c_double for given in program.inputs]
    fields = list(zip(_fields(program), kinds, strict=True))
    return type("Row", (ctypes.Structure,), {"_fields_": fields or [("nothing", ctypes.c_double)]})


def _for_c(value: Value) -> bytes | float | None:
    return value.encode() if isinstance(value, str) else value


def _fields(program: Program) -> list[str]:
    return identifiers((given.name for given in program.inputs), KEYWORDS)


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template(_resource(template)).substitute(words)


def _resource(name: str) -> str:
    return resources("mlwright.shipping.exports").joinpath("runtime", name).read_text("utf-8")


def _words(program: Program, name: str, contract: Contract) -> dict[str, str]:
    """What is filled into the templates."""
    code = Code(program)
    fields = list(zip(_fields(program), program.inputs, strict=True))
    reads = _lines(_read(j, field, given, code) for j, (field, given) in enumerate(fields))
    return {
        "name": name,
        "upper": name.upper(),
        "title": _comment(program.name),
        "bundle": program.bundle_id,
        "target": _comment(program.target),
        "n_scores": str(program.scores.width),
        "n_classes": str(len(program.classes)),
        "is_decided": str(int(program.is_decided)),
        "behind": ", and behind them the place of the answered class" if program.is_decided else "",
        "n_inputs": str(len(fields)),
        "fields": _lines(_field(field, given) for field, given in fields) or "    double nothing;",
        "cpp_fields": _lines(_cpp_field(field, given) for field, given in fields),
        "cpp_copies": _lines(_cpp_copy(field, given) for field, given in fields),
        "columns": _lines(
            f"    {{{quoted(given.name)}, {name}_{_kind(given, contract)}, offsetof({name}_row, {field}), "
            f"{_pattern(given)}}},"
            for field, given in fields
        )
        or f'    {{"", {name}_number, 0, NULL, 0}},',
        "classes": ", ".join(quoted(_spelled(label)) for label in program.classes) or '""',
        "threshold": repr(0.5 if program.threshold is None else program.threshold),
        "real": code.real,
        "link": "unsigned short" if code.most_linked < 1 << 16 else "int",
        "data": "\n".join(code.data),
        "reads": reads,
        "steps": _lines(f"    {line}" for line in code.lines),
        "result": code.result,
    }


def _kind(given: Input, contract: Contract) -> str:
    if isinstance(given, NameInput):
        return "numeral" if is_number(contract.clause(given.name)) else "name"
    return "number" if isinstance(given, NumberInput) else "moment"


def _pattern(given: Input) -> str:
    """How moments are written, and of which hundred years two digits are."""
    if not isinstance(given, MomentInput) or given.format is None:
        return f"NULL, {FIRST_YEAR}"
    return f"{quoted(given.format)}, {given.first_year or FIRST_YEAR}"


def _spelled(label: object) -> str:
    return str(label).lower() if isinstance(label, bool) else str(label)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _field(field: str, given: Input) -> str:
    kind = "const char *" if isinstance(given, NameInput) else "double "
    what = {NumberInput: "number, NAN if missing", NameInput: "name in UTF-8, NULL if missing"}
    return f"    {kind}{field}; /* {_comment(given.name)}: {what.get(type(given), 'seconds since 1970, UTC')} */"


def _cpp_field(field: str, given: Input) -> str:
    return f"    std::optional<{'std::string' if isinstance(given, NameInput) else 'double'}> {field};"


def _cpp_copy(field: str, given: Input) -> str:
    if isinstance(given, NameInput):
        return f"    plain.{field} = row.{field} ? row.{field}->c_str() : nullptr;"
    return f"    plain.{field} = row.{field}.value_or(NAN);"


def _read(place: int, field: str, given: Input, code: Code) -> str:
    """What is read of one input, into ``read[place]``."""
    if isinstance(given, NameInput):
        by_bytes = sorted(given.codes.items(), key=lambda pair: pair[0].encode())
        names = f"names{place}"
        spellings = ", ".join(quoted(name) for name, _ in by_bytes) or '""'
        code.data.append(f"static const char *const {names}[] = {{{spellings}}};")
        code.data.append(array(f"{names}_codes", [place for _, place in by_bytes] or [0], "int"))
        return f"    read[{place}] = code_of(row->{field}, {names}, {names}_codes, {len(by_bytes)}, {given.unseen});"
    if isinstance(given, NumberInput):
        codes = "".join(f" || row->{field} == {value!r}" for value in given.missing)
        return f"    read[{place}] = isinf(row->{field}){codes} ? NAN : row->{field};"
    return f"    read[{place}] = row->{field};"


def quoted(text: str) -> str:
    r"""A string literal; every byte but plain ASCII in octal.

    >>> print(quoted('a"b?'))
    "a\042b\077"
    """
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:;()+*/<>=!&#%'"
    return '"' + "".join(chr(byte) if chr(byte) in plain else f"\\{byte:03o}" for byte in text.encode()) + '"'


def _comment(text: str) -> str:
    return " ".join(text.split()).replace("*/", "* /").replace("/*", "/ *").replace("\\", "/")
