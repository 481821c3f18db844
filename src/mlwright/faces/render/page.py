"""What all pages have in common: one HTML file with its pictures in it, that needs no network."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mlwright.core.store import Store
from mlwright.data.words import percent
from mlwright.faces.cli.main import COMMANDS
from mlwright.faces.render import numbers
from mlwright.faces.render.insights import how_sure, left_aside, told
from mlwright.faces.render.unjudged import by_reason
from mlwright.records.exploration import Drawing

Figure = dict[str, Any]

LONGEST_BESIDE = 24
"""Letters beside a picture, from which it needs the whole width."""


class Picture(NamedTuple):
    """A figure as the page needs it; its axes are named by the page, where there is room for words.

    Parameters
    ----------
    json : Markup
        The Plotly figure, safe inside a script element.
    x, y : str
        What the axes say; empty for small pictures side by side, which say it themselves.
    is_broad : bool
        Whether it needs the whole width, as several small pictures or a map of cells do.
    height : int
        In pixels.
    title, sentence : str
    name : str
        What the picture is called in the names of files.
    """

    json: Markup
    x: str
    y: str
    is_broad: bool
    height: int
    title: str = ""
    sentence: str = ""
    name: str = "picture"


def environment() -> Environment:
    """The templates, with what all of them ask for."""
    made = Environment(
        loader=PackageLoader("mlwright.faces.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "short": numbers.short,
        "interval": numbers.with_interval,
        "share": percent,
        "duration": numbers.duration,
        "count": "{:,}".format,
        "weighed": weighed,
        "typed": typed,
        "words": lambda text: str(text).replace("_", " "),
        "by_reason": by_reason,
    }
    made.globals |= {"told": told, "how_sure": how_sure, "left_aside": left_aside, "plotly": packed_plotly}
    return made


def typed(sentence: str) -> Markup:
    """A step to take, with the command in it as code."""
    escaped = Markup("{}").format(sentence)
    return Markup(re.sub(_TYPED, _as_code, escaped))  # noqa: S704  escaped above


_TYPED = (
    r"`([^`]+)`|(\[[a-z]+\] [a-z_]+|\b(?:collect|profile|check|clean|train|decide)\.[a-z_]+(?: = [\[{].*?[\]}]+)?)|"
    rf"\b(mlwright (?:{'|'.join(COMMANDS)})\b"
    r"(?: --(?:ignore|known-in-time) (?:&#39;[^&]*&#39;|[^\s&]+)| --?\w+(?:-\w+)*(?: &#34;[^&]*&#34;)?)*)"
)
"""What is typed: code in backticks, a key of the settings, a command."""


def _as_code(found: re.Match[str]) -> str:
    return f"<code>{found[1] or found[2] or found[3]}</code>"


def weighed(sentence: str) -> Markup:
    """A fact with its interval in a paler ink, and no line broken before a per cent sign."""
    text = sentence.replace(" %", "\u00a0%")
    start = text.rfind(" (", 0, max(0, text.rfind("95\u00a0% interval")))
    if start < 0:
        return Markup("{}").format(text)
    end = text.find(").", start) + 1 or len(text)
    return Markup("{}<span>{}</span>{}").format(text[:start], text[start:end], text[end:])


@cache
def packed_plotly() -> Markup:
    """The library that draws, packed for the page to unpack: 2 MB in place of 5."""
    from plotly.offline import get_plotlyjs

    return packed(str(get_plotlyjs()))


def packed(text: str) -> Markup:
    """Text for the page to unpack."""
    pressed = gzip.compress(text.encode("utf-8", "replace"), compresslevel=6, mtime=0)
    return Markup(base64.b64encode(pressed).decode())  # noqa: S704  letters, digits, plus, slash and equals alone


def drawings(store: Store, drawn: Iterable[Drawing]) -> list[Picture]:
    """The pictures of the data."""
    shown = []
    for drawing in drawn:
        picture = picture_of(json.loads(store.blobs.get(drawing.figure)))
        shown.append(picture._replace(title=drawing.title, sentence=drawing.sentence, name=drawing.view))
    return shown


def picture_of(figure: Figure) -> Picture:
    """A figure as the page needs it."""
    layout = figure["layout"]
    if "xaxis2" in layout:
        return Picture(_safe(figure), "", "", is_broad=True, height=layout["height"])
    x, y = (_taken_title(layout.get(axis, {})) for axis in ("xaxis", "yaxis"))
    is_map = any(trace["type"] == "heatmap" for trace in figure["data"])
    longest = max((len(text) for text in layout.get("yaxis", {}).get("ticktext", [])), default=0)
    return Picture(_safe(figure), x, y, is_broad=is_map or longest > LONGEST_BESIDE, height=layout["height"])


def _taken_title(axis: dict[str, Any]) -> str:
    """The title of an axis, taken from the figure and freed of Plotly's markup."""
    text = axis.pop("title", {}).get("text", "")
    return html.unescape(text.replace("<br>", " "))


def _safe(figure: Figure) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(figure, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  escaped above
