"""The public tables that models are compared on, without what gives the target away.

Families and settings were chosen while looking at the half `develop`; `final` was kept aside.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pandas as pd

HALVES = {
    "develop": (
        "credit_g", "telco_churn", "phoneme", "wine_quality", "vehicle", "california_housing", "employee_salaries",
        "energy_efficiency",
    ),
    "final": (
        "titanic", "stroke", "hr_attrition_ibm", "bank_marketing", "car_evaluation", "covertype_20k", "ames_housing",
        "insurance_charges", "diamonds", "optdigits", "electricity_elec2", "bike_sharing",
    ),
}  # fmt: skip
TAKEN_OUT = {
    "airline_tweets": ["tweet_id", "negativereason"],
    "bank_marketing": ["duration"],
    "bike_sharing": ["casual", "registered", "instant"],
    "energy_efficiency": ["Cooling Load"],
}


class Data(NamedTuple):
    """A table and its question; a table of days is in their order."""

    name: str
    frame: pd.DataFrame
    target: str
    task: str
    time: str | None


def read(folder: Path, name: str) -> Data:
    """One of the tables, without repeated rows."""
    meta = json.loads((folder / name / "meta.json").read_text())
    frame = pd.read_csv(folder / name / meta["main_file"], **meta.get("read_csv", {}))
    frame = frame.drop(columns=TAKEN_OUT.get(name, [])).dropna(subset=[meta["target"]])
    own = [column for column in frame.columns if column not in meta.get("id_columns", [])]
    frame = frame.drop_duplicates(subset=own)
    time = meta.get("time_column") if meta.get("time_column") in frame.columns else None
    if time is not None:
        frame = frame.sort_values(time, kind="stable")
    return Data(name, frame.reset_index(drop=True), meta["target"], meta["task"], time)
