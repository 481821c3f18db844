"""What a URL gives, as a file: one answer, or the rows of all pages of a service that answers in JSON."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from mlwright.core.errors import SourceError, SourceMissing, SourceRefused, SourceUnreadable
from mlwright.data.sources._layout import layout_of

TIMEOUT_S = 30
MAX_PAGES = 10_000
N_TRIES = 4
LONGEST_WAIT_S = 60.0
NEXT_KEYS = ("next", "next_url", "nextLink", "@odata.nextLink", "next_page_url")
_ENDINGS = {"json": ".json", "ndjson": ".jsonl", "jsonl": ".jsonl", "csv": ".csv", "tab-separated": ".tsv"}
_ENDINGS |= {"spreadsheetml": ".xlsx", "parquet": ".parquet", "html": ".html"}


class _SameHostOnly(urllib.request.HTTPRedirectHandler):
    """Follows a redirection, but takes headers that may hold secrets to no other host."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        found = super().redirect_request(req, fp, code, msg, headers, newurl)
        if found is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            found.headers = {}
        return found


_OPENER = urllib.request.build_opener(_SameHostOnly)


def download(url: str, headers: Mapping[str, str], folder: Path, tick: Callable[[], None]) -> tuple[Path, int]:
    """The file that a URL gives, and how many pages it took.

    An answer in JSON may name the next page, in a ``Link`` header with ``rel="next"`` or as a URL under ``next`` (and a
    few spellings of it); then the rows of all pages are put together, one object a line. Headers are sent to the first
    page's host only.

    Raises
    ------
    SourceError
        If it is not there, refused, or does not end.
    """
    answer = _asked(url, headers)
    file = folder / _name_of(url, answer)
    with answer, open(file, "wb") as out:
        while chunk := answer.read(1 << 20):
            out.write(chunk)
            tick()
    if not file.name.endswith(".json") or (page := _parsed(file)) is None:
        return file, 1
    following = _next_page(url, answer.headers, page)
    if following is None:
        return file, 1
    together, n_pages = file.with_suffix(".jsonl"), 0
    with open(together, "w", encoding="utf-8") as out:
        for n_pages, rows in enumerate(_pages(url, page, following, headers, file), start=1):  # noqa: B007  the last is told
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            tick()
    return together, n_pages


def _pages(
    url: str, page: Any, following: str | None, headers: Mapping[str, str], file: Path
) -> Iterator[list[dict[str, Any]]]:
    """The rows of all pages."""
    yield _rows_of(page, file)
    seen = {url}
    while following is not None:
        if following in seen or len(seen) >= MAX_PAGES:
            raise SourceUnreadable(
                f"{url} does not end: after {len(seen):,} pages the next one is {following}.", "Ask for fewer rows."
            )
        seen.add(following)
        own = headers if urlsplit(following).netloc == urlsplit(url).netloc else {}
        with _asked(following, own) as answer:
            try:
                page = json.loads(answer.read())
            except ValueError as error:
                raise SourceUnreadable(f"{following} is no JSON ({error}).", "Try again.") from None
            yield _rows_of(page, file)
            following = _next_page(following, answer.headers, page)


def _rows_of(page: Any, file: Path) -> list[dict[str, Any]]:
    if isinstance(page, dict):
        layout = layout_of(page, file)
        lists = [value for value in page.values() if isinstance(value, list)]
        return list(layout.rows(page)) if layout else [] if lists else [page]
    return [row for row in page if isinstance(row, dict)]


def _next_page(url: str, headers: Any, page: Any) -> str | None:
    for link in re.split(r",\s*(?=<)", headers.get("Link") or ""):
        if found := re.match(r"\s*<([^>]+)>.*;\s*rel=\"?next\"?", link):
            return str(urljoin(url, found[1]))
    if not isinstance(page, dict):
        return None
    places = [page, *(page[key] for key in ("links", "_links", "meta", "paging") if isinstance(page.get(key), dict))]
    for place in places:
        for key in NEXT_KEYS:
            value = place.get(key)
            value = value.get("href") if isinstance(value, dict) else value
            if isinstance(value, str) and value:
                return str(urljoin(url, value))
    return None


def _parsed(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except ValueError:
        return None  # the reader of JSON says where it is broken


def _name_of(url: str, answer: Any) -> str:
    """A name with the ending that says what it is: that of the path, else that of the type of the answer."""
    name = Path(unquote(urlsplit(url).path)).name or "answer"
    kind = str(answer.headers.get("Content-Type") or "")
    ending = next((ending for word, ending in _ENDINGS.items() if word in kind), "")
    return re.sub(r"[^\w.-]", "_", name) + ("" if "." in name and ending != ".json" else ending)


def _asked(url: str, headers: Mapping[str, str]) -> Any:
    """The answer to a GET; asked again, after a wait, where the service is busy."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise SourceRefused(f"The service names {url} as the next page, which is no page of the web.", "Ask its owner.")
    request = urllib.request.Request(url, headers={"User-Agent": "mlwright", **headers})  # noqa: S310  looked at above
    for n_left in reversed(range(N_TRIES)):
        try:
            return _OPENER.open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504) or not n_left:
                raise _told(url, error) from None
            time.sleep(_wait_s(error.headers.get("Retry-After"), N_TRIES - n_left))
        except (urllib.error.URLError, OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise SourceMissing(
                f"{url} does not answer: {reason}.", "Check the address, and whether it can be reached from here."
            ) from None
    raise AssertionError("the last try returns or raises")


def _wait_s(said: str | None, n_tried: int) -> float:
    return min(LONGEST_WAIT_S, float(said) if said and said.isdigit() else 0.5 * 2**n_tried)


def _told(url: str, error: urllib.error.HTTPError) -> SourceError:
    said = f"{url} answers with {error.code} {error.reason}."
    if error.code in (401, 403, 407):
        return SourceRefused(said, 'Give what it asks for: collect.headers = {Authorization = "env:API_KEY"}')
    return (
        SourceMissing(said, "Check the address.") if error.code in (404, 410) else SourceUnreadable(said, "Try later.")
    )
