"""From what a run knows to what to do next, by what it is likely to bring."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.words import counted, listing, named, quoted
from mlwright.judging.leaks import leaks_in, suspects
from mlwright.judging.more_rows import told_more_rows
from mlwright.judging.rules import Evidence
from mlwright.judging.verdict import beyond_touching, times_the_rows
from mlwright.records.data import Snapshot
from mlwright.records.diagnosis import Mistakes
from mlwright.records.evaluation import Estimate
from mlwright.records.improvement import Step
from mlwright.records.settings import CleanSettings, ProfileSettings, TrainSettings

TIMES_THE_BUDGET = 3.0
OUT_OF_TIME = ("time was up",)
COSTS = {
    "more_rows": "rows of this kind, or a person who knows what tells them apart",
    "labels_to_look_at": "a person who knows, for the rows in `mlwright show diagnosis --json`",
    "hand_to_a_person": "a person's look at one case in ten",
    "rows_like_these": "rows of this kind",
    "collect_the_value": "asking for the value where it is missing",
}
"""What the remedies of mistakes take."""


def steps_of(
    evidence: Evidence, snapshot: Snapshot, profile: ProfileSettings, clean: CleanSettings, train: TrainSettings
) -> tuple[Step, ...]:
    """All that may be done next: suspected leaks first, then by the gain as far as it is known.

    Parameters
    ----------
    evidence : Evidence
    snapshot : Snapshot
    profile, clean, train : settings
        With which the run was made.
    """
    first = list(_drop_suspects(evidence, profile))
    others = [
        *_more_rows(evidence),
        *(_against(mistakes, evidence) for mistakes in evidence.diagnosis.mistakes),
        *_more_time(evidence, train),
        *_mend_values(evidence, clean),
        *_another_table(snapshot),
        *_say_the_worth(evidence),
    ]
    return (*first, *sorted(others, key=_rank))


def _rank(step: Step) -> tuple[int, float]:
    """Where a step stands: by its likely gain; then those of which it is not known; last those with no sure one."""
    if step.share is None:
        return 1, 0.0
    return (0, -step.share) if step.share > 0 else (2, 0.0)


def _drop_suspects(evidence: Evidence, profile: ProfileSettings) -> Iterator[Step]:
    names = suspects(evidence)
    if names:
        yield Step(
            name="drop_suspects",
            title=f"Take {quoted(names)} out, unless somebody vouches that it is known in time.",
            evidence=leaks_in(evidence)[0].sentence,
            cost="a word of somebody who knows the data",
            changes={"profile": {"ignore": [*profile.ignore, *names]}},
        )


def _more_rows(evidence: Evidence) -> Iterator[Step]:
    """What the last doubling has brought, as a bound of what the next one will bring."""
    more, worth = evidence.worth.more_rows, evidence.worth
    if more is None or more.last_doubling.value <= 0:
        return
    n_rows = evidence.profile.n_rows
    settle = times_the_rows(worth.gain) * beyond_touching(worth.gain.level)
    unsure = f" To be sure of the gain as it is takes {settle:.1f} times the rows." if worth.gain.low <= 0 else ""
    yield Step(
        name="more_rows",
        title=f"Collect more rows of all kinds, up to twice the {n_rows:,} that there are.",
        evidence=f"{told_more_rows(worth)}{unsure}",
        cost=counted(n_rows, "further row"),
        money=None if worth.assumed else more.last_doubling,
        gain_is="at most",
        share=_share(more.last_doubling, worth.gain) if more.last_doubling.low > 0 else 0.0,
    )


def _share(gain: Estimate, of: Estimate) -> float | None:
    return gain.value / of.value if of.value > 0 else None


def _against(mistakes: Mistakes, evidence: Evidence) -> Step:
    share = None
    if mistakes.money is not None:
        share = _share(mistakes.money, evidence.worth.gain)
    elif mistakes.gain is not None:
        share = _share(mistakes.gain, evidence.evaluation.metrics[0].gain_over_baseline)
    return Step(
        name=mistakes.remedy,
        title=mistakes.advice,
        evidence=f"{mistakes.title}: {mistakes.where} ({counted(mistakes.n_rows, 'row')}, "
        f"{100 * mistakes.share_of_loss:.0f} % of the loss). {mistakes.rests_on}".rstrip(),
        cost=COSTS.get(mistakes.remedy, "people's time"),
        gain=mistakes.gain,
        money=mistakes.money,
        gain_is=mistakes.gain_is,
        share=share,
    )


def _more_time(evidence: Evidence, train: TrainSettings) -> Iterator[Step]:
    training = evidence.training
    if training.stopped not in OUT_OF_TIME or train.candidates is not None:
        return
    given_s = training.budget_s or train.budget
    budget_s = TIMES_THE_BUDGET * given_s
    yield Step(
        name="more_time",
        title=f"Give the search more time: {budget_s:,.0f} s in place of {given_s:,.0f}.",
        evidence=f"It ended because time was up, after {counted(training.n_tried, 'candidate')}.",
        cost=f"{budget_s:,.0f} s of this machine",
        changes={"train": {"budget": budget_s}},
    )


def _mend_values(evidence: Evidence, clean: CleanSettings) -> Iterator[Step]:
    """Worth a try where checks found faults in the values of inputs."""
    faults = [
        finding
        for finding in evidence.findings.findings
        if finding.severity != "note"
        and not finding.is_suspicion
        and set(finding.columns) & set(evidence.profile.roles.inputs)
    ]
    if faults and clean.apply != "all":
        titles = listing(dict.fromkeys(finding.title.lower() for finding in faults), limit=3)
        yield Step(
            name="mend_values",
            title="Mend values that are certainly wrong, in training and in serving alike.",
            evidence=f"Checks found: {titles}.",
            cost="one run",
            changes={"clean": {"apply": "all"}},
        )


def _another_table(snapshot: Snapshot) -> Iterator[Step]:
    tables = {one.table: one.columns for one in snapshot.references if one.table is not None}
    for table, columns in tables.items():
        yield Step(
            name="another_table",
            title=f"Join columns of '{table}' by {named(columns)} and run on the joined table.",
            evidence=f"Every row names a row of '{table}', of which no column is an input.",
            cost="a query that joins, of what is known at the moment of prediction",
        )


def _say_the_worth(evidence: Evidence) -> Iterator[Step]:
    if evidence.worth.assumed:
        yield Step(
            name="say_the_worth",
            title="Say what answers are worth: [decide] benefit in mlwright.toml.",
            evidence="Without it the threshold and the verdict rest on a stand-in.",
            cost="a talk with whoever acts on the answers",
        )
