"""Whether the documents answer a question at all; if not, why, in words a person understands.

The weights are in ``decision.json``: one set for answers that the reader had a look at and one for the others
(``training/decide.py``), and for an encoder whose cosines lie elsewhere its own, within a language and across languages
(``benchmarks/languages.py``).
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.language import language_of
from index.encoders.encoder import Encoder
from index.languages import knows
from index.search.bm25 import Words, terms
from rag.answer import Citation, Refusal, Signal, Verdict
from rag.question import Question, Word, near_form
from rag.reader.model import NoReader, OnnxReader
from rag.retrieve import Hit
from rag.weights import ABSENT_NAME, ANSWERED_THRESHOLD, JUDGED, MOSTLY_ABSENT, NAMELESS, NEVER, TOGETHER

SURE = 12.0
"""The reader's log-odds are cut off here on both sides: beyond it they say no more."""

NAMED = 5
"""Words of each kind that a refusal names; the rest are counted."""


@cache
def _decisions() -> dict[str, Any]:
    held: dict[str, Any] = json.loads((files("rag") / "decision.json").read_text(encoding="utf-8"))
    return held


def decision(*names: str) -> dict[str, float]:
    """The shipped weight of each signal, under the first of these names that there is."""
    held = _decisions()
    weights: dict[str, float] = next(held[name] for name in names if name in held)["weights"]
    return weights


def weighed(reader: OnnxReader | NoReader | None) -> OnnxReader | NoReader | None:
    """The reader, if the decision was fitted to what it says; to another's log-odds its weights mean nothing."""
    if isinstance(reader, OnnxReader) and reader.fingerprint not in _decisions()["with reader"]["readers"]:
        return NoReader(
            f"the decision was not fitted to it ({reader.fingerprint[:12]}); fit it with training/decide.py --write"
        )
    return reader


