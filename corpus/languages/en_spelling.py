"""English words for spelling: generated, not written."""

NEAR_STOP_WORDS = frozenset(
    """abode abort abound abut adown aery afters aground ahem alain aldo alike along alter alto amain amore anear anther
    anythings apart apter aster aver avery awhile awry bach bade bake bakes bant bart bath bather bays beach bean
    beans bear becomes bedsides beef beep beer bees beet behinds beings bell bellow bename bern beside beth betides
    bien bight bike bill bind binds bing bling blow boeing bonce bone book booth bore bort bosh botch bother bothers
    bothy bots bott bout bring broth burs bused busing bust cade cake cakes came cannon canst cant cart cave caving
    cays cell cere chan chat chem chen chile ching chis chose chough chow cist cither code coke cold cole coma comb
    combe comer comes comet comm como comp compadre compar comparer compares comte cone conto cook cope core cost cote
    coth couldn cove cover coward cowards coze cross curing curs cyme dade dafter dame dane daring dart dave dawn days
    dding dean deans dear deed defile defined definer defines dell dene described describer describes dhole dhow dies
    dight dike dill dine ding dist dither dive dobs docs doer doers doesn doge doges dogs doin doings dole doles
    doling dols dome domes doming dona donee dong dons donut dope dopes doping dose doses dosing doss dost dote dotes
    doth doting dots dour dove dover doves downs downy doze dozes dozing drone drown duding dues dune duping dust
    dwell dyes dying dyne ease eave eden eery eight elise elle elsa elsie elver emery enow escribe esse esther etch
    ethan ether evan evens event evert eves ewer exch explains eyer fade fake fakes fame famed fart farther father
    fave fays fear feed fell fend fever fiend fight fill finds fine fined fink finn fino fins fist five foes fond fore
    form fort four fours froe frog frow fund furs furthers fused fusing gain game gamed gather gave gays gean geans
    gear geed gees ghat gibe gill gist gite givens giver gives gobs gods goer goers goin goings gone gong gook gore
    gores goring goth gould gown goys ground gust gyve hade hake hakes hale haling hall halve halving hame hare haring
    hart hate hating haven haver haves havre hawing haying hays haze hazing hear hears heave heaving heed heir heirs
    hell heme hems hens herb herbs herd herds heres herl herm hern hero heros herp herr hess hews hight hike hill hind
    hinds hing hings hire hist hither hive hiving hoers hoes hole home homebody hone hook hort hose host hough hour
    hours hove hover howard indo info inly insider insides inti intr intro jade jake jakes jays jean jeans jell jest
    jill jive jook joust jupon juts kade kame kant kart keen khan khat kidd kids kill kina kinas kinda kine kines king
    kings kink kinks kino kinos kist kith kneed knew knob knop knot known knows knox kook lade laid lake lakes lame
    lamed last lather lave laving lays leach lean leans lear lease lest lever lice life lift light liked liken liker
    likes lilt lime line lint lire lisa lisp lists liszt lite lith lither live liven lock lone looks loom loon loop
    loos loot lore lost loth lour lours lover luke luring lust mace maces mach macy mads mage mages maid maker makers
    mako makos male males mana mandy mane manes mangy mani manky manly mann manny mans mare mares mart mary mast mate
    mates maxes maze mazes mazy mead meade meal meals meant meany meas meat meats mech meed megan mein mere mights
    mighty mike mikes mill mince mind minds mire mist mither moan moans moat mode moire moist moke mokes mole molt
    mong mont moore moot mope mora morel mores mori morn morse mort mosh moss mote moth mother mothers mots moue mould
    move mover mown muck mulch munch mure murther musa muse mused mush musing musk muss musth musts musty muts mutt
    naked namer names nape nate nave nays neal neap nears neat needs needy nell nerd nether never night nike nine node
    noes nonce nones nonet nook nope northing nose noshing notching note nothin nothings noting nuder oars oaten ocher
    ochers oder odes ogive oily omer onside otter otters otto ouch ounce ourself oust outride outs outsider outsides
    outsize oven overs overt oyer pact paid pant para parc pard pare park parr pars parts party past pave paving pays
    payt peach pean peans pear peart pease peed peen pere pert phat phis pike pill pinto pith pleas pleased pleases
    pome ponce pone pore port post pother pothers pour pours prat prom quiet quine quinte quire quit quits quote
    rafter raid rake rakes rally rant rasher rater rathe ratter rave raving rays reach realty rear reed refine regally
    regrading reilly resides retarding revery rewarding right rill rind rinds rite rive riven roes rome rook roth
    round rover rust sacs safe sage sags sail sain sake sakes sale sames samey sami sand sane sans sant sapid saps
    sard sass sate save saving saws saxe scow sean sear sech seed seen sell sere seven sever shale shalt shame shan
    shat shave shaving shaw shawl shays shell shen shew shill shod shoe shoo shop short shot shouldn shown shows showy
    sight sike sill sine sing singe skid skill slays slid slow small snort snow soft soften soke sole soma someones
    somethin somethings somme sone sonly soot sora sorb sore sori sorn sorta sorts sour sours sown spall spays spill
    sport staid stake stall stays stil stile stills stilly stilt stow stull suck sued suing suite summaries summarised
    summarises summarized summarizer summarizes sunder sven sway sways swell swill tace tach taka taken taker takes
    tale tall tame tamed tape tare tart tate teach teal tear teat teed teem teen tells telly tels thai thane thank
    thar thaw thebe thee thees thegn theme theo therm therme theses thew thewy thill thin thine thingy think thinks
    thins thole thom thong thongs thorough thought three thus tian tight tike tile tills tilt ting tings tither toes
    toke toll tome tone took tore tort tost tother tough tour tours town tran trey trill trite trough turing twill
    tying tyke udder untie unto upton user uses vary veer veery vera verb verses versos versts vert vertus vince vive
    voes wade waft wait wake wakes wall walt wame wand wane wang wank wants ware wart wast watt wave waving ways weal
    wean weans wear weed ween weer weld wells welly welt went weren wert wether whale wham whap wheat whee wheen whens
    wheres whet whetter whew whey whiled whiles whim whin whine whish whit white whither whoa wholes whomever whomp
    whop whore whosever whoso whsle width wien wight wild wile wills willy wilt wily wince wind winds wire wish wist
    witch wite withe wither withing withy wits wive woald woes wold wont wore world wort wouldn woulds wound wren writ
    writer writes writhe writs wrote yean yeans year yell yore yous zach zany zither zone""".split()
)
"""English words that are a letter away from a stop word and no slip of it: those of SCOWL's large American and its British
word list and of MiniLM's vocabulary."""
