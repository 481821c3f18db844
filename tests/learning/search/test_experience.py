"""What paid on like data is tried first; what is remembered holds no data and stays small."""

import json
import threading

import numpy as np
import pytest

from mlwright.learning.models import MODELS, Facts
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import choose
from mlwright.learning.search.course import Course
from mlwright.learning.search.diary import MOST_LINES, VARIABLE, diary_file, read_diary, shipped, write_diary
from mlwright.learning.search.experience import advise, trace_of
from mlwright.learning.search.lineup import line_up
from mlwright.learning.search.order import in_order
from mlwright.records.experience import Paid, Trace
from mlwright.records.model import Candidate
from mlwright.scoring.blocks import BlockNames


def facts(n_rows=20_000, task="binary", n_numbers=5):
    names = tuple(f"n{i}" for i in range(n_numbers))
    return Facts(task, 2, n_rows, n_rows // 2, BlockNames(names, names, (), (), ()), 60.0)


def trace(best, n_rows=20_000, task="binary", n_numbers=5):
    """A search in which `best` was the model and the other two were close or far behind."""
    paid = {name: Paid(weight=float(name == best), quality=1.0 if name == best else 0.5, seconds=1.0) for name in "abc"}
    return Trace(
        task=task, n_rows=n_rows, n_numbers=n_numbers, n_codes=0, n_terms=0, n_classes=2, smallest_share=0.5, paid=paid
    )


@pytest.fixture
def diary(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "deep" / "experience.jsonl"))
    return tmp_path / "deep" / "experience.jsonl"


def candidates(*names):
    return [Candidate(name=name, family=name) for name in names]


def order_of(worth, costs):
    return [one.name for one in in_order(candidates("a", "b", "c"), worth, costs)]


EQUAL = dict.fromkeys("abcd", 1.0)


def test_without_experience_the_order_stays():
    assert advise(facts(), []).worth == {}
    assert order_of({}, EQUAL) == ["a", "b", "c"]


def test_what_was_chosen_on_like_data_comes_first():
    own = [trace("c", n_rows=18_000)] * 5 + [trace("a", n_rows=400_000, n_numbers=300)] * 5
    assert order_of(advise(facts(), own).worth, EQUAL)[0] == "c"
    assert order_of(advise(facts(500_000, n_numbers=200), own).worth, EQUAL)[0] == "a"


def test_other_tasks_say_nothing():
    assert advise(facts(), [trace("c", task="regression")]).worth == {}


def test_gain_per_second_counts_and_newcomers_get_their_chance():
    worth = advise(facts(), [trace("c")]).worth
    assert order_of(worth, {"a": 1.0, "b": 1.0, "c": 1e6})[-1] == "c"
    assert [one.name for one in in_order(candidates("a", "new", "c"), worth, EQUAL | {"new": 1.0})] == ["c", "new", "a"]


def test_what_the_user_has_seen_counts_more_than_what_is_shipped():
    assert order_of(advise(facts(), [trace("b")], [trace("a")]).worth, EQUAL)[0] == "b"


def test_with_few_rows_it_does_not_matter_what_else_the_user_has_done():
    few = facts(5_000)
    assert advise(few, [trace("b")] * 50, [trace("a")]) == advise(few, [], [trace("a")])


def test_a_finished_search_is_remembered_and_holds_no_names_of_the_data(diary, make_bench):
    models = {name: MODELS.get(name)() for name in ("dummy", "linear")}
    bench = make_bench(models)
    course = Course(bench, line_up(models, bench.facts), Budget(bench.run.clock, 1))
    course.run()
    choice = choose(course.standing, course.budget, np.random.default_rng(0))
    assert write_diary(trace_of(bench.facts, course.standing, choice)) is None
    (found,) = read_diary()
    assert found.paid["linear"].quality == pytest.approx(1.0, abs=0.2)
    assert sum(paid.weight for paid in found.paid.values()) == pytest.approx(1.0, abs=0.01)
    assert not {"useful", "noise", "city"} & set(json.dumps(found.model_dump()).split('"'))


def test_the_file_stays_small_and_forgets_the_oldest(diary):
    diary.parent.mkdir()
    diary.write_text(f"{trace('a').model_dump_json()}\n" * MOST_LINES + "no json\n")
    write_diary(trace("b"))
    assert len(diary.read_text().splitlines()) == MOST_LINES
    assert read_diary()[-1].paid["b"].weight == 1.0


def test_two_runs_may_write_at_the_same_time(diary):
    threads = [threading.Thread(target=lambda: [write_diary(trace("a")) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_diary()) == 80


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv(VARIABLE, "off")
    assert diary_file() is None
    assert write_diary(trace("a")) is None
    assert read_diary() == []


def test_a_place_that_cannot_be_written_is_told_and_does_no_harm(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "experience.jsonl"))
    assert "cannot be written" in write_diary(trace("a"))


def test_what_is_shipped_can_be_read():
    assert all(found.paid for found in shipped())


def test_one_search_on_other_data_says_less_than_many_on_like_data():
    def lead(own):
        worth = advise(facts(), own).worth
        return worth["a"] - worth["b"]

    assert 0 < lead([trace("a", n_rows=1_000_000, n_numbers=40)]) < 0.3 * lead([trace("a")] * 5)
