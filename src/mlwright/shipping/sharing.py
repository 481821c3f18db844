"""How requests are shared between the bundle in use and the one before, where a place keeps both ready.

A place keeps at most two: so that going back needs nothing to be made anew, and so that no more is paid for.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlwright.core.errors import DeploymentError, SettingsError


def check_share(share: float) -> None:
    """See that a share can be one.

    Raises
    ------
    SettingsError
        If it is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise SettingsError(f"share is {share:g}; it is above 0 and at most 1.", "--set share=0.1")


def shared(now: Mapping[str, int], bundle_id: str, share: float) -> dict[str, int]:
    """Per cent of the requests for each bundle that is kept, so that one gets its share.

    Parameters
    ----------
    now : mapping of str to int
        Per cent by bundle, as it is.
    bundle_id : str
        The bundle that gets the share; of the others the one that answers most gets the rest.
    share : float
        Above 0, at most 1.

    Raises
    ------
    DeploymentError
        If a rest remains, and nobody is there to answer it.

    Examples
    --------
    >>> shared({"a": 100, "b": 0}, "c", 0.1)
    {'a': 90, 'c': 10}
    >>> shared({"a": 90, "c": 10}, "c", 1.0)
    {'a': 0, 'c': 100}
    """
    others = {name: per_cent for name, per_cent in now.items() if name != bundle_id}
    per_cent = max(1, round(100 * share))
    if per_cent < 100 and not others:
        raise DeploymentError("No other bundle is in use there that could answer the rest.", "--set share=1")
    rest = {max(others, key=lambda name: others[name]): 100 - per_cent} if others else {}
    return {**rest, bundle_id: per_cent}


def back(now: Mapping[str, int]) -> dict[str, int]:
    """All requests to the bundle that answers less, or nothing.

    Raises
    ------
    DeploymentError
        If only one is kept.

    Examples
    --------
    >>> back({"a": 0, "c": 100})
    {'a': 100, 'c': 0}
    """
    before = before_of(now)
    if before is None:
        raise DeploymentError("No bundle from before is kept there.", "mlwright status")
    return {name: 100 if name == before else 0 for name in now}


def before_of(now: Mapping[str, int]) -> str | None:
    """The bundle that `back` would put to use."""
    return min(now, key=lambda name: now[name]) if len(now) > 1 else None
