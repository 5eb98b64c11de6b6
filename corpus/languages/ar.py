"""Arabic."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules()
