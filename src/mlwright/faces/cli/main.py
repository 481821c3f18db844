"""The command ``mlwright``: finds the commands, and turns every error into words and an exit status."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module

import typer
from typer.core import TyperGroup

from mlwright.core.errors import MlwrightError
from mlwright.faces.cli.terminal import complain

COMMANDS = (
    "init",
    "run",
    "show",
    "report",
    "predict",
    "serve",
    "status",
    "undo",
    "watch",
    "follow",
    "cancel",
    "runs",
    "doctor",
    "demo",
)
"""In the order in which people meet them."""

CANCELLED, FAULT = 130, 1


class InOrder(TyperGroup):
    """Lists the commands in the order in which people meet them."""

    def list_commands(self, ctx: object) -> list[str]:
        """Names of the commands."""
        return [name for name in COMMANDS if name in self.commands]


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name="mlwright",
        cls=InOrder,
        help="A machine learning engineer that you can run: from a table to a checked, judged and served model.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_version)
    for name in COMMANDS:
        app.command(name)(getattr(import_module(f"mlwright.faces.cli.commands.{name}"), name))
    return app


def _version(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """A machine learning engineer that you can run: from a table to a checked, judged and served model."""
    if version:
        from mlwright import __version__

        typer.echo(f"mlwright {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line and leave with its exit status.

    0: done; 1: a fault of ours; 2: the user's mistake; 3: `watch` found something to do; 130: cancelled.
    """
    status = FAULT
    try:
        status = int(build()(standalone_mode=False) or 0)
    except MlwrightError as error:
        complain(error.message, error.hint)
        status = error.exit_status
    except typer.Exit as leave:
        status = leave.exit_code
    except (KeyboardInterrupt, typer.Abort):
        complain("Stopped by Ctrl-C.", "mlwright run --resume   (what was finished is kept)")
        status = CANCELLED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:  # noqa: BLE001  the last place where a fault of ours can be put into words
        status = _usage_or_fault(error)
    sys.exit(status)


def _usage_or_fault(error: Exception) -> int:
    show = getattr(error, "show", None)
    if show is not None:
        show()
        return int(getattr(error, "exit_code", 2))
    if os.environ.get("MLWRIGHT_DEBUG"):
        raise error
    complain(
        f"A mistake of ours: {type(error).__name__}: {error}",
        "Type the command again with MLWRIGHT_DEBUG=1 in front for the details, and send us those.",
    )
    return FAULT


def process_start() -> float:
    """When this process began, in seconds since 1970, so that the budget counts the start-up too."""
    try:
        with open("/proc/self/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        since_boot = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.time() - time.process_time()
    return time.time() - since_boot
