"""Gold cases of each language are read as they are written down, and each rule is there because one of them needs it."""

import re
from dataclasses import fields, replace
from functools import cache

import pytest
from gold_cases import cases, found

from corpus.language import language_of_document
from corpus.languages import registry
from corpus.languages.rules import LanguageRules, SentenceRules
from corpus.sentences import sentence_ends
from rag.spell import is_slip_of_stop_word

SENTENCES = {"en": 150, "zh": 100}
"""How many gold sentences a language has at least; others 40."""

QUESTIONS = {"en": 100, "zh": 20}
"""How many gold questions and follow-ups."""


@pytest.fixture
def rules(monkeypatch):
    """Takes other rules for those of a language, until the test ends."""

    def taken(language, other):
        monkeypatch.setitem(registry.RULES, language, other)
        registry.rules_for.cache_clear()

    yield taken
    monkeypatch.undo()
    registry.rules_for.cache_clear()


@pytest.mark.parametrize("language", registry.RULES)
def test_gold_cases_come_out_as_they_are_written_down(language):
    for kind, given, expected in cases(language):
        assert found(language, kind, given) == expected


@pytest.mark.parametrize("language", registry.RULES)
def test_gold_sentences_are_what_stands_there_and_of_their_language(language):
    sentences = 0
    for text, expected in [(text, expected) for kind, text, expected in cases(language) if kind == "sentences"]:
        assert language_of_document(text) == language
        assert not re.search(r"\w", "".join(text[a:b] for a, b in _between(expected, len(text))))
        sentences += len(expected)
    assert sentences >= SENTENCES.get(language, 40)


def _between(ranges, length):
    edges = [0, *(edge for range_ in ranges for edge in range_), length]
    return zip(edges[::2], edges[1::2], strict=True)


@pytest.mark.parametrize("language", QUESTIONS)
def test_gold_questions_are_many_and_some_stay_whole(language):
    asked = [(kind, given, expected) for kind, given, expected in cases(language) if kind in {"questions", "followups"}]
    assert len(asked) >= QUESTIONS[language]
    whole = [given for kind, given, expected in asked if expected == [given] or kind == "followups" and given[1] == expected]
    assert 10 <= len(whole) < len(asked)


def without_each(rules):
    """Every entry of a language's rules, with what is left without it; not what is generated for spelling."""
    for field in fields(SentenceRules) if rules.sentences else ():
        for entry in sorted(getattr(rules.sentences, field.name)):
            left = replace(rules.sentences, **{field.name: getattr(rules.sentences, field.name) - {entry}})
            yield field.name, entry, replace(rules, sentences=left)
    for field in fields(LanguageRules):
        held = getattr(rules, field.name)
        if isinstance(held, str):
            yield field.name, held, replace(rules, **{field.name: ""})
        elif field.name not in {"sentences", "near_stop_words"}:
            for entry in sorted(held):
                yield field.name, entry, replace(rules, **{field.name: held - {entry}})


@cache
def _words(given):
    return given.casefold() if isinstance(given, str) else "\n".join(given).casefold()


def speaks_of(given, entry):
    """Whether a case may hang on an entry: a word, an expression, or a sentence to be filled in."""
    return "{}" in entry or entry.casefold() in _words(given) or re.search(entry, _words(given), re.IGNORECASE) is not None


@pytest.mark.parametrize("language", registry.RULES)
def test_each_rule_is_there_because_a_gold_case_needs_it(language, rules):
    every, own, idle = list(cases(language)), registry.RULES[language], []
    for field, entry, left in without_each(own):
        rules(language, left)
        concerned = (case for case in every if entry and speaks_of(case[1], entry))
        if entry and all(found(language, kind, given) == expected for kind, given, expected in concerned):
            idle.append((field, entry))
    assert not idle


def test_each_word_near_a_stop_word_would_be_taken_for_a_slip():
    english = registry.rules_for("en")
    bare = replace(english, near_stop_words=frozenset())
    assert [word for word in english.near_stop_words if not is_slip_of_stop_word(word, bare)] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It is done by HR. Mechanics were never asked."),
        ("en", "I am 30. Nobody believes it."),
        ("de", "Die Ursache liegt im Gen. Das weiß man."),
        ("fr", "La neige ferme le col. Personne ne passe."),
        ("es", "En el huerto crece la col. Nadie la riega."),
    ],
)
def test_rules_of_the_language_go_before_those_of_others(language, text):
    """What ends a sentence in one language stands inside one in another; with the rules of all, nothing ended here."""
    assert list(sentence_ends(text, 0, len(text), registry.rules_for(language))) == [text.index(". ") + 1]
    assert list(sentence_ends(text, 0, len(text), registry.rules_for(""))) == []


def test_language_without_rules_takes_those_of_all_and_one_without_some_takes_those_of_others():
    every, chinese, german = (registry.rules_for(code) for code in ("it", "zh", "de"))
    assert every == registry.rules_for("")
    assert chinese.sentences == every.sentences and chinese.stop_words == every.stop_words
    assert german.sentences != every.sentences and german.conjunctions == {"und"}


def test_document_in_several_languages_takes_the_rules_of_all():
    english = "The tenant shall pay the rent on the first day of the month, and the landlord shall keep the roof. " * 4
    german = "Der Mieter zahlt die Miete am ersten Tag des Monats, und der Vermieter hält das Dach in gutem Zustand. " * 4
    assert [language_of_document(text) for text in (english, german, english + german)] == ["en", "de", ""]
    assert language_of_document("") == ""
