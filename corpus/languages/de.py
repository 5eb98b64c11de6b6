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
    months=frozenset({"1 Januar", "1 Jänner", "2 Februar", "3 März", "6 Juni", "7 Juli", "10 Oktober", "12 Dezember"}),
    periods=frozenset(
        {
            "q1 erstes Quartal",
            "q1 ersten Quartal",
            "q1 erste Quartal",
            "q1 1. Quartal",
            "q2 zweites Quartal",
            "q2 zweiten Quartal",
            "q2 zweite Quartal",
            "q2 2. Quartal",
            "q3 drittes Quartal",
            "q3 dritten Quartal",
            "q3 dritte Quartal",
            "q3 3. Quartal",
            "q4 viertes Quartal",
            "q4 vierten Quartal",
            "q4 vierte Quartal",
            "q4 4. Quartal",
        }
    ),
    scales=frozenset({"3 Tausend", "6 Millionen", "6 Mio", "9 Milliarden", "9 Mrd", "12 Billionen"}),
    units=frozenset(
        (
            "Sekunde Sekunden Minute Minuten Stunde Stunden Tag Tage Tagen Woche Wochen Monat Monate Monaten Jahr "
            "Jahre Jahren Prozent Euro Dollar Franken Meter Metern Kilometer Kilometern Gramm Kilogramm Tonnen Liter "
            "Grad Hektar"
        ).split()
    ),
)