def is_foreign(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether a question is in another language than the passage of the first hit, as far as can be said."""
    return bool(hits and question.language) and language_of(hits[0].sentence.passage.text) not in {question.language, ""}


def judge(
    question: Question,
    hits: Sequence[Hit],
    *,
    encoder: Encoder | None = None,
    foreign: bool = False,
    threshold: float = ANSWERED_THRESHOLD,
) -> Verdict:
    """The log-odds that the first quote answers, as a sum of named signals, held against a threshold.

    Without the reader's look an ``encoder`` may have weights of its own, for a ``foreign`` question, whose words cannot be
    missed, others again; in a language that it does not know only words count. A question of stop words alone has nothing but
    the reader's look to go by (NAMELESS).
    """
    look = hits[0].look if hits else None
    if not hits or not question.words and not (look and look.sentence >= NAMELESS):
        return Verdict(question.asked, (Signal("nothing to look for", 1.0, NEVER),), threshold)
    names = ["with reader" if hits[0].look else "without reader"]
    if encoder and not hits[0].look:
        names.insert(0, f"{encoder.name} across languages" if foreign else encoder.name)
    if encoder and not knows(encoder, question.language):
        names = ["by words alone"]
    values, weights = signals(question, hits), decision(*names)
    return Verdict(question.asked, tuple(Signal(n, values[n], weight * values[n]) for n, weight in weights.items()), threshold)


def signals(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """The value of every signal that a decision may weigh.

    ``sentence`` is the reader's log-odds that an answer lies in the first hit; ``meaning`` is the highest cosine of the
    question with a sentence, ``covered`` the idf-weighted share of its words that stand in the first hit's passage;
    ``together`` is 1 where one sentence holds nearly all of them (TOGETHER), ``absent name`` where names that the documents
    never use weigh enough (ABSENT_NAME), ``mostly absent`` where a short question is mostly of such words
    (MOSTLY_ABSENT).
    """
    absent = [word for word in question.words if word.absent]
    first, total = hits[0], _weight(question.words)
    values = {
        "constant": 1.0,
        "meaning": max(hit.part("sentence vectors").score for hit in hits[:JUDGED]),
        "covered": _share(question, first.sentence.passage.text),
        "together": float(_together(question, first)),
        "absent name": float(0 < total and _weight([word for word in absent if word.name]) >= ABSENT_NAME * total),
        "mostly absent": float(len(question.words) <= 2 and _weight(absent) > MOSTLY_ABSENT * total),
    }
    if first.look:
        values["sentence"] = min(SURE, max(-SURE, first.look.sentence))
    return values


def refuse(question: Question, hits: Sequence[Hit], words: Words, *, nearest: int, foreign: bool = False) -> Refusal:
    """A refusal with its evidence and so many ``nearest`` sentences; a ``foreign`` question's words are no evidence."""
    absent = [word for word in question.words if word.absent]
    near = tuple(Citation(n, hit.sentence, hit.score, (hit,)) for n, hit in enumerate(hits[:nearest], start=1))
    spelt = tuple(dict.fromkeys(_spelt(absent, question.asked)))
    named = list(dict.fromkeys(word.text for word in absent))[:NAMED]
    close = ((word, near_form(word, words, shortest=5)) for word in named)
    instead = tuple((word, words.surfaces[other]) for word, other in close if other)
    passage, title = (hits[0].sentence.passage.text, hits[0].sentence.document.title) if hits else ("", "")
    inside = {*terms(passage), *terms(title)}
    has = _phrases([word for word in question.words if word.is_among(inside)], question.asked, passage)
    lacks = tuple(dict.fromkeys(w.text for w in question.words if not w.is_among(inside) and not w.absent))
    said = ("" if foreign else _never(spelt, dict(instead)), _nearest(has, lacks, absent=bool(spelt)))
    return Refusal(
        question.asked, " ".join(filter(None, ("The material does not say.", *said))), spelt, near, instead, has, lacks
    )


def _together(question: Question, hit: Hit) -> bool:
    """Whether one sentence holds nearly all of what was asked, at least two different words of it."""
    return len({word.term for word in question.words}) > 1 and _share(question, hit.sentence.text) >= TOGETHER


def _share(question: Question, text: str) -> float:
    """The idf-weighted share of a question's words that stand in a text."""
    inside = set(terms(text))
    total = _weight(question.words)
    return _weight([word for word in question.words if word.is_among(inside)]) / total if total else 0.0


def _weight(words: Sequence[Word]) -> float:
    return sum({word.term: word.weight for word in words}.values())


def _never(spelt: Sequence[str], instead: Mapping[str, str]) -> str:
    """Which words of the question the documents never use, with the names they have instead."""
    if not spelt:
        return ""
    shown = [f'"{word}"' + (f' (it has "{instead[word]}")' if word in instead else "") for word in spelt[:NAMED]]
    rest = [f"{len(spelt) - NAMED} more"] if len(spelt) > NAMED else []
    return f"It never mentions {_listed([*shown, *rest], 'or')}."


def _nearest(has: Sequence[str], lacks: Sequence[str], *, absent: bool) -> str:
    """Which words of the question the nearest passage has, and which it lacks though the documents use them elsewhere."""
    if not (has or lacks or absent):
        return "The question names nothing to look for."
    if not has:
        return "Its nearest passages are not close enough to the question to answer it."
    having = _listed([f'"{word}"' for word in has[:NAMED]], "and")
    if not lacks:
        return f"The nearest passage has {having}{'' if absent else ', and still does not answer'}."
    lacking = _listed([f'"{word}"' for word in lacks[:NAMED]], "or")
    return f"The nearest passage has {having}, but not {lacking}."


def _phrases(found: Sequence[Word], asked: str, passage: str) -> tuple[str, ...]:
    """Words, those as one that stand side by side in the question and in the passage; each once."""
    runs: list[tuple[int, int]] = []
    for word in found:
        if runs and asked[runs[-1][0] : word.end] in passage and asked[runs[-1][1] : word.start].isspace():
            runs[-1] = (runs[-1][0], word.end)
        else:
            runs.append((word.start, word.end))
    return tuple(dict.fromkeys(asked[start:end] for start, end in runs))


def _listed(items: Sequence[str], last: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _spelt(absent: Sequence[Word], asked: str) -> list[str]:
    """Absent words as they were typed; neighbours in a run of Chinese, Japanese or Korean characters as one."""
    runs: list[tuple[int, int]] = []
    for word in absent:
        overlaps = runs and word.start <= runs[-1][1] and not re.search(r"\s", asked[runs[-1][0] : word.end])
        if overlaps and not word.text[0].isascii():
            runs[-1] = (runs[-1][0], max(runs[-1][1], word.end))
        else:
            runs.append((word.start, word.end))
    return [asked[start:end] for start, end in runs]
