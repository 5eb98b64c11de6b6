"""Question sets become training examples for the reader: a question, a window of text, the words that answer or none.

    python training/examples.py DATA -o training/work/examples.npz

Every example is `[CLS] question [SEP] window [SEP]` as ids of the encoder's own tokenizer, with the tokens at which an
answer may start and end; none for an example without an answer. Windows are whole sentences, as long as those that are
read when a question is asked. Kinds, and what each is to teach:

    answered      a SQuAD 1.1 question and a window that holds its answer
    twin          the answerable twin of a SQuAD 2.0 question, in the same style
    unanswerable  a SQuAD 2.0 question that its paragraph does not answer, at the window that tempts; taken twice
    natural       a question typed into a search engine (QED), with the range that answers
    ranked        another window that words rank high for the question, and that does not contain the answer
    removed       the window without the sentence that answers
    swapped       a name or number of the question replaced by another of the same kind
    keywords      the words of such a question alone, as in a search box, answered or not
    yes/no        such a question as one that asks whether, answered or not ("When did he leave?": "Did he leave?")
"""

import argparse
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from corpus.chunk import cut
from corpus.document import Document
from corpus.languages.registry import rules_for
from corpus.terms import terms
from index.encoders.minilm import DEFAULT_PACKAGE
from index.search.bm25 import Bm25
from rag.reader.model import MAX_TOKENS
from rag.reader.windows import around, inside

SEED = 20261124
COUNTS = {"answered": 32_000, "ranked": 17_000, "removed": 5_000, "swapped": 12_000, "keywords": 7_000, "yes/no": 13_000}
"""How many examples of the kinds that could have more; of the last two, as many again that are not answered."""

