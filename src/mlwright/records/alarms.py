"""What is not as it was, beyond chance, and what that costs."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate
from mlwright.records.looks import Aspect


class Harm(Record):
    """What a change costs, per row; more is worse.

    Parameters
    ----------
    title : str
        What a loss is ("log loss").
    loss : Estimate
        How much more the model loses on a row than promised.
    money : Estimate or None
        How much less an answer is worth, in `unit`.
    unit : str
        ``money`` where the user gave a benefit table, else the name of the stand-in.
    is_known : bool
        Whether it can be known without true outcomes; else `loss` holds between bounds alone, or for the part that is
        known.
    unknown : str
        Why not, as a sentence.
    n_labels : int
        How many true outcomes would settle it; 0 where it is settled.
    cases : str
        Of which cases ("rows in which 'town' is a new name").
    """

    title: str
    loss: Estimate
    money: Estimate | None = None
    unit: str = ""
    is_known: bool = True
    unknown: str = ""
    n_labels: int = 0
    cases: str = ""


class Alert(Record):
    """Something that is not what it was, beyond chance over all columns and all looks, and what it costs.

    Parameters
    ----------
    what : str
        A column, the model's answers, the target, the loss, or a pair of columns.
    aspect : str
        What about it moved most: ``level``, ``spread``, ``missing``, ``new``, ``shares``, ``relation``, ``target``,
        ``loss``.
    evidence : float
        The e-value: by chance it exceeds x in one case of x at most.
    size : float
        Share of the rows that would have to change to undo it.
    since : str
        About when it began: an ISO moment.
    sentence : str
    harm : Harm or None
        None where a model is not at hand.
    """

    what: str
    aspect: Aspect
    evidence: float
    size: float
    since: str
    sentence: str
    harm: Harm | None = None
