"""Tells what a model computes in the few operations of `_graph`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from mlwright.core.errors import ExportRefused
from mlwright.records.cleaning import DoubtPairs, DoubtValues, MapValues, MarkMissing, TrimText
from mlwright.records.model import Calibrator, CategoryColumn, DateColumn, DatePart, NumberColumn, TextColumn
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.calibrate import SMALLEST
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.constant import ConstantCore
from mlwright.scoring.cores.crafted import CraftedCore
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.cores.net import NetCore
from mlwright.scoring.cores.trees import TreesCore
from mlwright.scoring.craft import LARGEST, NONE, OPERATIONS, Craft
from mlwright.scoring.dense import Design
from mlwright.scoring.encoder import clips, names
from mlwright.scoring.links import LINKS
from mlwright.scoring.readers import CategoryReader, NumberReader
from mlwright.shipping.exports._catboost import catboost_node
from mlwright.shipping.exports._graph import (
    Array,
    Binary,
    BinaryName,
    Choose,
    Clip,
    Fold,
    Forest,
    Input,
    Join,
    Lookup,
    Missing,
    MomentInput,
    NameInput,
    Node,
    NumberInput,
    Product,
    Program,
    Read,
    Take,
    Unary,
    as_node,
)
from mlwright.shipping.exports._trees import of_lightgbm, of_onnx

WIDEST_POWER = 700.0
"""Powers of e beyond are cut off, so that none overflows where that is an error; the answer is 0 or 1 either way."""

DAY_S, FIRST_OF_MARCH_0 = 86_400.0, 719_468.0
DAYS_400, DAYS_100, DAYS_4, DAYS_1 = 146_097.0, 36_524.0, 1_460.0, 365.0
THURSDAY = 3.0
IDENTITY, SIGMOID, SOFTMAX = range(len(LINKS))
LIGHTGBM_LINKS: Final = {"regression": IDENTITY, "binary": SIGMOID, "multiclass": SOFTMAX}


def program_of(bundle: Bundle) -> Program:
    """What a bundle computes.

    Raises
    ------
    ExportRefused
        If it reads free text, or does something else that no form of export can say exactly.
    """
    spec = bundle.manifest.model
    plan = _Plan(bundle)
    members = [plan.core(core) * weight for weight, core in bundle.model.weighted]
    total = members[0]
    for member in members[1:]:
        total = total + member
    scores = _calibrated(total, spec.calibrator)
    if spec.low is not None and spec.high is not None:
        scores = Clip(scores, np.array([spec.low]), np.array([spec.high]))
    if spec.task == "binary":
        scores = Join((1.0 - scores, scores))
    return Program(
        name=bundle.name,
        bundle_id=bundle.bundle_id,
        target=bundle.target,
        inputs=plan.inputs,
        scores=scores,
        classes=bundle.classes or (),
        threshold=spec.threshold,
    )


class _Plan:
    """What the encoding plan yields, and what cores make of it."""

    def __init__(self, bundle: Bundle) -> None:
        plan = bundle.manifest.model.plan
        self._names = names(plan)
        self._cleaner = _checked_cleaner(bundle)
        self._reads: dict[Input, Node] = {}
        numbers: dict[str, Node] = {}
        self.codes: list[Node] = []
        for column in plan.columns:
            if isinstance(column, NumberColumn):
                numbers[column.name] = self._number(column)
            elif isinstance(column, CategoryColumn):
                self.codes.append(code := self._read(self._name_input(column)))
                if column.with_counts:
                    numbers[f"{column.name}:count"] = _log_count(column, code)
            elif isinstance(column, DateColumn):
                numbers |= self._date(column)
            else:
                raise _about_text(column)
        self.numbers: Node = Join(tuple(numbers[name] for name in self._names.numbers))

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Everything that is read, once each."""
        return tuple(self._reads)

    def core(self, core: Core) -> Node:
        """The scores of one core."""
        if isinstance(core, ConstantCore):
            return as_node(core.scores)
        if isinstance(core, LinearCore):
            return _linked(self._times(core.design, core.weights) + as_node(core.intercept), core.link)
        if isinstance(core, NetCore):
            return self._net(core)
        if isinstance(core, LightGBMCore):
            return self._lightgbm(core, self.numbers)
        if isinstance(core, CraftedCore):
            return self._lightgbm(core.trees, Join((self.numbers, _crafted(core.craft, self.numbers, self.codes))))
        if isinstance(core, CatBoostCore):
            filled = _filled(self.numbers, core.fills)
            return _linked(catboost_node(core, filled, self.codes, self._names.n_levels), LINKS.index(core.link))
        if isinstance(core, TreesCore):
            trees, center, scale = of_onnx(core.data)
            return Forest(self._matrix(self.numbers), trees) * scale + center
        raise ExportRefused(f"A core of the form {core.form} cannot be exported.")

    def _read(self, wanted: Input) -> Node:
        return self._reads.setdefault(wanted, Read(wanted))

    def _number(self, column: NumberColumn) -> Node:
        missing = {code for code in NumberReader(column).no_numbers if math.isfinite(code)}
        read = self._read(NumberInput(column.name, tuple(sorted(missing))))
        low, high = clips([column])
        return Unary("single", Clip(read, low, high))

    def _name_input(self, column: CategoryColumn) -> NameInput:
        """The codes of all names that mean something, cleaned names among them."""
        reader = CategoryReader(column)
        raw = {name for name in reader.codes if name is not None}
        for step in self._cleaner.plan.steps if self._cleaner else ():
            if step.column == column.name and isinstance(step, MapValues):
                raw |= set(step.values)
            if step.column == column.name and isinstance(step, MarkMissing):
                raw |= set(step.codes)
        clean = {name: self._cleaned(column.name, name) for name in sorted(raw)}
        codes = {name: reader.value(value) for name, value in clean.items()}
        return NameInput(column.name, codes, len(column.levels))

    def _cleaned(self, column: str, name: str) -> object:
        return name if self._cleaner is None else self._cleaner.clean_records([{column: name}])[0][column]

    def _date(self, column: DateColumn) -> dict[str, Node]:
        if column.missing_codes:
            raise ExportRefused(f"Some dates of {column.name!r} mean that none is known, which cannot be exported.")
        seconds = self._read(MomentInput(column.name, column.format))
        parts = _date_parts(seconds)
        return {f"{column.name}:{part}": Unary("single", parts[part]) for part in column.parts}

    def _matrix(self, numbers: Node) -> Node:
        """Numbers and codes side by side; a missing code is missing."""
        missing = as_node(math.nan)
        return Join((numbers, *(Choose(code < 0.0, missing, code) for code in self.codes)))

    def _lightgbm(self, core: LightGBMCore, numbers: Node) -> Node:
        trees, objective = of_lightgbm(core.text)
        kind, *more = objective.split()
        if kind not in LIGHTGBM_LINKS or any(word not in ("sigmoid:1",) for word in more if "num_class" not in word):
            raise ExportRefused(f"LightGBM with the objective {objective!r} cannot be exported.")
        return _linked(Forest(self._matrix(_filled(numbers, core.fills)), trees), LIGHTGBM_LINKS[kind])

    def _net(self, core: NetCore) -> Node:
        sums = self._times(core.design, core.weights[0]) + as_node(core.biases[0])
        for weights, bias in zip(core.weights[1:], core.biases[1:], strict=True):
            sums = Product(sums * _sigmoid(sums), weights) + as_node(bias)
        return _linked(sums, core.link) * core.scale + core.center

    def _times(self, design: Design, weights: Array) -> Node:
        """`Design.times` of the plan's numbers and codes."""
        sums: Node = Product(_dense(design, self.numbers), weights[: design.n_dense])
        start = design.n_dense
        for code, n_levels in zip(self.codes, design.n_levels.tolist(), strict=True):
            size = n_levels + 2
            sums = sums + Lookup(_level(code, size), weights[start : start + size])
            start += size
        return sums


