import sys
import types
from typing import Annotated

import pytest

from mlwright.core import interrupts
from mlwright.core.ahead import Load, Need
from mlwright.core.engine import Stage, execute
from mlwright.core.errors import Fault
from mlwright.core.family import MembersOf
from mlwright.core.record import Record, Settings
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store


class Read(Record):
    number: int


class Doubled(Record):
    number: int


class DoubleSettings(Settings):
    times: int = 2


WORLD = {"number": 21, "calls": []}


def read(run: Run) -> Read:
    WORLD["calls"].append("read")
    return Read(number=WORLD["number"])


def double(fact: Read, settings: DoubleSettings, run: Run) -> Doubled:
    WORLD["calls"].append("double")
    return Doubled(number=fact.number * settings.times)


@pytest.fixture(autouse=True)
def stages(monkeypatch):
    for function in (read, double, triple):
        module = types.ModuleType(f"stages_{function.__name__}.{function.__name__}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    WORLD.update(number=21, calls=[])


PIPELINE = (Stage("stages_read.read", Read, reads_world=True), Stage("stages_double.double", Doubled))


def go(folder, run_id="2026-01-01-1", settings=None, **options):
    run = Run(run_id, Store(folder), Clock(folder / "cancel", None), fresh=options.pop("fresh", False))
    return execute(PIPELINE, (settings or DoubleSettings(),), run, **options), run


def test_facts_flow_from_stage_to_stage(tmp_path):
    results, _ = go(tmp_path)
    assert results == {"read": Read(number=21), "double": Doubled(number=42)}


def test_running_again_is_resuming(tmp_path):
    go(tmp_path, until="read")
    go(tmp_path)
    assert WORLD["calls"] == ["read", "double"]


class Tripled(Record):
    number: int


def triple(fact: Read) -> Tripled:
    WORLD["calls"].append("triple")
    return Tripled(number=fact.number * 3)


def test_what_the_last_stage_does_not_need_may_be_left_out(tmp_path):
    pipeline = (PIPELINE[0], Stage("stages_triple.triple", Tripled), PIPELINE[1])
    run = Run("2026-01-01-1", Store(tmp_path), Clock(tmp_path / "cancel", None))
    assert list(execute(pipeline, (DoubleSettings(),), run, until="double", only_needed=True)) == ["read", "double"]
    assert list(execute(pipeline, (DoubleSettings(),), run, until="double")) == ["read", "triple", "double"]


def test_the_world_is_read_anew_in_every_run_and_the_rest_only_if_it_changed(tmp_path):
    go(tmp_path, "2026-01-01-1")
    go(tmp_path, "2026-01-01-2")
    assert WORLD["calls"] == ["read", "double", "read"]
    WORLD["number"] = 1
    results, _ = go(tmp_path, "2026-01-01-3")
    assert results["double"].number == 2


def test_another_setting_does_the_stage_again(tmp_path):
    go(tmp_path)
    results, _ = go(tmp_path, settings=DoubleSettings(times=3))
    assert results["double"].number == 63
    assert WORLD["calls"] == ["read", "double", "double"]


def test_from_a_stage_on_everything_is_done_anew(tmp_path):
    go(tmp_path)
    go(tmp_path, fresh_from="double")
    assert WORLD["calls"] == ["read", "double", "double"]


def test_fresh_does_everything_anew(tmp_path):
    go(tmp_path)
    go(tmp_path, fresh=True)
    assert WORLD["calls"] == ["read", "double"] * 2


def test_what_happened_is_in_the_journal(tmp_path):
    _, run = go(tmp_path)
    told = [(event["event"], event["stage"]) for event in run.store.journal(run.run_id)]
    assert told == [(kind, stage) for stage in ("read", "double") for kind in ("stage_started", "stage_done")]


def test_a_stage_took_no_longer_than_from_its_first_to_its_last_word(tmp_path):
    _, run = go(tmp_path)
    begun, done, *_ = run.store.journal(run.run_id)
    assert 0 <= done["seconds"] <= done["t"] - begun["t"] + 0.01


def test_what_was_there_already_is_said_to_be_used_again(tmp_path):
    for again in (False, True):
        events = list(go(tmp_path, f"2026-01-01-{1 + again}")[1].store.journal(f"2026-01-01-{1 + again}"))
        told = {(event["event"], event["stage"]): event["reused"] for event in events}
        assert told == {
            ("stage_started", "read"): False,
            ("stage_done", "read"): False,
            ("stage_started", "double"): again,
            ("stage_done", "double"): again,
        }


def test_a_pipeline_that_lacks_a_fact_is_our_fault(tmp_path):
    run = Run("r-1", Store(tmp_path), Clock(tmp_path / "cancel", None))
    with pytest.raises(Fault, match="which no stage before it makes"):
        execute(PIPELINE[1:], (DoubleSettings(),), run)


def test_a_new_member_of_a_family_does_the_stage_again(tmp_path, monkeypatch):
    members = tmp_path / "shapes"
    members.mkdir()
    (members / "__init__.py").touch()
    (members / "round.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    class ShapeSettings(DoubleSettings):
        skip: Annotated[tuple[str, ...], MembersOf("shapes")] = ()

    monkeypatch.setitem(double.__annotations__, "settings", ShapeSettings)
    go(tmp_path / "store", settings=ShapeSettings())
    go(tmp_path / "store", settings=ShapeSettings())
    assert WORLD["calls"] == ["read", "double"]
    (members / "square.py").touch()
    go(tmp_path / "store", settings=ShapeSettings())
    assert WORLD["calls"] == ["read", "double", "double"]


def test_a_stage_sees_what_those_behind_it_need(tmp_path, monkeypatch):
    seen = []

    def read(run: Run) -> Read:
        seen.append(run.ahead.later(Load(answer_s=0.0, n_rows=10, n_test=0)).least_s)
        return Read(number=1)

    monkeypatch.setattr(sys.modules["stages_read.read"], "read", read)
    monkeypatch.setattr(sys.modules["stages_double.double"], "need", lambda load, run: Need(2.0, 5.0), raising=False)
    for name, until in (("r", None), ("s", "read")):
        run = Run(name, Store(tmp_path), Clock(tmp_path / "cancel", 100.0))
        execute(PIPELINE, (DoubleSettings(),), run, until=until)
    assert seen[0] >= 2.0
    assert seen[1] == 0.0


class Guess(Record):
    number: int

    @property
    def cut_short(self) -> bool:
        return self.number < 0


def test_what_time_has_cut_short_is_used_again_by_its_own_run_alone(tmp_path, monkeypatch):
    def guess(run: Run) -> Guess:
        WORLD["calls"].append("guess")
        return Guess(number=WORLD["number"])

    module = types.ModuleType("stages_guess.guess")
    module.guess = guess
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def guessed(run_id):
        run = Run(run_id, Store(tmp_path), Clock(tmp_path / "cancel", 100.0))
        return execute([Stage(module.__name__, Guess)], [], run)["guess"].number

    WORLD["number"] = -1
    assert guessed("r") == guessed("r") == -1
    WORLD["number"] = 7
    assert [guessed("r"), guessed("s"), guessed("t")] == [-1, 7, 7]
    assert WORLD["calls"] == ["guess", "guess"]


def test_a_library_that_turns_ctrl_c_into_its_own_error_is_stopped_by_ctrl_c(tmp_path, monkeypatch):
    def broken(run: Run) -> Read:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(sys.modules["stages_read.read"], "read", broken)
    with pytest.raises(RuntimeError):
        go(tmp_path)
    monkeypatch.setattr(interrupts, "asked", lambda: True)
    run = Run("2026-01-01-2", Store(tmp_path), Clock(tmp_path / "cancel", None))
    monkeypatch.setattr(run.clock, "check", lambda: None)
    with pytest.raises(KeyboardInterrupt):
        execute(PIPELINE, (DoubleSettings(),), run)
