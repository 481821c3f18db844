"""Alarms over many looks: within their budget, with what they cost, and from true outcomes."""

import shutil
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.records.alarms import Alert, Harm
from mlwright.records.evaluation import Estimate
from mlwright.records.looks import ANSWERS, Baseline, Cost, Look, Looks
from mlwright.records.served import AT, ID, OUTCOME, KeptColumn, LogFacts
from mlwright.records.settings import WatchSettings
from mlwright.records.watch import Comparison
from mlwright.watching.alerting import _costliest, with_alerts
from mlwright.watching.evidence import FIRST_SHARE, LATER_SHARE
from mlwright.watching.merging import merged
from mlwright.watching.promise import LUCKY, TIMES_A_YEAR, is_stale, labelled, upper_end
from mlwright.watching.respond import cost_words

TOML = """
[project]
target = "cost"
[collect]
source = "trips.csv"
[train]
families = ["linear"]
candidates = 2
[watch]
time = "day"
"""


def trips(n, seed, *, days=30, first="2026-01-01", far=0.0, dear=0.0, labels=True):
    """Lines of a CSV file: what a trip costs; long trips are harder to say."""
    rng = np.random.default_rng(seed)
    length, wet = rng.gamma(3.0, 2.0, n) + far, rng.choice(["dry", "wet"], n)
    cost = 3 + (2 + dear) * length + (wet == "wet") + rng.normal(0, 0.3 + 0.3 * length)
    day = np.sort(np.array(first, "datetime64[D]") + rng.integers(0, days, n))
    if not labels:
        return "\n".join(["day,length,sky", *(f"{d},{a:.3f},{w}" for d, a, w in zip(day, length, wet, strict=True))])
    rows = [f"{d},{a:.3f},{w},{c:.3f}" for d, a, w, c in zip(day, length, wet, cost, strict=True)]
    return "\n".join(["day,length,sky,cost", *rows]) + "\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trips")
    (folder / "trips.csv").write_text(trips(3_000, 0, days=90))
    (folder / "mlwright.toml").write_text(TOML)
    Project(folder).run(until="pack", n_jobs=1)
    return folder


@pytest.fixture
def watch(trained, tmp_path):
    """The same project, watched for the first time."""
    folder = tmp_path / "trips"
    shutil.copytree(trained, folder)

    def watched(*given, **changed):
        (tmp_path / "new.csv").write_text(trips(*given, **changed))
        return Project(folder).watch(tmp_path / "new.csv")

    return watched


def test_days_like_those_before_give_no_alarm_and_each_is_a_look(watch):
    response = watch(900, 1, first="2026-04-01")
    comparison = response.comparison
    assert (response.action, comparison.alerts, comparison.notes) == ("nothing", (), ())
    assert comparison.memory.latest + 1 == 30
    assert comparison.evidence < comparison.threshold == 10


def test_trips_that_are_longer_cost_more_and_the_interval_holds_what_they_cost(watch):
    response = watch(900, 2, first="2026-04-01", far=3.0, labels=False)
    alert = response.comparison.alerts[0]
    assert response.action == "ask_for_labels"
    assert alert.what == "length"
    assert alert.harm.loss.low < 0.3 * 3.0 * np.sqrt(2 / np.pi) < alert.harm.loss.high
    assert alert.since.startswith("2026-04-01")


def test_what_a_change_saves_is_called_a_saving():
    loss = Estimate(value=-0.2, low=-0.3, high=-0.1, level=0.95, method="")
    harm = Harm(title="log loss", loss=loss, money=None, unit="")
    assert cost_words(harm) == " That saves 0.2 (0.1 to 0.3) of log loss a row."


def test_small_changes_add_up_over_looks_though_none_shows_alone(watch):
    first = watch(60, 3, days=2, first="2026-04-01", far=0.7, labels=False)
    for week in range(12):
        last = watch(300, 4 + week, days=7, first=str(np.datetime64("2026-04-05") + 7 * week), far=0.7, labels=False)
    assert first.comparison.evidence < 10
    found = [*last.comparison.alerts, *last.comparison.notes]
    assert "length" in [alert.what for alert in found] or last.comparison.memory.alarmed


def test_true_outcomes_that_are_worse_than_promised_break_the_promise(watch):
    response = watch(900, 5, first="2026-04-01", dear=0.8)
    promise = response.comparison.promise
    assert response.action == "retrain"
    assert promise.is_broken
    assert promise.n == 900
    assert promise.promised.value < promise.found.low <= promise.found.value


