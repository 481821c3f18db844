"""The stage that asks every check."""

from collections.abc import Iterator

import numpy as np
import pytest

from mlwright.core.ahead import Ahead, Need
from mlwright.core.engine import execute
from mlwright.core.errors import SettingsError, StorageError
from mlwright.core.family import NotApplicable
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.check import check
from mlwright.data.checks import CHECKS, Specimen
from mlwright.data.checks.constant_columns import ConstantColumns
from mlwright.data.compute.table import open_split
from mlwright.pipeline import BUILD, Settings
from mlwright.records.findings import NO_TIME
from mlwright.records.settings import CheckSettings
from mlwright.testing.checks import open_specimen

N = 300


def churn(n=N):
    rng = np.random.default_rng(0)
    left = rng.random(n) < 0.3
    return Specimen(
        {
            "customer": [f"C{row:05d}" for row in range(n)],
            "country": ["PT"] * n,
            "months": rng.integers(1, 60, n).tolist(),
            "fee": rng.normal(30, 8, n).round(2).tolist(),
            "refund": np.where(left, rng.uniform(5, 50, n), 0).round(2).tolist(),
            "y": np.where(left, "left", "stayed").tolist(),
        }
    )


@pytest.fixture
def ask(tmp_path):
    """Run the stage on a table."""

    def run_stage(specimen=None, **settings):
        opened = open_specimen(specimen or churn(), tmp_path)
        opened.run.stage, opened.run.stage_key = "check", "key"
        return check(opened.snapshot, opened.profile, opened.split, CheckSettings(**settings), opened.run)

    return run_stage


def test_every_check_is_asked_and_the_worst_comes_first(ask):
    answer = ask()
    assert [finding.severity for finding in answer.findings] == ["critical", "note", "note", "note"]
    found = {finding.check for finding in answer.findings}
    assert found == {"target_leak", "constant_columns", "excess_zeros", "id_columns"}
    told = {f.check for f in answer.findings} | set(answer.quiet) | {skipped.name for skipped in answer.skipped}
    assert told == set(CHECKS.names())


def test_checks_that_are_not_wanted_are_not_asked(ask):
    answer = ask(skip=("target_leak", "duplicate_rows"))
    assert "target_leak" not in {finding.check for finding in answer.findings}
    assert "duplicate_rows" not in answer.quiet


def test_an_unknown_check_is_refused_with_the_nearest_name(ask):
    with pytest.raises(SettingsError, match="target_leek") as refusal:
        ask(skip=("target_leek",))
    assert "target_leak" in (refusal.value.hint or "")


def test_a_check_that_cannot_judge_becomes_a_row_with_its_reason(ask):
    reasons = {skipped.name: skipped.reason for skipped in ask().skipped}
    assert reasons["sum_leak"] == "the target is not a number"


@pytest.mark.parametrize("after_a_finding", [False, True])
def test_a_check_that_fails_does_not_hide_the_others(after_a_finding, ask, monkeypatch):
    def fail(self, table, profile) -> Iterator:
        if after_a_finding:
            yield self.found("One thing was found.")
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(ConstantColumns, "look", fail)
    answer = ask()
    reasons = {skipped.name: skipped.reason for skipped in answer.skipped}
    assert reasons["constant_columns"] == "it failed with ZeroDivisionError: division by zero"
    assert {finding.check for finding in answer.findings} == {"target_leak", "excess_zeros", "id_columns"}


def test_a_full_disk_is_no_fault_of_the_check(ask, monkeypatch):
    def fail(self, table, profile) -> Iterator:
        raise StorageError("The disk is full.")
        yield

    monkeypatch.setattr(ConstantColumns, "look", fail)
    with pytest.raises(StorageError, match="disk is full"):
        ask()


def test_what_was_asked_before_a_kill_is_not_asked_again(tmp_path, monkeypatch):
    opened = open_specimen(churn(), tmp_path)
    opened.run.stage, opened.run.stage_key = "check", "key"
    arguments = (opened.snapshot, opened.profile, opened.split, CheckSettings(), opened.run)

    def killed(self, table, profile) -> Iterator:
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as patch:
        patch.setattr(CHECKS.get("constant_columns"), "look", killed)
        with pytest.raises(KeyboardInterrupt):
            check(*arguments)
    events = []
    opened.run._listen = events.append
    check(*arguments)
    reused = {event["label"] for event in events if event["event"] == "item_done" and event["reused"]}
    assert "target_leak" in reused
    assert "constant_columns" not in reused


