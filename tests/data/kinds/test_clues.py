"""The clues that tell what a column is: names, words for "missing", dates, wording."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.data.compute.figures import Figures, figures_of
from mlwright.data.kinds.dates import how_written
from mlwright.data.kinds.look import order_or_nearly
from mlwright.data.kinds.missing import is_sentinel, missing_words, suspects, vague_words
from mlwright.data.kinds.names import says_code, says_entity, says_event, says_id, says_moment, words_of
from mlwright.data.kinds.wording import wording_of
from mlwright.scoring.moments import to_moment


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerID", ("customer", "id")),
        ("PassengerId", ("passenger", "id")),
        ("tweet_created", ("tweet", "created")),
        ("Unnamed: 0", ("unnamed", "0")),
        ("Größe", ("grösse",)),
        ("", ()),
    ],
)
def test_names_are_taken_apart(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize("name", ["id", "customerID", "user_id", "uuid", "Unnamed: 0", "", "rownames", "id_client"])
def test_names_of_ids(name: str) -> None:
    assert says_id(name)


@pytest.mark.parametrize("name", ["age", "identity", "paid", "zip_code", "grid", "price"])
def test_names_that_are_not_of_ids(name: str) -> None:
    assert not says_id(name)


def test_names_of_codes_entities_moments_and_events() -> None:
    assert says_code("PULocationID")
    assert not says_code("zip code")
    assert says_entity("patient_id")
    assert says_entity("Individual ID")
    assert says_entity("individual")
    assert not says_entity("individual_income")
    assert not says_entity("user_agent")
    assert says_moment("dteday") is False
    assert says_moment("order_date")
    assert says_event("order_date")
    assert not says_event("birth_date")


def test_words_for_missing_are_found() -> None:
    assert missing_words({"?", "red", "N/A", "blue"}) == ("?", "N/A")


def test_a_minus_beside_a_plus_and_namibia_among_countries_are_names() -> None:
    assert missing_words({"+", "-"}) == ()
    assert missing_words({"NA", "DE", "FR", "ZA", "US"}) == ()
    assert missing_words({"NA", "Grvl", "Pave"}) == ("NA",)


def test_sodium_is_no_missing_value() -> None:
    assert missing_words({"Na", "K", "Fe"}) == ()


def test_vague_words_are_levels_that_may_mean_missing() -> None:
    assert vague_words({"Unknown", "none", "never smoked"}) == ("Unknown", "none")


def judged(values: list[float], code: str) -> bool:
    """Whether `code` means "missing" among values; the first look decides whether it is suspected at all."""
    unique, counts = np.unique(values, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    top = [(f"{unique[place]:g}", int(counts[place])) for place in order][:200]
    array = np.array(values)
    if code not in suspects(figures_of(array), top):
        return False
    return is_sentinel(code, top, figures_of(array[array != float(code)]))


def test_days_since_the_last_call_of_minus_one_mean_never() -> None:
    assert judged([-1.0] * 800 + list(range(1, 201)), "-1")


def test_a_number_far_beyond_all_others_means_missing() -> None:
    ages = np.random.default_rng(0).integers(18, 90, 1_000).astype(float).tolist()
    assert judged([*ages, *[999.0] * 20], "999")
    assert judged([*ages, *[-999.0] * 20], "-999")


def test_a_number_of_the_usual_shape_means_itself() -> None:
    rng = np.random.default_rng(0)
    temperatures = np.round(rng.normal(3, 4, 1_000)).tolist()
    ratings = rng.integers(-1, 11, 1_000).astype(float).tolist()
    months_behind = rng.choice([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0], 1_000, p=[0.1, 0.2, 0.5, 0.1, 0.05, 0.05]).tolist()
    percents = np.clip(rng.normal(80, 20, 1_000), 0, 99).round().tolist()
    votes = [-1.0, 1.0] * 300
    gains = [0.0] * 900 + rng.uniform(100, 41_000, 90).round().tolist() + [99_999.0] * 10
    for values, code in [
        (temperatures, "-1"),
        (ratings, "-1"),
        (months_behind, "-1"),
        (percents, "99"),
        (votes, "-1"),
        (gains, "99999"),
    ]:
        assert not judged(values, code)


def test_one_odd_number_is_an_outlier_and_no_code() -> None:
    assert not judged([*np.random.default_rng(0).integers(18, 90, 1_000).astype(float).tolist(), 999.0], "999")


def test_nothing_is_suspected_in_a_column_without_figures() -> None:
    assert suspects(Figures(n=0, n_distinct=0), []) == ()


@pytest.mark.parametrize(
    ("values", "format"),
    [
        (["2020-01-31", "2020-02-01"], "%Y-%m-%d"),
        (["2020-01-31 10:00"], "%Y-%m-%d %H:%M"),
        (["2020-01-31T10:00:00Z"], "%Y-%m-%dT%H:%M:%S%z"),
        (["01/31/2020", "02/01/2020"], "%m/%d/%Y"),
        (["31/01/2020", "02/01/2020"], "%d/%m/%Y"),
        (["31.01.2020", "2.1.2020"], "%d.%m.%Y"),
        (["2/24/15 11:35", "12/1/15 1:02"], "%m/%d/%y %H:%M"),
        (["4 Mar 2011", "12 Apr 2012"], "%d %b %Y"),
        (["March 4, 2011"], "%B %d, %Y"),
        (["Jan-99", "Feb-00"], "%b-%y"),
        (["1949-01", "1949-02"], "%Y-%m"),
        (["20141013T000000"], "%Y%m%dT%H%M%S"),
        (["12/31/1999 3:15 PM"], "%m/%d/%Y %I:%M %p"),
    ],
)
def test_the_way_dates_are_written_is_found(values: list[str], format: str) -> None:
    written = how_written(values)
    assert written is not None
    assert (written.format, written.share, written.other) == (format, 1.0, None)


def test_day_and_month_that_nothing_tells_apart_are_said_to_be_so() -> None:
    written = how_written(["01/02/2020", "03/04/2021"])
    assert written is not None
    assert (written.format, written.other) == ("%m/%d/%Y", "%d/%m/%Y")


@pytest.mark.parametrize(
    "values", [["hello"], ["192.168.1.1"], ["1.2"], ["10:30"], ["12"], ["A1 B2"], ["7590-VHVEG"], ["a" * 200], []]
)
def test_what_is_no_date_is_not_taken_for_one(values: list[str]) -> None:
    assert how_written(values) is None


def test_wording_counts_words_and_finds_those_that_repeat() -> None:
    names = [
        f"{last}, {title} {first}" for last, title, first in zip("ABCDEF", ["Mr.", "Mrs."] * 3, "UVWXYZ", strict=True)
    ]
    found = wording_of(names)
    assert found.words_mean == 3.0
    assert set(found.common) == {"mr", "mrs"}
    assert wording_of(["x1f", "k9p", "q2z"] * 1).common == ()
    assert wording_of([]).words_mean == 0.0


def test_scripts_without_spaces_have_words_too() -> None:
    assert wording_of(["機械学習は楽しいです"]).words_mean > 4


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([1, 2, 2, 3], "rising"),
        ([3, 2, 1], "falling"),
        ([1, 3, 2], "none"),
        ([1, 1], "none"),
        ([np.nan, 1, 2], "rising"),
        (np.arange(300) + 10 * np.sin(np.arange(300)), "nearly"),
        (np.arange(300) + 200 * np.sin(np.arange(300)), "none"),
        ([0] * 295 + [7, 1, 6, 2, 5], "none"),
    ],
)
def test_whether_rows_are_sorted(values: list[float], order: str) -> None:
    assert order_or_nearly(np.array(values, dtype=float)) == order


def test_times_are_read_with_their_zone_whichever_way_it_is_written() -> None:
    forms = ["2024/03/01 9:14:05 AM GMT+1", "2024/03/31 11:14:05 PM GMT+2"]
    written = how_written(forms * 5)
    assert written is not None
    assert written.format == "%Y/%m/%d %I:%M:%S %p %z"
    assert to_moment(forms[0], written.format) == to_moment("2024-03-01T08:14:05Z")
    log = how_written(["01/May/2024:00:00:00 +0200", "17/May/2024:12:30:00 +0200"])
    assert log is not None
    assert to_moment("01/May/2024:00:00:00 +0200", log.format) == to_moment("2024-04-30 22:00")
    named = how_written(["31.01.2024 10:30 MEZ", "14.07.2024 10:30 MESZ"])
    assert named is not None
    assert to_moment("14.07.2024 10:30 MESZ", named.format) == to_moment("2024-07-14 08:30")
    iso = how_written(["2024-01-31T10:30:00+01:00", "2024-01-31T10:30:00Z"])
    assert iso is not None
    assert iso.format == "%Y-%m-%dT%H:%M:%S%z"


@pytest.mark.parametrize(
    ("values", "format", "first"),
    [
        (["1990Q1", "1990Q2", "1991Q4"], "%YQ%q", "1990-01-01"),
        (["Q4 2001", "Q1 2002", "q2 2002"], "Q%q %Y", "2001-10-01"),
        (["2020-W01", "2020-W53", "2021-W02"], "%G-W%V", "2019-12-30"),
        (["KW 05/2024", "KW 06/2024"], "KW %V/%G", "2024-01-29"),
        (["1990M02", "1990M12"], "%YM%m", "1990-02-01"),
    ],
)
def test_quarters_weeks_and_months_are_read_as_their_first_day(values, format, first) -> None:
    written = how_written(values * 3)
    assert written is not None
    assert (written.format, written.share) == (format, 1.0)
    assert to_moment(values[0], format) == to_moment(first)
    assert to_moment("1990Q5", format) != to_moment("1990Q5", format)


def test_how_dates_are_written_is_asked_of_values_from_all_over_the_table() -> None:
    first = [f"{1900 + n // 300}-{1 + n // 28 % 12:02d}-{1 + n % 28:02d}" for n in range(600)]
    then = [f"{13 + n % 15}/{1 + n // 15 % 12:02d}/{2000 + n // 180}" for n in range(600)]
    written = how_written([*first, *then])
    assert written is None or written.share < 0.6