def test_the_same_rows_are_counted_once(watch):
    once, twice = (watch(300, 6, days=10, first="2026-04-01").comparison for _ in range(2))
    assert once.memory.latest + 1 == twice.memory.latest + 1 == 10
    assert once.evidence == twice.evidence


def test_a_log_that_grows_adds_its_new_days_alone(watch, trained):
    first = watch(300, 7, days=10, first="2026-04-01").comparison.memory
    later = watch(600, 7, days=20, first="2026-04-01").comparison.memory
    days = [line.split(",")[0] for line in trips(600, 7, days=20, first="2026-04-01").splitlines()[1:]]
    assert (first.latest, later.latest) == (9, 19)
    assert sum(look.n_rows for look in later.looks) == 300 + sum(day > "2026-04-10" for day in days)


def keep(log, name, n, seed, first):
    """A segment of a prediction log, as a service leaves it behind."""
    rng = np.random.default_rng(seed)
    asked = np.sort(np.array(first, "datetime64[us]") + rng.integers(0, 3 * 86_400, n).astype("timedelta64[s]"))
    facts = LogFacts(
        target="cost",
        columns=tuple(
            KeptColumn(name=name, kind=kind)
            for name, kind in (("day", "date"), ("length", "number"), ("sky", "category"))
        ),
    )
    (log / "predictions").mkdir(parents=True, exist_ok=True)
    (log / "prediction-log.json").write_text(facts.model_dump_json())
    rows = {
        ID: [f"{name}-{place}" for place in range(n)],
        AT: pa.array(asked, pa.timestamp("us", tz="UTC")),
        "day": [str(moment)[:10] for moment in asked],
        "length": rng.gamma(3.0, 2.0, n),
        "sky": rng.choice(["dry", "wet"], n),
    }
    pq.write_table(pa.table(rows), log / "predictions" / f"{name}.parquet")


def test_a_log_is_looked_at_day_by_day_and_each_row_once(trained, tmp_path):
    folder, log = tmp_path / "trips", tmp_path / "log"
    shutil.copytree(trained, folder)
    keep(log, "a", 300, 1, "2026-04-01")
    first = Project(folder).watch(log).comparison.memory
    keep(log, "b", 200, 2, "2026-04-04")
    second = Project(folder).watch(log).comparison.memory
    assert [look.began[:10] for look in first.looks] == ["2026-04-01", "2026-04-02", "2026-04-03"]
    assert second.looks[:3] == first.looks
    assert sum(look.n_rows for look in second.looks) == 500


def report(log, name, ids, at):
    """Outcomes as they are reported: days after the answers."""
    moments = pa.array([datetime.fromisoformat(f"{at}T00:00:00+00:00")] * len(ids), pa.timestamp("us", tz="UTC"))
    (log / "outcomes").mkdir(exist_ok=True)
    rows = pa.table({ID: ids, AT: moments, OUTCOME: ["12.5"] * len(ids)})
    pq.write_table(rows, log / "outcomes" / f"{name}.parquet")


def test_outcomes_that_come_late_count_with_the_look_at_which_they_are_there_and_once(trained, tmp_path):
    folder, log = tmp_path / "trips", tmp_path / "log"
    shutil.copytree(trained, folder)
    keep(log, "a", 300, 1, "2026-04-01")
    assert Project(folder).watch(log).comparison.promise is None
    report(log, "late", [f"a-{place}" for place in range(100)], "2026-04-05")
    keep(log, "b", 200, 2, "2026-04-04")
    assert Project(folder).watch(log).comparison.promise.n == 100
    keep(log, "c", 200, 3, "2026-04-08")
    report(log, "later", [f"b-{place}" for place in range(50)], "2026-04-09")
    assert Project(folder).watch(log).comparison.promise.n == 150


def test_outcomes_that_come_when_no_row_is_new_count_too_and_once(trained, tmp_path):
    folder, log = tmp_path / "trips", tmp_path / "log"
    shutil.copytree(trained, folder)
    keep(log, "a", 300, 1, "2026-04-01")
    Project(folder).watch(log)
    report(log, "late", [f"a-{place}" for place in range(100)], "2026-04-05")
    for _ in range(2):
        response = Project(folder).watch(log)
        assert response.comparison.promise.n == 100
    assert response.comparison.left_out.n_late == 0
    assert "300 rows of 300 are not after 2026-04-03" in response.reasons[-1]
    keep(log, "b", 200, 2, "2026-04-06")
    found = Project(folder).watch(log).comparison
    assert (found.memory.latest + 1, found.promise.n, found.left_out) == (7, 100, None)


