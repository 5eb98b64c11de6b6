"""Every language that has rules of its own, and which rules a text is taken by."""

from functools import cache

from corpus.languages import ar, de, en, es, fr, ja, ko, ru, zh
from corpus.languages.rules import LanguageRules, before_others, joined

RULES: dict[str, LanguageRules] = {
    "en": en.RULES,
    "de": de.RULES,
    "fr": fr.RULES,
    "es": es.RULES,
    "ru": ru.RULES,
    "ar": ar.RULES,
    "zh": zh.RULES,
    "ja": ja.RULES,
    "ko": ko.RULES,
}
"""The rules of each language, under its code as ISO 639-1; where several say what cannot be joined, the first is taken."""


@cache
def rules_for(language: str) -> LanguageRules:
    """The rules of a language, and for what it has no rule those of all; for a language without a file, those of all."""
    if not language:
        return joined(RULES.values())
    return before_others(RULES[language], rules_for("")) if language in RULES else rules_for("")
