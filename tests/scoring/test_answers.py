"""Outcomes that come later are the classes that were learned, however they are written."""

import pyarrow as pa
import pytest

from mlwright.scoring.answers import Answers


@pytest.mark.parametrize(
    ("classes", "name", "place"),
    [
        (("No", "Yes"), "YES", 1),
        (("No", "Yes"), " yes ", 1),
        (("No", "Yes"), "Y", 1),
        (("0", "1"), "true", 1),
        (("New York", "Rome"), "new-york", 0),
        (("female", "male"), "F", 0),
        (("No", "Yes"), "perhaps", -1),
        (("AA", "Aa"), "aa", -1),
        (("a", "b"), "A", -1),
        (("no", "yes", "unknown"), "Y", -1),
        (("Polish", "polish"), "POLISH", -1),
        (("Polish", "polish"), "polish", 1),
    ],
)
def test_a_spelling_is_the_class_that_differs_in_writing_alone(classes, name, place):
    assert Answers(classes).of(pa.array([name])).tolist() == [place]


def test_a_code_for_missing_is_no_class():
    assert Answers(("No", "Yes")).of(pa.array(["Yes", "?", None, "NO"]), ("?",)).tolist() == [1, -1, -1, 0]
