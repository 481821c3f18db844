"""A URL: a file that is downloaded, or a service that answers in JSON, page by page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar
from urllib.parse import quote, urlsplit

import pyarrow as pa

from mlwright.core.errors import SourceError, SourceRefused
from mlwright.data.sources import Reading, Source, source_for
from mlwright.data.sources._address import shown_address
from mlwright.data.sources._download import download

_SECRET = re.compile(
    r"([?&](?:[^=&]*(?:pass|secret|token|key|credential|signature)[^=&]*)=)(?!env:)([^&]+)", re.IGNORECASE
)
_SECRET_HEADER = re.compile("auth|key|token|cookie|secret", re.IGNORECASE)
HINT = (
    'Name a variable that holds it: ?token=env:API_TOKEN, or collect.headers = {Authorization = "Bearer env:API_KEY"}'
)


class Url(Source):
    """What ``http://`` and ``https://`` give: any file that is read from a disk, too, or pages of JSON."""

    title: ClassVar[str] = "URL (file, or pages of JSON)"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is a URL of the web."""
        return location.lower().startswith(("http://", "https://"))

    def read(self) -> Reading:
        """Download everything into a folder that goes with this object, and read it as the file that it is."""
        url = _filled(str(self.settings.source), os.environ)
        headers = _filled_headers(self.settings.headers, os.environ)
        self._folder = TemporaryDirectory(prefix="mlwright-")
        shown = self.shown_location()
        try:
            file, n_pages = download(url, headers, Path(self._folder.name), lambda: self.tick(0.0))
            inner = self.settings.model_copy(update={"source": str(file)})
            reading = source_for(inner)[1](inner, lambda share: self.tick(0.5 + share / 2)).read()
        except SourceError as error:
            told, hint = (
                (text or "").replace(url, shown).replace(f"{self._folder.name}/", "")
                for text in (error.message, error.hint)
            )
            raise type(error)(told, hint) from None
        reading.details |= {"file": file.name} if n_pages == 1 else {"pages": str(n_pages)}
        reading.batches = self._kept(reading.batches)
        return reading

    def shown_location(self) -> str:
        """The location without any secret."""
        return _shown(str(self.settings.source))

    def _kept(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches; holds on to the folder until the last of them."""
        with self._folder:
            yield from batches


def _shown(url: str) -> str:
    return _SECRET.sub(r"\1***", shown_address(url))


def _filled(url: str, environment: Mapping[str, str]) -> str:
    """The URL with the variables that it names; what is written into it and looks like a secret is refused."""
    if urlsplit(url).password is not None or _SECRET.search(url):
        raise SourceRefused(f"collect.source has a secret written into it: {_shown(url)}.", HINT)
    return re.sub(r"=env:(\w+)", lambda found: "=" + quote(_variable(found[1], environment), safe=""), url)


def _filled_headers(headers: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if _SECRET_HEADER.search(name) and "env:" not in value:
            raise SourceRefused(f"collect.headers has a secret written into it: {name}.", HINT)
    return {
        name: re.sub(r"env:(\w+)", lambda found: _variable(found[1], environment), value)
        for name, value in headers.items()
    }


def _variable(name: str, environment: Mapping[str, str]) -> str:
    if not (found := environment.get(name)):
        raise SourceRefused(f"The environment variable {name}, which collect names, is not set.", f"export {name}=...")
    return found
