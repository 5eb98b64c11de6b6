"""A question as people type it: key words, a command, a claim in doubt, no question mark, a slip of the finger."""

import random
import re

from corpus.languages.registry import rules_for

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
_BEGINS = re.compile(r"(what|which|who|where|when|how)\b", re.IGNORECASE)
_PLAIN = re.compile(r"[^\W\d_]{4,}")


def as_typed(question: str, language: str, rng: random.Random, *, claim: bool = False) -> str:
    """A question or claim, for the most part as it is, at times as it may be typed instead."""
    if claim:
        return _claimed(question, language, rng)
    if language == "en" and (found := _other_form(question, rng)):
        return found
    if rng.random() < 0.15:
        question = question.rstrip("?？ ")
    if rng.random() < 0.15:
        question = question.lower()
    elif rng.random() < 0.2:
        question = question[:1].upper() + question[1:]
    if rng.random() < 0.05:
        question = slip(question, rng)
    return question


def _claimed(claim: str, language: str, rng: random.Random) -> str:
    luck, said = rng.random(), claim.rstrip(" .")
    if language == "en" and luck < 0.2:
        before = rng.choice(("Is it true that ", "It is claimed that ", "Does it say that ", "True or false: "))
        return f"{before}{said if said[:2].isupper() else said[:1].lower() + said[1:]}{'' if before[0] in 'T' else '?'}"
    if luck < 0.3:
        return key_words(claim) or claim
    return said if luck < 0.5 else claim


def _other_form(question: str, rng: random.Random) -> str | None:
    """An English question as key words, as one that asks whether, as a command; mostly None."""
    luck = rng.random()
    if luck < 0.12:
        return key_words(question)
    if luck < 0.2:
        return whether(question)
    if luck < 0.26 and _BEGINS.match(question):
        before = rng.choice(("Tell me ", "Show me ", "Please find out ", "I would like to know ", "List "))
        return before + question[:1].lower() + question[1:].rstrip("? ") + rng.choice((".", ""))
    return None


def slip(question: str, rng: random.Random) -> str:
    """Two neighbouring letters of a word exchanged, one left out or typed twice."""
    found = list(_PLAIN.finditer(question))
    if not found:
        return question
    match = rng.choice(found)
    at = rng.randrange(match.start() + 1, match.end() - 1)
    swapped = question[at + 1] + question[at]
    return question[:at] + rng.choice((swapped, question[at + 1], question[at] * 2 + question[at + 1])) + question[at + 2 :]


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
