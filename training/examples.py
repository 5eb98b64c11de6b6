"""Question sets become training examples for the reader: a question, a window of text, the words that answer or none.

    python -m training.examples DATA DATA2 -o training/work/examples.npz

`DATA` and `DATA2` are folders of question sets in BEIR's layout. Every example is `<s> question </s></s> window </s>` as ids
of the base's own tokenizer, with the tokens at which an answer may start and end; none for an example without an answer.
Windows are whole sentences, as long as those that are read when a question is asked. Kinds, and what each is to teach:

    answered      a question and a window that holds its answer
    unanswerable  a question that its document does not answer, at the window that tempts
    ranked        another window that words rank high for the question, of its document or of another of its kind
    removed       the window without the sentence that answers
    swapped       a name or number of the question replaced by another of the same kind
    whole         a question that a whole passage answers, nobody said with which words
    rows          a row of a table with the names of its columns
    cloze         words of a sentence, or the sentence with a gap, from texts without questions; broken: with another name in it

What is asked is said in every form that people type (`training.restyle`). `MIXTURE` says how much of each set is taken: English
Wikipedia, on which most question sets are made, is two fifths of the examples, no other domain over a sixth.
"""

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from corpus.scripts import EAST_ASIAN
from corpus.terms import terms
from index.search.bm25 import Bm25
from rag.reader.model import MAX_TOKENS
from training.cloze import NAME, NUMBER, asked, broken, gap
from training.restyle import as_typed
from training.sets import Paragraph, Question, Set, Span, Window, load, paragraph, part_of, rows
from training.tables import row_of

SEED = 20261127

_WORD = re.compile(rf"[{EAST_ASIAN}]{{2}}|[^\W{EAST_ASIAN}]+")


@dataclass(frozen=True, slots=True)
class Share:
    """What is taken of a set: at most so many answered questions, as many times ``ranked`` beside other windows, ``no`` of
    those that have no answer. ``claims`` are no questions; ``far``: only windows of other documents are said not to answer,
    since other sentences of the same one may.
    """

    name: str
    answered: int
    ranked: float = 0.5
    no: int = 0
    language: str = "en"
    claims: bool = False
    far: bool = False
    kind: str | None = None


MIXTURE = (
    Share("squad11_train", 7_000, 0.45),
    Share("squad2_unans_train", 9_000, 0.1, no=17_398),
    Share("qed_train", 2_500, 0.5, kind="answer"),
    Share("clapnq_train", 171, 1.0, no=162),
    Share("cmrc2018_train", 5_000, 0.8, language="zh"),
    Share("cmrc2017_zh_train", 1_200, 0.8, language="zh"),
    Share("capp130_zh_train", 3_000, 0.5, language="zh", claims=True, far=True),
    Share("jaquad_ja_train", 4_500, 0.8, language="ja"),
    Share("piaf_fr_train", 4_500, 0.8, language="fr"),
    Share("arcd_ar_train", 591, 1.0, language="ar"),
    Share("faquad_pt_train", 501, 1.0, language="pt"),
    Share("norquad_news_no_train", 1_200, 0.8, language="no"),
    Share("norquad_wikipedia_no_train", 800, 0.8, language="no"),
    Share("tosdr_claims_train", 2_500, 0.6, claims=True, far=True),
    Share("policyqa_sidearm_train", 486, 1.0),
    Share("cuad_train", 2_500, 0.1, no=2_500),
    Share("contractnli_train", 218, 0.5, no=600, claims=True),
    Share("doc2dial_train", 1_600, 1.3),
    Share("tatqa_train", 360, 1.0, no=200),
    Share("emanual_smart_tv_train", 224, 2.0),
    Share("pira_un_train", 221, 1.0),
    Share("bioasq12b_train", 600, 0.8),
    Share("evidence_inference_train", 1_000, 0.8),
    Share("checkcovid_train", 800, 0.5, no=400, claims=True),
    Share("wice_train", 101, 1.0, no=220, claims=True),
    Share("fm2_train", 1_100, 0.9, claims=True),
    Share("fever_symmetric_train", 600, 0.9, claims=True),
    Share("expertqa_train", 700, 0.5, no=300, claims=True),
    Share("fairytaleqa_train", 4_000, 0.9),
    Share("onestopqa_train", 900, 0.9),
    Share("qadiscourse_wikinews_train", 1_500, 0.7),
    Share("qamr_wikinews_train", 1_000, 0.7),
    Share("condaqa_train", 2_500, 0.5, no=347),
    Share("molweni_train", 600, 0.4, no=137),
)
"""`DATA` and `DATA2` by set."""

