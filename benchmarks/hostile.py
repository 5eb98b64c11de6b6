"""What some 120 hostile files and folders cost: computing time, memory, and the line that a person reads.

    python benchmarks/hostile.py [--folder FOLDER] [--only WORD]

Each is read by a process of its own, through the same door as every file; then ``pincite index`` takes all of them at once.
Bounded means read, or refused with one line, within the limits of ``corpus.formats.sandbox``.
"""

import argparse
import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OPEN = "xmlns:o='urn:oasis:names:tc:opendocument:xmlns:office:1.0' xmlns:t='urn:oasis:names:tc:opendocument:xmlns:text:1.0' \
xmlns:b='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"
HEAD = "From: a@example.org\n"
FERN = "Ferns grow on walls. "
ENTITIES = (
    "<!DOCTYPE d [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)) + "]>"
)

ONE = """
import json, resource, sys
from pathlib import Path
from corpus.read import read_paths
try:
    said = f"read, {sum(len(one.text) for one in read_paths([Path(sys.argv[1])], note=lambda line: None)):,} characters"
except Exception as error:
    said = f"{type(error).__name__}: {error}"
own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
peak = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
spent = [[who.ru_utime + who.ru_stime, most / 1024] for who, most in ((own, peak), (child, child.ru_maxrss))]
print(json.dumps([said, spent]))
"""

Content = str | bytes | Callable[[Path], None]


def zipped(pack: int = zipfile.ZIP_STORED, **members: str | bytes) -> bytes:
    """A zip archive; ``__`` in a name is ``/``. Not packed, or most of these would be refused as bombs at once."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", pack) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def docx(body: str, before: str = "") -> bytes:
    """A Word document."""
    return zipped(**{"word__document.xml": f"{before}<w:document xmlns:w='{WORD}'><w:body>{body}</w:body></w:document>"})


def para(words: str) -> str:
    """A paragraph of a Word document."""
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def odt(body: str, before: str = "") -> bytes:
    """An OpenDocument text."""
    text = f"{before}<o:d {OPEN}><o:body><o:text>{body}</o:text></o:body></o:d>"
    return zipped(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": text})


def epub(chapter: str, times: int = 1) -> bytes:
    """A book that has the same chapter several times."""
    items = "".join(f"<item id='i{n}' href='c.xhtml'/>" for n in range(times))
    spine = "".join(f"<itemref idref='i{n}'/>" for n in range(times))
    return zipped(
        **{
            "META-INF__container.xml": "<container><rootfile full-path='b.opf'/></container>",
            "b.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
            "c.xhtml": f"<html><body>{chapter}</body></html>",
        }
    )


def pdf(contents: bytes, *, catalog: str = "", page: str = "", packed: bool = False, more: tuple[bytes, ...] = ()) -> bytes:
    """A PDF of one page, written by hand."""
    if packed:
        contents = zlib.compress(contents, 9)
    stream = b"<</Length %d%s>>stream\n%s\nendstream" % (len(contents), b"/Filter/FlateDecode" * packed, contents)
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>{page}>>>>".encode(),
        stream,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    ]
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for n, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1, table, len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF" % start)


TEXT = b"BT /F 12 Tf 70 700 Td (Ferns have no seeds at all.) Tj ET "


def form(contents: bytes) -> bytes:
    """A form of a PDF that may draw itself."""
    return b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length %d>>stream\n%s\nendstream" % (
        len(contents),
        contents,
    )


def empty(size: int, start: bytes = b"") -> Callable[[Path], None]:
    """Makes a file of zeros that takes no room on disk."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            file.truncate(size)

    return make


def link(target: str) -> Callable[[Path], None]:
    """Makes a link."""
    return lambda path: path.symlink_to(target)


def tree(**files: Content) -> Callable[[Path], None]:
    """Makes a folder; ``__`` in a name is ``/``, and ``DOT`` a dot in front."""

    def make(path: Path) -> None:
        path.mkdir()
        for name, content in files.items():
            put(path / name.replace("__", "/").replace("DOT", "."), content)

    return make


def deep_folders(path: Path) -> None:
    """A folder in a folder, 1,500 times."""
    path.mkdir()
    inner = path / "/".join("d" * 1500)
    for n in range(100, 1501, 100):
        os.makedirs(path / "/".join("d" * n))  # noqa: PTH103 - Path.mkdir recurses
    (inner / "a.txt").write_text(FERN)


