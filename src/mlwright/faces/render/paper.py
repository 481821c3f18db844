"""Pages on paper: printed to PDF by a Chromium or Chrome, which draws them just as people see them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from mlwright.core.errors import ExtraMissing, StorageError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Names of browsers that print, in the order in which they are looked for."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--run-all-compositor-stages-before-draw",
    "--virtual-time-budget=20000",
)
LONGEST_S = 180


def browser_here() -> str | None:
    """The path of a Chromium or Chrome; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_page(page: str) -> bytes:
    """A page as PDF.

    Parameters
    ----------
    page : str
        HTML that needs no network.

    Raises
    ------
    ExtraMissing
        If no browser is there.
    StorageError
        If the browser did not print.
    """
    browser = browser_here()
    if browser is None:
        raise ExtraMissing(
            "Printing to PDF needs Chromium or Chrome, which is not installed.",
            "apt-get install chromium, or write HTML and print it from your browser",
        )
    with tempfile.TemporaryDirectory(prefix="mlwright-") as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_bytes(page.encode("utf-8", "replace"))
        command = [browser, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri()]
        _print(command, browser)
        if not target.exists():
            raise StorageError(f"{browser} has written no PDF.", "Write HTML and print it from your browser.")
        return target.read_bytes()


def _print(command: list[str], browser: str) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=True)  # noqa: S603  our own words
    except (OSError, subprocess.SubprocessError) as error:
        raise StorageError(
            f"{browser} could not print the page ({type(error).__name__}).",
            "Write HTML and print it from your browser.",
        ) from error
