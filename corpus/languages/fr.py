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
    months=frozenset(
        {
            "1 janvier",
            "2 février",
            "3 mars",
            "4 avril",
            "5 mai",
            "6 juin",
            "7 juillet",
            "8 août",
            "9 septembre",
            "10 octobre",
            "11 novembre",
            "12 décembre",
        }
    ),
    periods=frozenset(
        {
            "q1 premier trimestre",
            "q2 deuxième trimestre",
            "q3 troisième trimestre",
            "q4 quatrième trimestre",
            "h1 premier semestre",
            "h2 deuxième semestre",
            "h2 second semestre",
        }
    ),
    scales=frozenset({"3 mille", "6 millions", "9 milliard", "9 milliards"}),
    units=frozenset(
        (
            "seconde secondes heure heures jour jours semaine semaines mois ans année années mètres kilomètres "
            "kilogrammes degrés hectares"
        ).split()
    ),
)
