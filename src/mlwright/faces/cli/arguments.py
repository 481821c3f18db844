"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectDir = Annotated[Path, typer.Option("--project", "-p", help="The project folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
RunId = Annotated[str | None, typer.Option("--run", help="Which run; default: the latest.")]
ProjectOrBundle = Annotated[Path, typer.Argument(metavar="PROJECT_OR_BUNDLE", help="A project folder, or a bundle.")]

HERE = Path(".")
