"""What a file is: by its first bytes where they are certain, else by its ending, else by its content."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from mlwright.core.errors import SourceError, SourceUnreadable
from mlwright.data.sources._access import is_access_log
from mlwright.data.sources._files import read_head
from mlwright.records.served import LOG_FACTS

Format = Literal["csv", "parquet", "json", "excel", "html", "sql", "folder", "prediction_log", "access_log"]

ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".html": "html",
    ".htm": "html",
    ".sqlite": "sql",
    ".sqlite3": "sql",
    ".db": "sql",
}
PACKED_ENDINGS = {".gz", ".gzip", ".bz2", ".xz", ".zst", ".zip"}

_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (rb"%PDF", "a PDF document", "Export the table it was made from as CSV."),
    (
        rb"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls), or one with a password",
        "Save it as .xlsx or .csv, without a password.",
    ),
    (rb"ARROW1", "an Arrow file", "Save it as Parquet."),
    (rb"ORC", "an ORC file", "Save it as Parquet."),
    (rb"\x89HDF", "an HDF5 file", "Save its table as Parquet or CSV."),
    (rb"\x93NUMPY", "a NumPy array", "Save it as CSV, with column names."),
    (rb"\x80[\x02-\x05]", "a Python pickle, which could run code", "Save its table as Parquet or CSV."),
    (rb"\x89PNG|\xff\xd8\xff|GIF8", "a picture", "Name the file with the table."),
    (rb"RDX\d\n|X\n\0\0\0", "an R data file", "Save its table as Parquet or CSV."),
    (
        rb"\s*<(!doctype|html|head|body|table|div)\b",
        "a web page in spite of its name",
        "If a login page or an error came back, download the data itself; for a table of the page, call it .html.",
    ),
    (rb"\s*<\?xml", "an XML document", "Save its table as CSV or JSON."),
    (rb"version https://git-lfs", "a pointer of Git LFS, not the data", "git lfs pull"),
    (rb"(\s*%[^\n]*\n)*\s*@relation", "an ARFF file", "Save it as CSV."),
)


def format_of(location: str) -> Format | None:
    """Which kind of source reads that location; None for a URL.

    A file that is not there yet, or cannot be opened, is judged by its ending.
    """
    if "://" in location or location.startswith(("env:", "spark:")):
        return None
    path = Path(location).expanduser()
    try:
        if path.is_dir():
            return _of_folder(path)
        raw = _raw_head(path)
        return _certain(path, raw) or _by_ending(path) or (_by_content(read_head(path)) if raw else "csv")
    except (OSError, ValueError, SourceError):
        return _by_ending(path) or "csv"


def _of_folder(path: Path) -> Format:
    if (path / LOG_FACTS).is_file():
        return "prediction_log"
    return "folder" if folder_files(path) else "parquet"


def folder_files(path: Path) -> list[Path]:
    """The text and JSON tables of a folder, by their names; none where it holds Parquet, too."""
    found = sorted(file for file in path.rglob("*") if file.is_file())
    shown = [file for file in found if not any(name[0] in "._" for name in file.relative_to(path).parts)]
    kinds = {file: _by_ending(file) for file in shown}
    if "parquet" in kinds.values():
        return []
    return [file for file, kind in kinds.items() if kind in ("csv", "json")]


def refuse_foreign(path: Path, head: bytes) -> None:
    """Refuse what is surely no text table, by name.

    Raises
    ------
    SourceUnreadable
        Saying what it is and what to do with it.
    """
    for pattern, what, hint in _FOREIGN:
        if re.match(pattern, head, re.IGNORECASE):
            raise SourceUnreadable(f"{path} is {what}, which mlwright does not read.", hint)


def _raw_head(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with open(path, "rb") as file:
        return file.read(16)


def _certain(path: Path, head: bytes) -> Format | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\x00"):
        return "sql"
    if head.startswith(b"PK\x03\x04") and _is_workbook(path):
        return "excel"
    return None


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.NameToInfo
    except (zipfile.BadZipFile, OSError):
        return False


def _by_ending(path: Path) -> Format | None:
    endings = [ending.lower() for ending in path.suffixes]
    while endings and endings[-1] in PACKED_ENDINGS:
        endings.pop()
    return ENDINGS.get(endings[-1]) if endings else None


def _by_content(head: bytes) -> Format:
    if re.match(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*(["}])', head):
        return "json"
    return "access_log" if is_access_log(head.decode("utf-8", "replace")) else "csv"
