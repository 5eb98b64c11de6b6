"""How often each language uses each letter: writes ``corpus/formats/letters.py``, by which encodings are told apart.

    python training/letters.py PROFILES SETS

PROFILES is the folder of language profiles of the package langdetect (counts over Wikipedia), SETS one with archives of sets
in BEIR's layout for Chinese and Japanese, whose characters those profiles gather in classes. A cost is -2 log2 of a letter's
share, rounded; letters below one in a hundred thousand are left to the floor.
"""

import argparse
import gzip
import json
import math
import tarfile
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

ALPHABETS = (
    "ca cs da de en es et fi fr hr hu id it lt lv nl no pl pt ro sk sl sq sv tr bg mk ru uk el he ar fa ur th ko".split()
)
MOST = 350
"""Characters that are kept of a language that has thousands."""

SIMPLE = (
    "国这来们个为时会说对学发过后现种经动进着无当样长实点业问关间机见开话题从应产员变体结确报务组将与没让张请给书级"
    "线门电车东马军义总战议导决较亲爱数据权单规则条处办优计划华观标转带认记论设识该远连达选还术团约专护证负责项参届"
    "备仅众红费质资银钱难场继续维缴纳医药气风层岁几万亿兴举乐习乡买亚监检罚处违环节统称许财"
)
FULL = (
    "國這來們個為時會說對學發過後現種經動進著無當樣長實點業問關間機見開話題從應產員變體結確報務組將與沒讓張請給書級"
    "線門電車東馬軍義總戰議導決較親愛數據權單規則條處辦優計劃華觀標轉帶認記論設識該遠連達選還術團約專護證負責項參屆"
    "備僅眾紅費質資銀錢難場繼續維繳納醫藥氣風層歲幾萬億興舉樂習鄉買亞監檢罰處違環節統稱許財"
)
"""Common characters of Chinese and, in the same order, their traditional forms."""


def counted(profile: Path) -> Counter[str]:
    """Counts of the letters of a profile, small ones."""
    counts: Counter[str] = Counter()
    for letters, n in json.loads(profile.read_text("utf-8"))["freq"].items():
        if len(letters) == 1 and letters.isalpha() and len(letters.lower()) == 1:
            counts[letters.lower()] += n
    script = unicodedata.name(counts.most_common(1)[0][0]).split()[0]
    return Counter({c: n for c, n in counts.items() if c.isascii() or unicodedata.name(c).startswith(script)})


def of_sets(folder: Path, names: tuple[str, ...]) -> Counter[str]:
    """Counts of the characters in the texts of some sets."""
    counts: Counter[str] = Counter()
    for name in names:
        path = folder / name
        if name.endswith(".gz") and not name.endswith(".tar.gz"):
            lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        else:
            with tarfile.open(path) as archive:
                member = next(m for m in archive.getmembers() if m.name.endswith("corpus.jsonl"))
                file = archive.extractfile(member)
                lines = file.read().decode().splitlines() if file else []
        for line in lines[:2000]:
            counts.update(c for c in json.loads(line)["text"] if ord(c) > 127)
    return counts


def costs(counts: Counter[str]) -> str:
    """The letters of a language, behind the cost that they have in common."""
    total = counts.total()
    groups: dict[int, list[str]] = defaultdict(list)
    for letter, n in counts.most_common(MOST):
        if n * 100_000 >= total:
            groups[round(-2 * math.log2(n / total))].append(letter)
    return " ".join(f"{cost}{''.join(letters)}" for cost, letters in sorted(groups.items()))


def _lines(row: str) -> str:
    return "\n".join(f'        "{row[at : at + 56]}"' for at in range(0, len(row), 56))


def main() -> None:
    """Write the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profiles", type=Path)
    parser.add_argument("sets", type=Path)
    chosen = parser.parse_args()
    found = {code: counted(chosen.profiles / code) for code in ALPHABETS}
    found["zh"] = of_sets(chosen.sets, ("cmrc2017_zh_train.tar.gz", "capp130_zh_train.tar.gz", "zh_laws.jsonl.gz"))
    found["zh-tw"] = Counter()
    for character, n in found["zh"].items():
        found["zh-tw"][character.translate(str.maketrans(SIMPLE, FULL))] += n
    found["ja"] = of_sets(chosen.sets, ("jaquad_ja_train.tar.gz",))
    path = Path(__file__).parents[1] / "corpus" / "formats" / "letters.py"
    rows = "\n".join(f'    "{code}": (\n{_lines(costs(counts))}\n    ),' for code, counts in found.items())
    path.write_text(
        '"""How often each language uses each letter, made by ``training/letters.py``."""\n\n'
        f"LETTERS = {{\n{rows}\n}}\n"
        '"""Language: letters, small ones, behind the cost that they have in common, which is -2 log2 of their share."""\n',
        "utf-8",
    )


if __name__ == "__main__":
    main()
