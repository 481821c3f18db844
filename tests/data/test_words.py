"""The examples in the docstrings of the small modules are true."""

import doctest

import pytest

from mlwright.data import intervals, leaks, style, words


@pytest.mark.parametrize("module", [intervals, leaks, style, words], ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_true(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0 %"), (1, "100 %"), (0.999999999999, "100 %"), (0.5, "50 %"), (0.025, "2.5 %"), (1e-5, "0.001 %")],
)
def test_shares_are_told_with_the_digits_that_matter(share, told):
    assert words.percent(share) == told


def test_numbers_are_told_with_four_digits_that_matter():
    assert [words.figure(value) for value in (0, 1e9, -0.5, 1 / 3, 1e-12, float("inf"))] == [
        "0", "1,000,000,000", "-0.5", "0.3333", "1e-12", "inf",
    ]  # fmt: skip
