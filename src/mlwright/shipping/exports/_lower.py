"""Tells what a model computes in the few operations of `_graph`."""

from __future__ import annotations

import json
import math
import re
from functools import reduce
from operator import add

import numpy as np

from mlwright.core.errors import ExportRefused, name_list
from mlwright.core.family import NotApplicable
from mlwright.records.cleaning import DoubtPairs, DoubtValues, MapValues, MarkMissing, ReadDate, TrimText
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn, TextColumn
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.constant import ConstantCore
from mlwright.scoring.cores.crafted import CraftedCore
from mlwright.scoring.cores.crafted_catboost import CraftedCatBoostCore
from mlwright.scoring.cores.crafted_symmetric import CraftedSymmetricCore
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.cores.net import NetCore
from mlwright.scoring.cores.nets import NetsCore
from mlwright.scoring.cores.symmetric import SymmetricCore
from mlwright.scoring.cores.trees import TreesCore
from mlwright.scoring.dense import Design
from mlwright.scoring.encoder import clips, names
from mlwright.scoring.lightgbm_text import of_lightgbm
from mlwright.scoring.made_columns import MadeColumns
from mlwright.scoring.moments import DatePattern
from mlwright.scoring.readers import CategoryReader, NumberReader
from mlwright.shipping.exports._answers import answered
from mlwright.shipping.exports._calendar import date_parts
from mlwright.shipping.exports._columns import crafted, dense, level
from mlwright.shipping.exports._graph import (
    Array,
    Choose,
    Clip,
    Forest,
    Join,
    Lookup,
    Node,
    Product,
    Read,
    Unary,
    as_node,
)
from mlwright.shipping.exports._inputs import Input, MomentInput, NameInput, NumberInput
from mlwright.shipping.exports._links import calibrated, linked, sigmoid
from mlwright.shipping.exports._once import once
from mlwright.shipping.exports._program import Program
from mlwright.shipping.exports._symmetric import WITHOUT_CATBOOST, symmetric_node
from mlwright.shipping.exports._trees import of_onnx, with_fills


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
    scores = calibrated(total, spec.calibrator)
    if spec.low is not None and spec.high is not None:
        scores = Clip(scores, np.array([spec.low]), np.array([spec.high]))
    if spec.task == "binary":
        scores = Join((1.0 - scores, scores))
    place = answered(spec, scores, plan.amount)
    return Program(
        name=bundle.name,
        bundle_id=bundle.bundle_id,
        target=bundle.target,
        inputs=plan.inputs,
        scores=once(scores if place is None else Join((scores, place))),
        classes=bundle.classes or (),
        threshold=spec.threshold,
        is_decided=place is not None,
    )


