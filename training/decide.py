"""Fits the numbers that join retrieval and reader, and the decision whether a question is answered.

    python -m training.decide DATA DATA2 --cache training/work/asked [--write]

All is chosen over many domains, each with the same weight: every second title of `squad2_dev_A` (titles 0; titles 1 are for
reporting), and of the other sets the documents of `training.sets.part_of` "tune". Of each domain up to 90 questions with an
answer, as many that its documents do not answer, where it has such, and 40 of other domains. Chosen are:

    the weights of retrieval and reader in a sentence's score                       printed, for `rag/settings.py`
    the share of the first quote's score that a further quote needs                 printed, for `rag/settings.py`
    the logistic regression that gives the log-odds that the quotes answer          written to `rag/decision.json`

Questions with an answer, without one, and of other domains weigh 4 : 1 : 1 in each domain, so the probabilities hold for such a
mixture; the borders of the bands are those of `rag/bands.py`. Printed for each domain: the first sentence right, what is shown
right, the share of those with an answer that is answered, rightly, and surely so; of the others AUROC, called answers, refused;
the calibration error.
"""

import argparse
import json
import pickle
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from benchmarks.languages import translated
from corpus.document import Document
from corpus.read import shipped
from corpus.terms import terms
from index.cache import library_of
from index.encoders.export import open_encoder
from index.library import Library
from rag.analyse import analyse
from rag.bands import ANSWERS, MAY_ANSWER
from rag.decide import is_cross_language, signals
from rag.evaluation.measures import auroc, characters
from rag.evaluation.questions import Case, QuestionSet, load
from rag.evaluation.run import right
from rag.question import Question
from rag.quotes import choose
from rag.reader.model import SHIPPED, NoReader, OnnxReader, Reader
from rag.reader.rerank import ranked, rerank
from rag.retrieve import Hit, across_languages, is_foreign, retrieve
from rag.settings import DECISION_DEPTH, FUSION, QUOTES, READER_TOKENS, RERANK_WEIGHTS
from training.cloze import NAME
from training.examples import where
from training.sets import only_part

SHARE = {"answerable": 4.0, "near": 1.0, "far": 1.0}

POOLED = (
    *(
        "squad2_dev_A",
        "cmrc2018_train",
        "cmrc2017_zh_train",
        "jaquad_ja_train",
        "piaf_fr_train",
        "arcd_ar_train",
        "faquad_pt_train",
    ),
    *("norquad_news_no_train", "fairytaleqa_train", "onestopqa_train", "condaqa_train", "bioasq12b_train", "checkcovid_train"),
    *("evidence_inference_train", "doc2dial_train", "fm2_train", "tatqa_train", "pira_un_train", "qed_train"),
    "tosdr_claims_train",
)
"""Sets whose documents are one library."""

ALONE = ("doc2dial_train", "cuad_train", "contractnli_train", "capp130_zh_train", "tatqa_train", "fairytaleqa_train")
"""Sets each of whose questions is asked of its own document."""

DECISION = Path(__file__).resolve().parents[1] / "rag" / "decision.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it, as retrieval ranked it, the reader's looks included."""

    case: Case
    question: Question
    hits: tuple[Hit, ...]
    group: str
    domain: str
    across: bool


def looked_up(text: str, library: Library, reader: Reader, within: set[int] | None) -> tuple[Question, tuple[Hit, ...]]:
    """A question with what is found for it, as retrieval ranks it, the reader's looks included; of several parts, the whole."""
    question = analyse(text, library, multi_part=False)
    fusion = across_languages(FUSION) if is_foreign(question, library) else FUSION
    hits = retrieve(question, library, top=DECISION_DEPTH, fusion=fusion, within=within)
    if reader.fingerprint:
        looked = rerank(question, hits, library, reader, most=READER_TOKENS, weights=RERANK_WEIGHTS)
        by_row = {hit.row: hit.reader_score for hit in looked}
        hits = tuple(replace(hit, reader_score=by_row[hit.row]) for hit in hits)
    return question, hits


