"""A season that is known from training is no change, however strong it is; what is new is seen through it."""

import numpy as np
import pytest
from scipy.special import logsumexp

from mlwright.data.cells.rhythms import rhythm_of_counts
from mlwright.records.looks import Cells, Column
from mlwright.statistics.changes import changed, possible_beginnings
from mlwright.watching.evidence import prepared, reference_of

FIRST_DAY, N_TRAINED, N_LOOKS, SIZE = 20_000, 120, 60, 200
DAYS = np.arange(FIRST_DAY - N_TRAINED, FIRST_DAY + N_LOOKS)
WEEKDAY = (DAYS + 3) % 7
LAWS = {
    "a column of weekdays": np.eye(7)[WEEKDAY],
    "a mark of weekends": np.stack([WEEKDAY >= 5, WEEKDAY < 5], axis=1).astype(float),
    "names of which each has its day": 0.6 * np.eye(7)[WEEKDAY] + 0.4 / 7,
}
CELLS = {n: Cells(name="x", sort="names", of=("x",), kind="category", levels=tuple("abcdefg"[:n])) for n in (2, 7)}


def counts(law, rng):
    """Rows in each cell by day; none is rare, missing or new."""
    cells = CELLS[law.shape[1]]
    drawn = rng.multinomial(SIZE, law)
    return cells, np.hstack([drawn, np.zeros((len(drawn), cells.n - drawn.shape[1]))])


def highest(cells, drawn):
    """The most that any daily look says for a change, as `watch` weighs it."""
    before = drawn[:N_TRAINED]
    rhythm = rhythm_of_counts(before, DAYS[:N_TRAINED])
    column = Column(
        cells=cells,
        counts=tuple(before.sum(axis=0).astype(int).tolist()),
        given=(0.5,) * cells.n,
        alike=rhythm.alike,
        n_days=N_TRAINED,
        seasons={name: tuple(own.astype(int).tolist()) for name, own in rhythm.seasons.items()},
    )
    looks = prepared(column, drawn[N_TRAINED:], [range(day, day + 1) for day in DAYS[N_TRAINED:]])[1]
    weights, parts = np.full(N_LOOKS, 1 / N_LOOKS), [np.arange(cells.n)]
    found = [
        logsumexp(changed(reference_of(column), looks[:day], parts).log_e[:, 0], b=weights[possible_beginnings(day)])
        for day in range(1, N_LOOKS + 1)
    ]
    return float(np.exp(min(700.0, max(found))))


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_what_comes_round_every_week_is_no_change(law):
    rng = np.random.default_rng(0)
    assert max(highest(*counts(law, rng)) for _ in range(5)) < 10


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_values_that_go_missing_are_found_though_no_weekday_ever_lacked_one(law):
    cells, drawn = counts(law, np.random.default_rng(1))
    lost = np.round(0.1 * drawn[N_TRAINED + 30 :])
    drawn[N_TRAINED + 30 :] -= lost
    drawn[N_TRAINED + 30 :, -2] += lost.sum(axis=1)
    assert highest(cells, drawn) > 1_000
