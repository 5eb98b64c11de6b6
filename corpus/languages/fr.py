"""French."""

from corpus.languages.rules import LanguageRules, SentenceRules

RULES = LanguageRules(
    sentences=SentenceRules(
        titles=frozenset("av dr ex mgr mlle mlles mm mme mmes".split()),
        numbered=frozenset("art ch chap env fig no nos p pp tél vol".split()),
        starters=frozenset({"on"}),
        more_starters=frozenset("ce ces cette dans elle elles en et il ils la le les mais un une".split()),
    ),
    conjunctions=frozenset({"et"}),
    of_names=frozenset("du sur".split()),
)
