"""What was put where people use it."""

from __future__ import annotations

from mlwright.core.record import Record


class Deployment(Record):
    """Whether a run's bundle went into use.

    Parameters
    ----------
    target : str
        Member of the target family.
    bundle_id : str
        The bundle of the run.
    in_use : bool
        Whether that bundle is the champion now.
    champion : str or None
        The bundle that is champion now.
    before : str or None
        The champion that ``mlwright undo`` would bring back.
    overruled : bool
        Whether a person wanted it against the verdict.
    address : str
        Where the bundle is; empty if it was not put anywhere.
    sentence : str
        What was done, and why.
    """

    target: str
    bundle_id: str
    in_use: bool
    champion: str | None
    before: str | None
    overruled: bool = False
    address: str = ""
    sentence: str
