"""How many texts in older encodings are read right, by us and by three libraries.

    python benchmarks/encodings.py [--sets FOLDER | --catalogues FOLDER] [--each N] [--tuning] [--wrong]

Pieces of 20 to 1,000 bytes of real texts (translations of Sphinx, the gold sentences of the tests, the shipped article, and
with --sets also sets in BEIR's layout, unpacked in a folder) in every encoding that people have used for their language. A
piece is right when every character of it is. The first half of every text is for tuning and never reported.
With --catalogues the texts are those of the translations (.po) in a folder alone, such as an unpacked package that nothing here
was made or tuned with. charset-normalizer, chardet and faust-cchardet take part where they are installed.
"""

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from corpus.formats.charset import likeliest
from corpus.messages import Message

ROOT = Path(__file__).parents[1]
WEST = ("cp1252", "iso8859-15", "mac-roman")
CENTRAL = ("cp1250", "iso8859-2")
BALTIC = ("cp1257", "iso8859-13")
CYRILLIC = ("cp1251", "koi8-u", "iso8859-5")
ENCODINGS = {
    **dict.fromkeys(("en", "fr", "de", "es", "pt_BR", "it", "nl", "sv", "da", "fi", "ca", "nb_NO"), WEST),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "hr", "sl", "ro"), CENTRAL),
    **dict.fromkeys(("lt", "lv", "et"), BALTIC),
    **dict.fromkeys(("bg", "uk_UA"), CYRILLIC),
    "ru": ("cp1251", "koi8-r", "iso8859-5", "cp866"),
    "el": ("cp1253", "iso8859-7"),
    "tr": ("cp1254",),
    "he": ("cp1255", "iso8859-8"),
    "ar": ("cp1256", "iso8859-6"),
    "fa": ("cp1256",),
    "zh_CN": ("gb18030",),
    "zh_TW": ("big5",),
    "ja": ("cp932", "euc-jp"),
    "ko": ("cp949",),
}
SIZES = (20, 50, 100, 200, 500, 1000)
_ENTRY = re.compile(r'^msgstr "(.*)"\n((?:".*"\n)*)', re.MULTILINE)
_CODES = {"zh": "zh_CN", "pt": "pt_BR", "no": "nb_NO", "nb": "nb_NO", "uk": "uk_UA", "zh_Hans": "zh_CN", "zh_Hant": "zh_TW"}
_SENTENCE = 15
"""Characters of the shortest text of a catalogue."""

Reader = Callable[[bytes], tuple[str, bool]]


def texts(sets: Path | None) -> Iterator[tuple[str, str]]:
    """Languages and texts, each of many sentences."""
    import sphinx

    for path in sorted((Path(sphinx.__file__).parent / "locale").glob("*/LC_MESSAGES/sphinx.po")):
        said = [(a + "".join(line.strip('"\n') for line in b.splitlines())) for a, b in _ENTRY.findall(path.read_text("utf-8"))]
        yield path.parts[-3], "\n".join(words.replace("\\n", " ").replace('\\"', '"') for words in said[1:] if words)
    for path in sorted((ROOT / "tests" / "gold").glob("*.json")):
        yield path.stem, "\n".join(paragraph["text"] for paragraph in json.loads(path.read_text("utf-8"))["paragraphs"])
    yield "en", (ROOT / "corpus" / "material" / "new-quality-productivity.txt").read_text("utf-8")
    for path in sorted(sets.glob("*/corpus.jsonl")) if sets else ():
        code = next((part for part in path.parts[-2].split("_") if len(part) == 2), "en")
        rows = path.read_text("utf-8").splitlines()[:300]
        yield code, "\n".join(json.loads(row)["text"] for row in rows)