def test_the_weightiest_faults_are_looked_for_first_and_dear_checks_come_last(tmp_path):
    opened, events = open_specimen(churn(), tmp_path), []
    opened.run.stage, opened.run.stage_key, opened.run._listen = "check", "key", events.append
    check(opened.snapshot, opened.profile, opened.split, CheckSettings(), opened.run)
    order = [event["label"] for event in events if event["event"] == "item_done"]
    assert order.index("target_leak") < order.index("constant_columns") < order.index("label_errors")


def test_checks_that_a_later_stage_leaves_no_time_for_say_so(tmp_path):
    opened = open_specimen(churn(), tmp_path)
    run = Run("r", opened.run.store, Clock(tmp_path / "cancel", budget_s=1e-6))
    run.stage, run.stage_key = "check", "key"
    whole = check(opened.snapshot, opened.profile, opened.split, CheckSettings(), run)
    assert not whole.cut_short
    run.fresh, run.ahead = True, Ahead(lambda: 0.0, later=[lambda load: Need(1.0)])
    findings = check(opened.snapshot, opened.profile, opened.split, CheckSettings(), run)
    sure = {name for name in CHECKS.names() if CHECKS.get(name).group == "leaks" and not CHECKS.get(name).dear}
    unasked = {skipped.name for skipped in findings.skipped if skipped.reason == NO_TIME}
    assert unasked == set(CHECKS.names()) - sure
    assert findings.cut_short


def test_no_check_can_see_the_target_of_a_test_row(tmp_path):
    opened = open_specimen(churn(), tmp_path)
    table = open_split(opened.snapshot, opened.split, opened.profile, opened.run)
    assert "y" not in table.columns
    assert "y" not in table.test.columns
    for hidden in (table, table.test):
        with pytest.raises(KeyError, match="cannot be seen"):
            hidden.arrow(["y"])


def test_findings_do_not_change_when_only_the_test_answers_do(tmp_path):
    """What is said about the target rests on the training rows alone."""
    columns = dict(churn().columns) | {"day": [str(np.datetime64("2023-01-01") + row) for row in range(N)]}
    flipped = [*columns["y"][:250], *("left" if answer == "stayed" else "stayed" for answer in columns["y"][250:])]
    said = []
    for answers in (columns["y"], flipped):
        opened = open_specimen(Specimen(columns | {"y": answers}, settings={"time": "day"}), tmp_path)
        assert opened.split.method == "by_time"
        table = open_split(opened.snapshot, opened.split, opened.profile, opened.run)
        said.append(
            {name: _findings(name, table, opened.profile) for name in ("target_leak", "row_order", "class_imbalance")}
        )
    assert said[0] == said[1]


def _findings(name, table, profile):
    try:
        return list(CHECKS.get(name)().look(table, profile))
    except NotApplicable as refusal:
        return refusal.reason


def test_what_a_person_vouches_for_is_a_note_that_says_so(ask):
    answer = ask(known_in_time=("refund",))
    (finding,) = (finding for finding in answer.findings if finding.check == "target_leak")
    assert finding.severity == "note"
    assert "A person vouches that 'refund' is known" in finding.sentence
    assert answer.vouched == ("refund",)


def test_vouching_for_one_column_leaves_the_others_suspected(ask):
    answer = ask(known_in_time=("fee",))
    assert [f.severity for f in answer.findings if f.check == "target_leak"] == ["critical"]


def test_vouching_changes_nothing_but_suspicions(ask):
    assert "country" in {name for f in ask(known_in_time=("country",)).findings for name in f.columns}


@pytest.mark.parametrize(("name", "what"), [("refnd", "refund"), ("y", "the target")])
def test_a_name_that_cannot_be_vouched_for_is_refused(ask, name, what):
    with pytest.raises(SettingsError, match="known_in_time names") as refusal:
        ask(known_in_time=(name,))
    assert what in f"{refusal.value.message} {refusal.value.hint}"


def test_a_table_of_keys_alone_makes_no_check_fail(tmp_path):
    """Artists with a number and a name of their own: nothing is left that a model could use."""
    source = tmp_path / "artists.csv"
    source.write_text("\n".join(["ArtistId,Name", *(f"{row},Band {chr(65 + row % 26)}{row}" for row in range(60))]))
    settings = Settings.model_validate({"project": {"task": "none"}, "collect": {"source": str(source)}})
    run = Run("run", Store(tmp_path / "store"), Clock(tmp_path / "cancel", None))
    answer = execute(BUILD, settings.sections(), run, until="check")["check"]
    assert [item for item in answer.skipped if item.failed] == []
