"""Numbers and names as words of a sentence."""

import pytest

from mlwright.data import words


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