def loops(path: Path) -> None:
    """Two links to the folder itself: 2^40 paths for who follows them."""
    path.mkdir()
    (path / "a.txt").write_text(FERN)
    (path / "one").symlink_to(path, target_is_directory=True)
    (path / "two").symlink_to(path, target_is_directory=True)


def bound(path: Path) -> None:
    """A socket."""
    with suppress(OSError):
        socket.socket(socket.AF_UNIX).bind(str(path))


def put(path: Path, content: Content) -> None:
    """Make a file, a folder or a thing that is neither."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def texts() -> Iterator[tuple[str, Content]]:
    """Plain text, Markdown, tables and JSON."""
    yield "newlines.txt", "\n" * 90_000_000 + FERN
    yield "newlines_too_many.txt", "\n" * 100_000_000 + FERN
    yield "one_line.txt", FERN * 4_000_000
    yield "lines.txt", f"{FERN}\n" * 4_000_000
    yield "one_word.txt", "a" * 95_000_000
    yield "apart.txt", "a b c d e f g h " * 2_000_000
    yield "invisible.txt", "a\u200b" * 3_000_000
    yield "private.txt", "\ue000" * 3_000_000
    yield "emoji.txt", FERN * 2_000_000 + "\U0001f600"
    yield "latin.txt", ("Die Straße führt über die Brücke nach Köln. " * 500_000).encode("cp1252")
    yield "shuffled.txt", bytes(random.Random(3).choices(b"abc \xe9\xe8\xfc\xdf\n", k=5_000_000))
    yield "controls.txt", "\x01\x02 fern " * 1_000_000
    yield "lone.txt", "fern \ud800 grows".encode("utf-16", "surrogatepass")
    yield "marks.txt", "\ufeff" * 2_000_000 + FERN
    yield "spaces.txt", " " * 50_000_000 + FERN
    yield "zeros.txt", empty(400_000_000)
    yield "huge.txt", empty(2 * 1024**3)
    yield "atx_spaces.md", "# a" + " " * 1_000_000 + "b\n"
    yield "atx_tabs.md", "# a" + "\t" * 1_000_000 + "b\n"
    yield "atx_marks.md", "# a" + " #" * 500_000 + " b\n"
    yield "headings.md", "# fern\n" * 500_000
    yield "headings_too_many.md", "# fern\n" * 6_000_000
    yield "setext.md", "fern\n---\n" * 500_000
    yield "underline.md", "fern\n" + "-" * 5_000_000 + " x\n"
    yield "fences.md", "```\n" * 1_000_000 + "fern"
    yield "ticks.md", "`" * 5_000_000 + "\nfern"
    yield "quotes.md", ">" * 3_000_000 + " fern"
    yield "rule.md", "- " * 3_000_000 + "fern"
    yield "front.md", "---\n" + "fern: moss\n" * 1_000_000
    yield "columns.csv", ",".join(f"c{n}" for n in range(1_000_000))
    yield "rows.csv", "".join(f"{n},fern,grows\n" for n in range(2_000_000))
    yield "unclosed.csv", 'a,"' + "fern grows, " * 3_000_000
    yield "sniffed.csv", '\'"a",,;;||\t' * 6_000 + "\nfern,grows\n"
    yield "quotes.csv", '"' * 2_000_000
    yield "deep.json", "[" * 1_000_000 + "]" * 1_000_000
    yield "deep_objects.json", '{"a":' * 100_000 + "1" + "}" * 100_000
    yield "wide.json", "[" + ",".join(f'"fern {n}"' for n in range(4_000_000)) + "]"
    yield "number.json", '{"n":' + "9" * 2_000_000 + "}"
    yield "keys.json", json.dumps({"k" * 2000 + str(n): {"v": "fern"} for n in range(20_000)})
    yield "long_paths.json", json.dumps({"k" * 100_000: dict.fromkeys(map(str, range(20_000)), "fern")})
    yield "surrogates.json", r'{"a":"fern \ud800 grows","\ud800":"moss"}'
    yield "deep.jsonl", ("[" * 50_000 + "]" * 50_000 + "\n") * 20 + '{"a":"fern grows"}\n'


def pages() -> Iterator[tuple[str, Content]]:
    """HTML."""
    yield "nested.html", "<div>" * 1_000_000 + "fern"
    yield "bold.html", "<b>" * 1_000_000 + "fern"
    yield "paragraphs.html", "<p>fern" * 500_000
    yield "numbered.html", "<ol>" + "<li>fern" * 100_000 + "</ol>"
    yield "lists.html", "<ol><li>fern" * 200 + "<li>moss" * 50_000
    yield "navigation.html", ("<div class='nav'>" + "<p>fern " * 200) * 250
    yield "tables.html", ("<table><tr><td>" + "<p>fern " * 200) * 200
    yield "rows.html", "<table>" + "<tr><td>a<td>b" * 200_000
    yield "attributes.html", "<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">fern"
    yield "long_style.html", "<p style='" + "color:red;" * 2_000_000 + "'>fern grows"
    yield "sheet.html", "<style>" + ".a .b .c .d{color:red}" * 80_000 + "</style>" + "<p class='a b c d'>fern" * 2_000
    yield "selectors.html", "<style>" + "a b c d e f g h i j{color:red}" * 2_000 + "</style>" + "<j>" * 200 + "fern"
    yield "siblings.html", "<style>.x ~ .x ~ .x ~ .y{color:red}</style>" + "<i class='x y'>fern</i>" * 20_000
    yield "selector.html", "<style>" + "a " * 100_000 + "{color:red}" + ":not(" * 50_000 + "{color:red}</style><p>fern"
    yield "sheet_open.html", "<style>" + "{[(" * 300_000 + "</style><p>fern"
    yield "comment.html", "<!--" + "-" * 20_000_000 + "fern"
    yield "entities.html", ENTITIES + "<p>fern &i;" + "&amp;" * 1_000_000
    yield "classes.html", "<p class='" + "nav-" * 1_000_000 + "'>fern"
    yield "charset.html", "<meta charset='zlib_codec'><p>fern"
    yield "space.html", "<p>fern" + " \n" * 5_000_000 + "grows"
    yield (
        "outside.html",
        "<html><base href='http://127.0.0.1:9/'><img src=x><iframe src=y></iframe><link href=z rel=stylesheet><p>fern",
    )


def mails() -> Iterator[tuple[str, Content]]:
    """E-mail and RTF."""
    yield "words.eml", f"{HEAD}Subject: {'=?utf-8?q?=41?= ' * 100_000}\n\nfern"
    yield "addresses.eml", f"From: {'a,' * 300_000}\nTo: {'<' * 50_000}\n\nfern"
    yield "brackets.eml", f"From: {'(' * 100_000}\nTo: {'[' * 100_000}\n\nfern"
    yield "parameters.eml", f"{HEAD}Content-Type: text/plain; {''.join(f'n*{n}*=a;' for n in range(20_000))}\n\nfern"
    yield "disposition.eml", f"{HEAD}Content-Disposition: attachment; {'a=b; ' * 50_000}\n\nfern"
    part = "--b\nContent-Type: text/plain\n\nfern\n"
    yield "parts.eml", f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{part * 100_000}--b--"
    yield (
        "nested.eml",
        HEAD + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1200)) + "\nfern",
    )
    yield "forwarded.eml", HEAD + "Content-Type: message/rfc822\n\nFrom: b\n" * 1000 + "\nfern"
    yield "header.eml", f"{HEAD}Subject: {'x' * 10_000_000}\n\nfern"
    yield "folded.eml", f"{HEAD}Subject: a\n{' x' * 10}\n" + " y\n" * 1_000_000 + "\nfern"
    yield "headers.eml", "".join(f"X-{n}: fern\n" for n in range(500_000)) + f"{HEAD}\nfern"
    yield "base64.eml", f"{HEAD}Content-Transfer-Encoding: base64\n\n{'ZmVybiBncm93cyA=' * 2_000_000}"
    yield "date.eml", f"{HEAD}Date: {'1 ' * 200_000}\n\nfern"
    yield (
        "attached.eml",
        f'{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{part}--b\nContent-Disposition: attachment; \
filename="\x1b]0;X\x07\x1b[2Jx.pdf"\n\nz\n--b--',
    )
    yield "begins.mbox", "From a 10:00 " + "10:00 " * 200_000 + "\n\nfern"
    yield (
        "messages.mbox",
        "".join(f"From a Mon Jan  1 10:00:00 2024\n{HEAD}Subject: s{n}\n\nfern {n}\n\n" for n in range(30_000)),
    )
    yield "groups.rtf", "{\\rtf1 " + "{" * 500_000 + "fern" + "}" * 500_000 + "}"
    yield "words.rtf", "{\\rtf1 " + "\\a" * 500_000 + " fern grows}"
    yield "binary.rtf", "{\\rtf1 \\bin999999999999 fern grows}"
    yield "object.rtf", "{\\rtf1{\\object\\objdata " + "41" * 3_000_000 + "}fern grows}"
    yield "bars.rtf", "{\\rtf1 " + "|" * 2_000_000 + "}"


def archives() -> Iterator[tuple[str, Content]]:
    """Zip archives, and the XML in them."""
    yield "bomb.docx", zipped(zipfile.ZIP_DEFLATED, **{"word__document.xml": b"\0" * 200_000_000})
    yield "words.docx", docx(para("fern " * 20_000_000))
    yield "paragraphs.docx", docx(para("a") * 400_000)
    yield "nested.docx", docx("<w:tbl><w:tr><w:tc>" * 80 + para("fern") + "</w:tc></w:tr></w:tbl>" * 80)
    yield "entities.docx", docx(para("&i;"), ENTITIES)
    yield "outside.docx", docx(para("&x;"), "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>")
    yield "network.docx", docx(para("&x;"), "<!DOCTYPE d [<!ENTITY x SYSTEM 'http://127.0.0.1:9/x'>]>")
    yield "numbers.docx", docx(f"<w:p><w:pPr><w:numPr><w:ilvl w:val='99999'/></w:numPr></w:pPr>{para('a')}</w:p>" * 50_000)
    yield "runs.docx", docx("<w:p>" + "<w:r><w:rPr><w:color w:val='FFFFFF'/></w:rPr><w:t>a b</w:t></w:r>" * 200_000 + "</w:p>")
    yield (
        "repeated.odt",
        odt("<b:table><b:table-row b:number-rows-repeated='999999999'><b:table-cell/></b:table-row></b:table>" + FERN),
    )
    yield "spaces.odt", odt("<t:p>a" + "<t:s t:c='99999999'/>" * 200_000 + "b</t:p>")
    yield "entities.odt", odt("<t:p>&i;</t:p>", ENTITIES)
    yield "chapters.epub", epub("<p>" + "a " * 2_000_000, 100)
    yield "spine.epub", epub("<p>fern</p>", 50_000)
    yield "tags.epub", epub("<p " * 1_000_000 + "fern")
    yield "path.epub", zipped(**{"META-INF__container.xml": "<c><rootfile full-path='../../etc/passwd'/></c>"})
    yield "entities.pptx", zipped(**{"ppt__presentation.xml": f"{ENTITIES}<p>&i;</p>"})
    yield "entities.xlsx", zipped(**{"xl__workbook.xml": f"{ENTITIES}<workbook>&i;</workbook>"})
    cell = "<b:table-cell o:value-type='string' b:number-columns-repeated='16384'><t:p>fern</t:p></b:table-cell>"
    sheet = f"<b:table b:name='S'><b:table-row b:number-rows-repeated='1048576'>{cell}</b:table-row></b:table>"
    body = f"<o:document-content {OPEN}><o:body><o:spreadsheet>{sheet}</o:spreadsheet></o:body></o:document-content>"
    yield "repeated.ods", zipped(**{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": body})
    yield "half.docx", docx(para("fern"))[:150]
    yield "many.docx", zipped(**{f"m{n}": "" for n in range(25_000)})


def papers() -> Iterator[tuple[str, Content]]:
    """PDF."""
    yield "strings.pdf", pdf(b"BT /F 12 Tf " + b"(Ferns) Tj " * 1_500_000 + b"ET", packed=True)
    yield "forms.pdf", pdf(b"/X Do " * 1000 + TEXT, page="/XObject<</X 6 0 R>>", more=(form(b"/X Do /X Do"),))
    yield "flate.pdf", pdf(b" " * 800_000_000, packed=True)
    yield (
        "outline.pdf",
        pdf(
            TEXT,
            catalog="/Outlines 6 0 R",
            more=(b"<</First 7 0 R/Last 7 0 R>>", b"<</Title(Ferns)/Parent 6 0 R/Next 7 0 R/First 7 0 R/Dest[3 0 R/Fit]>>"),
        ),
    )
    yield "loop.pdf", pdf(TEXT).replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    yield "count.pdf", pdf(TEXT).replace(b"/Count 1", b"/Count 999999999")
    yield "box.pdf", pdf(TEXT).replace(b"600 800", b"9e9 9e9")
    yield "paths.pdf", pdf(b"0 0 m 9 9 l S " * 1_000_000 + TEXT, packed=True)
    yield "dots.pdf", pdf(b"BT /F 9 Tf 9 9 Td (" + b"." * 300_000 + b") Tj ET")
    yield "script.pdf", pdf(TEXT, catalog="/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:9/'\\))>>")
    yield "half.pdf", pdf(TEXT)[:200]
    yield "zeros.pdf", empty(400_000_000, b"%PDF-1.7\n")


def things() -> Iterator[tuple[str, Content]]:
    """What is no file, links, folders and rules."""
    yield "pipe.txt", lambda path: os.mkfifo(path)
    yield "pipe.pdf", lambda path: os.mkfifo(path)
    yield "socket.txt", bound
    yield "circle.txt", link("circle.txt")
    yield "dangling.pdf", link("/nowhere")
    yield "zero.txt", link("/dev/zero")
    yield "terminal.txt", link("/dev/tty")
    yield "kernel.txt", link("/proc/kmsg")
    yield "memory.txt", link("/proc/self/mem")
    yield "core.txt", link("/proc/kcore")
    yield "secrets.txt", link("/proc/self/environ")
    yield "links", tree(a__txt=link("/etc/passwd"), **{"b.txt": link("/etc/hosts"), "etc": link("/etc"), "c.txt": FERN})
    stars = "*" + "a*" * 25 + "b\n"
    yield "stars", tree(**{"DOTgitignore": stars, "a" * 120 + ".txt": FERN})
    yield "globs", tree(**{"DOTgitignore": "**/a/" * 40 + "b\n", "a__" * 60 + "a.txt": FERN})
    yield (
        "rules",
        tree(**{"DOTgitignore": "".join(f"*{n}?x\n" for n in range(9_000)), **{f"f{n}.txt": f"{FERN}{n}" for n in range(200)}}),
    )
    yield "rules_too_many", tree(**{"DOTgitignore": "*.log\n" * 1_000_000, "a.txt": FERN})
    yield "rules_pipe", tree(**{"DOTgitignore": lambda path: os.mkfifo(path), "a.txt": FERN})
    yield "rules_device", tree(**{"DOTgitignore": link("/dev/zero"), "a.txt": FERN})
    yield "loops", loops
    yield "deep_folders", deep_folders


def made() -> Iterator[tuple[str, Content]]:
    """All of them, one after another."""
    for group in (texts, pages, mails, archives, papers, things):
        yield from group()


def main() -> None:
    """Make each, read it, print what it cost; then index all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where they are made and left")
    parser.add_argument("--only", default="", metavar="WORD", help="those whose name holds a word")
    options = parser.parse_args()
    root = Path(options.folder or mkdtemp(prefix="pincite-hostile-"))
    folder = root / "hostile"
    names = []
    print(f"{'':28}{'seconds':>9} {'MB':>6}  (computing, largest memory: reader | its parent)")
    for name, content in made():
        if options.only in name:
            names.append(name)
            if not os.path.lexists(folder / name):
                put(folder / name, content)
            report(name, folder / name)
    print(f"{len(names)} entries")
    if not options.only:
        index(folder, root / "library")
    if not options.folder:
        shutil.rmtree(root)


