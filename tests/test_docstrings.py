"""The examples in all docstrings are true."""

import doctest
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
