"""From the frames of a log to tables: what a service has written as bytes, in columns with their names.

Rows are many at a time here, and names are never spelled out: their codes become those of Arrow's dictionaries, which
Parquet takes over as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.served import ANSWER, AT, BUNDLE, ID, PROBABILITIES
from mlwright.scoring.coded_rows import ids_said, row_type
from mlwright.scoring.kept_values import finite, lists, moments
from mlwright.scoring.open_segments import Frame, read_frames
from mlwright.scoring.spelling import canonical

if TYPE_CHECKING:
    import pyarrow as pa


PART_ROWS = 16_384
"""Of which columns are made at a time: they stay in the processor's caches, and memory is used again."""


class _AllOdd(NamedTuple):
    """Names that no code says: the places of their rows and inputs, and their texts."""

    rows: NDArray[np.int64]
    names: NDArray[np.int64]
    texts: list[str | None]

    def of(self, name: int) -> tuple[NDArray[np.int64], list[str | None]]:
        """The rows and the texts of one input."""
        places = np.flatnonzero(self.names == name)
        return self.rows[places], [self.texts[place] for place in places.tolist()]


def read_open(path: Path) -> pa.Table | None:
    """The rows of a segment that is still written to, or was left behind; None if it has none."""
    return table_of(read_frames(path))


def table_of(frames: Sequence[Frame]) -> pa.Table | None:
    """The rows of frames, in their order; names may be dictionaries. None if there are none."""
    import pyarrow as pa

    forms = {header["form"]: header for header, _ in frames if "form" in header}
    coded: dict[str, list[tuple[int, Frame]]] = {}
    parts, order = [], []
    for place, (header, data) in enumerate(frames):
        if "of" in header:
            coded.setdefault(header["of"], []).append((place, (header, data)))
        elif "table" in header:
            with pa.ipc.open_stream(data) as stream:
                parts.append(stream.read_all())
            order.append(np.full(len(parts[-1]), place))
    is_alike = len(coded) == 1 and not parts
    for form, found in coded.items():
        kind = row_type(forms[form]["width"], len(forms[form]["classes"]), forms[form]["n_names"])
        for some in _parts(found, kind.itemsize):
            parts.append(_coded_table(forms[form], kind, [each for _, each in some]))
            order.append(np.repeat([place for place, _ in some], [len(data) // kind.itemsize for _, (_, data) in some]))
    if len(parts) < 2:
        return parts[0] if parts else None
    if is_alike:
        return pa.concat_tables(parts).unify_dictionaries()
    together = pa.concat_tables([plain(part) for part in parts])
    return together.take(np.argsort(np.concatenate(order), kind="stable"))


def _parts(frames: Sequence[tuple[int, Frame]], row_bytes: int) -> Iterator[Sequence[tuple[int, Frame]]]:
    """About `PART_ROWS` rows at a time."""
    start = n_bytes = 0
    for place, (_, (_, data)) in enumerate(frames, 1):
        n_bytes += len(data)
        if n_bytes >= PART_ROWS * row_bytes or place == len(frames):
            yield frames[start:place]
            start, n_bytes = place, 0


def plain(table: pa.Table) -> pa.Table:
    """The same with all names spelled out."""
    import pyarrow as pa

    is_name = [pa.types.is_dictionary(field.type) for field in table.schema]
    fields = [
        pa.field(field.name, pa.string()) if one else field for field, one in zip(table.schema, is_name, strict=True)
    ]
    return table.cast(pa.schema(fields))


def _coded_table(form: dict[str, Any], kind: np.dtype[np.void], frames: Sequence[Frame]) -> pa.Table:
    import pyarrow as pa

    rows = np.frombuffer(b"".join([data for _, data in frames]), dtype=kind)
    ids, counts = ids_said(",".join(header["ids"] for header, _ in frames))
    columns = {ID: ids_of_rows(ids, counts), AT: moments(rows["at"]), **_answered(rows, form["classes"])}
    columns[BUNDLE] = _spelled(np.zeros(len(rows), dtype=np.int32), [form["form"]])
    numbers, codes = rows["numbers"].T.copy(), rows["codes"].T + np.int32(1)
    inputs = {name: finite(numbers[place]) for name, place in form["numbers"].items()}
    odd, is_hashed = _together(frames, counts), set(form["hashed"])
    for place, name, spellings in form["names"]:
        inputs[name] = _names(codes[place], spellings, *odd.of(place), is_final=place in is_hashed)
    return pa.table(columns | {name: inputs[name] for name in form["columns"]})


def _answered(rows: NDArray[Any], classes: Sequence[str]) -> dict[str, pa.Array]:
    """A class by its spelling and the probabilities of all, or a number."""
    import pyarrow as pa

    if not classes:
        return {ANSWER: pa.array(rows["answer"].copy())}
    answers = _spelled(rows["answer"].astype(np.int32), classes)
    return {ANSWER: answers, PROBABILITIES: lists(rows["chances"].ravel(), len(rows))}


def _names(
    places: NDArray[np.int32],
    spellings: Sequence[str | None],
    rows: NDArray[np.int64],
    texts: Sequence[str | None],
    *,
    is_final: bool,
) -> pa.Array:
    """Names by their places among `spellings`, but for some that came as texts; hashes are spelled for good."""
    if texts:
        behind = {text: place for place, text in enumerate(dict.fromkeys(texts), len(spellings))}
        places[rows] = [behind[text] for text in texts]
        spellings = [*spellings, *(behind if is_final else map(canonical, behind))]
    return _spelled(places, spellings)


def _spelled(places: NDArray[np.int32], spellings: Sequence[str | None]) -> pa.Array:
    """A dictionary, in which every spelling stands once."""
    import pyarrow as pa

    distinct = {text: place for place, text in enumerate(dict.fromkeys(t for t in spellings if t is not None))}
    moved = np.array([-1 if text is None else distinct[text] for text in spellings], dtype=np.int32)
    codes = moved.take(places)
    indices = pa.array(codes, mask=codes < 0 if (codes < 0).any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(distinct), pa.string()))


def _together(frames: Sequence[Frame], counts: NDArray[np.int64]) -> _AllOdd:
    """What no code says in several frames."""
    starts = np.concatenate([[0], np.cumsum(counts)]).tolist()
    n_before, found = 0, []
    for header, _ in frames:
        found += [(starts[n_before + place], *rest) for place, *rest in header.get("odd", ())]
        n_before += header["ids"].count(",") + 1
    lengths = [len(rows) for _, rows, _, _ in found]
    rows = np.array(list(chain.from_iterable(rows for _, rows, _, _ in found)), dtype=np.int64)
    rows += np.repeat(np.array([start for start, *_ in found], dtype=np.int64), lengths)
    names = np.array(list(chain.from_iterable(names for _, _, names, _ in found)), dtype=np.int64)
    return _AllOdd(rows, names, list(chain.from_iterable(texts for *_, texts in found)))


def ids_of_rows(requests: Sequence[str], counts: NDArray[np.int64]) -> pa.Array:
    """`ids_of` of several requests, one behind the other."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array(requests, pa.string())
    if (counts == 1).all():
        return ids
    of_row = np.repeat(np.arange(len(counts)), counts)
    places = np.arange(len(of_row)) - np.repeat(np.cumsum(counts) - counts, counts)
    behind = pa.array(["", *(f"-{place}" for place in range(counts.max()))], pa.string())
    behind = behind.take(pa.array(np.where(counts[of_row] == 1, 0, places + 1)))
    return pc.binary_join_element_wise(ids.take(pa.array(of_row)), behind, "")
