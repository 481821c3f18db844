"""Words of texts that training never saw: told with the words, and with what they cost."""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.data.cells.vocabulary import Vocabulary, sketched
from mlwright.data.compute.stretches import Parquet
from mlwright.data.two_tables.drift import drift

TOML = """
[project]
target = "late"
[collect]
source = "notes.csv"
[train]
families = ["linear"]
candidates = 1
experience = false
"""
SYLLABLES = ["ba", "do", "ki", "lu", "me", "no", "ra", "si", "to", "ve"]


def word(number):
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:04d}")


def notes(n, seed, *, foreign=0.0, product=0.0):
    """Lines of a CSV file; a few of a text's words are so rare that each is new, as in life."""
    rng, lines = np.random.default_rng(seed), ["note,size,late"]
    for _ in range(n):
        usual = [word(number) for number in np.minimum(rng.zipf(1.3, 9), 9_999)]
        is_late = rng.random() < (0.8 if word(3) in usual else 0.2)
        if rng.random() < foreign:
            usual = [each[::-1] for each in usual]
        if rng.random() < product:
            usual[0] = "quux"
        lines.append(f"{' '.join(usual)},{rng.integers(100)},{'yes' if is_late else 'no'}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notes")
    (folder / "notes.csv").write_text(notes(2_000, 0))
    (folder / "mlwright.toml").write_text(TOML)
    Project(folder).run(until="pack", n_jobs=1)
    return folder


@pytest.fixture
def watch(trained, tmp_path):
    folder = tmp_path / "notes"
    shutil.copytree(trained, folder)

    def watched(*given, **changed):
        lines = notes(*given, **changed).splitlines()
        (tmp_path / "new.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines))
        return Project(folder).watch(tmp_path / "new.csv")

    return watched


def test_texts_like_those_before_hold_new_words_now_and_then_and_that_is_nothing(watch):
    response = watch(1_000, 1)
    assert response.comparison.alerts == response.comparison.notes == ()


def test_another_language_is_told_with_its_words_and_asked_about(watch):
    response = watch(300, 2, foreign=0.3)
    told = {alert.what: alert for alert in (*response.comparison.alerts, *response.comparison.notes)}
    alert = told["new words in 'note'"]
    assert response.action == "ask_for_labels"
    assert "of the words are new to the training" in alert.sentence
    assert repr(word(1)[::-1]) in alert.sentence


def test_a_product_that_is_new_is_named(watch):
    response = watch(1_000, 3, product=0.05)
    told = {alert.what: alert for alert in (*response.comparison.alerts, *response.comparison.notes)}
    assert told["a new word in 'note'"].sentence.startswith("'quux' is new to the training, and stands in ")
    assert response.action == "ask_for_labels"
    assert told["a new word in 'note'"].harm.cases == "rows in which note holds 'quux'"


def test_what_has_gone_back_is_not_told_as_a_change(watch):
    watch(1_000, 9, product=0.3)
    comparison = watch(1_000, 10).comparison
    said = [each.sentence for each in (*comparison.alerts, *comparison.notes) if each.what == "length of 'note'"]
    assert said == ["It is as it was in training again, after looks in which it was not."]


def test_words_of_two_looks_count_together(watch):
    watch(1_000, 4, product=0.3)
    memory = watch(1_000, 5, product=0.3).comparison.memory
    assert [next(iter(look.words["note"])) for look in memory.looks] == ["quux", "quux"]


def test_a_word_that_is_known_stays_known_and_few_others_seem_to_be():
    known = Vocabulary(sketched(word(number) for number in range(5_000)))
    assert all(word(number) in known for number in range(5_000))
    assert len(known.unknown(word(number) for number in range(5_000, 10_000))) > 4_900
    assert known.unknown(["2026", "x2"]) == {"x2"}


def test_a_fresh_word_tells_two_tables_of_texts_apart(tmp_path):
    tables = {}
    for name, seed, product in (("then", 6, 0.0), ("same", 7, 0.0), ("now", 8, 0.03)):
        texts = [line.split(",")[0] for line in notes(1_000, seed, product=product).splitlines()[1:]]
        tables[name] = Parquet(tmp_path / f"{name}.parquet", name)
        pq.write_table(pa.table({"note": texts}), tables[name].path)
    quiet, found = (drift(tables["then"], tables[name]) for name in ("same", "now"))
    assert not quiet.moved
    assert "of the texts hold 'quux', which none held before." in found.moved[0].sentence
