"""Korean."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules(
    periods=frozenset({"q1 1분기", "q2 2분기", "q3 3분기", "q4 4분기", "h1 상반기", "h2 하반기"}),
    date_marks=frozenset({"년 월 일"}),
    scales=frozenset({"4 만", "8 억"}),
)
