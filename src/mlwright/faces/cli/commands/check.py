"""``mlwright check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.core.errors import SettingsError
from mlwright.faces.cli.arguments import AsJson, Looked, LookedIn, LookedTarget, Query, Refers, SampleRows, Unique
from mlwright.faces.cli.looking import Asked, look
from mlwright.faces.keys import Keys

if TYPE_CHECKING:
    from mlwright.records.delivery import Delivery
    from mlwright.records.findings import Findings

CRITICAL = 3


def check(
    source: Looked = None,
    new: Annotated[
        str | None, typer.Argument(metavar="NEW_DATA", help="A later table, to be compared with the first.")
    ] = None,
    target: LookedTarget = None,
    query: Query = None,
    new_query: Annotated[str | None, typer.Option(help="The same for NEW_DATA.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="A project or a bundle: does DATA keep the contract of what it learned from?")
    ] = None,
    project: LookedIn = None,
    sample_rows: SampleRows = None,
    unique: Unique = None,
    refers: Refers = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with what was found, and rows to look at.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open that page in the browser.")] = False,
    json: AsJson = False,
) -> None:
    """Look for faults in data, or compare new data with data before.

    Of a file, a database, or a project. With a target, also for leaks and for faults of the target. With NEW_DATA or
    --against it says whether the new data may be used: what is missing, new, in another unit, out of range, drifted or
    delivered twice. Exit status 3 if something critical was found.
    """
    from mlwright.records.delivery import Delivery

    if show and html is None:
        html = Path("check.html")
    keys = Keys(unique or (), refers or ())
    found: Delivery | Findings
    if against is not None:
        found = _against(source, new, query, against, keys, quiet=json)
    elif new is not None:
        found = _two_tables(Asked(source, target, query, project, keys=keys), (new, new_query), quiet=json)
    else:
        found = _one_table(Asked(source, target, query, project, sample_rows, keys), html, quiet=json)
    _print(found, as_json=json)
    if html is not None:
        _tell_of_page(found, html, show=show)
    findings = found.findings if isinstance(found, Delivery) else found
    if any(finding.severity == "critical" for finding in findings.findings):
        raise typer.Exit(CRITICAL)


def _print(found: Delivery | Findings, *, as_json: bool) -> None:
    from mlwright.faces.cli.terminal import print_json, print_rich

    if as_json:
        print_json(found)
        return
    from mlwright.faces.render.terminal.text import (
        render,  # takes a third of a second, which programs need not wait for
    )

    print_rich(*render(found))


def _tell_of_page(found: Delivery | Findings, html: Path, *, show: bool) -> None:
    """Say where the page is; that of a delivery is drawn here, as it needs no more than the record."""
    import webbrowser

    from mlwright.faces.render.delivery import write_delivery
    from mlwright.records.delivery import Delivery

    if isinstance(found, Delivery):
        write_delivery(found, html)
    typer.echo(str(html.resolve()), err=True)
    if show:
        webbrowser.open(html.resolve().as_uri())


def _one_table(asked: Asked, html: Path | None, *, quiet: bool) -> Findings:
    from mlwright.faces.render.findings_page import write_findings
    from mlwright.records.findings import Findings

    with look(asked, until="check", quiet=quiet) as looked:
        findings = looked.record(Findings)
        if html is not None:
            write_findings(looked, html)
    return findings


def _two_tables(asked: Asked, new: tuple[str, str | None], *, quiet: bool) -> Delivery:
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.render.summary import summary_of

    with look(asked, until="contract", quiet=quiet) as before, shown(summary_of(before), quiet=quiet) as listen:
        return before.check_delivery(new[0], query=new[1], listen=listen)


def _against(
    source: str | None, new: str | None, query: str | None, against: Path, keys: Keys, *, quiet: bool
) -> Delivery:
    from mlwright.config import FILE_NAME, located
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.main import process_start
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.render.summary import summary_of
    from mlwright.receiving import received_by_bundle
    from mlwright.scoring.folder import read_folder

    if source is None or new is not None:
        raise SettingsError(
            "With --against one table is named: the new one.", f"mlwright check NEW_DATA --against {against}"
        )
    if keys != Keys():
        raise SettingsError(
            "--unique and --refers are for data without a promise; with --against the contract says it.",
            "Set collect.unique in the mlwright.toml of that project, or leave --against out.",
        )
    if not (against / FILE_NAME).exists():
        return received_by_bundle(read_folder(against)[0], located(source, Path.cwd()), query)
    chosen = opened(against)
    with shown(summary_of(chosen), quiet=quiet) as listen:
        return chosen.check_delivery(source, query=query, began=process_start(), listen=listen)
