"""Japanese."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules(
    behind_quotations=frozenset("が(?!、) って と(?!ころ|も|に|て|り) など の は(?!い) を".split()),
)
