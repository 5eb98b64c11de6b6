"""Korean."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules(
    periods=frozenset({"q1 1분기", "q2 2분기", "q3 3분기", "q4 4분기", "h1 상반기", "h2 하반기"}),
    date_marks=frozenset({"년 월 일"}),
    scales=frozenset({"4 만", "8 억"}),
    units=frozenset("년 월 일 시간 분 초 주 개월 원 달러 유로 명 개 회 배 톤 킬로미터 미터 도 세 살".split()),
)
