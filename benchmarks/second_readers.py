"""What another reader reads in a file: ``python second_readers.py FILE`` prints it, ``--many NAME FOLDER`` writes what a named
one reads in all files that standard input names; ``fidelity.py`` and ``articles.py`` ask.

It imports nothing of Pincite, and runs in an environment of its own:

    python -m venv others && others/bin/pip install trafilatura readability-lxml openpyxl python-pptx xlrd pyxlsb
    apt-get install poppler-utils pandoc libreoffice-writer-nogui libreoffice-calc-nogui
"""

import csv
import email
import email.policy
import io
import json
import mailbox
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

_ERRORS = {
    "0x0": "#NULL!",
    "0x7": "#DIV/0!",
    "0xf": "#VALUE!",
    "0x17": "#REF!",
    "0x1d": "#NAME?",
    "0x24": "#NUM!",
    "0x2a": "#N/A",
}
_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
SECONDS = 60
"""For a program that reads one file."""


def of_poppler(path: Path) -> str:
    """A PDF's text in the order that ``pdftotext`` finds."""
    return _said("pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", str(path), "-")


def of_pandoc(path: Path) -> str:
    """The words of pandoc's tree: paragraphs, tables, code, notes behind all; no formulas, no descriptions of pictures."""
    tree = json.loads(_said("pandoc", "--from", path.suffix.lower().lstrip("."), "--to", "json", str(path)))
    notes: list[Any] = []
    text = _inline({"c": tree["blocks"]}, notes)
    titles = [
        {"t": "Para", "c": tree["meta"][key]}
        for key in ("title", "subtitle", "author", "date", "abstract")
        if key in tree["meta"]
    ]
    title = _inline({"c": titles}, []) if path.suffix.lower() == ".docx" else ""  # paragraphs in the style of a title
    while notes:
        text += "\n" + _inline({"c": notes.pop(0)}, notes)
    return title + "\n" + text


def _inline(node: Any, notes: list[Any]) -> str:
    if isinstance(node, list):
        return "".join(_inline(each, notes) for each in node)
    if not isinstance(node, dict):
        return ""
    kind, content = node.get("t"), node.get("c")
    if kind == "Str":
        return str(content)
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if kind in {"Math", "Image", "RawInline", "RawBlock"}:
        return " "
    if kind in {"Code", "CodeBlock"}:
        return f" {content[1]} "
    if kind == "Note":
        notes.append(content)
        return " "
    if kind == "Quoted":
        return '"' + _inline(content, notes) + '"'
    apart = kind in {"Para", "Plain", "Header", "LineBlock"}
    if kind == "LineBlock":
        return "".join(_inline(line, notes) + "\n" for line in content)
    return _inline(content, notes) + ("\n" if apart else "")


def of_office(path: Path) -> str:
    """What LibreOffice saves as plain text or, of a workbook, as comma-separated values."""
    sheet = path.suffix.lower() in {".ods", ".xls", ".xlsb"}
    to = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1" if sheet else "txt:Text (encoded):UTF8"
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(tempfile.gettempdir()) / "second-readers-office"
        _said(
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            to,
            "--outdir",
            folder,
            str(path),
        )
        return "\n".join(found.read_text("utf-8-sig", "replace") for found in sorted(Path(folder).iterdir()))


def of_openpyxl(path: Path) -> str:
    """The values of all cells."""
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    return "\n".join(_cells(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))


def of_xlrd(path: Path) -> str:
    """The values of all cells, dates as such."""
    import xlrd

    book = xlrd.open_workbook(path, logfile=io.StringIO())

    def value(cell: Any) -> Any:
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode) if cell.value >= 1 else None
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "")
        return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value

    return "\n".join(_cells(map(value, row)) for sheet in book.sheets() for row in sheet.get_rows())


def of_pyxlsb(path: Path) -> str:
    """The values of all cells."""
    import pyxlsb

    with pyxlsb.open_workbook(str(path)) as book:
        rows = [row for name in book.sheets for row in book.get_sheet(name).rows()]
    return "\n".join(_cells(_ERRORS.get(str(cell.v), cell.v) for cell in row) for row in rows)


def _cells(values: Any) -> str:
    return "\t".join(_cell(value) for value in values)


def _cell(value: Any) -> str:
    if value is None or isinstance(value, timedelta):  # which a cell shows in hours
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else _ESCAPE.sub("", str(value))