WHOLE = ("covid_faq_de", "covid_faq_en", "covid_faq_it", "covid_faq_pl", "covid_faq_sv", "cnil_faq_fr")
JUDGED = ("ar", "de", "es", "fa", "fi", "fr", "hi", "id", "ja", "ko", "ru")
"""Languages of NoMIRACL: of ten passages some answer, judged by people, none at a span."""

REMOVED, SWAPPED, ROWS, CLOZE = 4_000, 7_000, 2_500, 4_000


@dataclass(frozen=True, slots=True)
class Example:
    """A question at a window; ``spans`` are the answers in characters of the window's paragraph, none for no answer.

    ``whole`` means that the window answers, whichever its words are. ``group`` numbers the questions of tuning.
    """

    kind: str
    source: str
    question: str
    window: Window
    spans: tuple[Span, ...] = ()
    whole: bool = False
    group: int = -1


class Ranked:
    """The sentences of a set, to find windows that tempt."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self.flat = [(whole, row) for whole in paragraphs for row in range(len(whole.sentences))]
        self.index = Bm25.build([whole.text[slice(*whole.sentences[row])] for whole, row in self.flat])
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, (whole, _) in enumerate(self.flat):
            self.places[whole.doc].append(place)

    def windows(
        self, question: str, rng: random.Random, *, inside: str | None = None, outside: str | None = None
    ) -> list[Window]:
        """The best windows for a question, best first, all of a document or none of it."""
        scores = self.index.scores(terms(question))
        if inside is not None:
            places = np.array(self.places[inside])
            best = places[np.argsort(-scores[places], kind="stable")][:6]
        else:
            few = np.argpartition(-scores, min(16, len(scores) - 1))[:16]
            best = few[np.argsort(-scores[few], kind="stable")]
        return [self.flat[n][0].at(self.flat[n][1]) for n in best if outside is None or self.flat[n][0].doc != outside]


def answers_too(window: Window, question: Question, whole: Paragraph, *, evidence: bool) -> bool:
    """Whether a window may well answer, since it holds the words of an answer: for evidence, half of those that carry
    weight.
    """
    text = window.words.lower()
    for start, end in question.spans:
        if window.doc == question.doc and window.start < end and start < window.end:
            return True
        said = whole.text[start:end].lower()
        if not evidence and said in text:
            return True
        if evidence and (held := _words(said)) and len(held & _words(text)) >= 0.5 * len(held):
            return True
    return False


@lru_cache(maxsize=20_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text) if len(word) > 3 or word.isdigit() or not word.isascii())


def _said(share: Share, one: Question, rng: random.Random) -> str:
    text = one.text
    if share.name == "cuad_train":
        named = str(one.row.get("category", text))
        whether = f"Does the contract say anything about {named.lower()}?"
        text = rng.choice((text, named, f"What is the {named.lower()}?", whether))
    if share.name == "pira_un_train" and rng.random() < 0.5:
        return str(one.row.get("text_pt") or text)
    return as_typed(text, share.language, rng, claim=share.claims)


def of_set(share: Share, made: Set, part: str, rng: random.Random) -> Iterator[Example]:
    """The examples of one set, of its documents that are in this part."""
    some = [one for one in made.questions if part_of(one.doc) == part or share.name.startswith("squad")]
    with_answer, without = [one for one in some if one.spans], [one for one in some if not one.spans]
    evidence = share.claims or bool(np.median([b - a for one in with_answer for a, b in one.spans] or [0]) > 60)
    index = Ranked(list(made.paragraphs.values()))

    def say(one: Question) -> str:
        return _said(share, one, rng)

    def above(window: Window) -> Window:
        title = made.paragraphs[window.doc].title
        return replace(window, above=title) if title and len(title) < 60 and rng.random() < 0.2 else window

    for one in rng.sample(with_answer, min(len(with_answer), share.answered)):
        if window := made.paragraphs[one.doc].holding(one.spans, rng):
            yield Example("answered", share.name, say(one), above(window), one.spans)
    count = round(share.ranked * min(len(with_answer), share.answered))
    for one in tqdm(rng.sample(with_answer, min(len(with_answer), count)), desc=share.name, mininterval=30):
        places = index.windows(one.text, rng, outside=one.doc if share.far else None)
        held = [w for w in places if not answers_too(w, one, made.paragraphs[one.doc], evidence=evidence)]
        if held:
            n = min(int(rng.expovariate(0.3 if share.far else 0.6)), len(held) - 1)
            yield Example("ranked", share.name, say(one), above(held[n]))
    for one in rng.sample(without, min(len(without), share.no)) * (1 if len(without) >= share.no else 2):
        places = index.windows(one.text, rng, inside=one.doc)
        if places:
            yield Example("unanswerable", share.name, say(one), above(places[min(int(rng.expovariate(1.0)), len(places) - 1)]))


def tempted(made: Set, pairs: Path, count: int, rng: random.Random) -> Iterator[Example]:
    """Unanswerable questions of SQuAD 2.0, mostly at a window that holds the answer of their twin."""
    by_name = {one.name: one for one in made.questions}
    found = list(rows(pairs))
    for pair in rng.sample(found, min(count, len(found))):
        one, twin = by_name.get(pair["uid"]), by_name.get(pair["aid"])
        if one and twin and twin.spans:
            whole = made.paragraphs[one.doc]
            window = whole.holding(twin.spans, rng) if rng.random() < 0.8 else None
            yield Example("unanswerable", "squad2_unans_train", as_typed(one.text, "en", rng), window or whole.anywhere(rng))


def wholes(name: str, language: str, made: Set, part: str, rng: random.Random) -> Iterator[Example]:
    """Questions of authorities' pages at the passage that answers, at times under the question as its heading, and at
    another.
    """
    found = [one for one in made.questions if one.spans and part_of(one.doc) == part]
    index = Ranked(list(made.paragraphs.values()))
    for one in found:
        window = next(made.paragraphs[one.doc].tiles())
        said = as_typed(one.text, language, rng)
        yield Example("whole", name, said, replace(window, above=one.text if rng.random() < 0.4 else ""), whole=True)
        if places := index.windows(one.text, rng, outside=one.doc):
            other, window = rng.choice(found), places[min(2, len(places) - 1)]
            heading = other.text if other.doc != one.doc and rng.random() < 0.4 else ""
            yield Example("ranked", name, said, replace(window, above=heading))


def judged(language: str, folder: Path, part: str, rng: random.Random) -> Iterator[Example]:
    """NoMIRACL: questions at passages that people judged to answer, or not to."""
    made = {row["_id"]: row for row in rows(folder / "corpus.jsonl")}
    right: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, doc, score = line.split("\t")
        if int(score) > 0:
            right[query].add(doc)
    held = {row["query"]: row["docs"] for row in rows(folder / "candidates.jsonl")}
    for row in rows(folder / "queries.jsonl"):
        if part_of(row["_id"]) != part:
            continue
        name = f"nomiracl_{language}_train"
        good = [doc for doc in right[row["_id"]] if doc in made]
        bad = [doc for doc in held.get(row["_id"], []) if doc in made and doc not in right[row["_id"]]]
        for docs, whole in ((good[:2], True), (rng.sample(bad, min(len(bad), 1 if good else 2)), False)):
            for doc in docs:
                if one := paragraph(doc, made[doc]["text"]):
                    said = as_typed(row["text"], language, rng)
                    if whole:
                        tiles = list(one.tiles())
                        if len(tiles) <= 2:
                            kind = replace(tiles[0], above=made[doc]["title"]) if rng.random() < 0.5 else tiles[0]
                            yield Example("whole", name, said, kind, whole=True)
                    else:
                        heading = made[doc]["title"] if rng.random() < 0.5 else ""
                        yield Example("ranked", name, said, replace(one.anywhere(rng), above=heading))


def removed(examples: Sequence[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """Windows of several sentences without those that answer."""
    for example in rng.sample(examples, len(examples)):
        if count <= 0:
            return
        window = example.window
        kept = [(s, e) for s, e in window.sentences if not any(a < e and s < b for a, b in example.spans)]
        answers = {window.text[a:b].lower() for a, b in example.spans}
        text = " ".join(window.text[s:e] for s, e in kept)
        if kept and not any(answer in text.lower() for answer in answers):
            count -= 1
            yield replace(example, kind="removed", window=Window(window.doc, text, 0, len(text), (), window.above), spans=())


def swapped(examples: Sequence[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """Questions with a name or number replaced by one of the same article, half of the time of the very window."""
    names: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        names[example.window.doc.split("#")[0]] += NAME.findall(example.question) + NUMBER.findall(example.question)
    for example in rng.sample(examples, len(examples)):
        if count <= 0:
            return
        near = NAME.findall(example.window.words) + NUMBER.findall(example.window.words)
        pool = near if rng.random() < 0.5 else names[example.window.doc.split("#")[0]]
        answers = " ".join(example.window.text[a:b] for a, b in example.spans).lower()
        if said := broken(example.question, [one for one in pool if one.lower() not in answers], rng):
            count -= 1
            yield replace(example, kind="swapped", question=said, spans=())


def cloze(name: str, texts: Sequence[str], count: int, rng: random.Random, *, english: bool) -> Iterator[Example]:
    """Questions made from texts: some of the words of a sentence, answered by it; with a name broken, or elsewhere, by
    nothing.
    """
    made = [one for n, text in enumerate(texts) if (one := paragraph(f"{name}-{n}", text[:20_000]))]
    for _ in range(count * 3):
        if count <= 0:
            return
        whole = rng.choice(made)
        row = rng.randrange(len(whole.sentences))
        start, end = (int(x) for x in whole.sentences[row])
        sentence = whole.text[start:end]
        made_gap = gap(sentence, rng) if english and rng.random() < 0.5 else None
        said = made_gap[0] if made_gap else asked(sentence, rng)
        if not said:
            continue
        count -= 1
        span = (start + made_gap[1], start + made_gap[2]) if made_gap else (start, end)
        luck = rng.random()
        if luck < 0.5:
            yield Example("cloze", name, said, whole.at(row), (span,))
            continue
        other = rng.choice(made)
        near = NAME.findall(whole.text[:5000]) + NUMBER.findall(whole.text[:5000])
        if luck < 0.75 and (wrong := broken(said, near, rng)):
            yield Example("cloze", name, wrong, whole.at(row))
        elif other is not whole:
            yield Example("cloze", name, said, other.anywhere(rng))


def tables(count: int, rng: random.Random) -> Iterator[Example]:
    """Rows of tables."""
    for _ in range(count):
        text, said, span = row_of(rng)
        yield Example("rows", "rows", said, Window("rows", text, 0, len(text), ((0, len(text)),)), (span,) if span else ())


def encode(examples: Sequence[Example], tokenizer: Tokenizer) -> dict[str, np.ndarray]:
    """Flat arrays: ``ids``, ``sentence`` (0 outside the window, else the sentence's number from 1) and ``gold`` (1 where an
    answer may start, 2 where it may end, 3 both) over all tokens; ``offsets (n + 1,)``, ``questions``, ``kinds``, ``groups``.
    """
    ids: list[np.ndarray] = []
    sentence: list[np.ndarray] = []
    gold: list[np.ndarray] = []
    kept: list[tuple[int, str, str, int, int]] = []
    lost = 0
    for at in tqdm(range(0, len(examples), 1000), desc="tokens", unit=" thousand", disable=None):
        part = examples[at : at + 1000]
        seen = [f"{e.window.above}\n{e.window.words}" if e.window.above else e.window.words for e in part]
        pairs = [(example.question, text) for example, text in zip(part, seen, strict=True)]
        for example, coded in zip(part, tokenizer.encode_batch(pairs), strict=True):
            window, length = example.window, len(coded.ids)
            shift = window.start - (len(window.above) + 1 if window.above else 0)
            marks = np.zeros(length, dtype=np.uint8)
            number = np.zeros(length, dtype=np.uint8)
            places = np.array([n for n, which in enumerate(coded.sequence_ids) if which == 1], dtype=int)
            starts, ends = np.array(coded.offsets)[places].T + shift
            under = starts >= window.start
            number[places] = np.where(under, 1 + np.searchsorted([s for s, _ in window.sentences[1:]], starts, side="right"), 0)
            if example.whole:
                marks[places[under]] = 3
            for begin, end in example.spans:
                begin, end = max(begin, window.start), min(end, window.end)
                first, last = np.flatnonzero((ends > begin) & under), np.flatnonzero((starts < end) & under)
                if begin < end and len(first) and len(last) and last[-1] >= first[0]:
                    marks[places[first[0]]] |= 1
                    marks[places[last[-1]]] |= 2
            if example.spans and not marks.any() and example.group < 0:
                lost += 1
                continue
            ids.append(np.array(coded.ids, dtype=np.uint32))
            sentence.append(number)
            gold.append(marks)
            kept.append((length, example.kind, example.source, sum(which == 0 for which in coded.sequence_ids), example.group))
    print(f"{len(kept):,} examples, {lost} whose answer did not fit", file=sys.stderr)
    return {
        "ids": np.concatenate(ids),
        "sentence": np.concatenate(sentence),
        "gold": np.concatenate(gold),
        "offsets": np.cumsum([0] + [length for length, *_ in kept]),
        "kinds": np.array([kind for _, kind, *_ in kept]),
        "sources": np.array([source for _, _, source, *_ in kept]),
        "questions": np.array([asked for *_, asked, _ in kept]),
        "groups": np.array([group for *_, group in kept]),
    }


def tuning(data: Path, data2: Path, rng: random.Random) -> Iterator[Example]:
    """Questions at all windows of their paragraph; ``group`` numbers them. Half of the titles of SQuAD 2.0, answerable or not,
    and of each set with spans up to 24 questions on the documents set aside, with as many asked of a document of the same kind.
    """
    asked: list[tuple[str, str, Question, list[Window]]] = []
    made = load(data / "squad2_dev_A")
    titles = sorted({one.doc.split("#")[0] for one in made.questions})
    for answerable in (True, False):
        some = [o for o in made.questions if titles.index(o.doc.split("#")[0]) % 2 == 0 and bool(o.spans) is answerable]
        for one in (some[n * len(some) // 250] for n in range(250)):
            asked.append((_KIND[answerable], "squad2_dev_A", one, list(made.paragraphs[one.doc].tiles())))
    for share in MIXTURE:
        if not share.name.startswith("squad"):
            asked += _tuned(share, load(where(share.name, data, data2), kind=share.kind), rng)
    for group, (kind, source, one, windows) in enumerate(asked):
        for window in windows:
            yield Example(kind, source, one.text, window, () if kind == "elsewhere" else one.spans, group=group)


_KIND = {True: "answered", False: "unanswerable"}


def _tuned(share: Share, made: Set, rng: random.Random) -> Iterator[tuple[str, str, Question, list[Window]]]:
    """The tuning questions of a set: their kind, the set, and the windows they are asked at, five at most."""
    held = [one for one in made.questions if part_of(one.doc) == "tune"]
    parts = [[one for one in held if bool(one.spans) is answerable] for answerable in (True, False)]
    some, none = (rng.sample(part, min(24, len(part))) for part in parts)
    for one in [*some, *none]:
        whole = made.paragraphs[one.doc]
        windows = list(whole.tiles())
        if len(windows) > 5:
            at = whole.holding(one.spans, rng) if one.spans else whole.anywhere(rng)
            windows = ([at] if at else []) + rng.sample(windows, 4)
        yield _KIND[bool(one.spans)], share.name, one, windows
    docs = [doc for doc in made.paragraphs if part_of(doc) == "tune"]
    for one in some if len(docs) > 1 else []:
        doc = rng.choice([doc for doc in docs if doc != one.doc])
        yield "elsewhere", share.name, one, list(made.paragraphs[doc].tiles())[:4]


def where(name: str, data: Path, data2: Path) -> Path:
    """The folder of a set."""
    return data / name if (data / name).is_dir() else data2 / name


def texts(path: Path, count: int, rng: random.Random) -> list[str]:
    """Texts of a compressed file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return [row["text"] for row in rng.sample(found, min(count, len(found)))]


