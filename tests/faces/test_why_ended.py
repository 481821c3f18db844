"""What a user is told of why a search ended."""

import pytest

from mlwright.faces.render.summary import brought_lately, why_ended
from mlwright.records.trials import Lately
from mlwright.testing import rules

LATELY = Lately(n_candidates=9, gain=0.0004, error=0.006, expected=0.00097, worth=0.0021)


def training(**changes):
    return rules.training().model_copy(update={"budget_s": 900.0, "used_s": 180.0} | changes)


def test_what_was_not_needed_of_the_time_is_told():
    told = why_ended(training(stopped="all candidates were tried"))
    assert told.startswith("The search ended after 3 min 0 s: all candidates were tried.")
    assert told.endswith(" 12 min 0 s of 15 min 0 s were not needed for it.")


def test_a_search_that_time_ended_leaves_none():
    assert why_ended(training(stopped="time was up")) == "The search ended after 3 min 0 s: time was up."


def test_what_was_expected_is_held_against_what_it_would_have_had_to_be():
    assert why_ended(training(stopped="no further gain", lately=LATELY)) == (
        "The search ended after 3 min 0 s: no further gain. The latest 9 candidates brought 0.04 % ± 0.6 % of what the "
        "model gains over the dummy. By that, and by other tables, as many again are expected to bring 0.10 %; to be "
        "worth their time they would have to bring 0.2 %. 12 min 0 s of 15 min 0 s were not needed for it."
    )


def test_a_users_own_wish_is_named():
    told = brought_lately(training(stopped="further gain is not worth it", lately=LATELY))
    assert told.endswith("of what the model gains over the dummy; train.least_gain asks for more.")


@pytest.mark.parametrize("stopped", ["all candidates were tried", "time was up"])
def test_what_was_not_asked_is_not_told(stopped):
    assert brought_lately(training(stopped=stopped)) == ""


def test_of_a_model_that_gains_nothing_no_shares_of_its_gain_are_told():
    told = brought_lately(training(stopped="no further gain", lately=LATELY.model_copy(update={"error": None})))
    assert told.startswith("The model gains nothing over the dummy, and 9 candidates more would take longer")
    assert "%" not in told
