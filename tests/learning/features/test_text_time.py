"""Of texts as much is learned as there is time for, and what is left out is said."""

import numpy as np
import pyarrow as pa

from mlwright.learning.features.plan import learn_plan
from mlwright.learning.features.text import size_for
from mlwright.learning.features.text_time import PLAIN, TextTime
from mlwright.testing.small_job import small_profile

TEXTS = [f"the train was late and crew number {i % 9} was kind" for i in range(200)]
N = sum(map(len, TEXTS))


def plan_of(n_texts, texts=None, text_time=None):
    columns = {f"t{i}": TEXTS if texts is None else texts[f"t{i}"] for i in range(n_texts)}
    table = pa.table(columns | {"y": list(range(len(columns["t0"])))})
    profile = small_profile(table, "y", task="regression", kinds={f"t{i}": "text" for i in range(n_texts)})
    return learn_plan(table.select(profile.roles.inputs), profile, 0, text_time)[0]


def test_with_time_enough_everything_is_learned():
    time = TextTime(1e6)
    plan = plan_of(3, text_time=time)
    assert [column.char_ngrams for column in plan.columns] == [(3, 5)] * 3
    assert not time.sentences()


def test_without_time_the_first_text_gives_its_words_and_the_rest_is_named():
    time = TextTime(0.0)
    plan = plan_of(3, text_time=time)
    assert [(column.name, column.char_ngrams, column.word_ngrams) for column in plan.columns] == [
        ("t0", (0, 0), (1, 1))
    ]
    words, none = time.sentences()
    assert "t0" in words
    assert all(said in none for said in ("t1", "t2", "train.budget"))


def test_every_text_gets_its_part_of_the_time():
    rich = size_for(TEXTS)
    alone = TextTime(0.5, n_waiting=N)
    among = TextTime(0.5, n_waiting=10_000 * N)
    assert alone.best("t", rich, TEXTS) == rich
    assert among.best("t", rich, TEXTS) == PLAIN


def test_a_slow_start_makes_the_rest_poorer():
    rich = size_for(TEXTS)
    time = TextTime(1e3, n_waiting=100 * N)
    time.best("t0", rich, TEXTS)
    time.took(rich, TEXTS, 900.0)
    assert time.best("t1", rich, TEXTS) != rich


def test_many_texts_share_what_few_would_have():
    rng = np.random.default_rng(0)
    names = [f"t{i}" for i in range(40)]
    texts = {name: [" ".join(f"w{i}" for i in row) for row in rng.integers(300, size=(600, 8))] for name in names}
    few, many = plan_of(2, texts), plan_of(40, texts)
    assert (few.columns[0].n_dense, many.columns[0].n_dense) == (15, 8)
    assert len(many.columns[0].terms) <= 2_000
    assert len(many.columns[0].terms) < len(few.columns[0].terms)
