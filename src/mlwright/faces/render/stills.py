"""Pictures as files: PNG for a slide, SVG for print, drawn without a browser or a network.

The figures of views are Plotly's JSON. The few sorts of traces that they are made of (bars, points, lines, maps of
cells) are drawn with matplotlib, whose two drawing machines write both kinds of file.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mlwright.core.errors import StorageError
from mlwright.core.store.blobs import write_atomically
from mlwright.data.style import GREY, INK, PALE
from mlwright.project import Project
from mlwright.records.exploration import Drawing, Exploration

Form = Literal["png", "svg"]
Figure = dict[str, Any]

WIDTH_PX = 860
DPI = 100
SCALE = 2
"""Pixels of a PNG for each pixel of the page."""
DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?$")
TITLE_PX = 34
LONGEST_NAMES = 44
"""Letters of all names below a small picture, from which they are turned."""
LARGE = 10_000
DASHES = {"dot": ":", "dash": "--"}


def write_stills(project: Project, exploration: Exploration, folder: Path, form: Form) -> list[Path]:
    """Write each picture of an exploration into a folder, which is made if it is not there.

    Parameters
    ----------
    project : Project
    exploration : Exploration
    folder : Path
    form : str
        ``png`` or ``svg``.

    Raises
    ------
    StorageError
        If the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_written(project, drawing, folder, form) for drawing in exploration.drawings]
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror}).", "Choose another folder.") from error


def _written(project: Project, drawing: Drawing, folder: Path, form: Form) -> Path:
    path = folder / f"{drawing.view}.{form}"
    write_atomically(path, still(json.loads(project.store.blobs.get(drawing.figure)), drawing.title, form))
    return path


