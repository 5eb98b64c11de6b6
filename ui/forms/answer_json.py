"""An answer as JSON: stable names, for machines and for the window."""

from typing import Any

from corpus.document import Quote
from corpus.locator import describe, warnings
from rag.answer import Answer, Citation, Refusal


def record(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """The answer as a JSON object; its fields are described in the README.

    ``start`` and ``end`` count Unicode code points of the settled text, as Python indexes it. ``explain`` adds what
    each part of the question was judged by, and to every citation what each ranking said.
    """
    refusal = answer.refusal
    found: dict[str, Any] = {
        "question": answer.question,
        "answered": refusal is None,
        "citations": [_citation(citation, explain=explain) for citation in answer.citations],
        "refusal": None if refusal is None else {"question": refusal.question, **_refusal(refusal, explain=explain)},
        "unanswered": [{"question": part.question, **_refusal(part, explain=explain)} for part in answer.unanswered],
        "read_as": dict(answer.read_as),
        "reader": answer.reader,
        "notes": list(map(str, answer.notes)),
        "milliseconds": round(answer.milliseconds, 1),
    }
    if explain:
        found["explain"] = [
            {
                "question": verdict.question,
                "confidence": round(verdict.confidence, 4),
                "threshold": verdict.threshold,
                "signals": {s.name: {"value": round(s.value, 4), "share": round(s.share, 4)} for s in verdict.signals},
            }
            for verdict in answer.verdicts
        ]
    return found


def _refusal(refusal: Refusal, *, explain: bool) -> dict[str, Any]:
    return {
        "reason": refusal.reason,
        "absent_terms": list(refusal.absent_terms),
        "nearest": [_citation(citation, explain=explain) for citation in refusal.nearest],
    }


def _citation(citation: Citation, *, explain: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": citation.number,
        "quote": citation.quote.text,
        "language": citation.language or None,
        **_place(citation.quote),
        "score": round(citation.score, 4),
        "marks": [{"start": mark.start, "end": mark.end, "text": mark.text} for mark in citation.marks],
        "also": [_place(quote) for quote in citation.also],
        "near": [{"quote": quote.text, **_place(quote)} for quote in citation.near],
    }
    if explain:
        found["explain"] = [
            {p.ranking: {"score": round(p.score, 4), "rank": p.rank, "share": round(p.share, 4)} for p in hit.parts}
            for hit in citation.hits
        ]
    return found


def _place(quote: Quote) -> dict[str, Any]:
    document = quote.document
    return {
        "document": {"id": document.id, "title": document.title, "source": document.source},
        "start": quote.start,
        "end": quote.end,
        "line": document.line_at(quote.start),
        "page": document.page_at(quote.start),
        "heading": document.heading_at(quote.start),
        "headings": list(document.heading_path_at(quote.start)),
        "place": describe(document, quote.start, quote.end),
        "warnings": list(map(str, warnings(document, quote.start, quote.end))),
    }