def test_outcomes_that_a_file_brings_later_count_once_and_what_does_not_count_is_told(watch):
    days = {"days": 10, "first": "2026-04-01"}
    assert watch(300, 6, labels=False, **days).comparison.promise is None
    asked = watch(300, 6, **days)
    assert (asked.comparison.promise.n, asked.comparison.left_out.n_late) == (300, 300)
    assert "300 rows of 300 are not after 2026-04-10 00:00" in asked.reasons[-1]
    assert asked.reasons[-1].endswith("not counted again, but 300 outcomes of theirs that came since.")
    again = watch(300, 6, **days)
    assert (again.comparison.promise.n, again.comparison.left_out.n_late) == (300, 0)
    assert again.comparison.memory.latest == asked.comparison.memory.latest


def test_a_feed_that_is_stuck_is_called_so(watch, tmp_path):
    watch(10, 6, days=1, first="2026-03-31", labels=False)
    head, *lines = trips(600, 6, days=10, first="2026-04-01", labels=False).splitlines()
    fixed = [",".join([line.split(",")[0], "5.5", line.split(",")[2]]) for line in lines]
    (tmp_path / "stuck.csv").write_text("\n".join([head, *fixed]) + "\n")
    found = Project(tmp_path / "trips").watch(tmp_path / "stuck.csv").comparison
    assert found.columns[0].name == "length"
    assert [column.only for column in found.columns if column.only] == ["5.5"]
    [told] = [alert for alert in (*found.alerts, *found.notes) if alert.what == "length"]
    assert "holds 5.5: see whether what delivers it is stuck." in told.sentence


def test_of_what_nobody_knows_the_cost_the_largest_move_comes_first():
    def alert(what, size, *, value=0.0, is_known=False):
        loss = Estimate(value=value, low=-1.0, high=1.0, level=0.95, method="")
        harm = Harm(title="loss", loss=loss, unit="loss", is_known=is_known)
        return Alert(what=what, aspect="level", evidence=20.0, size=size, since="", sentence="", harm=harm)

    alerts = [
        alert(ANSWERS, 0.9),
        alert("a", 0.3, value=-0.01),
        alert("b", 0.6, value=-0.04),
        alert("c", 0.1, is_known=True),
    ]
    assert [each.what for each in sorted(alerts, key=_costliest)] == ["c", "b", "a", ANSWERS]


def test_rows_without_a_time_are_told(watch, tmp_path):
    assert watch(300, 6, days=10, first="2026-04-01").comparison.left_out is None
    lines = (tmp_path / "new.csv").read_text().replace("2026-04-03,", ",")
    (tmp_path / "gone.csv").write_text(lines)
    response = Project(tmp_path / "trips").watch(tmp_path / "gone.csv")
    n = lines.count("\n,")
    assert response.comparison.left_out.n_untimed == n > 0
    assert response.reasons[-1] == f"{n} rows of 300 have no time in 'day': not counted."


@pytest.mark.parametrize("missed", [0.01, 0.003])
@pytest.mark.parametrize("n_tested", [50, 400])
@pytest.mark.parametrize("drawn", ["exponential", "log-normal", "rare"])
def test_the_promise_is_passed_as_rarely_as_it_says_however_losses_lean(drawn, n_tested, missed):
    rng = np.random.default_rng(0)
    shapes = {
        "exponential": lambda shape: rng.exponential(1.0, shape),
        "log-normal": lambda shape: rng.lognormal(0.0, 1.5, shape),
        "rare": lambda shape: np.where(rng.random(shape) < 0.05, 3.0, 0.05),
    }
    every = shapes[drawn](200_000)
    ceiling = float(np.quantile(every, 0.98))
    true = np.minimum(every, ceiling).mean()
    tested = np.minimum(shapes[drawn]((4_000, n_tested)), ceiling)
    ends = [
        upper_end(Cost(n=(n_tested,), mean=(rows.mean(),), variance=(rows.var(ddof=1),)), ceiling, missed)
        for rows in tested
    ]
    assert np.mean(true > np.array(ends)) <= 1.3 * missed


