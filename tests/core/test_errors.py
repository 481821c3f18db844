import inspect
import re

from hypothesis import given
from hypothesis import strategies as st

from mlwright.core import errors
from mlwright.core.errors import MlwrightError, nearest

ALL = [e for _, e in inspect.getmembers(errors, inspect.isclass) if issubclass(e, MlwrightError)]


def test_every_error_stands_in_the_tree_of_the_docstring():
    drawn = set(re.findall(r"[├└]── (\w+)|^    (MlwrightError)", errors.__doc__, re.M))
    assert {name for pair in drawn for name in pair if name} == {error.__name__ for error in ALL}


def test_every_code_is_its_own():
    codes = [error.code for error in ALL]
    assert len(codes) == len(set(codes))


def test_the_users_mistakes_end_with_2_and_ours_with_1():
    assert all(error.exit_status == 2 for error in ALL if issubclass(error, errors.UserMistake))
    assert errors.Fault.exit_status == 1


def test_an_error_says_what_to_do_on_a_line_of_its_own():
    assert str(MlwrightError("It broke.", "mend it")) == "It broke.\n  -> mend it"


def test_a_word_in_another_case_is_the_nearest():
    assert nearest("churn", ["age", "Churn", "turn"])[0] == "Churn"


@given(st.text(), st.lists(st.text(), max_size=5))
def test_the_nearest_are_always_among_the_known(word, known):
    assert set(nearest(word, known)) <= set(known)