def _checked_cleaner(bundle: Bundle) -> Cleaner | None:
    """The cleaner, if all that it does to the inputs can be told in advance."""
    plan = bundle.manifest.model.plan
    used = {column.name: column for column in plan.columns}
    if plan.cleaning is None:
        return None
    for step in plan.cleaning.steps:
        column = used.get(step.column)
        is_name = isinstance(column, CategoryColumn) and isinstance(step, MapValues | MarkMissing)
        if column is not None and not isinstance(step, TrimText | DoubtValues | DoubtPairs) and not is_name:
            raise ExportRefused(
                f"The column {step.column!r} is cleaned by a step ({step.do}) that cannot be exported.",
                "Clean the data before training (mlwright clean), or serve the bundle itself.",
            )
    return Cleaner(plan.cleaning)


def _about_text(column: TextColumn) -> ExportRefused:
    return ExportRefused(
        f"The model reads free text ({column.name!r}), which cannot be exported.",
        f"Serve the bundle itself, or train without the column {column.name!r}.",
    )


def _log_count(column: CategoryColumn, code: Node) -> Node:
    counts = CategoryReader(column).log_counts
    assert counts is not None
    return Lookup(_level(code, len(counts)), counts.astype(np.float64)[:, None])


def _level(code: Node, size: int) -> Node:
    """A code as a place in a table, whose last entry is for a missing one."""
    return Choose(code < 0.0, as_node(size - 1.0), code)


