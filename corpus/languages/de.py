"""German."""

from corpus.languages.rules import LanguageRules, SentenceRules

RULES = LanguageRules(
    sentences=SentenceRules(
        titles=frozenset("bzw dipl dr evtl fr ggf hl hr inkl nr prof sog vgl z.b".split()),
        numbered=frozenset("abb abs apr art aug bd ca dez feb jan jul jun kap nov okt sep tab tel ziff".split()),
        numbered_endings=frozenset({"str"}),
        firms=frozenset({"co. KG", "co. OHG"}),
        starters=frozenset("er es sie wir".split()),
        more_starters=frozenset("aber am an auch das der die doch ein eine ich im in nach so und".split()),
        before_ordinals=frozenset(
            """ab am beim bis das dem den der des die dieser ein eine einem einen einer eines ihr im jede jedem jeden jeder
            jedes oder sein seit und vom zum""".split()
        ),
        counted=frozenset(
            """Apr Auflage Aug Dez Feb Jahrhundert Jahrtausend Jan Jul Jun Mai März Nov Okt Sep Weltkrieg""".split()
        ),
    ),
    conjunctions=frozenset({"und"}),
    of_names=frozenset("am von".split()),
)