def build(data: Path, data2: Path, packed: Path, *, seed: int, scale: float) -> list[Example]:
    """Training examples, the same for the same seed."""
    rng = random.Random(seed)
    examples: list[Example] = []
    for share in MIXTURE:
        share = replace(share, answered=round(share.answered * scale), no=round(share.no * scale))
        folder = where(share.name, data, data2)
        made = load(folder, kind=share.kind)
        if share.name == "squad2_unans_train":
            examples += tempted(made, folder / "pairs.jsonl", share.no, rng)
            share = replace(share, no=0)
        examples += of_set(share, made, "train", rng)
    for name in WHOLE:
        examples += wholes(f"{name}_train", name[-2:], load(data2 / f"{name}_train"), "train", rng)
    for language in JUDGED:
        examples += judged(language, data2 / f"nomiracl_{language}_train", "train", rng)
    found = [one for one in examples if one.kind == "answered" and one.spans]
    examples += removed(found, round(REMOVED * scale), rng)
    examples += swapped(found, round(SWAPPED * scale), rng)
    examples += tables(round(ROWS * scale), rng)
    examples += cloze("terms", texts(packed / "ota_terms.jsonl.gz", 400, rng), round(CLOZE * scale / 2), rng, english=True)
    laws = texts(packed / "zh_laws.jsonl.gz", 400, rng)
    examples += cloze("laws_zh", laws, round(CLOZE * scale / 2), rng, english=False)
    rng.shuffle(examples)
    return examples


def main() -> None:
    """Write the examples as one ``.npz``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the question sets")
    parser.add_argument("data2", type=Path, help="the folder of those beyond Wikipedia, unpacked")
    parser.add_argument("packed", type=Path, help="the folder of texts without questions")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED, help="another one draws other examples")
    parser.add_argument("--tuning", action="store_true", help="the questions that training is watched with, instead")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    coder = Tokenizer.from_file(str(options.tokenizer))
    coder.no_padding()
    coder.enable_truncation(MAX_TOKENS, strategy="longest_first")
    if options.tuning:
        examples = list(tuning(options.data, options.data2, random.Random(1)))
    else:
        examples = build(options.data, options.data2, options.packed, seed=options.seed, scale=options.scale)
    found = encode(examples, coder)
    for key in ("kinds", "sources"):
        print(dict(Counter(found[key].tolist()).most_common()), file=sys.stderr)
    np.savez(options.output, **found)


if __name__ == "__main__":
    main()