def collect(
    domain: str, questions: QuestionSet, far: Sequence[str], library: Library, reader: Reader, *, per_document: bool
) -> list[Asked]:
    """Every question of a set with its hits."""
    found = []
    cases = [*questions.cases, *(Case(f"far-{n}", text, answerable=False, kind="far") for n, text in enumerate(far))]
    rng = random.Random(5)
    for case in tqdm(cases, unit=" questions", desc=domain, mininterval=20):
        about = case.about if case.about is not None else next((g.document for g in case.gold), None)
        if case.kind == "far":
            about = rng.randrange(len(questions.documents))
        question, hits = looked_up(case.text, library, reader, {about} if per_document and about is not None else None)
        group = "answerable" if case.answerable else "far" if case.kind == "far" else "near"
        if hits:
            found.append(Asked(case, question, hits, group, domain, is_cross_language(question, hits)))
    return found


def again(hits: Sequence[Hit], weights: dict[str, float]) -> tuple[Hit, ...]:
    """Hits ranked with other weights."""
    return ranked(hits, {hit.row: hit.reader_score for hit in hits if hit.reader_score}, weights)


def as_shown(hits: tuple[Hit, ...], reader: Reader) -> tuple[Hit, ...]:
    """Hits as the product ranks them."""
    return again(hits, RERANK_WEIGHTS) if reader.fingerprint else hits


def quotes(hits: Sequence[Hit], library: Library) -> list[tuple[int, int, int]]:
    """The ranges that would be shown."""
    found = choose(hits, library, top=QUOTES)
    return [(library.owner(reading.hits[0].row), reading.quote.start, reading.quote.end) for reading in found]


def good(ranges: Sequence[tuple[int, int, int]], case: Case) -> bool:
    """Whether quotes answer: they hold the answer, or half of a longer one, or lie in it."""
    if not case.answerable:
        return False
    if right(ranges, case):
        return True
    gold = [(g.document, g.start, g.end) for g in case.gold]
    return bool(gold) and any((o := characters([r], gold)).recall >= 0.5 or o.precision >= 0.5 for r in ranges)


def main() -> None:
    """Collect, choose, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("data2", type=Path)
    parser.add_argument("--limit", type=int, default=90, help="questions of a domain with an answer, and without (90)")
    parser.add_argument("--far", type=int, default=40, help="questions of other domains (40)")
    parser.add_argument("--part", default="tune", help="tune, or report: figures on what nothing was fitted to")
    parser.add_argument("--no-reader", action="store_true")
    parser.add_argument("--domains", help="only these, with commas")
    parser.add_argument("--cache", type=Path, help="keep what was collected in this file, or take it from there")
    parser.add_argument("--write", action="store_true", help="write rag/decision.json")
    options = parser.parse_args()
    reader = NoReader() if options.no_reader else OnnxReader(SHIPPED)
    for name, collected, choices in (("within", gather, CHOICES), ("across", gather_across, CHOICES_ACROSS)):
        cache = options.cache and options.cache.with_name(f"{options.cache.name}-{name}")
        if cache and cache.exists():
            rows = pickle.loads(cache.read_bytes())
        else:
            rows = collected(options, reader)
            if cache:
                cache.write_bytes(pickle.dumps(rows))
        fit(rows, reader, choices, write=options.write)


@dataclass(frozen=True, slots=True)
class Row:
    """What one question says: its signals, whether the first sentence and what is shown answer, by the reader's weight."""

    domain: str
    group: str
    across: bool
    id: str
    signals: dict[str, float]
    first: dict[float, bool]
    shown: bool


Choices = dict[bool, list[tuple[tuple[str, ...], str | None]]]

WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)


def renamed(cases: Sequence[Case], others: Sequence[str], library: Library, rng: random.Random) -> Iterator[Case]:
    """Questions that would have an answer, asked of somebody or something that the documents never name."""
    pool = sorted({name for text in others for name in NAME.findall(text)})
    count = 0
    for case in cases:
        found = list(NAME.finditer(case.text)) if case.answerable and count < RENAMED else []
        if found and (strange := [name for name in rng.sample(pool, min(12, len(pool))) if _is_strange(name, library)]):
            match, count = rng.choice(found), count + 1
            text = case.text[: match.start()] + strange[0] + case.text[match.end() :]
            yield replace(case, id=f"{case.id}-renamed", text=text, answerable=False, kind="near", gold=(), relevant={})


def _is_strange(name: str, library: Library) -> bool:
    return all(library.frequency(term) == 0 for term in terms(name))


RENAMED = 15
"""Questions of a domain that are asked with another name."""