def translated(catalogues: Path) -> Iterator[tuple[str, str]]:
    """Languages and texts of the translations in a folder."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(catalogues.rglob("LC_MESSAGES/*.po")):
        said = [a + "".join(line.strip('"\n') for line in b.splitlines()) for a, b in _ENTRY.findall(path.read_text("utf-8"))]
        found[path.parts[-3]] += [words.replace("\\n", " ").replace('\\"', '"') for words in said[1:] if len(words) > _SENTENCE]
    for code, lines in found.items():
        yield code, "\n".join(lines)


def pieces(given: Iterable[tuple[str, str]], *, each: int, tuning: bool) -> Iterator[tuple[str, str, int, bytes, str]]:
    """Language, encoding, size, bytes and the right text of every piece."""
    for code, text in given:
        language = _CODES.get(code, code)
        for size in SIZES:
            found = 0
            lines = re.split(r"(?<=\n)", text)
            lines = lines[: len(lines) // 2] if tuning else lines[len(lines) // 2 :]
            for n in range(len(lines)):
                if found == each:
                    break
                piece = "".join(lines[n : n + 40])[:size]
                if piece.isascii():
                    continue
                known = False
                for encoding in ENCODINGS.get(language, ()):
                    try:
                        data = piece.encode(encoding)
                        right = data.decode(encoding)
                    except UnicodeError:
                        continue
                    bounded = data[:size].decode(encoding, errors="ignore")
                    if bounded.isascii() or bounded.encode(encoding).decode("utf-8", "ignore") == bounded:
                        continue
                    known = True
                    yield language, encoding, size, bounded.encode(encoding), right[: len(bounded)]
                found += known


def ours(data: bytes) -> tuple[str, bool]:
    """The project's rule: the text, and whether a second reading is named."""
    found = likeliest(data)
    return (found[0], isinstance(found[1], Message)) if found else ("", False)


def others() -> Iterator[tuple[str, Reader]]:
    """The libraries that are installed."""
    if find_spec("charset_normalizer"):
        from charset_normalizer import from_bytes

        yield "charset-normalizer", lambda data: (str(from_bytes(data).best() or ""), False)
    for title, module in (("chardet", "chardet"), ("faust-cchardet", "cchardet")):
        if find_spec(module):
            yield title, _named(__import__(module).detect)


def _named(detect: Callable[[bytes], dict[str, str | None]]) -> Reader:
    def read(data: bytes) -> tuple[str, bool]:
        try:
            return data.decode(detect(data)["encoding"] or "ascii"), False
        except (UnicodeError, LookupError):
            return "", False

    return read


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--catalogues", type=Path)
    parser.add_argument("--each", type=int, default=12, help="pieces of a text, of a size")
    parser.add_argument("--tuning", action="store_true", help="the other half, and our rule alone")
    parser.add_argument("--wrong", action="store_true", help="show what is read wrong")
    chosen = parser.parse_args()
    given = translated(chosen.catalogues) if chosen.catalogues else texts(chosen.sets)
    cases = [*pieces(given, each=chosen.each, tuning=chosen.tuning)]
    print(f"{len(cases):,} pieces, {len({language for language, *_ in cases})} languages")
    print(f"{'right of bytes':<20}" + "".join(f"{size:>8}" for size in SIZES) + f"{'200 up':>9}{'a ms':>8}{'in doubt':>10}")
    for title, read in (("ours", ours), *(() if chosen.tuning else others())):
        right: dict[int, list[bool]] = defaultdict(list)
        doubt = wrong_unsaid = 0
        by_encoding: dict[tuple[str, str], list[bool]] = defaultdict(list)
        began = time.perf_counter()
        for language, encoding, size, data, text in cases:
            found, doubted = read(data)
            right[size].append(found == text)
            doubt += doubted
            wrong_unsaid += found != text and not doubted
            if size >= 200:
                by_encoding[language, encoding].append(found == text)
                if chosen.wrong and title == "ours" and found != text:
                    print(
                        language,
                        encoding,
                        size,
                        doubted,
                        likeliest(data) and likeliest(data)[1],
                        repr(found[:60]),
                        repr(text[:60]),
                    )
        each = (time.perf_counter() - began) / len(cases) * 1000
        shares = "".join(f"{sum(right[size]) / len(right[size]):8.1%}" for size in SIZES)
        long = [good for size in SIZES if size >= 200 for good in right[size]]
        print(f"{title:<20}{shares}{sum(long) / len(long):9.2%}{each:8.2f}{doubt:7,} said, wrong and not said {wrong_unsaid:,}")
        weak = [f"{a} {b} {sum(g) / len(g):.0%}" for (a, b), g in by_encoding.items() if sum(g) < 0.99 * len(g)]
        print(f"{'':<20}below 99 % from 200 bytes: {', '.join(weak) or 'none'}")


if __name__ == "__main__":
    main()