_NAME = re.compile(r"(?<=\s)[A-Z][\w'’-]+(?:\s+(?:of\s+)?[A-Z][\w'’-]+)*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,.]*\d|(?<![\w.,])\d(?![\w.,])")
_AUXILIARY = "do|does|did|is|are|was|were|can|could|will|would|has|have|had|may|might|should|must"
_THING = rf"(?!(?:{_AUXILIARY})\b)[\w'’-]+"
_ASKS_MORE = re.compile(
    r"(?P<before>(?:in|on|at|to|for|from|since|until|by|with|of|through|during|under|about)\s+)?"
    r"(?:when|where|why|how(?:\s+(?:long|often|far|frequently))?|"
    rf"(?:what|which|how many|how much)\s+(?P<thing>(?:{_THING}\s+){{0,3}}{_THING}))"
    rf"\s+(?P<auxiliary>{_AUXILIARY})\s+(?P<rest>\S+\s+\S+\s+\S.*?)\s*\?*",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\b(?:year|years|day|date|month|time|century|decade|season|era|age)\b", re.IGNORECASE)
_KIND_OF = re.compile(
    r"^(?:(?:other|main|specific)\s+)?(?:kind|type|sort|part|amount|number|percentage|percent)s?\s+of\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Window:
    """Characters ``start:end`` of a paragraph, with the ranges of the sentences inside."""

    doc: str
    text: str
    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]

    @property
    def words(self) -> str:
        """The text of the window."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text and the ranges of its sentences, ``(n, 2) int64``."""

    doc: str
    text: str
    sentences: np.ndarray

    def at(self, row: int) -> Window:
        """The window around a sentence, as it is when a question is asked."""
        first, last, _ = around(self.text, self.sentences, row)
        some = tuple((int(start), int(end)) for start, end in self.sentences[first:last])
        return Window(self.doc, self.text, some[0][0], some[-1][1], some)

    def holding(self, spans: Sequence[tuple[int, int]], rng: random.Random) -> Window | None:
        """A window that holds one of the spans whole: around the sentence it stands in, or for variety around one near it."""
        start, end = rng.choice(spans)
        row = int(np.searchsorted(self.sentences[:, 0], start, side="right")) - 1
        for near in (row + rng.choice((0, 0, 0, -1, 1, -2, 2)), row):
            if 0 <= near < len(self.sentences):
                window = self.at(near)
                if window.start <= start and end <= window.end:
                    return window
        return None

    def anywhere(self, rng: random.Random) -> Window:
        """A window around some sentence."""
        return self.at(rng.randrange(len(self.sentences)))


@dataclass(frozen=True, slots=True)
class Example:
    """A question at a window; ``spans`` are the answers in characters of the window's paragraph, none for no answer."""

    kind: str
    question: str
    window: Window
    spans: tuple[tuple[int, int], ...] = ()
    group: int = -1


@dataclass(slots=True)
class Set:
    """A question set: paragraphs, and questions with the paragraph they are about and their spans."""

    paragraphs: dict[str, Paragraph] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def paragraph(doc: str, text: str) -> Paragraph | None:
    """A paragraph cut into sentences as the product cuts a document; None for one that no document can be."""
    if "\r" in text or not text.strip():
        return None
    ranges = [sentence for inside in cut(Document(text=text, title=doc, source=doc)).sentences for sentence in inside]
    return Paragraph(doc, text, np.array(ranges, dtype=np.int64)) if ranges else None


def load(folder: Path, *, kind: str | None = None) -> Set:
    """A set in BEIR's layout; with ``kind``, only spans of that kind."""
    found_all = (paragraph(row["_id"], row["text"]) for row in rows(folder / "corpus.jsonl"))
    made = Set({one.doc: one for one in found_all if one})
    spans: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for row in rows(folder / "spans.jsonl"):
        if kind is None or row.get("kind") == kind:
            spans[row["query"]].append((row["doc"], row["start"], row["end"]))
    for row in rows(folder / "queries.jsonl"):
        found = spans.get(row["_id"], [])
        doc = row.get("about_doc") or (found[0][0] if found else None)
        if doc in made.paragraphs:
            made.questions.append({**row, "doc": doc, "spans": [(s, e) for d, s, e in found if d == doc]})
    return made


def answered(kind: str, made: Set, rng: random.Random) -> Iterator[Example]:
    """Each answerable question at a window that holds its answer."""
    for row in made.questions:
        if row["spans"] and (window := made.paragraphs[row["doc"]].holding(row["spans"], rng)):
            yield Example(kind, row["text"], window, tuple(row["spans"]))


def tempted(made: Set, pairs: Path, rng: random.Random) -> Iterator[Example]:
    """Each unanswerable question, mostly at a window that holds the answer of its twin."""
    by_id = {row["_id"]: row for row in made.questions}
    for pair in rows(pairs):
        row, twin = by_id.get(pair["uid"]), by_id.get(pair["aid"])
        if row and twin and twin["spans"]:
            whole = made.paragraphs[row["doc"]]
            for likely in (1.0, 0.7):
                window = whole.holding(twin["spans"], rng) if rng.random() < likely else None
                yield Example("unanswerable", row["text"], window or whole.anywhere(rng))


def ranked(asked: Sequence[dict[str, Any]], made: Set, rng: random.Random) -> Iterator[Example]:
    """Questions at a window around a sentence that BM25 ranks high, and that does not contain the answer."""
    flat = [(whole, row) for whole in made.paragraphs.values() for row in range(len(whole.sentences))]
    index = Bm25.build([whole.text[slice(*whole.sentences[row])] for whole, row in flat])
    for row in tqdm(asked, desc="ranked", unit=" questions", disable=None):
        scores = index.scores(terms(row["text"]))
        best = np.argpartition(-scores, 12)[:12]
        answers = {text.lower() for text in row.get("answers", [])}
        answers |= {made.paragraphs[row["doc"]].text[start:end].lower() for start, end in row["spans"]}
        places = [flat[n][0].at(flat[n][1]) for n in best[np.argsort(-scores[best])]]
        held = [window for window in places if not any(answer in window.words.lower() for answer in answers)]
        if held:
            yield Example("ranked", row["text"], held[min(int(rng.expovariate(0.6)), len(held) - 1)])


def restyled(kind: str, examples: Sequence[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """Examples with their question as :func:`key_words` or :func:`whether` say it, for those that can be said so."""
    say = {"keywords": key_words, "yes/no": whether}[kind]
    for example in rng.sample(examples, len(examples)):
        if count <= 0:
            return
        if question := say(example.question):
            count -= 1
            yield replace(example, kind=kind, question=question)


def key_words(question: str) -> str | None:
    """A question as people type it into a search box: the words that carry meaning."""
    words = [word for word in re.findall(r"[\w'’-]+", question) if word.lower() not in rules_for("en").stop_words | {"a", "i"}]
    return " ".join(words) if len(words) > 1 else None


def whether(question: str) -> str | None:
    """A question that asks when, where or what of something as one that asks whether it is so; None for others."""
    found = _ASKS_MORE.fullmatch(question.strip())
    if not found:
        return None
    auxiliary, rest, thing = found["auxiliary"].lower(), found["rest"], found["thing"]
    if not thing or found["before"] or _WHEN.search(thing):
        words = [auxiliary, rest]
    elif auxiliary in ("do", "does", "did"):
        words = [auxiliary, rest, "any", _KIND_OF.sub("", thing)]
    else:
        words = [auxiliary, "any", _KIND_OF.sub("", thing), rest]
    said = " ".join(words)
    return f"{said[0].upper()}{said[1:]}?"


def removed(examples: Sequence[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """Windows of several sentences without the one that answers."""
    for example in rng.sample(examples, min(len(examples), 3 * count)):
        if count <= 0:
            return
        window = example.window
        kept = [(s, e) for s, e in window.sentences if not any(a < e and s < b for a, b in example.spans)]
        answers = {window.text[a:b].lower() for a, b in example.spans}
        text = " ".join(window.text[s:e] for s, e in kept)
        if kept and not any(answer in text.lower() for answer in answers):
            count -= 1
            yield Example("removed", example.question, Window(window.doc, text, 0, len(text), ()))


def swapped(examples: Sequence[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """Questions with a name or number replaced by one of the same article, half of the time of the very window."""
    names: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for example in examples:
        article = example.window.doc.split("#")[0]
        names[article, False] += _NAME.findall(example.question)
        names[article, True] += _NUMBER.findall(example.question)
    for example in rng.sample(examples, len(examples)):
        if count <= 0:
            return
        numbers = rng.random() < 0.4
        found = list((_NUMBER if numbers else _NAME).finditer(example.question))
        if not found:
            continue
        match = rng.choice(found)
        near = (_NUMBER if numbers else _NAME).findall(example.window.words)
        pool = near if rng.random() < 0.5 else names[example.window.doc.split("#")[0], numbers]
        answers = " ".join(example.window.text[a:b] for a, b in example.spans).lower()
        others = [o for o in pool if o.lower() not in example.question.lower() and o.lower() not in answers]
        others = [o for o in others if not set(o.lower().split()) & set(match[0].lower().split())]
        if others:
            count -= 1
            text = example.question[: match.start()] + rng.choice(others) + example.question[match.end() :]
            yield Example("swapped", text, example.window)


def encode(examples: Sequence[Example], tokenizer: Tokenizer) -> dict[str, np.ndarray]:
    """Flat arrays: ``ids``, ``sentence`` (0 outside the window, else the sentence's number from 1) and ``gold`` (1 where an
    answer may start, 2 where it may end, 3 both) over all tokens; ``offsets (n + 1,)``, ``questions``, ``kinds``, ``groups``.
    """
    ids: list[np.ndarray] = []
    sentence: list[np.ndarray] = []
    gold: list[np.ndarray] = []
    lost = 0
    kept: list[tuple[int, str, int, int]] = []
    for at in tqdm(range(0, len(examples), 1000), desc="tokens", unit=" thousand", disable=None):
        part = examples[at : at + 1000]
        for example, coded in zip(part, tokenizer.encode_batch([(e.question, e.window.words) for e in part]), strict=True):
            window, length = example.window, len(coded.ids)
            marks = np.zeros(length, dtype=np.uint8)
            number = np.zeros(length, dtype=np.uint8)
            places = [n for n, which in enumerate(coded.sequence_ids) if which == 1]
            starts = np.array([coded.offsets[n][0] for n in places]) + window.start
            ends = np.array([coded.offsets[n][1] for n in places]) + window.start
            number[places] = 1 + np.searchsorted([s for s, _ in window.sentences[1:]], starts, side="right")
            for begin, end in example.spans:
                first, last = np.flatnonzero(ends > begin), np.flatnonzero(starts < end)
                if window.start <= begin and end <= window.end and len(first) and len(last) and last[-1] >= first[0]:
                    if ends[-1] < end:  # cut off by the limit
                        continue
                    marks[places[first[0]]] |= 1
                    marks[places[last[-1]]] |= 2
            if example.spans and not marks.any() and example.group < 0:
                lost += 1
                continue
            ids.append(np.array(coded.ids, dtype=np.uint16))
            sentence.append(number)
            gold.append(marks)
            kept.append((length, example.kind, sum(which == 0 for which in coded.sequence_ids), example.group))
    print(f"{len(kept):,} examples, {lost} whose answer did not fit", file=sys.stderr)
    return {
        "ids": np.concatenate(ids),
        "sentence": np.concatenate(sentence),
        "gold": np.concatenate(gold),
        "offsets": np.cumsum([0] + [length for length, *_ in kept]),
        "kinds": np.array([kind for _, kind, _, _ in kept]),
        "questions": np.array([asked for _, _, asked, _ in kept]),
        "groups": np.array([group for *_, group in kept]),
    }


def tiles(whole: Paragraph) -> Iterator[Window]:
    """Windows that show every sentence of a paragraph with its neighbours."""
    found: list[tuple[int, int]] = []
    for row in range(len(whole.sentences)):
        if not any(inside(row, first, last, len(whole.sentences)) for first, last in found):
            first, last, _ = around(whole.text, whole.sentences, row)
            found.append((first, last))
            yield whole.at(row)


def tuning(made: Set, count: int) -> Iterator[Example]:
    """Questions of every second title at all windows of their paragraph, as many answerable as not; ``group`` numbers them."""
    titles = sorted({row["doc"].split("#")[0] for row in made.questions})
    group = 0
    for answerable in (True, False):
        some = [r for r in made.questions if titles.index(r["doc"].split("#")[0]) % 2 == 0 and r["answerable"] is answerable]
        for n in range(min(count, len(some))):
            row = some[n * len(some) // min(count, len(some))]
            for window in tiles(made.paragraphs[row["doc"]]):
                yield Example("answered" if answerable else "unanswerable", row["text"], window, tuple(row["spans"]), group)
            group += 1


def build(data: Path, *, seed: int) -> dict[str, list[Example]]:
    """Training and tuning examples, the same for the same seed."""
    rng = random.Random(seed)
    squad, pairs, natural = (load(data / name, kind=k) for name, k in _SETS)
    twins = {row["twin"] for row in pairs.questions}
    plain = Set(squad.paragraphs, [row for row in squad.questions if row["_id"] not in twins])
    whole = list(answered("answered", plain, rng))
    found = rng.sample(whole, COUNTS["answered"])
    asked = rng.sample([row for row in squad.questions if row["spans"]], COUNTS["ranked"])
    asked += [row for row in natural.questions if row["spans"]]
    examples = [
        *found,
        *answered("twin", Set(pairs.paragraphs, [r for r in pairs.questions if r["answerable"]]), rng),
        *tempted(pairs, data / "squad2_unans_train" / "pairs.jsonl", rng),
        *answered("natural", natural, rng),
        *ranked(asked, Set(squad.paragraphs | natural.paragraphs), rng),
        *removed(found, COUNTS["removed"], rng),
        *swapped(found, COUNTS["swapped"], rng),
    ]
    none = [example for example in examples if not example.spans]
    for kind in ("keywords", "yes/no"):
        examples += [*restyled(kind, whole, COUNTS[kind], rng), *restyled(kind, none, COUNTS[kind], rng)]
    rng.shuffle(examples)
    return {"train": examples, "tune": list(tuning(load(data / "squad2_dev_A"), 500))}


_SETS = (("squad11_train", None), ("squad2_unans_train", None), ("qed_train", "answer"))


def tokenizer() -> Tokenizer:
    """The encoder's tokenizer, cutting as the reader does."""
    (path,) = Path(str(files(DEFAULT_PACKAGE))).rglob("tokenizer.json")
    made = Tokenizer.from_file(str(path))
    made.no_padding()
    made.enable_truncation(MAX_TOKENS, strategy="longest_first")
    return made


def main() -> None:
    """Write the examples as one ``.npz``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the question sets")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED, help="another one draws other examples")
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    coder = tokenizer()
    found = {}
    for name, examples in build(options.data, seed=options.seed).items():
        found |= {f"{name}_{key}": value for key, value in encode(examples, coder).items()}
        kinds, counts = np.unique(found[f"{name}_kinds"], return_counts=True)
        print(name, dict(zip(kinds.tolist(), counts.tolist(), strict=True)), file=sys.stderr)
    np.savez(options.output, **found)


if __name__ == "__main__":
    main()
