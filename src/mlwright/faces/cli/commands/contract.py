"""``mlwright contract``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectOrBundle

if TYPE_CHECKING:
    from mlwright.records.contract import Contract
    from mlwright.shipping.contracts import ContractForm


def contract(
    model: ProjectOrBundle = HERE,
    form: Annotated[str, typer.Option("--as", help="toml, json, jsonschema, pandera or sql.")] = "toml",
    dialect: Annotated[str | None, typer.Option(help="For SQL: duckdb, postgres or sqlite.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; default: it is printed.")] = None,
    json: AsJson = False,
) -> None:
    """Write what later data is held to.

    For people (toml), programs (json) and other checkers (jsonschema, pandera, sql).
    """
    from mlwright.core.store.blobs import explain_disk_errors

    name, found = _contract_of(model)
    text = _form("json" if json else form, dialect).write(found, name)
    if output is None:
        typer.echo(text, nl=False)
        return
    with explain_disk_errors(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, "utf-8")
    typer.echo(f"The contract of {name} ({len(found.columns)} columns) was written: {output}", err=True)


def _contract_of(path: Path) -> tuple[str, Contract]:
    """The name and the contract of a project, with its edits, or of a bundle."""
    from mlwright.config import FILE_NAME
    from mlwright.faces.cli.chosen import opened
    from mlwright.scoring.folder import MANIFEST, read_folder

    if (path / MANIFEST).exists() and not (path / FILE_NAME).exists():
        manifest, _ = read_folder(path)
        return manifest.name, manifest.contract
    project = opened(path)
    return project.settings().project.name or "data", project.contract()


def _form(name: str, dialect: str | None) -> ContractForm:
    from mlwright.core.errors import SettingsError
    from mlwright.shipping.contracts import CONTRACT_FORMS
    from mlwright.shipping.contracts.sql import Sql

    if name == "sql":
        return Sql() if dialect is None else Sql(dialect=dialect)
    if dialect is not None:
        raise SettingsError("--dialect is for SQL only.", "mlwright contract --as sql --dialect postgres")
    return CONTRACT_FORMS.get(name)()