def still(figure: Figure, title: str, form: Form) -> bytes:
    """A figure as the bytes of a file.

    Parameters
    ----------
    figure : dict
        A Plotly figure as JSON; bars, scatter and heat maps are drawn.
    title : str
        Stands above the picture.
    form : str
        ``png`` or ``svg``.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Canvas

    style: dict[Any, Any] = {"font.family": "sans-serif", "font.size": 9.5, "text.color": INK, "axes.labelcolor": INK}
    style |= {"xtick.color": INK, "ytick.color": INK, "svg.hashsalt": "mlwright", "svg.fonttype": "path"}
    style |= {"text.parse_math": False, "text.usetex": False}
    with rc_context(style):
        layout = figure["layout"]
        canvas = Canvas(figsize=(WIDTH_PX / DPI, layout.get("height", 320) / DPI), dpi=DPI, facecolor="white")
        for x, y in _pairs(figure["data"]):
            _draw(canvas, figure, x, y)
        _write_notes(canvas, layout)
        above = 1 + TITLE_PX / layout.get("height", 320)
        canvas.suptitle(title, x=0.01, y=above, ha="left", va="bottom", fontsize=13, fontweight="bold")
        buffer = io.BytesIO()
        metadata = {"Date": None} if form == "svg" else {"Software": "mlwright"}
        canvas.savefig(buffer, format=form, dpi=DPI * SCALE, bbox_inches="tight", pad_inches=0.2, metadata=metadata)
        return buffer.getvalue()


def _pairs(traces: Sequence[Figure]) -> list[tuple[str, str]]:
    """The pairs of axes that have traces, in order."""
    return list(dict.fromkeys((trace.get("xaxis", "x"), trace.get("yaxis", "y")) for trace in traces))


def _draw(canvas: Any, figure: Figure, x: str, y: str) -> None:
    """One pair of axes with all of its traces."""
    layout = figure["layout"]
    x_axis, y_axis = layout.get(_key(x), {}), layout.get(_key(y), {})
    (left, right), (bottom, top) = x_axis.get("domain", (0, 1)), y_axis.get("domain", (0, 1))
    axes = canvas.add_axes((left, bottom, right - left, top - bottom))
    traces = [t for t in figure["data"] if (t.get("xaxis", "x"), t.get("yaxis", "y")) == (x, y)]
    places = {"x": _Places(traces, "x", x_axis), "y": _Places(traces, "y", y_axis)}
    heights: dict[Any, float] = {}
    for trace in traces:
        kind = trace["type"]
        if kind == "bar":
            _bars(axes, trace, places, heights)
        elif kind == "heatmap":
            _cells(canvas, axes, trace)
        else:
            _points(axes, trace, places)
    _dress(axes, x_axis, y_axis, places, is_map=traces[0]["type"] == "heatmap")
    for shape in layout.get("shapes", []):
        if shape.get("xref", "x") == x and shape.get("x0") == shape.get("x1"):
            line = shape.get("line", {})
            dash = DASHES.get(line.get("dash", ""), "-")
            axes.axvline(shape["x0"], color=line.get("color", GREY), linewidth=1.3, linestyle=dash)
    if layout.get("showlegend") and any(trace.get("name") for trace in traces):
        axes.legend(loc="upper left", ncols=4, frameon=True, framealpha=0.9, edgecolor="none", fontsize=9)


class _Places:
    """Where the values of an axis stand: numbers as they are, days as days, names one after the other."""

    def __init__(self, traces: Sequence[Figure], key: str, axis: Figure) -> None:
        values = [value for trace in traces for value in _values(trace.get(key))]
        texts = [value for value in values if isinstance(value, str)]
        self.is_time = bool(texts) and axis.get("type") != "category" and all(DAY.match(text) for text in texts)
        names = [] if self.is_time else list(dict.fromkeys(str(value) for value in values)) if texts else []
        self.names = {name: place for place, name in enumerate(names)}

    def of(self, values: Any) -> Any:
        """The places of some values."""
        found = _values(values)
        if self.is_time:
            return np.array(found, dtype="datetime64[m]")
        return [self.names[str(value)] for value in found] if self.names else np.array(found, dtype=float)


def _values(values: Any) -> list[Any]:
    """Values of a trace, which Plotly may have packed."""
    if isinstance(values, dict):
        import base64

        packed = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
        shape = tuple(int(part) for part in str(values.get("shape", len(packed))).split(","))
        return list(packed.reshape(shape).tolist())
    return list(values) if values is not None else []


def _bars(axes: Any, trace: Figure, places: dict[str, _Places], heights: dict[Any, float]) -> None:
    x, y = places["x"].of(trace["x"]), places["y"].of(trace["y"])
    colour = trace.get("marker", {}).get("color", INK)
    if trace.get("orientation") == "h":
        axes.barh(y, x, color=colour, height=0.86)
        for text, at, end in zip(_values(trace.get("text")), y, x, strict=False):
            axes.annotate(_plain(text), (end, at), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9)
        return
    gap = float(np.min(np.diff(np.sort(np.unique(np.asarray(x, dtype=float)))), initial=np.inf)) if len(x) > 1 else 1.0
    width: Any = _values(trace.get("width")) or 0.9 * gap
    if places["x"].is_time:
        width = 0.9 * (x[1] - x[0]) if len(x) > 1 else np.timedelta64(1, "D")
    below = [heights.get(str(place), 0.0) for place in x]
    axes.bar(x, y, width=width, bottom=below, color=colour, label=_plain(trace.get("name") or ""))
    heights.update({str(place): low + float(high) for place, low, high in zip(x, below, y, strict=True)})


def _points(axes: Any, trace: Figure, places: dict[str, _Places]) -> None:
    x, y = places["x"].of(trace["x"]), places["y"].of(trace["y"])
    mode, line, marker = trace.get("mode", "lines"), trace.get("line", {}), trace.get("marker", {})
    colour = line.get("color") or marker.get("color") or INK
    for key, error in (("xerr", trace.get("error_x")), ("yerr", trace.get("error_y"))):
        if error:
            ends = [_values(error["arrayminus"]), _values(error["array"])]
            axes.errorbar(x, y, **{key: np.maximum(ends, 0)}, fmt="none", ecolor=error.get("color", GREY), capsize=2.5)
    style = DASHES.get(line.get("dash", ""), "-") if "lines" in mode else "none"
    size = 0.72 * marker.get("size", 7) if "markers" in mode else 0
    name = "" if trace.get("showlegend") is False else _plain(trace.get("name") or "")
    width = line.get("width", 1.5)
    axes.plot(x, y, color=colour, linestyle=style, linewidth=width, marker="o", markersize=size, label=name)


def _cells(canvas: Any, axes: Any, trace: Figure) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    cells = np.array(_values(trace["z"]), dtype=float)
    colours = LinearSegmentedColormap.from_list("scale", [tuple(stop) for stop in trace["colorscale"]])
    drawn = axes.pcolormesh(cells, cmap=colours, vmin=trace.get("zmin"), vmax=trace.get("zmax"), edgecolor="white")
    if trace.get("showscale", True):
        canvas.colorbar(drawn, ax=axes, fraction=0.025, pad=0.02).outline.set_visible(False)


def _dress(axes: Any, x_axis: Figure, y_axis: Figure, places: dict[str, _Places], *, is_map: bool) -> None:
    """Ticks, titles, limits and lines."""
    for key, settings in (("x", x_axis), ("y", y_axis)):
        _mark(getattr(axes, f"{key}axis"), settings, places[key], 0.5 if is_map else 0.0)
        _limit(axes, key, settings, places[key])
        has_grid = settings.get("showgrid", True) and not is_map
        axes.grid(visible=has_grid, axis=key, **({"color": PALE, "linewidth": 0.8} if has_grid else {}))
    if places["x"].is_time:
        _mark_time(axes.xaxis)
    crowded = sum(map(len, places["x"].names)) > LONGEST_NAMES and axes.get_position().width < 0.6
    if angle := -x_axis.get("tickangle", -30 if crowded else 0):
        _turn(axes, angle)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(length=0)


def _mark(axis: Any, settings: Figure, places: _Places, shift: float) -> None:
    """Ticks and the title of an axis."""
    if "tickvals" in settings:
        axis.set_ticks([value + shift for value in settings["tickvals"]], [_plain(t) for t in settings["ticktext"]])
    elif places.names:
        axis.set_ticks(list(places.names.values()), [_plain(name) for name in places.names])
    elif not places.is_time:
        axis.set_major_formatter(lambda value, _: f"{value:,g}" if abs(value) >= LARGE else f"{value:g}")
    if "%" in settings.get("tickformat", ""):
        axis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")
    axis.set_label_text(_plain(settings.get("title", {}).get("text", "")))


def _mark_time(axis: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(maxticks=6)  # type: ignore[no-untyped-call]
    axis.set_major_locator(locator)
    axis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _limit(axes: Any, key: str, settings: Figure, places: _Places) -> None:
    """From where to where an axis goes, and in which direction."""
    set_limits = getattr(axes, f"set_{key}lim")
    if "range" in settings and not places.is_time:
        set_limits(*settings["range"])
    elif settings.get("rangemode") == "tozero":
        set_limits(**{"left" if key == "x" else "bottom": 0})
    if settings.get("autorange") == "reversed":
        getattr(axes, f"{key}axis").set_inverted(True)


def _turn(axes: Any, angle: float) -> None:
    """Write the names below a picture aslant."""
    axes.tick_params(axis="x", labelrotation=angle)
    for label in axes.get_xticklabels():
        label.set_ha("right")
        label.set_rotation_mode("anchor")


def _write_notes(canvas: Any, layout: Figure) -> None:
    """The titles of small pictures side by side."""
    for note in layout.get("annotations", []):
        if note.get("xref") == "paper" and note.get("yref") == "paper":
            canvas.text(note["x"], note["y"], _plain(note["text"]), ha="center", va="bottom", fontsize=10)


def _key(axis: str) -> str:
    """The key of an axis in the layout: ``x2`` is ``xaxis2``."""
    return f"{axis[0]}axis{axis[1:]}"


def _plain(text: str) -> str:
    """A label freed of Plotly's markup, without letters that no font has."""
    words = html.unescape(str(text).replace("<br>", "\n"))
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in words)
