"""Posting JSON."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from mlwright.core.errors import NoticeRefused
from mlwright.watching.notices import TIMEOUT_S


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Post a body as JSON.

    Raises
    ------
    NoticeRefused
        If it is not answered with success; names neither the path nor a query, which may hold a secret.
    """
    place = urlsplit(url).hostname or "the address"
    if not url.startswith(("http://", "https://")):
        raise NoticeRefused("A notice can be posted to http:// and https:// alone.", "Write slack:https://...")
    given = {"Content-Type": "application/json", "User-Agent": "mlwright", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), given)  # noqa: S310  looked at above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        raise NoticeRefused(f"{place} answered {error.code}.", "It is tried again later.") from None
    except (OSError, ValueError, HTTPException) as error:
        said = f"{place} cannot be reached ({type(error).__name__})."
        raise NoticeRefused(said, "It is tried again later.") from None
