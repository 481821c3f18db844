"""Draw the picture of the README: the first screen of the report of ``mlwright demo``.

Usage: python docs/make_picture.py REPORT.html   (needs Chromium or Chrome, as printing does)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from mlwright.faces.render.paper import BROWSERS

PICTURE = Path(__file__).parent / "images" / "report.png"
WIDTH, HEIGHT, N_COLOURS = 1280, 742, 64


def draw(report: Path) -> None:
    """Write the picture, of few colours so that it is small."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("Chromium or Chrome is needed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000"]
        size = [f"--window-size={WIDTH},{HEIGHT + 200}", f"--screenshot={shot}"]
        subprocess.run([browser, *flags, *size, report.resolve().as_uri()], check=True, capture_output=True)  # noqa: S603
        page = Image.open(shot).convert("RGB").crop((0, 0, WIDTH, HEIGHT))
        page.quantize(N_COLOURS).save(PICTURE, optimize=True)
    sys.stdout.write(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
