"""Records against the schema of the bundle: what is refused, and what is answered but worth a note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from mlwright.core.errors import name_list, nearest
from mlwright.records.bundle import Manifest
from mlwright.records.cleaning import ReadNumber
from mlwright.shipping.serving.counted import Series
from mlwright.shipping.serving.fields import example_value
from mlwright.shipping.serving.readers import Note, Reader, State, reader_of
from mlwright.shipping.serving.refusals import Refusal, json_type, shown

TAKEN_AS_MISSING = "taken_as_missing_total"
IGNORED = "ignored_columns_total"
EXTRA: Series = ("extra_fields_total", ())
NAME_COMPARED_MAX = 100


@dataclass
class Looked:
    """What the records of a request look like.

    Parameters
    ----------
    notes : dict
        The notes of a record, by its place; records without any are left out.
    counts : dict
        How many values were missing, unknown and so on, by the series that counts them (see `counters`).
    hidden : dict
        The fields of a record, by its place, that are to be taken as missing.
    wrong : dict
        Those among them that are none of their kind.
    """

    notes: dict[int, list[Note]] = field(default_factory=dict)
    counts: dict[Series, int] = field(default_factory=dict)
    hidden: dict[int, list[str]] = field(default_factory=dict)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    def count(self, series: Series, by: int = 1) -> None:
        """So many more of it."""
        self.counts[series] = self.counts.get(series, 0) + by

    def taken(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The records as the model gets them."""
        return _without(records, self.hidden)

    def kept(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The records as they may be kept: as they came, but for values that are none of their kind."""
        return _without(records, self.wrong)


class InputSchema:
    """The fields of a record, in the order of the bundle.

    A record may be a whole row of the table that the model learned from: its other columns (ids, the target, what was
    of no use) are ignored and counted, whatever they hold. A field that this table never had is refused, for it may be
    an input under a wrong name, or the record one of another table, unless the contract says to ignore it.

    Parameters
    ----------
    manifest : Manifest
    """

    def __init__(self, manifest: Manifest) -> None:
        cleaning = manifest.model.plan.cleaning
        steps = cleaning.steps if cleaning is not None else ()
        numbers = {step.column: step for step in steps if isinstance(step, ReadNumber)}
        self.readers = {item.name: reader_of(item, numbers.get(item.name)) for item in manifest.inputs}
        self._names = frozenset(self.readers)
        self._unused = frozenset(manifest.unused)
        self._ignores_extra = manifest.contract.extra_fields == "ignore"
        self._quick = [
            (name, reader.fine_names, *reader.fine_range, reader.fine_but, reader)
            for name, reader in self.readers.items()
        ]

    def look(self, records: Sequence[Mapping[str, Any]], places: Iterable[int] | None = None) -> Looked:
        """Look at every value of every record, or of those at some places, from the first on.

        Raises
        ------
        Refusal
            At the first record that lacks a field, has one that the table never had, or one of a wrong type.
        """
        looked = Looked()
        for place in range(len(records)) if places is None else places:
            record = records[place]
            if record.keys() != self._names:
                self._look_at_names(looked, record, place)
            for name, fine_names, low, high, but, reader in self._quick:
                value = record[name]
                kind = type(value)
                if kind is str:
                    if value in fine_names:
                        continue
                elif (kind is float or kind is int) and low <= value <= high and value not in but:
                    continue
                state = reader.look(value)
                if state != "fine":
                    self._mark(looked, reader, state, place, value)
        return looked

    def _mark(self, looked: Looked, reader: Reader, state: State, place: int, value: object) -> None:
        name, policy = reader.field.name, reader.policy(state)
        if state == "wrong" and policy == "refuse":
            found = json_type(value) if not isinstance(value, str) else "text that cannot be read as such"
            example = orjson.dumps(example_value(reader.field)).decode()
            raise Refusal(
                "wrong_type",
                f"Field {name!r} of record {place} must be {reader.expected}; it is {found}.",
                f"Send something like {example}, or null if it is not known.",
                field=name,
                record=place,
            )
        looked.count(reader.series[state])
        note = reader.notes.get(state)
        if note is None:
            return
        if policy == "refuse":
            hint = "Mend the value, or send null if it is not known." if state != "missing" else "Send a value."
            raise Refusal("breaks_contract", f"Record {place}, {note.message}", hint, field=name, record=place)
        if policy == "missing":
            looked.hidden.setdefault(place, []).append(name)
            if state == "wrong":
                looked.wrong.setdefault(place, []).append(name)
            looked.count((TAKEN_AS_MISSING, (name,)))
            note = replace(note, message=f"{note.message} It was taken as missing.")
        looked.notes.setdefault(place, []).append(note)

    def _look_at_names(self, looked: Looked, record: Mapping[str, Any], place: int) -> None:
        """Names other than the inputs alone: ignore columns that came along, refuse what is missing or unknown."""
        ignored = record.keys() & self._unused
        n_extra = len(record) - len(ignored) - len(self._names)
        if not record.keys() >= self._names or (n_extra and not self._ignores_extra):
            self._refuse_names(record, place)
        if n_extra:
            looked.count(EXTRA, n_extra)
        for name in ignored:
            looked.count((IGNORED, (name,)))

    def _refuse_names(self, record: Mapping[str, Any], place: int) -> None:
        unknown = [name for name in record if name not in self._names and name not in self._unused]
        missing = [name for name in self.readers if name not in record]
        if unknown:
            more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
            raise Refusal(
                "unknown_field",
                f"Record {place} has the field {shown(unknown[0])}{more}, which the model does not know.",
                self._instead_of(unknown[0], missing),
                field=shown(unknown[0])[1:-1],
                record=place,
            )
        raise Refusal(
            "missing_field",
            f"Record {place} lacks {name_list(map(repr, missing), limit=20)}.",
            "Send every field; one whose value is not known may be null.",
            field=missing[0],
            record=place,
        )

    def _instead_of(self, unknown: str, missing: Sequence[str]) -> str:
        """What to send in place of a field that the model does not know."""
        offers = nearest(unknown[:NAME_COMPARED_MAX], missing or self.readers)
        if offers:
            return f"Did you mean {offers[0]!r}?"
        return f"Leave it out. Known are: {name_list(self.readers, limit=20)}."


def _without(records: Sequence[Mapping[str, Any]], fields: Mapping[int, Sequence[str]]) -> Sequence[Mapping[str, Any]]:
    """The records, some fields of some of them not known."""
    if not fields:
        return records
    return [
        {**record, **dict.fromkeys(fields[place])} if place in fields else record
        for place, record in enumerate(records)
    ]