class _Plan:
    """What the encoding plan yields, and what cores make of it."""

    def __init__(self, bundle: Bundle) -> None:
        plan = bundle.manifest.model.plan
        self._names = names(plan)
        self._cleaner = _checked_cleaner(bundle)
        steps = self._cleaner.plan.steps if self._cleaner else ()
        self._date_steps = {step.column: step for step in steps if isinstance(step, ReadDate)}
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
                raise _about_text(plan)
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
            return linked(self._times(core.design, core.weights) + as_node(core.intercept), core.link)
        if isinstance(core, NetCore):
            return self._net(core)
        if isinstance(core, NetsCore):
            nets = core.nets
            return reduce(add, map(self._net, nets)) * (1.0 / len(nets))
        if isinstance(core, LightGBMCore):
            return self._lightgbm(core, self.numbers)
        if isinstance(core, CraftedCore):
            return self._lightgbm(core.trees, self._made(core.made))
        if isinstance(core, SymmetricCore | CatBoostCore):
            return self._symmetric(core, self.numbers)
        if isinstance(core, CraftedSymmetricCore | CraftedCatBoostCore):
            return self._symmetric(core.trees, self._made(core.made))
        if isinstance(core, TreesCore):
            trees, center, scale = of_onnx(core.data)
            return Forest(self._matrix(self.numbers), trees) * scale + center
        raise ExportRefused(f"A core of the form {core.form} cannot be exported.")

    def amount(self, name: str) -> Node:
        """The numbers of a column as amounts need them: as they were given, whatever the plan makes of them."""
        wanted = NumberInput(name)
        if any(given.name == name and given != wanted for given in self._reads):
            raise ExportRefused(
                f"The column {name!r} is an amount, and an input that is read in another way (as a name, or with "
                "numbers that mean that none is known), which cannot be exported.",
                f"Give the amount a column of its own, or train without the column {name!r}.",
            )
        return self._read(wanted)

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
        read = self._date_steps.get(column.name)
        given = _as_told(column.name, column.format) if read is None else _as_read(column.name, read)
        if given.format and re.search("%[zqV]", given.format):
            raise ExportRefused(
                f"The dates of {column.name!r} are written like {given.format}, which programs read in different ways.",
                "Write them as 2024-01-31T10:30:00 before training (mlwright clean), or serve the bundle itself.",
            )
        seconds = self._read(given)
        parts = date_parts(seconds)
        return {f"{column.name}:{part}": Unary("single", parts[part]) for part in column.parts}

    def _matrix(self, numbers: Node) -> Node:
        """Numbers and codes side by side; a missing code is missing."""
        missing = as_node(math.nan)
        return Join((numbers, *(Choose(code < 0.0, missing, code) for code in self.codes)))

    def _lightgbm(self, core: LightGBMCore, numbers: Node) -> Node:
        try:
            trees, link = of_lightgbm(core.text)
        except NotApplicable as error:
            raise ExportRefused(f"A core of LightGBM cannot be exported: {error}.") from None
        return linked(Forest(self._matrix(numbers), with_fills(trees, core.fills)), link)

    def _symmetric(self, core: SymmetricCore | CatBoostCore, numbers: Node) -> Node:
        try:
            trees = core.trees if isinstance(core, SymmetricCore) else core.symmetric(self._names.n_levels).trees
        except NotApplicable as refused:
            raise ExportRefused(f"{refused.reason}, which cannot be exported.", WITHOUT_CATBOOST) from None
        return linked(symmetric_node(trees, numbers, self.codes), trees.link)

    def _made(self, made: MadeColumns) -> Node:
        return Join((self.numbers, crafted(made.craft, self.numbers, self.codes)))

    def _net(self, core: NetCore) -> Node:
        sums = self._times(core.design, core.weights[0]) + as_node(core.biases[0])
        for weights, bias in zip(core.weights[1:], core.biases[1:], strict=True):
            sums = Product(sums * sigmoid(sums), weights) + as_node(bias)
        return linked(sums, core.link) * core.scale + core.center

    def _times(self, design: Design, weights: Array) -> Node:
        """`Design.times` of the plan's numbers and codes."""
        sums: Node = Product(dense(design, self.numbers), weights[: design.n_dense])
        start = design.n_dense
        for code, n_levels in zip(self.codes, design.n_levels.tolist(), strict=True):
            size = n_levels + 2
            sums = sums + Lookup(level(code, size), weights[start : start + size])
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
        is_date = isinstance(column, DateColumn) and isinstance(step, ReadDate) and _is_plain(step)
        if column is not None and not isinstance(step, TrimText | DoubtValues | DoubtPairs) and not is_name | is_date:
            raise ExportRefused(
                f"The column {step.column!r} is cleaned by a step ({step.do}) that cannot be exported.",
                "Clean the data before training (mlwright clean), or serve the bundle itself.",
            )
    return Cleaner(plan.cleaning)


def _is_plain(step: ReadDate) -> bool:
    """Whether dates are read in one pattern, and no export knows them otherwise."""
    return len(step.formats) == 1 and step.typed


def _as_told(name: str, format: str | None) -> MomentInput:
    return MomentInput(name, *DatePattern.of(format)) if format else MomentInput(name)


def _as_read(name: str, step: ReadDate) -> MomentInput:
    return MomentInput(name, step.formats[0], step.first_year if "%y" in step.formats[0] else None)


def _about_text(plan: EncodingPlan) -> ExportRefused:
    """Why texts are refused; names that are read as words too can be read as names alone."""
    texts = [column.name for column in plan.columns if isinstance(column, TextColumn)]
    named = {column.name for column in plan.columns if isinstance(column, CategoryColumn)}
    words = [json.dumps(name, ensure_ascii=False) for name in texts if name in named]
    free = [json.dumps(name, ensure_ascii=False) for name in texts if name not in named]
    says = [f"ignore = [{', '.join(free)}]"] if free else []
    kinds = ", ".join(f'{name} = "category"' for name in words)
    says += [f"kinds = {{{kinds}}}"] if words else []
    ways = ["train without free text"] * bool(free) + ["have long names read as names alone"] * bool(words)
    return ExportRefused(
        f"The model reads words of free text, or of long names ({name_list(texts)}), which cannot be exported.",
        f"Serve the bundle itself, or {' and '.join(ways)}: {' and '.join(says)} under [profile] in mlwright.toml, "
        "then: mlwright run",
    )


def _log_count(column: CategoryColumn, code: Node) -> Node:
    counts = CategoryReader(column).log_counts
    assert counts is not None
    return Lookup(level(code, len(counts)), counts.astype(np.float64)[:, None])