def _floor(of: Node) -> Node:
    return Unary("floor", of)


def _modulo(of: Node, by: float) -> Node:
    return of - by * _floor(of / by)


def _date_parts(seconds: Node) -> dict[DatePart, Node]:
    """The parts of a moment, in the calendar's own arithmetic.

    References
    ----------
    Hinnant, H. (2021). chrono-compatible low-level date algorithms (civil_from_days).
    """
    days = _floor(seconds / DAY_S)
    since = days + FIRST_OF_MARCH_0
    era = _floor(since / DAYS_400)
    day_of_era = since - era * DAYS_400
    leaps = _floor(day_of_era / DAYS_4) - _floor(day_of_era / DAYS_100) + _floor(day_of_era / (DAYS_400 - 1.0))
    year_of_era = _floor((day_of_era - leaps) / DAYS_1)
    to_year = year_of_era * DAYS_1 + _floor(year_of_era / 4.0) - _floor(year_of_era / 100.0)
    day_from_march = day_of_era - to_year
    march_month = _floor((day_from_march * 5.0 + 2.0) / 153.0)
    day = day_from_march - _floor((march_month * 153.0 + 2.0) / 5.0) + 1.0
    month = march_month + Choose(march_month < 10.0, as_node(3.0), as_node(-9.0))
    year = year_of_era + era * 400.0 + (month <= 2.0)
    first = (year - 1970.0) * DAYS_1 + _floor((year - 1969.0) / 4.0)
    first = first - _floor((year - 1901.0) / 100.0) + _floor((year - 1601.0) / 400.0)
    return {
        "year": year,
        "month": month,
        "day": day,
        "weekday": _modulo(days + THURSDAY, 7.0),
        "hour": _modulo(_floor(seconds / 3600.0), 24.0),
        "minute": _modulo(_floor(seconds / 60.0), 60.0),
        "day_of_year": days - first + 1.0,
        "days": seconds / DAY_S,
    }


def _filled(numbers: Node, fills: Array) -> Node:
    """The numbers with what stands for a missing one, as `scoring.fills.fill`."""
    whole = np.full(numbers.width, math.nan)
    whole[: len(fills)] = fills.astype(np.float32)
    return numbers if np.isnan(whole).all() else Choose(Missing(numbers), as_node(whole), numbers)


