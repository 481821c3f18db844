"""A cleaning plan as facts: what is changed in a table, why, and how often.

Every step is local to a row once it is learned: it looks at one or two cells of a row and at nothing else, so that one
record of a request is cleaned as the whole table was. `scoring.cleaner` executes the steps.
"""

from mlwright.records.cleaning.doubts import DoubtPairs, DoubtSum, DoubtValues
from mlwright.records.cleaning.forms import DateForm, Form, NumberForm, TruthForm
from mlwright.records.cleaning.plan import AnyStep, Cleaning, CleaningPlan, Repeats
from mlwright.records.cleaning.step import N_EXAMPLES, Change, Level, Step
from mlwright.records.cleaning.values import (
    FillSum,
    MapPairs,
    MapValues,
    MapWords,
    MarkMissing,
    Pair,
    SplitOff,
    SwapCells,
    TrimText,
)
from mlwright.records.cleaning.writing import (
    ReadDate,
    ReadNumber,
    Reformat,
    SetNumbers,
    WriteDate,
    WriteList,
    WriteNumber,
    WriteTime,
    WriteTruth,
)

__all__ = [
    "N_EXAMPLES",
    "AnyStep",
    "Change",
    "Cleaning",
    "CleaningPlan",
    "DateForm",
    "DoubtPairs",
    "DoubtSum",
    "DoubtValues",
    "FillSum",
    "Form",
    "Level",
    "MapPairs",
    "MapValues",
    "MapWords",
    "MarkMissing",
    "NumberForm",
    "Pair",
    "ReadDate",
    "ReadNumber",
    "Reformat",
    "Repeats",
    "SetNumbers",
    "SplitOff",
    "Step",
    "SwapCells",
    "TrimText",
    "TruthForm",
    "WriteDate",
    "WriteList",
    "WriteNumber",
    "WriteTime",
    "WriteTruth",
]
