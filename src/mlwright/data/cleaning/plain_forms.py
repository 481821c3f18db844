"""How plain numbers, dates and truth values of a file of text are written.

The reader of a file knows their types by itself, so that no cure looks at their writing. A table that is written as
text keeps it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.cures._forms import usual_decimals
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import (
    AnyStep,
    CleaningPlan,
    DateForm,
    NumberForm,
    TruthForm,
    WriteDate,
    WriteNumber,
    WriteTruth,
)
from mlwright.scoring.patterns import is_written

CURE = "plain_forms"
N_DATES = 20_000
STRICT_SHARE = 0.7
PLAIN_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


def with_plain_forms(plan: CleaningPlan, schema: pa.Schema, texts: pa.Table) -> CleaningPlan:
    """A plan with steps that say how plain values are written.

    Parameters
    ----------
    plan : CleaningPlan
    schema : pyarrow.Schema
        The types that the columns have.
    texts : pyarrow.Table
        Some rows as they are written.
    """
    found = [step for name in texts.column_names if (step := _step(name, schema.field(name).type, texts[name]))]
    return plan.model_copy(update={"steps": (*plan.steps, *found)})


def _step(name: str, kind: pa.DataType, texts: pa.ChunkedArray) -> AnyStep | None:
    known = pc.utf8_trim_whitespace(texts.drop_null())
    if not len(known) or pa.types.is_string(kind):
        return None
    if pa.types.is_boolean(kind):
        return _truth(name, known)
    if pa.types.is_temporal(kind):
        return _date(name, known)
    return _number(name, known)


def _number(name: str, texts: pa.ChunkedArray) -> WriteNumber | None:
    decimal: Literal[".", ","] = "," if pc.any(pc.match_substring(texts, ",")).as_py() else "."
    plain = texts.filter(pc.match_substring_regex(texts, rf"^-?[0-9]+([{decimal}][0-9]+)?$"))
    at = pc.find_substring(plain, decimal).to_numpy()
    n_digits = np.where(at < 0, 0, pc.utf8_length(plain).to_numpy() - at - 1).astype(np.int64)
    zero_at_end = (n_digits > 0) & pc.ends_with(plain, "0").to_numpy()
    only_zeros = pc.match_substring_regex(plain, f"[{decimal}]0+$").to_numpy()
    decimals, strict = usual_decimals(n_digits, zero_at_end, only_zeros, np.ones(len(plain), np.int64))
    form = NumberForm(decimal=decimal, decimals=decimals, strict=strict)
    if form == NumberForm():
        return None
    told = "without a fraction of zeros" if decimals is None else f"with {counted(decimals, 'digit')} behind the sign"
    usual = np.flatnonzero(~only_zeros if decimals is None else n_digits == decimals)
    reason = f"Numbers are written {told} in most cells, such as {quoted([plain[int(usual[0])].as_py()])}."
    return WriteNumber(column=name, cure=CURE, level="spelling", reason=reason, form=form)


def _date(name: str, texts: pa.ChunkedArray) -> WriteDate | None:
    counts = {row["values"]: row["counts"] for row in pc.value_counts(texts[:N_DATES]).to_pylist()}
    rows = {format: sum(n for text, n in counts.items() if is_written(text, format)) for format in PLAIN_DATES}
    format, n_usual = max(rows.items(), key=lambda pair: pair[1])
    if not n_usual:
        return None
    share = n_usual / sum(counts.values())
    reason = f"{percent(share)} of the dates are written like {format}."
    form = DateForm(format=format, strict=STRICT_SHARE <= share < 1)
    return WriteDate(column=name, cure=CURE, level="spelling", reason=reason, form=form)


def _truth(name: str, texts: pa.ChunkedArray) -> WriteTruth:
    words = sorted(pc.value_counts(texts).to_pylist(), key=lambda row: -row["counts"])
    said = {row["values"].casefold(): row["values"] for row in reversed(words)}
    some = next(iter(said.values()))
    alike = str.upper if some.isupper() else str.title if some.istitle() else str
    form = TruthForm(true=said.get("true", alike("true")), false=said.get("false", alike("false")))
    reason = f"Truth values are written {form.true} and {form.false}."
    return WriteTruth(column=name, cure=CURE, level="spelling", reason=reason, form=form)
