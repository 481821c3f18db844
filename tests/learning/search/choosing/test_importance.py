import numpy as np
import pytest
from scipy.sparse import csr_matrix

from mlwright.learning.search.choosing.importance import (
    Hearing,
    InputPlaces,
    Voice,
    importances,
    places_of,
    sample_size,
)
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn, TextColumn
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.encoder import names


class Told:
    """A core that answers with a known formula."""

    def __init__(self, formula):
        self.predict = formula


def strong_first(blocks: Blocks):
    score = 3.0 * blocks.numbers[:, 0] + 1.0 * blocks.numbers[:, 1]
    return (1 / (1 + np.exp(-score)))[:, None].astype(float)


@pytest.fixture
def hearings(make_bench):
    bench = make_bench(n_rows=3_000)
    target = np.random.default_rng(1).uniform(size=3_000) < strong_first(bench.rows.blocks)[:, 0]
    bench.rows.target[:] = target
    return bench, [Hearing(bench.held_out(fold), [Voice(Told(strong_first), 1.0)]) for fold in range(3)]


PLACES = {
    "strong": InputPlaces(np.array([0]), np.array([], dtype=int), ()),
    "weak": InputPlaces(np.array([1]), np.array([], dtype=int), ()),
    "unused": InputPlaces(np.array([], dtype=int), np.array([0]), ()),
}


def never() -> bool:
    return False


def test_columns_are_ranked_by_what_they_are_worth(hearings):
    bench, heard = hearings
    found = importances(heard, bench.judge(range(3)), PLACES, np.log(2), np.random.default_rng(0), never)
    assert list(found) == ["strong", "weak", "unused"]
    assert found["unused"] == 0.0
    assert found["strong"] > 3 * found["weak"] > 0


def test_a_model_without_gain_ranks_nothing(hearings):
    bench, heard = hearings
    assert importances(heard, bench.judge(range(3)), PLACES, 0.01, np.random.default_rng(0), never) == {}


def test_when_time_is_up_the_rest_is_left_out(hearings):
    bench, heard = hearings
    found = importances(heard, bench.judge(range(3)), PLACES, np.log(2), np.random.default_rng(0), lambda: True)
    assert found == {}


def test_the_rows_that_were_asked_about_are_not_changed(hearings):
    bench, heard = hearings
    before = bench.rows.blocks.numbers.copy()
    importances(heard, bench.judge(range(3)), PLACES, np.log(2), np.random.default_rng(0), never)
    assert (bench.rows.blocks.numbers == before).all()


def test_all_outputs_of_a_column_are_shuffled_together():
    plan = EncodingPlan(
        columns=(
            NumberColumn(name="age", low=0, high=99),
            DateColumn(name="day", parts=("year", "month")),
            CategoryColumn(name="city", levels=("a", "b"), counts=(5, 5), with_counts=True),
            TextColumn(name="note", terms=("w:x", "w:y"), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="i"),
            TextColumn(name="remark", terms=("w:z",), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="j"),
        )
    )
    places = places_of(plan, names(plan))
    assert list(places) == ["age", "day", "city", "note", "remark"]
    assert places["day"].numbers.tolist() == [1, 2]
    assert (places["city"].numbers.tolist(), places["city"].codes.tolist()) == ([3], [0])
    assert (places["note"].terms, places["remark"].terms) == (((0, 2),), ((2, 3),))


def test_shuffling_one_text_leaves_the_other():
    text = csr_matrix(np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32))
    blocks = Blocks(np.zeros((2, 0), dtype=np.float32), np.zeros((2, 0), dtype=np.int32), text)
    place = InputPlaces(np.array([], dtype=int), np.array([], dtype=int), ((0, 2),))
    assert place.shuffle(blocks, np.array([1, 0])).text.toarray().tolist() == [[4, 5, 3], [1, 2, 6]]


def test_there_are_as_many_rows_as_there_is_time_for():
    assert sample_size(n_inputs=10, row_s=1e-4, seconds=1.0) == 1_000
