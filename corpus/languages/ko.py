"""Korean."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules()
