"""What is kept of looks stays small over years, and says the same."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mlwright.records.looks import Baseline, Cells, Column, Cost, Labelled, Look, Looks
from mlwright.watching.evidence import gather, weights_of
from mlwright.watching.merging import merged
from mlwright.watching.promise import log_evidence

CELLS = Cells(name="age", sort="number", of=("age",), edges=(1.0, 2.0, 3.0))
COLUMN = Column(cells=CELLS, counts=(1000, 1000, 1000, 1000, 50, 0), given=(0.5,) * 6)
COST = Cost(n=(1000,), mean=(0.3,), variance=(0.1,))
BASELINE = Baseline(
    n_rows=4050, columns=(COLUMN,), loss=COST, benefit=COST, loss_title="log loss", unit="", assumed=True, ceiling=1.0
)


def look(place, rng, *, moved=False, columns=("age",)):
    day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=place)
    shares = np.array([1.0, 1.0, 1.0, 1.6 if moved else 1.0, 0.05, 0.0])
    counts = {name: tuple(rng.multinomial(200, shares / shares.sum()).tolist()) for name in columns}
    labelled = Labelled(n=20, loss=(8.0 if moved else 6.0, 2.0), benefit=(5.0, 2.0))
    return Look(
        content=f"{place:016x}",
        began=day.isoformat(),
        ended=(day + timedelta(hours=23)).isoformat(),
        n_rows=200,
        counts=counts,
        labelled=labelled,
    )


def seen(looks):
    """One look after the other, merged after each, as `watch` does it."""
    memory = Looks(bundle_id="b")
    for each in looks:
        memory = merged(memory.model_copy(update={"looks": (*memory.looks, each), "n_looks": memory.latest + 2}))
    return memory


@pytest.mark.parametrize("moved_from", [300, 150])
def test_a_year_of_looks_says_the_same_merged_or_not(moved_from):
    rng = np.random.default_rng(0)
    looks = [look(place, rng, moved=place >= moved_from) for place in range(300)]
    memory = seen(looks)
    assert len(memory.looks) < 70
    assert memory.latest == 299
    assert sum(each.n_rows for each in memory.looks) == 300 * 200
    weights = weights_of(memory, 366)
    alive = [looks[place] for place in memory.places]
    assert [each.began for each in memory.looks] == [each.began for each in alive]
    (found,) = gather([COLUMN], memory, weights)
    assert (found.log_e > 10) == (moved_from < 300)
    whole = Looks(bundle_id="b", looks=tuple(looks))
    whole_weights = np.where(np.isin(np.arange(300), memory.places), weights_of(whole, 366), 0.0)
    (unmerged,) = gather([COLUMN], whole, whole_weights)
    assert found.log_e == pytest.approx(unmerged.log_e, rel=1e-9)
    ours, theirs = (
        log_evidence(each.looks, w, BASELINE, 0.1) for each, w in ((memory, weights), (whole, whole_weights))
    )
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_ten_years_of_daily_looks_at_thirty_columns_stay_below_a_megabyte():
    rng = np.random.default_rng(1)
    names = tuple(f"column {number}" for number in range(30))
    memory = seen(look(place, rng, columns=names) for place in range(3650))
    assert len(memory.looks) < 110
    assert len(memory.model_dump_json()) < 1_000_000


def test_an_alarm_long_ago_is_not_forgotten():
    rng = np.random.default_rng(2)
    memory = seen(look(place, rng) for place in range(200)).model_copy(update={"alarmed": (100,)})
    weights = weights_of(memory, 366)
    assert [weight > 0 for weight in weights] == [place > 100 for place in memory.places]
