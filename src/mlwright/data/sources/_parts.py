"""The files of a Parquet table: which there are, what each holds, and what they have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import SourceEmpty, SourceUnreadable, name_list
from mlwright.data.sources._files import find_file
from mlwright.data.sources._plain import Leaf, common_type, fits, is_bytes, is_uncertain, leaves, plain_type

BATCH_ROWS = 50_000
BATCH_CELLS = 5_000_000
GROUP_ROWS = 1_200_000
GROUP_BYTES = 512 << 20
"""Row groups of a file that is copied: what other writers make by default, and what fits well into memory."""
CODED_BYTES = 3
"""Places in a list of at most 65,536 values take two bytes each, and the list itself something."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
INDEX_OF_PANDAS = re.compile(r"__index_level_\d+__")
"""How pandas names row labels without a name; mostly they tell where a row stood in a larger table."""

Key = tuple[str, int]
"""Name of a column, and its number among the columns of that name."""


@dataclass
class Part:
    """One file of a table.

    Parameters
    ----------
    path : Path
    folders : dict
        What the folders around it say, as in ``year=2024/part-0.parquet``.
    n_rows : int
    leaves : dict
        Its columns.
    labels : tuple of str
        Columns that hold what pandas calls its rows, which are no columns of the table.
    types : dict
        The plain type of each column; None for one that must be left out.
    """

    path: Path
    folders: dict[str, str | None]
    n_rows: int
    leaves: dict[Key, Leaf]
    labels: tuple[str, ...] = ()
    types: dict[Key, pa.DataType | None] = field(default_factory=dict)

    def batches(self, columns: Sequence[str] | None = None, *, coded: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """Its rows, or some top-level columns of them; those of `coded` as dictionaries."""
        n_columns = max(1, len(self.leaves) if columns is None else len(columns))
        size = max(1, min(BATCH_ROWS, BATCH_CELLS // n_columns))
        try:
            with pq.ParquetFile(self.path, pre_buffer=False, read_dictionary=list(coded)) as file:
                yield from file.iter_batches(batch_size=size, columns=columns)
        except (pa.ArrowInvalid, OSError) as error:
            raise damaged(self.path, error) from None

    def is_plain(self) -> bool:
        """Whether the file could be a snapshot as it is: plain types, no structs, and row groups of modest size."""
        if self.labels or any(leaf.type != self.types[key] or len(leaf.path) > 1 for key, leaf in self.leaves.items()):
            return False
        with pq.ParquetFile(self.path) as file:
            groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
        return all(group.num_rows <= GROUP_ROWS and group.total_byte_size <= GROUP_BYTES for group in groups)

    def repeating(self) -> set[Key]:
        """Columns of text that are stored as places in a short list of values."""
        found = {(leaf.top, 0) for leaf in self.leaves.values() if leaf.type == pa.string() and len(leaf.path) == 1}
        with pq.ParquetFile(self.path) as file:
            for place in range(file.metadata.num_row_groups):
                group = file.metadata.row_group(place)
                chunks = [group.column(j) for j in range(group.num_columns)]
                found -= {(chunk.path_in_schema, 0) for chunk in chunks if not _is_short(chunk)}
        return found

    def settle_types(self, tick: Callable[[], None]) -> None:
        """Find the plain types; where the values decide, look at all of them."""
        for key, leaf in self.leaves.items():
            if not is_uncertain(leaf.type) or self._all_fit(leaf, tick):
                self.types[key] = plain_type(leaf.type)
            else:
                self.types[key] = None if is_bytes(leaf.type) else pa.string()

    def _all_fit(self, leaf: Leaf, tick: Callable[[], None]) -> bool:
        alone = replace(leaf, path=(0, *leaf.path[1:]))
        for batch in self.batches([leaf.top]):
            tick()
            if not fits(alone.of(batch), plain_type(leaf.type)):
                return False
        return True


def find_parts(location: str) -> list[Part]:
    """The file, or all Parquet files below the folder, in the order of their names.

    Raises
    ------
    SourceMissing, SourceUnreadable, SourceEmpty
        If there are none, or one of them is damaged.
    """
    path = find_file(location, folder_allowed=True)
    if path.is_file():
        return [_open_part(path, {})]
    files = sorted(file for file in path.rglob("*") if _is_part(file.relative_to(path)) and file.is_file())
    if not files:
        inside = name_list(sorted(entry.name for entry in path.iterdir()))
        raise SourceUnreadable(
            f"{path} is a folder that holds no tables (Parquet, CSV, JSON){f' but: {inside}' if inside else ''}.",
            "Name one of its files.",
        )
    return [_open_part(file, _folder_values(file.relative_to(path))) for file in files]


def other_files(location: str) -> list[str]:
    """A notice of the files in a folder that are no Parquet files, hidden ones aside."""
    path = Path(location).expanduser()
    found = sorted(path.rglob("*")) if path.is_dir() else []
    shown = [file.relative_to(path) for file in found if file.is_file()]
    others = [str(file) for file in shown if not _is_part(file) and not _is_hidden(file)]
    return [f"Files that are no Parquet were not read: {name_list(others)}."] if others else []


def common_types(parts: Sequence[Part]) -> dict[Key, pa.DataType | None]:
    """Columns of all parts in the order in which they come first, with types that hold the values of every part."""
    found: dict[Key, list[pa.DataType | None]] = {}
    for part in parts:
        for key, kind in part.types.items():
            found.setdefault(key, []).append(kind)
    return {
        key: None if any(kind is None for kind in kinds) else common_type([kind for kind in kinds if kind is not None])
        for key, kinds in found.items()
    }


def damaged(path: Path, error: Exception) -> SourceUnreadable:
    """The error for a file that is no whole Parquet file."""
    reason = str(error).split("\n")[0].rstrip(".")
    return SourceUnreadable(f"{path} is no whole Parquet file ({reason}).", "Fetch or write it again.")


def _is_short(chunk: pq.ColumnChunkMetaData) -> bool:
    """Whether a place in a list was enough for every value; writers turn to the values themselves where lists grow."""
    return bool(chunk.has_dictionary_page and chunk.total_uncompressed_size < CODED_BYTES * chunk.num_values)


def _open_part(path: Path, folders: dict[str, str | None]) -> Part:
    if path.stat().st_size == 0:
        raise SourceEmpty(f"{path} is empty (0 bytes).", "Write it again.")
    try:
        with pq.ParquetFile(path) as file:
            found = leaves(file.schema_arrow)
            n_rows = file.metadata.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise damaged(path, error) from None
    numbers: Counter[str] = Counter()
    keyed: dict[Key, Leaf] = {}
    labels = tuple(leaf.name for leaf in found if INDEX_OF_PANDAS.fullmatch(leaf.name))
    for leaf in found:
        if leaf.name in labels:
            continue
        keyed[leaf.name, numbers[leaf.name]] = leaf
        numbers[leaf.name] += 1
    return Part(path, folders, n_rows, keyed, labels)


def _is_part(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq") and not _is_hidden(path)


def _is_hidden(path: Path) -> bool:
    return any(name.startswith((".", "_")) for name in path.parts)


def _folder_values(path: Path) -> dict[str, str | None]:
    pairs = [re.fullmatch(r"([^=]+)=(.*)", name) for name in path.parts[:-1]]
    return {pair[1]: None if pair[2] == NO_VALUE else unquote(pair[2]) for pair in pairs if pair}
