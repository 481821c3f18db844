"""The view family: pictures of the data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from mlwright.core.family import Family
from mlwright.data.compute.table import SplitTable
from mlwright.records.profile import Profile


@dataclass(frozen=True)
class Picture:
    """A Plotly figure and what there is to see in it.

    Parameters
    ----------
    sentence : str
        Plain words, with numbers.
    figure : plotly.graph_objects.Figure
        Bounded in size whatever the table's: at most a few thousand points.
    """

    sentence: str
    figure: Any


class View(ABC):
    """Draws one picture."""

    title: ClassVar[str]
    order: ClassVar[int] = 100

    @abstractmethod
    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Draw it.

        Raises
        ------
        NotApplicable
            If there is nothing to draw.
        """


VIEWS: Family[View] = Family("mlwright.data.views", View)
