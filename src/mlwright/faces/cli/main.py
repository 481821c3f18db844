"""The command ``mlwright``: finds the commands, and turns every error into words and an exit status."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from mlwright.core import interrupts
from mlwright.core.errors import Fault, MlwrightError, RunCancelled, SettingsError
from mlwright.core.run import STOPPED
from mlwright.faces.cli.terminal import complain

SECTIONS = {
    "The job": ("demo", "init", "run", "follow", "cancel", "runs"),
    "Data": ("profile", "check", "clean", "explore", "contract"),
    "What was found": ("show", "report", "improve", "compare", "dossier", "approve"),
    "A model at work": ("predict", "score", "explain", "serve", "loadtest", "deploy", "export", "sign"),
    "A model looked after": (
        "status",
        "watch",
        "drift",
        "feedback",
        "operate",
        "challenger",
        "replay",
        "rollback",
        "undo",
        "history",
        "space",
    ),
    "Help": ("doctor",),
}
"""The commands by what they are for, in the order in which people meet them."""

COMMANDS = tuple(name for names in SECTIONS.values() for name in names)

WELCOME = """A machine learning engineer that you can run: from a table to a checked, judged and served model.

To begin: mlwright run customers.csv --target churn
"""
_MARGINS = 6


class Commands(TyperGroup):
    """The commands, by what they are for; Ctrl-C in any of them ends in words."""

    def list_commands(self, ctx: object) -> list[str]:
        """Names of the commands."""
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a list of commands a section, each command in one line."""
        width = max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            room = formatter.width - width - _MARGINS
            lines = [(name.ljust(width), self.commands[name].get_short_help_str(room)) for name in names]
            with formatter.section(title):
                formatter.write_dl(lines)

    def invoke(self, ctx: Any) -> Any:
        """Carry out the command that was typed."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            interrupts.leave()
            raise RunCancelled(STOPPED) from None
        except BrokenPipeError:
            raise typer.Exit from None


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name="mlwright",
        cls=Commands,
        help=WELCOME,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in COMMANDS:
        app.command(name)(getattr(import_module(f"mlwright.faces.cli.commands.{name}"), name))
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        from mlwright import __version__

        typer.echo(f"mlwright {__version__}")
        raise typer.Exit


def _options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
    ),
) -> None:
    """A machine learning engineer that you can run: from a table to a checked, judged and served model."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(SettingsError.exit_status)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    0: done; 1: a fault of ours; 2: the user's mistake; 3: `watch` found something to do, or
    `check` something critical; 130: cancelled.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: what was typed.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    interrupts.listen()
    status = _carried_out(typed)
    interrupts.leave()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # what reads our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _carried_out(typed: Sequence[str]) -> int:
    """Carry a command out and return its exit status; an error is told in words, or as JSON to who asked for that."""
    try:
        return int(build()(typed, prog_name="mlwright", standalone_mode=False) or 0)
    except MlwrightError as error:
        found = error
    except Exception as error:  # the last place where a fault of ours can be put into words
        if os.environ.get("MLWRIGHT_DEBUG"):
            raise
        found = _explained(error)
    complain(found, as_json="--json" in typed)
    return found.exit_status


def _explained(error: Exception) -> MlwrightError:
    """A wrong option or argument as the mistake that it is, anything else as a fault of ours."""
    if isinstance(error, typer.Abort):
        return RunCancelled("Stopped.")
    telling = getattr(error, "format_message", None)
    if telling is None:
        return Fault(
            f"A mistake of ours: {type(error).__name__}: {error}",
            "Type the command again with MLWRIGHT_DEBUG=1 in front for the details, and send us those.",
        )
    told, context = telling(), getattr(error, "ctx", None)
    if context is None:
        return SettingsError(_ended(told), "mlwright --help")
    is_project = "extra argument" in told and _names_projects_by_option(context.command.params)
    return SettingsError(_ended(told), f"{context.command_path} {'--project FOLDER' if is_project else '--help'}")


def _names_projects_by_option(parameters: Sequence[Any]) -> bool:
    """Whether a command takes no words, and a project only behind ``--project``."""
    is_option = {parameter.param_type_name == "option" for parameter in parameters}
    return is_option == {True} and any("--project" in parameter.opts for parameter in parameters)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith("?") else f"{sentence.rstrip('.')}."


def process_start() -> float:
    """When this process began, in seconds since 1970, so that the budget counts the start-up too."""
    try:
        with open("/proc/self/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        since_boot = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.time() - time.process_time()
    return time.time() - since_boot
