"""Russian."""

from corpus.languages.rules import LanguageRules, SentenceRules

RULES = LanguageRules(
    sentences=SentenceRules(
        titles=frozenset("акад ген гр доц им инж корп наб напр обл пер пл просп проф св см ср стр тов ул".split()),
        numbered=frozenset("гл д кв м оп п пп разд рис с ст т табл тел ч №".split()),
        dated=frozenset("в вв г гг".split()),
        and_so_on=frozenset({"т. д", "т. п", "т.д", "т.п"}),
        starters=frozenset("мы он она они оно это".split()),
        more_starters=frozenset("а в все всё его её и их к на но однако по с также".split()),
    ),
)