def gather(options: argparse.Namespace, reader: Reader) -> list[Row]:
    """The rows of every domain."""
    encoder = open_encoder(note=print)
    sets = [(name, False) for name in POOLED] + [(name, True) for name in ALONE]
    if options.domains:
        sets = [one for one in sets if one[0] in options.domains.split(",")]
    loaded = {name: only_part(load(where(name, options.data, options.data2)), options.part, options.limit) for name, _ in sets}
    rng = random.Random(7)
    rows: list[Row] = []
    for name, alone in sets:
        others = [c.text for other, found in loaded.items() if other != name for c in found.cases[:30] if c.answerable]
        domain = f"{name.removesuffix('_train')}{' alone' if alone else ''}"
        far = rng.sample(others, min(options.far, len(others)))
        library = library_of(loaded[name].documents, encoder=encoder, note=print, progress=lambda done, total: None)
        asked = replace(loaded[name], cases=(*loaded[name].cases, *renamed(loaded[name].cases, others, library, rng)))
        for one in collect(domain, asked, far, library, reader, per_document=alone):
            first = {}
            for weight in WEIGHTS if reader.fingerprint else (0.0,):
                hit = again(one.hits, {"retrieval": 1.0, "sentence": weight})[0]
                first[weight] = good([(library.owner(hit.row), hit.sentence.start, hit.sentence.end)], one.case)
            hits = as_shown(one.hits, reader)
            values = signals(one.question, hits)
            shown = good(quotes(hits, library), one.case)
            rows.append(Row(domain, one.group, one.across, one.case.id, values, first, shown))
    return rows


