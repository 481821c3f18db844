"""Look for faults in the data."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from threadpoolctl import threadpool_limits

from mlwright.core.run import Run
from mlwright.data.asking import SEVERITIES, Answer, answer, quiet, skipped
from mlwright.data.checks import CHECKS, GROUPS
from mlwright.data.compute.table import SplitTable, open_split
from mlwright.data.loads import load_ahead
from mlwright.data.vouching import check_known, vouched
from mlwright.records.data import Snapshot
from mlwright.records.findings import NO_TIME, Finding, Findings
from mlwright.records.profile import Profile
from mlwright.records.settings import CheckSettings
from mlwright.records.split import Split

SHARE_OF_SPARE, SHARE_FOR_DEAR = 0.15, 0.08
"""No further check, and no dear one, is begun once so much of what the later stages can spare has gone into them."""
WORTH_THREADS = 500_000
"""Of fewer rows a check takes next to no time outside of Python, which runs one thread at a time."""


def check(snapshot: Snapshot, profile: Profile, split: Split, settings: CheckSettings, run: Run) -> Findings:
    """Ask every check that there is time for; quick ones that look for leaks whatever the time.

    Raises
    ------
    SettingsError
        If ``check.skip`` names an unknown check, or ``check.known_in_time`` an unknown column.
    """
    check_known(settings.known_in_time, profile)
    names = sorted(CHECKS.names_but(settings.skip, "check.skip"), key=_turn)
    table = open_split(snapshot, split, profile, run)
    work = partial(ask, table=table, profile=profile)
    n_jobs = run.n_jobs if profile.n_rows >= WORTH_THREADS else 1
    each = partial(run.each, work=work, kind=Answer, key=str, n_jobs=n_jobs)
    time_up, late = (run.time_is_up(s, load_ahead(profile, split)) for s in (SHARE_OF_SPARE, SHARE_FOR_DEAR))
    n_sure, n_quick = sum(map(_is_sure, names)), sum(not CHECKS.get(name).dear for name in names)
    # Small matrices: a second thread would only wait for the first.
    with threadpool_limits(limits=1, user_api="blas"):
        asked = each(names[:n_sure]) + each(names[n_sure:n_quick], skip=time_up) + each(names[n_quick:], skip=late)
    answers = [each or Answer(name=name, reason=NO_TIME) for name, each in zip(names, asked, strict=True)]
    answers.sort(key=lambda each: each.name)
    findings = [vouched(finding, settings.known_in_time) for each in answers for finding in each.findings]
    return Findings(
        findings=tuple(sorted(findings, key=rank)),
        quiet=quiet(answers),
        skipped=skipped(answers),
        vouched=settings.known_in_time,
    )


def _turn(name: str) -> tuple[bool, int]:
    """When a check is asked: the weightier the faults of its group the earlier, dear ones last."""
    member = CHECKS.get(name)
    return member.dear, list(GROUPS).index(member.group)


def _is_sure(name: str) -> bool:
    """Whether a check is asked whatever the time: what it finds would make the whole estimate worthless."""
    return _turn(name) == (False, 0)


def rank(finding: Finding) -> tuple[int, int]:
    """Where a finding stands among others: by its severity, then by the group of its check."""
    return SEVERITIES.index(finding.severity), list(GROUPS).index(CHECKS.get(finding.check).group)


def ask(name: str, table: SplitTable, profile: Profile) -> Answer:
    """What one check says about a table.

    Where the rows at hand are a sample, a check that needs none of them speaks of all rows; the others say that they
    have seen a sample.
    """
    if profile.n_rows_there is None:
        return answer(name, lambda: CHECKS.get(name)().look(table, profile))
    try:
        return answer(name, lambda: CHECKS.get(name)().look(cast("SplitTable", _NoRows(table)), profile.of_all_rows))
    except _RowsWanted:
        found = answer(name, lambda: CHECKS.get(name)().look(table, profile))
        return found.model_copy(update={"findings": tuple(_of_sample(each, profile) for each in found.findings)})


class _RowsWanted(BaseException):
    """Raised through everything when a check asks for rows."""


class _NoRows:
    """A table that has no rows to show."""

    def __init__(self, table: SplitTable) -> None:
        self.columns, self.seed, self.as_of = table.columns, table.seed, table.as_of
        self.train_by_class, self.untested = table.train_by_class, table.untested
        self.tests_newest = table.tests_newest
        self.references, self.counted_references = table.references, table.counted_references
        self.unique = table.unique

    def __getattr__(self, name: str) -> Any:
        raise _RowsWanted


def _of_sample(finding: Finding, profile: Profile) -> Finding:
    aside = f" (Seen in a sample of {profile.n_rows:,} of the {profile.n_rows_there:,} rows.)"
    return finding.model_copy(update={"sentence": finding.sentence + aside, "rows": ()})
