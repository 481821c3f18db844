"""What each step of a cleaning plan does to the values of one row.

An action is a function of the values of one or two cells that gives new values for one or two, or None where nothing
changes. It knows nothing of tables: `cleaner` asks it once for each combination of values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlwright.records import cleaning as steps
from mlwright.records.cleaning import AnyStep
from mlwright.scoring.actions import _doubts, _values, _writing
from mlwright.scoring.actions._action import Action
from mlwright.scoring.actions._doubts import SUM_TOLERANCE, Doubt
from mlwright.scoring.actions._writing import is_usual

__all__ = ["SUM_TOLERANCE", "Action", "Doubt", "action_of", "is_usual"]

_ACTIONS: dict[type, Callable[[Any], Action]] = {
    steps.TrimText: _values.Trim,
    steps.MarkMissing: _values.MarkMissing,
    steps.MapValues: _values.MapValues,
    steps.MapPairs: _values.MapPairs,
    steps.SplitOff: _values.SplitOff,
    steps.ReadNumber: _writing.ReadNumber,
    steps.ReadDate: _writing.ReadDate,
    steps.WriteNumber: _writing.Written,
    steps.WriteDate: _writing.Written,
    steps.WriteTruth: _writing.Written,
    steps.Reformat: _writing.Reformat,
    steps.SetNumbers: _writing.SetNumbers,
    steps.SwapCells: _values.SwapCells,
    steps.WriteTime: _writing.WriteTime,
    steps.WriteList: _writing.WriteList,
    steps.MapWords: _values.MapWords,
    steps.DoubtValues: _doubts.DoubtValues,
    steps.DoubtPairs: _doubts.DoubtPairs,
    steps.FillSum: _values.FillSum,
    steps.DoubtSum: _doubts.DoubtSum,
}


def action_of(step: AnyStep) -> Action:
    """The action of a step."""
    return _ACTIONS[type(step)](step)
