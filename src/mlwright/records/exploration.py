"""Pictures of the data."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.findings import Skipped


class Drawing(Record):
    """One picture.

    Parameters
    ----------
    view : str
        Name of the view that drew it.
    title : str
    sentence : str
        What there is to see, in plain words and with numbers.
    figure : str
        Blob with a Plotly figure as JSON.
    """

    view: str
    title: str
    sentence: str
    figure: str


class Exploration(Record):
    """All pictures, in the order in which to look at them."""

    drawings: tuple[Drawing, ...]
    skipped: tuple[Skipped, ...]
