"""The dossier as a Word document that a person goes on writing."""

from __future__ import annotations

import io
from typing import Any

from mlwright.core.errors import ExtraMissing
from mlwright.faces.render.dossier.blocks import Grid
from mlwright.faces.render.dossier.dossier import Dossier, Filled
from mlwright.faces.render.visible import visible

AMBER, GREY = "FDF1DD", "52606D"
OWED = "To be stated by a person: "


def word_of(dossier: Dossier) -> bytes:
    """The document's bytes.

    Raises
    ------
    ExtraMissing
        If python-docx is not installed.
    """
    try:
        from docx import Document
    except ImportError as error:
        raise ExtraMissing(
            "Writing Word documents needs python-docx, which is not installed.", "pip install 'mlwright[word]'"
        ) from error
    document = Document()
    document.core_properties.title = dossier.title
    document.core_properties.author = "mlwright"
    document.add_heading(dossier.title, 0)
    document.add_paragraph(f"Run {dossier.run_id}, {dossier.made_at}. Regulation (EU) 2024/1689, Annex IV.")
    document.add_paragraph(
        "A draft: what a run of mlwright knows is filled in, with the record that it comes from. What stands on amber "
        "only a person can state. The points are named in short; the text of the Official Journal is what counts."
    )
    document.add_heading("What only a person can state", 1)
    for number, text in dossier.owed:
        _owed(document, f"☐ {number}  {text}")
    for chapter in dossier.chapters:
        document.add_heading(chapter.title, 1)
        for filled in chapter.points:
            _point(document, filled)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _point(document: Any, filled: Filled) -> None:
    document.add_heading(f"{filled.point.number}  {filled.point.asks}", 2)
    for block in filled.blocks:
        if isinstance(block, Grid):
            _grid(document, block)
        else:
            paragraph = document.add_paragraph(_clean(block.text))
            _small(paragraph.add_run(f"  [{block.source}]"))
    for text in filled.point.owed:
        _owed(document, f"☐ {OWED}{text}")
        document.add_paragraph()


def _grid(document: Any, block: Grid) -> None:
    from docx.shared import Pt

    table = document.add_table(rows=1, cols=len(block.heads), style="Light Grid Accent 1")
    for row, cells in ((table.rows[0], block.heads), *((table.add_row(), cells) for cells in block.rows)):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = _clean(text)
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(8.5)
    _repeat_head(table.rows[0])
    _small(document.add_paragraph().add_run(f"[{block.source}]"))


def _repeat_head(row: Any) -> None:
    """The first row stands on top of every page that the table reaches."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _owed(document: Any, text: str) -> None:
    """A paragraph on amber."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = document.add_paragraph(text)
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", AMBER)):
        shade.set(qn(f"w:{key}"), value)
    paragraph._p.get_or_add_pPr().append(shade)


def _small(run: Any) -> None:
    from docx.shared import Pt, RGBColor

    run.font.size = Pt(8)
    run.font.color.rgb = RGBColor.from_string(GREY)


def _clean(text: str) -> str:
    """Text that XML can hold."""
    return "".join(letter for letter in visible(text) if letter.isprintable() or letter in "\t\n")
