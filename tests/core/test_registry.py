"""Who is champion, who was before, and who was on a date: a replay of a file that only grows."""

from datetime import datetime, timedelta

import pytest

from mlwright.core.errors import NothingToShow
from mlwright.core.store import Store
from mlwright.core.store.registry import Registry, user_name


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "registry.jsonl")


def crown(registry, bundle_id, **changed):
    fields = {"manifest": "m" + bundle_id, "run_id": "r-1", "verdict": "deploy", "target": "local", "why": "it pays"}
    return registry.crown(bundle_id=bundle_id, **(fields | changed))


def test_without_an_entry_nobody_is_champion(registry):
    assert registry.now() is None
    assert registry.before() is None
    assert registry.on(datetime.now()) is None
    assert not registry.journal.path.exists()


def test_the_last_one_crowned_is_champion_with_who_and_why(registry):
    crown(registry, "a")
    champion = crown(registry, "b", run_id="r-2", verdict="pilot", why="overruled: the board wants it")
    assert registry.now() == champion
    assert registry.before().bundle_id == "a"
    assert (champion.run_id, champion.verdict, champion.why) == ("r-2", "pilot", "overruled: the board wants it")
    assert champion.by == user_name()
    assert abs(champion.since - datetime.now().timestamp()) < 60


def test_a_champion_that_is_crowned_again_stays_as_it_is(registry):
    first = crown(registry, "a")
    assert crown(registry, "a", run_id="r-9") == first
    assert len(list(registry.journal)) == 1


def test_undo_goes_back_step_by_step_and_deletes_nothing(registry):
    for bundle_id in "abc":
        crown(registry, bundle_id)
    assert registry.undo("c was slow").bundle_id == "b"
    assert registry.now().bundle_id == "b"
    assert registry.undo().bundle_id == "a"
    assert [event["event"] for event in registry.journal] == ["crowned"] * 3 + ["undone"] * 2
    assert list(registry.journal)[3]["why"] == "c was slow"


def test_there_is_nothing_to_undo_before_the_first(registry):
    with pytest.raises(NothingToShow, match="No bundle is in use"):
        registry.undo()
    crown(registry, "a")
    with pytest.raises(NothingToShow, match="No bundle was in use before a"):
        registry.undo()


def test_undo_leads_to_the_one_that_is_named_and_from_there_to_what_was_before_it(registry):
    for bundle_id in "abac":
        crown(registry, bundle_id)
    assert registry.undo(to="a").bundle_id == "a"
    assert [champion.bundle_id for champion in registry.reign()] == ["a", "b", "a"]
    assert registry.undo(to="a").bundle_id == "a"
    assert [champion.bundle_id for champion in registry.reign()] == ["a"]


def test_who_was_not_in_use_before_is_no_way_back_and_those_that_were_are_named(registry):
    for bundle_id in "abc":
        crown(registry, bundle_id)
    for other in "cd":
        with pytest.raises(NothingToShow, match=f"Bundle {other} was not in use before c") as caught:
            registry.undo(to=other)
        assert caught.value.hint == "Before: b, a"
    assert registry.now().bundle_id == "c"


def test_two_who_undo_the_same_champion_undo_it_once(registry):
    for bundle_id in "abc":
        crown(registry, bundle_id)
    for _ in range(2):
        registry.journal.append("undone", bundle_id="c", why="", by="somebody")
    assert registry.now().bundle_id == "b"


def test_the_champion_on_a_date(registry):
    crown(registry, "a")
    lines = registry.journal.path.read_text().replace(f'"t":{registry.now().since}', '"t":1000.0')
    registry.journal.path.write_text(lines)
    crown(registry, "b")
    assert registry.on(datetime.fromtimestamp(999)) is None
    assert registry.on(datetime.fromtimestamp(5000)).bundle_id == "a"
    assert registry.on(datetime.now() + timedelta(seconds=1)).bundle_id == "b"


def test_a_torn_line_is_passed_over(registry):
    crown(registry, "a")
    with open(registry.journal.path, "ab") as file:
        file.write(b'{"t": 1, "event": "crow')
    assert registry.now().bundle_id == "a"
    assert crown(registry, "b").bundle_id == "b"


def test_the_registry_lies_in_the_store(tmp_path):
    crown(Store(tmp_path / ".mlwright").registry, "a")
    assert Store(tmp_path / ".mlwright").registry.now().bundle_id == "a"
    assert Store(tmp_path / ".mlwright").project == tmp_path


def challenge(registry, bundle_id, run_id):
    fields = {"manifest": "m" + bundle_id, "verdict": "deploy", "why": "it gains"}
    registry.challenge(bundle_id=bundle_id, run_id=run_id, **fields)


def test_challengers_wait_oldest_first_until_they_are_crowned_or_rejected(registry):
    crown(registry, "a")
    for bundle_id in "bcd":
        challenge(registry, bundle_id, f"r-{bundle_id}")
    challenge(registry, "e", "r-d")  # its run has put one forward
    challenge(registry, "a", "r-a")  # it is in use
    assert [one.bundle_id for one in registry.challengers()] == ["b", "c", "d"]
    assert registry.challenger().bundle_id == "d"
    assert registry.challenger("b").manifest == "mb"
    crown(registry, "c")
    assert registry.reject("d", "too slow").bundle_id == "d"
    assert list(registry.journal)[-1]["by"] == user_name()
    assert [one.bundle_id for one in registry.challengers()] == ["b"]
    with pytest.raises(NothingToShow, match="Bundle d does not challenge") as caught:
        registry.challenger("d")
    assert caught.value.hint == "Those that do: b"
    registry.reject("b", "worse")
    with pytest.raises(NothingToShow, match="No bundle challenges"):
        registry.challenger()


def test_answers_that_are_touched_up_anew_take_the_place_of_those_before(registry):
    crown(registry, "a")
    crown(registry, "b")
    for touched in ("b1", "b2"):
        crown(registry, touched, base="b")
    assert [champion.bundle_id for champion in registry.reign()] == ["a", "b", "b2"]
    assert registry.trained().bundle_id == "b"
    assert registry.before().bundle_id == "a"
    assert registry.undo().bundle_id == "b"


def test_answers_that_a_person_has_taken_back_are_left_as_they_are(registry):
    crown(registry, "b")
    crown(registry, "b1", base="b")
    registry.undo("worse", "the operator")
    assert not registry.is_left_as_it_is("b", "the operator")
    crown(registry, "b2", base="b")
    registry.undo("odd", "ann")
    assert registry.is_left_as_it_is("b", "the operator")
    assert not registry.is_left_as_it_is("a", "the operator")
