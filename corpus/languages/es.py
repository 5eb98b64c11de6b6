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
    months=frozenset(
        {
            "1 enero",
            "2 febrero",
            "3 marzo",
            "4 abril",
            "5 mayo",
            "6 junio",
            "7 julio",
            "8 agosto",
            "9 septiembre",
            "9 setiembre",
            "10 octubre",
            "11 noviembre",
            "12 diciembre",
        }
    ),
    periods=frozenset(
        {
            "q1 primer trimestre",
            "q2 segundo trimestre",
            "q3 tercer trimestre",
            "q4 cuarto trimestre",
            "h1 primer semestre",
            "h2 segundo semestre",
        }
    ),
    scales=frozenset({"3 mil", "6 millón", "6 millones"}),
    units=frozenset(
        (
            "segundo segundos minuto minutos hora horas día días semana semanas mes meses año años dólares pesos "
            "metros kilómetros toneladas kilogramos litros grados hectáreas"
        ).split()
    ),
)