def _dense(design: Design, numbers: Node) -> Node:
    """`Design.dense`."""
    zero = as_node(0.0)
    scaled = (Clip(numbers, design.low, design.high) - as_node(design.center)) / as_node(design.scale)
    parts: list[Node] = [Choose(Missing(numbers), zero, scaled)] if numbers.width else []
    parts += [_bent(design, j, numbers) for j in range(len(design.curves))]
    if len(design.ramps):
        risen = Take(numbers, tuple(design.ramps.tolist()))
        ones = np.ones(len(design.ramps))
        ramp = Clip((risen - as_node(design.feet)) / as_node(design.lengths), 0.0 * ones, ones) - 0.5
        parts.append(Choose(Missing(risen), zero, ramp))
    if len(design.gaps):
        parts.append(Missing(Take(numbers, tuple(design.gaps.tolist()))))
    return Join(tuple(parts))


def _bent(design: Design, curve: int, numbers: Node) -> Node:
    """One bent copy of a number: its piece is the count of inner knots that it has passed."""
    knots, heights, slopes = design.knots[curve], design.heights[curve], design.slopes[curve]
    number = Take(numbers, (int(design.curves[curve]),))
    clipped = Clip(number, knots[:1], knots[-1:])
    piece = Fold("sum", as_node(knots[1:-1]) <= clipped) if len(knots) > 2 else as_node(0.0)
    of_piece = Lookup(piece, np.column_stack([heights[:-1], slopes, knots[:-1]]))
    height, slope, knot = (Take(of_piece, (j,)) for j in range(3))
    return Choose(Missing(number), as_node(0.0), height + slope * (clipped - knot))


def _crafted(craft: Craft, numbers: Node, codes: Sequence[Node]) -> Node:
    """`Craft.made`."""
    made: list[Node] = []
    for left, right, operation in zip(craft.left.tolist(), craft.right.tolist(), craft.operation.tolist(), strict=True):
        name: BinaryName = OPERATIONS[operation]
        made.append(Binary(name, Take(numbers, (left,)), Take(numbers, (right,))))
    starts = np.cumsum(craft.lengths) - craft.lengths
    for j in range(len(craft.first)):
        table = craft.entries[starts[j] : starts[j] + craft.lengths[j]].astype(np.float64)[:, None]
        made.append(_looked_up(craft, j, table, numbers, codes))
    whole: Node = Join(tuple(made))
    huge = (as_node(LARGEST) < whole) + (whole < -LARGEST)
    return Unary("single", Choose(huge, as_node(math.nan), whole))


def _looked_up(craft: Craft, j: int, table: Array, numbers: Node, codes: Sequence[Node]) -> Node:
    first, second, minuend = int(craft.first[j]), int(craft.second[j]), int(craft.minuend[j])
    index = _level(codes[first], int(craft.n_levels[first]) + 2)
    if second != NONE:
        size = int(craft.n_levels[second]) + 2
        index = index * float(size) + _level(codes[second], size)
    entry = Lookup(index, table)
    return entry if minuend == NONE else Take(numbers, (minuend,)) - entry


def _linked(sums: Node, link: int) -> Node:
    return (lambda of: of, _sigmoid, _softmax)[link](sums)


def _sigmoid(sums: Node) -> Node:
    ends = np.full(sums.width, WIDEST_POWER)
    return 1.0 / (1.0 + Unary("exp", Clip(0.0 - sums, -ends, ends)))


def _softmax(sums: Node) -> Node:
    below = sums - Fold("largest", sums)
    powers = Unary("exp", Clip(below, np.full(sums.width, -WIDEST_POWER), np.zeros(sums.width)))
    return powers / Fold("sum", powers)


def _calibrated(scores: Node, calibrator: Calibrator | None) -> Node:
    """`scoring.calibrate`."""
    if calibrator is None:
        return scores
    parameters = np.array(calibrator.parameters)
    if calibrator.form == "beta":
        p = Clip(scores, np.array([SMALLEST]), np.array([1.0 - SMALLEST]))
        a, b, c = parameters.tolist()
        return _sigmoid(a * Unary("log", p) - b * Unary("log", 1.0 - p) + c)
    n_classes = scores.width
    floor = Clip(scores, np.full(n_classes, SMALLEST), np.ones(n_classes))
    return _softmax(Unary("log", floor) * as_node(parameters[:n_classes]) + as_node(parameters[n_classes:]))