def test_a_promise_that_a_lucky_test_made_is_told_to_be_broken_three_times_a_year_at_most():
    rng, n_weeks, budget = np.random.default_rng(0), 52, 0.1
    promise, at = Cost(n=(2_000,), mean=(0.5,), variance=(0.25,)), datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    baseline = Baseline(
        n_rows=2_000, columns=(), loss=promise, benefit=promise, loss_title="log loss", unit="", assumed=True,
        ceiling=4.6,
    )  # fmt: skip
    memory, told = Looks(bundle_id="b"), []
    comparison = Comparison(
        bundle_id="b", n_rows=1, n_reference=1, target="y", columns=(), performance=None, labels_needed=1, alarms=0.05,
        n_tests=0,
    )  # fmt: skip
    for week in range(n_weeks):
        values, began = np.minimum(rng.exponential(0.62, 500), 4.6), (at + timedelta(weeks=week)).isoformat()
        own = labelled(values, values, memory.looks)
        look = Look(content=f"{week:016x}", began=began, ended=began, n_rows=500, counts={}, labelled=own)
        memory = merged(memory.model_copy(update={"looks": (*memory.looks, look), "n_looks": week + 1}))
        found = with_alerts(comparison, baseline, memory, WatchSettings(budget=budget, looks=n_weeks))
        memory = found.memory
        told += [week] if found.alerts else []
        assert not found.promise.told or found.promise.told == (at + timedelta(weeks=told[-1])).isoformat()
        assert bool(found.promise.told) == (bool(told) and 0 < week - told[-1] < n_weeks / TIMES_A_YEAR)
    assert 1 < len(told) <= 1 + TIMES_A_YEAR
    assert min(np.diff(told)) >= n_weeks / TIMES_A_YEAR


@pytest.mark.parametrize("mean", [0.5, 1.5])
def test_a_loss_that_tripled_of_late_is_a_reason_to_train_within_a_hundred_rows_and_chance_is_not(mean):
    """Forty looks of ten rows as the test said, then ten as it did or three times as high."""
    promise, n_stale, n_before = Cost(n=(40,), mean=(0.5,), variance=(0.25,)), 0, 0
    baseline = Baseline(
        n_rows=400, columns=(), loss=promise, benefit=promise, loss_title="absolute error", unit="", assumed=True,
        ceiling=3.0,
    )  # fmt: skip
    for seed in range(100):
        rng, looks = np.random.default_rng(seed), ()
        for place in range(50):
            values = np.minimum(rng.exponential(0.5 if place < 40 else mean, 10), 3.0)
            own = labelled(values, values, looks)
            looks += (Look(content=f"{place:016x}", began="", ended="", n_rows=10, counts={}, labelled=own),)
            if place == 39:
                n_before += is_stale(Looks(bundle_id="b", looks=looks), baseline)
        n_stale += is_stale(Looks(bundle_id="b", looks=looks), baseline)
    assert n_before <= 5
    assert n_stale <= 5 if mean == 0.5 else n_stale >= 95
    assert not is_stale(Looks(bundle_id="b"), baseline)


def test_the_budget_of_a_year_is_shared_out_and_no_more():
    first_year = FIRST_SHARE + LATER_SHARE + LUCKY * (1 + TIMES_A_YEAR)
    assert first_year == pytest.approx(1.0)


def test_lengths_in_another_unit_that_crowd_into_one_cell_are_not_taken_for_short_trips(trained, tmp_path):
    folder = tmp_path / "in-km"
    shutil.copytree(trained, folder)
    rows = [line.split(",") for line in trips(900, 8, first="2026-04-01", labels=False).splitlines()[1:]]
    lines = [f"{day},{2.5 + float(length) / 1_000:.5f},{sky}" for day, length, sky in rows]
    (tmp_path / "new.csv").write_text("\n".join(["day,length,sky", *lines]))
    response = Project(folder).watch(tmp_path / "new.csv")
    alert = next(alert for alert in response.comparison.alerts if alert.what == "length")
    assert response.action == "ask_for_labels"
    assert not alert.harm.is_known
    assert "unit or the meaning of 'length'" in response.reasons[0]


def test_a_name_that_is_new_is_named_and_its_rows_are_asked_for(trained, tmp_path):
    folder = tmp_path / "hail"
    shutil.copytree(trained, folder)
    lines = trips(900, 8, first="2026-04-01", labels=False).splitlines()
    lines[1::10] = [f"{line.rpartition(',')[0]},hail" for line in lines[1::10]]
    (tmp_path / "new.csv").write_text("\n".join(lines))
    response = Project(folder).watch(tmp_path / "new.csv")
    alert = next(alert for alert in response.comparison.alerts if alert.what == "sky")
    assert alert.sentence.endswith("Among them: 'hail'.")
    assert response.next_steps[0].endswith("rows in which sky is a new name.")


def test_without_outcomes_it_is_said_what_no_other_figure_shows(watch):
    response = watch(900, 1, first="2026-04-01", labels=False)
    assert response.action == "nothing"
    assert "chosen at random would tell" in response.reasons[-1]


def test_a_broken_promise_is_told_with_what_it_costs(watch):
    assert watch(900, 5, first="2026-04-01", dear=0.8).reasons[0].startswith("That costs ")
