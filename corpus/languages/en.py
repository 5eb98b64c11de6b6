"""English."""

from corpus.languages.en_forms import FORMS
from corpus.languages.en_spelling import NEAR_STOP_WORDS
from corpus.languages.rules import LanguageRules, SentenceRules

RULES = LanguageRules(
    telling=frozenset(
        """about and are be been but by can did does for from had has have he her his how if into is it its may must not of
        or our shall she should than that the their there these they this to was we were what when where which who why
        will with would you your""".split()
    ),
    sentences=SentenceRules(
        titles=frozenset(
            """capt cf col dr eg gen gov hon ie lt messrs mr mrs ms mt prof rep rev sen sgt sr st v viz vs""".split()
        ),
        numbered=frozenset(
            """al approx apr art arts aug ca cap ch chap dec ed eds eq feb fig figs jan jul jun mar no nos nov oct p para pp s
            sec sep sept tab tel vol vols""".split()
        ),
        starters=frozenset(
            """a after all although an and as at but by during each for from he her his however i if in it its many most no on
            once one our she since so some such that the their there these they this those to under we what when where which
            while who with you""".split()
        ),
    ),
    question_words=frozenset("how what when where which who whom whose why".split()),
    asking_verbs=frozenset("are can could did do does had has have is may must should was were will would".split()),
    commands=frozenset(
        """compare define describe explain find give list name outline show state summarise summarize tell whats""".split()
    ),
    before_asking=frozenset("about also and at but by for from in of on or please since so then to under until with".split()),
    greetings=frozenset(
        {
            "bye",
            "cheers",
            "dear",
            "good (?:morning|afternoon|evening|day)",
            "great",
            "greetings",
            "hello",
            "hey",
            "hi",
            "ok(?:ay)?",
            "sorry",
            "thanks?",
        }
    ),
    courtesy_leads=frozenset({"can you", "could you", "will you", "would you"}),
    courtesies=frozenset({"answer (?:me )?a question", "do me a favou?r", "help(?: me| us)?(?: out)?", "tell me something"}),
    please=frozenset("kindly please".split()),
    stop_words=frozenset(
        """about above according across after again against all also although am among an and another any anybody anyone
        anything are aren't around as ask at away be became because become been before behind being below besides
        between both but by can can't cannot come compare compared could couldn't define describe did didn't do does
        doesn't doing don't done down during each either else etc even ever every everybody everyone everything exactly
        explain few find for from further get give given go goes going got had hadn't has hasn't have haven't having he
        her here hers herself him himself his how however i'm if in inside instead into is isn't it its itself just kind
        kinds know like list look made make makes many may me mean means might more most much must mustn't my myself
        name named near need neither no nobody none nor not nothing now of off often on once one only onto or other
        others otherwise our ours ourselves out outside over own part per perhaps please quite rather really regarding
        said same say says see shall shan't she should shouldn't show since so some somebody someone something sort
        still such summarise summarize take tell than that the their theirs them themselves then there these they thing
        things this those though through till to together too toward towards under until up upon us used using versus
        very via vs want was wasn't way we well were weren't what whatever when where whether which while who whoever
        whole whom whose why will with within without won't would wouldn't write yes yet you your yours yourself
        yourselves""".split()
    ),
    near_stop_words=NEAR_STOP_WORDS,
    says_little=frozenset(
        """article articles assume becomes bye came chapter cite cited cites comes compares consider considering contain
        contained containing contains dear defined defines described describes discuss discussed discusses document
        documents explained explains file files gave gives greetings happen happened happens hello hey hi include
        included includes including knew known knows lets listed lists looks mention mentioned mentioning mentions names
        needed page pages paper papers paragraph passage passages pdf quote quoted quotes regards section sections seen
        sees showed shown shows sorts summary suppose taken takes tells text texts thank thanks told took uses wanted
        wants went writes written wrote""".split()
    ),
    names_too=frozenset("AM IT ME May US WHO Will".split()),
    pronouns=frozenset("he i it she there they we you".split()),
    conjunctions=frozenset({"and", "as well as", "or", "versus", r"vs\.?"}),
    parting=frozenset("and or".split()),
    which=frozenset("what which".split()),
    question_prepositions=frozenset("at for in to".split()),
    leaning=frozenset("he her his it its she their them they".split()),
    definite=frozenset({"the"}),
    indefinite=frozenset("a an".split()),
    of_names=frozenset("of under upon".split()),
    of_offices=frozenset({"of"}),
    of_heads=frozenset("at for in on".split()),
    shared_heads=frozenset(
        """act agency agreement association award bill board code commission committee company conditions convention
        council department directive foundation fund group inc institute law llp ltd ministry office plan policy program
        programme regulation regulations report rules service services society treaty university""".split()
    ),
    of_two=frozenset({"among", "apart from", "besides", "between", "except", "other than", "with"}),
    of_both=frozenset({"child of", "children of", "daughter of", "marriage of", "son of"}),
    compares=frozenset("compare contrast".split()),
    severally=frozenset("both each respectively".split()),
    ordinal_endings=frozenset("nd rd st th".split()),
    follow_leads=frozenset("also and but or so then".split()),
    follow_openers=frozenset({"also", "and", "how about", "or", "same for", "what about"}),
    follow_for=frozenset({"for"}),
    points_at=frozenset("he him it she them they".split()),
    points_whose=frozenset("his its their".split()),
    points_where=frozenset({"there"}),
    points_at_nothing=frozenset("clear important known mentions? necessary possible says? true".split()),
    forms_of_be=frozenset("are is was were".split()),
    quantities=frozenset("many much".split()),
    before_names=frozenset("about at by for from in of on to with".split()),
    before_be=frozenset("how what when where who".split()),
    before_names_first=frozenset("compare define describe explain find summarise summarize".split()),
    before_places=frozenset("after at before by during from in of on since under".split()),
    whose="{}'s",
    where="in {}",
    list_openers=frozenset({"first", "firstly", "one", "the following"}),
    first_items=frozenset("first firstly".split()),
    next_items=frozenset(
        """eighth eighthly fifth fifthly final finally fourth fourthly last lastly ninth ninthly second secondly seventh
        seventhly sixth sixthly tenth tenthly third thirdly""".split()
    ),
    before_items=frozenset({"and"}),
    suggestion="What is said about {}?",
    forms=FORMS,
    months=frozenset(
        {
            "1 January",
            "1 Jan",
            "2 February",
            "2 Feb",
            "3 March",
            "3 Mar",
            "4 April",
            "4 Apr",
            "5 May",
            "6 June",
            "6 Jun",
            "7 July",
            "7 Jul",
            "8 August",
            "8 Aug",
            "9 September",
            "9 Sep",
            "9 Sept",
            "10 October",
            "10 Oct",
            "11 November",
            "11 Nov",
            "12 December",
            "12 Dec",
        }
    ),
    periods=frozenset(
        {
            "q1 first quarter",
            "q1 1st quarter",
            "q2 second quarter",
            "q2 2nd quarter",
            "q3 third quarter",
            "q3 3rd quarter",
            "q4 fourth quarter",
            "q4 4th quarter",
            "h1 first half",
            "h2 second half",
        }
    ),
    scales=frozenset({"3 thousand", "6 million", "6 mn", "9 billion", "9 bn", "12 trillion"}),
    units=frozenset(
        (
            "second seconds minute minutes hour hours day days week weeks month months year years percent dollars "
            "dollar euros euro pounds yen yuan miles mile feet foot inches inch yards acres metres meters kilometres "
            "kilometers tonnes tons grams kilograms litres liters degrees calories people persons"
        ).split()
    ),
)
