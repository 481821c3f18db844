"""Bundles that were packed by earlier versions load for ever, and answer as they did.

One folder a schema, as it was packed; loading proves every hash, and the golden rows by their answers.
"""

from pathlib import Path

import pytest

import mlwright

BUNDLES = sorted(path.parent for path in Path(__file__).parent.glob("*/manifest.json"))


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name)
def test_it_loads_and_answers_as_it_did(path):
    bundle = mlwright.load(path)
    golden = bundle.manifest.golden
    assert len(golden) >= 8
    answers = bundle.score_records([one.row for one in golden])[:, -1]
    assert answers.tolist() == pytest.approx([one.answer[-1] for one in golden], abs=1e-6)
    assert set(bundle.predict([one.row for one in golden])) <= set(bundle.classes)


def test_records_that_come_together_are_answered_as_each_alone():
    """Also where trees are told what the terms of a text come to."""
    bundle = mlwright.load(BUNDLES[-1])
    assert "sums of terms" in bundle.manifest.needs
    rows = [one.row for one in bundle.manifest.golden] * 3
    encoded = [bundle.model.encoder.encode_record(row) for row in rows]
    assert bundle.score_several(encoded, rows) == [bundle.score_record(row) for row in rows]


def test_there_is_one_of_every_schema():
    assert [path.name for path in BUNDLES] == ["bundle_1", "bundle_2"]
