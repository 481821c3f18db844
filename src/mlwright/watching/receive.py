"""The stage that holds new data to what was promised."""

from __future__ import annotations

from collections import Counter
from functools import partial

from mlwright.core.errors import TableError, name_list
from mlwright.core.run import Run
from mlwright.data.asking import SEVERITIES, Answer, answer, quiet, skipped
from mlwright.data.clauses.edits import amended
from mlwright.data.deliveries import DELIVERIES
from mlwright.data.deliveries._renames import renames
from mlwright.data.excerpts import excerpts
from mlwright.data.two_tables import TwoTables, open_two
from mlwright.data.two_tables.beside import beside
from mlwright.data.words import counted
from mlwright.records.delivery import Delivery, DeliveryVerdict, Promise
from mlwright.records.findings import Findings
from mlwright.records.settings import ContractSettings
from mlwright.records.watch import Window


def receive(window: Window, promise: Promise, settings: ContractSettings, run: Run) -> Delivery:
    """Ask every check of the delivery family about new data.

    Raises
    ------
    TableError
        If the new table has no column of the contract.
    SettingsError
        If ``contract.skip`` names an unknown check, or ``[contract]`` a clause that does not suit.
    """
    snapshot = window.snapshot
    promise = promise.model_copy(update={"contract": amended(promise.contract, settings)})
    tables = open_two(promise, snapshot, run)
    if not tables.common and not renames(tables):
        raise TableError(
            f"{snapshot.lineage.location} has none of the {len(promise.contract.columns)} columns of the contract; "
            f"it has {name_list(snapshot.column_names)}.",
            "Give the delivery that belongs to this contract, with the names of the columns in its first line.",
        )
    names = DELIVERIES.names_but(settings.skip, "contract.skip")
    answers = [each for each in run.each(names, partial(_ask, tables=tables), kind=Answer, key=str) if each is not None]
    findings = [finding for each in answers for finding in each.findings]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    verdict = _verdict(findings[0].severity if findings else "note")
    return Delivery(
        verdict=verdict,
        headline=_headline(verdict, Counter(finding.severity for finding in findings)),
        then=promise.source,
        now=snapshot.lineage.location,
        n_then=promise.contract.n_rows,
        n_now=snapshot.n_rows,
        findings=Findings(findings=tuple(findings), quiet=quiet(answers), skipped=skipped(answers)),
        columns=beside(tables),
        excerpts=excerpts(tables.now, findings),
    )


def _ask(name: str, tables: TwoTables) -> Answer:
    return answer(name, lambda: DELIVERIES.get(name)().look(tables))


def _verdict(worst: str) -> DeliveryVerdict:
    return {"critical": "refuse", "warning": "look"}.get(worst, "accept")  # type: ignore[return-value]


def _headline(verdict: DeliveryVerdict, counts: Counter[str]) -> str:
    if verdict == "refuse":
        return f"Do not use this data as it is: {counted(counts['critical'], 'critical finding')}."
    if verdict == "look":
        return f"Look before you use this data: {counted(counts['warning'], 'warning')}."
    return "This data keeps the contract." + (f" {counted(counts['note'], 'note')} besides." if counts["note"] else "")