def report(name: str, path: Path) -> None:
    """Read one in a process of its own."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", ONE, str(path)], capture_output=True, text=True, check=False)
    try:
        said, ((own, own_memory), (child, memory)) = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        said, own, own_memory, child, memory = f"DIED ({done.returncode}): {done.stderr[-200:]!r}", 0, 0, 0, 0
    bad = "" if said.startswith(("read,", "ReadError")) and "\n" not in said else "!!! "
    said = said.replace(str(path), "…")
    spent = f"{child:5.1f}|{own:4.1f} {memory:5.0f}|{own_memory:5.0f} {time.monotonic() - began:6.1f} s"
    print(f"{name:28}{spent}  {bad}{said[:110]}", flush=True)


def index(folder: Path, library: Path) -> None:
    """All of them as a person would take them: ``pincite index``."""
    began = time.monotonic()
    run = [sys.executable, "-c", "import sys; from ui.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    done = subprocess.run([*run, "index", str(folder), "-o", str(library)], capture_output=True, text=True, check=False)
    lines = done.stderr.splitlines()
    print(f"\npincite index: exit {done.returncode}, {time.monotonic() - began:.0f} s, {'Traceback' in done.stderr} traceback")
    print(f"{len(lines)} lines; the last: {lines[-1]}")


if __name__ == "__main__":
    main()
