"""Spanish."""

from corpus.languages.rules import LanguageRules, SentenceRules

RULES = LanguageRules(
    sentences=SentenceRules(
        titles=frozenset("avda dr dra dña ej sr sra sres srta ud uds vd vds".split()),
        numbered=frozenset("art arts cap fig num núm p pag pp pág págs tel vol".split()),
        starters=frozenset({"a"}),
        more_starters=frozenset("el ella ellos en esta este la las los pero un una y él".split()),
    ),
    conjunctions=frozenset("e y".split()),
    of_names=frozenset({"del"}),
)
