"""The examples in all docstrings are true, and what they list as parameters is what may be given."""

import ast
import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

import mlwright

ROOT = Path(mlwright.__file__).parent
MODULES = [
    ".".join(("mlwright", *file.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for file in sorted(ROOT.rglob("*.py"))
    if ">>> " in file.read_text()
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    result = doctest.testmod(import_module(name))
    assert not result.failed


LISTED = re.compile(r"Parameters\n-{5,}\n(.*?)(?:\n\n\w+\n---|\n\n>>>|\Z)", re.DOTALL)
NAMES = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : .+)?$", re.MULTILINE)


def listed(documented: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> set[str] | None:
    """The parameters that a docstring lists; None if it lists none."""
    found = LISTED.search(ast.get_docstring(documented) or "")
    return {name.strip("*") for names in NAMES.findall(found[1]) for name in names.split(", ")} if found else None


def taken(arguments: ast.arguments) -> set[str]:
    """The names that a function takes."""
    alone = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *alone)
    return {each.arg for each in every} - {"self", "cls"}


@pytest.mark.parametrize("room", sorted(each.name for each in ROOT.iterdir()))
def test_the_parameters_that_a_docstring_lists_are_those_that_may_be_given(room):
    for file in [ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            makes = {each.name: each for each in inside if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
            function = makes.get("__init__") if isinstance(node, ast.ClassDef) else node
            if function is not None and (names := listed(node)) is not None:
                assert names == taken(function.args), f"{node.name} in {file}"
