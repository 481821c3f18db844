"""A process may be killed at any instruction: what it leaves behind is whole, and running again ends the same."""

import builtins
import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mlwright.core.record import Record
from mlwright.core.store import Store


class Note(Record):
    text: str


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "keep", "tell", "adopt"]), st.integers(0, 5)), min_size=1, max_size=8
)


def data_of(number: int) -> bytes:
    return bytes([65 + number]) * (number * 700 + 1)


def do(store: Store, step: Step) -> None:
    kind, number = step
    if kind == "put":
        store.blobs.put(data_of(number))
    elif kind == "keep":
        store.keep(f"{number:064d}", Note(text=str(number)))
    elif kind == "tell":
        store.journal("r-1").append("told", number=number)
    else:
        made = store.scratch("r-1") / "file"
        made.write_bytes(data_of(number))
        store.blobs.adopt(made)


def die_at(nth: int) -> None:
    """Kill this process at its nth call that changes the disk; half of what a write was given is written first."""
    calls = {"left": nth}
    originals = {name: getattr(os, name) for name in ("replace", "fsync", "write", "mkdir", "ftruncate")}

    def dying(name: str):
        def call(*arguments, **named):
            calls["left"] -= 1
            if calls["left"] < 0:
                if name == "write":
                    originals["write"](arguments[0], arguments[1][: len(arguments[1]) // 2])
                os._exit(9)
            return originals[name](*arguments, **named)

        return call

    for name in originals:
        setattr(os, name, dying(name))
    real_open = builtins.open

    def dying_open(file, mode="r", *rest, **named):
        if "w" in mode:
            calls["left"] -= 1
            if calls["left"] < 0:
                real_open(file, mode, *rest, **named).close()
                os._exit(9)
        return real_open(file, mode, *rest, **named)

    builtins.open = dying_open


def run_until_killed(folder: Path, steps: list[Step], nth: int) -> None:
    child = os.fork()
    if child == 0:
        try:
            die_at(nth)
            for step in steps:
                do(Store(folder), step)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def state_of(store: Store) -> tuple[dict[str, bytes], dict[str, str], list[int]]:
    blobs = {p.name: store.blobs.get(p.name) for p in store.blobs.folder.glob("*/*") if not p.name.startswith(".")}
    kept = {p.stem: store.kept(p.stem, Note) for p in (store.folder / "kept").glob("*/*.json")}
    told = [event["number"] for event in store.journal("r-1")]
    return blobs, {key: note.text for key, note in kept.items() if note is not None}, told


@settings(max_examples=60)
@given(steps=STEPS, nth=st.integers(0, 40))
def test_a_kill_leaves_only_whole_things_and_running_again_completes_them(tmp_path_factory, steps, nth):
    folder = tmp_path_factory.mktemp("store")
    run_until_killed(folder, steps, nth)
    store = Store(folder)

    blobs, kept, told = state_of(store)
    wanted = [number for kind, number in steps if kind == "tell"]
    assert set(blobs.values()) <= {data_of(i) for i in range(6)}
    assert all(key == f"{int(text):064d}" for key, text in kept.items())
    assert told == wanted[: len(told)]

    store.sweep()
    for step in [s for s in steps if s[0] != "tell"]:
        do(store, step)
    blobs, kept, _ = state_of(store)
    assert set(blobs.values()) == {data_of(number) for kind, number in steps if kind in ("put", "adopt")}
    assert set(kept) >= {f"{number:064d}" for kind, number in steps if kind == "keep"}
    assert not list(folder.rglob("*.part"))


def test_the_journal_goes_on_after_a_torn_line(tmp_path):
    journal = Store(tmp_path).journal("r-1")
    journal.append("told", number=1)
    with open(journal.path, "ab") as file:
        file.write(b'{"t": 1, "event": "to')
    journal.append("told", number=2)
    assert [event["number"] for event in journal] == [1, 2]