def of_pptx(path: Path) -> str:
    """The text of all shapes, tables and notes, by python-pptx."""
    from pptx import Presentation

    lines: list[str] = []
    for slide in Presentation(str(path)).slides:
        for shape in _shapes(slide.shapes):
            if shape.has_text_frame:
                lines.append(shape.text_frame.text)
            if getattr(shape, "has_table", False):
                lines.extend("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(lines).replace("\v", "\n")


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        yield from _shapes(shape.shapes) if hasattr(shape, "shapes") else (shape,)


def of_trafilatura(path: Path) -> str:
    """The article of a web page."""
    import trafilatura

    return trafilatura.extract(path.read_bytes(), include_comments=False, include_tables=True) or ""


def of_readability(path: Path) -> str:
    """The article of a web page, by readability-lxml, with its title."""
    from readability import Document

    page = Document(path.read_bytes())
    return f"{page.short_title()}\n{words_of_html(page.summary())}"


def of_email(path: Path) -> str:
    """Subject, sender, receivers and text of a message and of those that it forwards, by Python's own reader."""
    return _message(email.message_from_bytes(path.read_bytes(), policy=email.policy.default))


def of_mailbox(path: Path) -> str:
    """The messages of a mailbox, by Python's own reader."""
    box = mailbox.mbox(path, factory=lambda file: email.message_from_binary_file(file, policy=email.policy.default))  # type: ignore[arg-type]
    return "\n".join(_message(box[key]) for key in box)  # type: ignore[arg-type]


def of_web_archive(path: Path) -> str:
    """The article of the first page that a web archive holds, by trafilatura."""
    import trafilatura

    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    page = next(part for part in message.walk() if part.get_content_type() == "text/html")
    return trafilatura.extract(page.get_payload(decode=True), include_comments=False, include_tables=True) or ""


def _message(message: EmailMessage) -> str:
    lines = [str(message[name]) for name in ("From", "To", "Cc", "Subject") if message[name]]
    if message.get_content_type() == "multipart/alternative":
        best = message.get_body(("plain", "html"))
        return "\n".join((*lines, _part(best)))  # type: ignore[arg-type]
    parts = message.iter_parts() if message.is_multipart() else (message,)
    for part in parts:
        if part.is_multipart():
            lines.append(_message(part))
        elif not part.is_attachment() and part.get_content_maintype() == "text":
            lines.append(_part(part))
    return "\n".join(lines)


def _part(part: EmailMessage) -> str:
    text = part.get_content()
    if isinstance(text, bytes):
        return text.decode(errors="replace")
    return words_of_html(text) if part.get_content_type() == "text/html" else str(text)


def words_of_html(text: str) -> str:
    """All text of a page, blocks apart, without its head and scripts."""
    from lxml import html

    if not text.strip():
        return ""
    root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", remove_comments=True))
    for each in [*root.iter("script", "style", "head", "template", "noscript")]:
        each.drop_tree()
    for each in root.iter("p", "div", "li", "td", "th", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"):
        each.tail = "\n" + (each.tail or "")
    return str(root.text_content())


def of_csv(path: Path) -> str:
    """The fields, by Python's own reader."""
    text = path.read_bytes().decode("utf-8-sig")
    return "\n".join("\t".join(row) for row in csv.reader(io.StringIO(text), delimiter="\t" if path.suffix == ".tsv" else ","))


READERS: dict[str, Callable[[Path], str]] = {
    ".pdf": of_poppler,
    ".docx": of_pandoc,
    ".docm": of_pandoc,
    ".odt": of_pandoc,
    ".epub": of_pandoc,
    ".rtf": of_office,
    ".ods": of_office,
    ".xlsx": of_openpyxl,
    ".xlsm": of_openpyxl,
    ".xls": of_xlrd,
    ".xlsb": of_pyxlsb,
    ".pptx": of_pptx,
    ".html": of_trafilatura,
    ".htm": of_trafilatura,
    ".xhtml": of_trafilatura,
    ".eml": of_email,
    ".mbox": of_mailbox,
    ".mht": of_web_archive,
    ".mhtml": of_web_archive,
    ".csv": of_csv,
    ".tsv": of_csv,
}
NAMED: dict[str, Callable[[Path], str]] = {
    "trafilatura": of_trafilatura,
    "readability": of_readability,
    "all": lambda path: words_of_html(path.read_text("utf-8", "replace")),
}
"""Readers that are asked for by name."""


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
    return done.stdout.decode(errors="replace")


def many(reader: str, folder: Path) -> None:
    """Read the files whose names come by standard input, each into a file of its own name in a folder; empty where it fails."""
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        if (folder / path.name).exists():
            continue
        try:
            text = NAMED[reader](path)
        except Exception as error:
            print(f"{reader}: {path}: {error!r}"[:200], file=sys.stderr)
            text = ""
        (folder / path.name).write_bytes(text.encode(errors="replace"))


if __name__ == "__main__":
    if sys.argv[1] == "--many":
        many(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.stdout.buffer.write(READERS[Path(sys.argv[1]).suffix.lower()](Path(sys.argv[1])).encode(errors="replace"))
