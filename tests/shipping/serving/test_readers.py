"""What is said of the values of an input."""

import pytest

from mlwright.records.cleaning import ReadNumber
from mlwright.records.contract import Clause, Requests
from mlwright.shipping.serving.readers import reader_of

NAMES = Clause(name="took", kind="category", type="string", optional=False, levels=("1h 5m", "45m"))
MINUTES = ReadNumber(column="took", cure="number_writing", level="spelling", reason="", units={"h": 60.0, "m": 1.0})


@pytest.mark.parametrize(
    ("value", "state"), [("1h 5m", "fine"), ("2h 7m", "fine"), ("3 weeks", "unknown"), ("", "missing")]
)
def test_numbers_that_are_written_as_text_are_no_unknown_names(value, state):
    assert reader_of(NAMES, MINUTES).look(value) == state


def test_numbers_that_are_written_as_text_need_no_form():
    clause = NAMES.model_copy(update={"pattern": "[0-9]+m", "levels": ()})
    assert [reader_of(clause, MINUTES).look(value) for value in ("7m", "2h 7m", "x")] == ["fine", "fine", "unlike"]
    assert reader_of(clause).look("2h 7m") == "unlike"


def test_a_text_in_a_unit_of_something_else_is_told():
    """To the model it is missing."""
    clause = Clause(name="took", kind="text", type="string", optional=False)
    look = reader_of(clause, MINUTES).look
    assert [look(value) for value in ("2h 7m", "3 parsecs", "1:30:00", "")] == ["fine", "unlike", "unlike", "missing"]


def test_names_stay_unknown_where_nothing_reads_them_or_the_contract_holds_to_them():
    assert reader_of(NAMES).look("2h 7m") == "unknown"
    refused = NAMES.model_copy(update={"requests": Requests(unknown="refuse")})
    assert reader_of(refused, MINUTES).look("2h 7m") == "unknown"