def gather_across(options: argparse.Namespace, reader: Reader) -> list[Row]:
    """The rows of questions in another language than the documents: of the shipped article in eight languages (the tune split
    of `benchmarks/languages.jsonl`), of `pira_un` in Portuguese, and far ones from sets of six languages.
    """
    encoder = open_encoder(note=print)

    def library_for(documents: Sequence[Document]) -> Library:
        return library_of(documents, encoder=encoder, note=print, progress=lambda done, total: None)

    ocean = only_part(load(options.data2 / "pira_un_train"), options.part, 60)
    libraries = library_for(shipped()), library_for(ocean.documents)
    asked = [(text, case, libraries[0]) for _, text, case in translated(options.part)]
    for line in (options.data2 / "pira_un_train" / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked += [(row["text_pt"], case, libraries[1]) for case in ocean.cases if case.id == row["_id"] and row.get("text_pt")]
    for n, name in enumerate(FOREIGN):
        some = only_part(load(where(name, options.data, options.data2)), options.part, 12).cases
        asked += [(case.text, replace(case, answerable=False, kind="far", gold=()), libraries[n % 2]) for case in some]
    rows = []
    for text, case, library in asked:
        question, hits = looked_up(text, library, reader, None)
        group = "answerable" if case.answerable else "far" if case.kind in ("far", "attack") else "near"
        hits = as_shown(hits, reader)
        first = good([(library.owner(hit.row), hit.sentence.start, hit.sentence.end) for hit in hits[:1]], case)
        shown, values = good(quotes(hits, library), case), signals(question, hits)
        rows.append(Row("across languages", group, True, case.id, values, dict.fromkeys(WEIGHTS, first), shown))
    return rows


FOREIGN = (
    *("cmrc2018_train", "piaf_fr_train", "jaquad_ja_train", "arcd_ar_train", "faquad_pt_train"),
    "norquad_news_no_train",
)


def fit(rows: Sequence[Row], reader: Reader, choices: Choices, *, write: bool) -> None:
    """Fit the decision to what a reader says, print its figures, and write it if that is wanted, for this reader alone."""
    domains = sorted({row.domain for row in rows})
    print("first sentence right by the reader's weight against retrieval's 1, mean over the domains")
    for weight in WEIGHTS if reader.fingerprint else ():
        means = [np.mean([r.first[weight] for r in rows if r.domain == d and r.group == "answerable"]) for d in domains]
        print(f"    {weight:.2f}  {np.nanmean(means):.3f}")
    held: dict[str, Any] = json.loads(DECISION.read_text(encoding="utf-8"))
    kind = "with reader" if reader.fingerprint else "without reader"
    for names, entry in choices[bool(reader.fingerprint)]:
        y = np.array([row.shown for row in rows])
        x = np.array([[row.signals.get(name, 0.0) for name in names] for row in rows])
        spread = x.std(axis=0) + 1e-9  # so that no signal is held back for its scale
        model = LogisticRegression(C=10.0, max_iter=5000).fit(x / spread, y, sample_weight=_weights(rows))
        by_name = dict(zip(names, (model.coef_[0] / spread).tolist(), strict=True))
        found = {"constant": float(model.intercept_[0])} | by_name
        weights = {name: round(value, 3) for name, value in found.items()}
        _print(rows, model.decision_function(x / spread), domains, weights)
        if entry is not None:
            more = {"readers": [reader.fingerprint]} if entry == "{}" and reader.fingerprint else {}
            held[entry.format(kind)] = more | {"weights": weights}
    if write:
        DECISION.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


CHOICES: Choices = {
    True: [
        (("sentence", "span", "meaning", "covered", "absent name", "mostly absent"), "multilingual-e5-small {}"),
        (("sentence", "span", "covered", "absent name", "mostly absent"), "{}"),
        (("sentence", "meaning", "covered", "absent name", "mostly absent"), None),
    ],
    False: [(("meaning", "covered", "together", "absent name", "mostly absent"), "multilingual-e5-small {}")],
}
"""The signals that are tried, with a reader and without, and the name that their weights are kept under, if any."""

CHOICES_ACROSS: Choices = {
    True: [
        (("sentence", "meaning"), "multilingual-e5-small {} across languages"),
        (("sentence",), "{} across languages"),
    ],
    False: [(("meaning",), "multilingual-e5-small {} across languages")],
}
"""The same across languages, where words say nothing."""


def _weights(rows: Sequence[Row]) -> np.ndarray:
    """What each row counts: every domain the same, and in it questions with an answer, without, and far ones by SHARE."""
    counts = Counter((row.domain, row.group) for row in rows)
    found = np.array([SHARE[row.group] / counts[row.domain, row.group] for row in rows])
    weights: np.ndarray = found * len(rows) / found.sum()
    return weights


def _print(rows: Sequence[Row], log_odds: np.ndarray, domains: Sequence[str], weights: dict[str, float]) -> None:
    """What the bands would do in each domain."""
    y, p, w = np.array([row.shown for row in rows]), 1 / (1 + np.exp(-log_odds)), _weights(rows)
    sure, shown = log_odds >= ANSWERS, log_odds >= MAY_ANSWER
    print(f"\n{json.dumps(weights)}")
    heads = (
        "first",
        "shown",
        "answered",
        "+right",
        "sure+right",
        "near AUC",
        "near sure",
        "near ref.",
        "far AUC",
        "far sure",
        "far ref.",
    )
    print(f"{'':30}" + "".join(f"{head:>11}" for head in heads))
    table = []
    for domain in domains:
        of = {g: [n for n, row in enumerate(rows) if (row.domain, row.group) == (domain, g)] for g in SHARE}
        yes, near, far = of["answerable"], of["near"], of["far"]
        line = [np.mean([rows[n].first.get(0.5, rows[n].first[0.0]) for n in yes]), y[yes].mean(), shown[yes].mean()]
        line += [(shown & y)[yes].mean(), (sure & y)[yes].mean()]
        for some in (near, far):
            area = auroc(log_odds[yes].tolist(), log_odds[some].tolist()) if some else np.nan
            line += [area, sure[some].mean() if some else np.nan, 1 - shown[some].mean() if some else np.nan]
        line.append(_error([*yes, *near, *far], p, y, w))
        table.append(line)
        print(f"{domain:30}" + "".join(f"{value:11.3f}" for value in line))
    print(f"{'mean':30}" + "".join(f"{value:11.3f}" for value in np.nanmean(np.array(table), axis=0)), flush=True)


def _error(some: Sequence[int], p: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """The expected calibration error over ten bins of equal mass (Guo et al. 2017)."""
    order = sorted(some, key=lambda n: p[n])
    bins = np.array_split(np.array(order), min(10, len(order)))
    total = sum(w[part].sum() for part in bins)
    gaps = [abs((w[part] * (p[part] - y[part])).sum()) for part in bins]
    return float(sum(gaps) / total)


if __name__ == "__main__":
    main()
