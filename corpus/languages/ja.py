"""Japanese."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules(
    behind_quotations=frozenset("が(?!、) って と(?!ころ|も|に|て|り) など の は(?!い) を".split()),
    periods=frozenset({"q1 第1四半期", "q2 第2四半期", "q3 第3四半期", "q4 第4四半期", "h1 上期", "h2 下期"}),
)
