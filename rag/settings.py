"""Every number that was chosen by measurement, with the measurement behind it."""

DEPTH = 100
"""How many rows each ranking gives to the fusion; on `squad2_dev_A` 20, 100 and all rows differ by 0.3 points at most."""

FUSION = {"sentence vectors": 1.0, "sentence words": 1.0, "passage vectors": 1.0, "passage words": 1.0}
"""Weights of the four rankings in the sum of their min-max normalised scores.

Share of questions whose right sentence comes first, in the first three, in the first five (800 answerable questions of
`squad2_dev_A` over its 578 paragraphs, pooled; 317 of `chunking_A` over its three documents):

    ranking                  squad2_dev_A          chunking_A
    sentence vectors         .631  .799  .849      .435  .612  .675
    sentence words           .710  .820  .844      .505  .672  .744
    both, equal              .760  .855  .887      .508  .707  .776
    all four, equal          .769  .882  .924      .533  .716  .782
    all four by rank (RRF)   .684  .851  .899      .457  .694  .785
    words twice the rest     .760  .869  .910      .536  .719  .801

Equal weights are within 0.3 points of the best of the fourteen settings tried on either set.
"""

DECISION_DEPTH = 20
"""Sentences of the ranking that are looked at to judge whether the documents answer."""

QUOTES = 3
"""How many quotes an answer shows at most, unless ``--top`` says otherwise; one of several parts gets up to two for each."""

NEXT_QUOTE = 0.85
"""A further quote is shown when its score is at least this share of the first one's.

Answer in the shown quotes / quotes shown, at most three (`squad2_dev_A` pooled, 1,000 questions; `chunking_A`, 317; the
tuning third of the questions over the material):

    share   squad2_dev_A   chunking_A    material
    only 1  .768 / 1.00    .539 / 1.00   .886 / 1.00
    0.95    .811 / 1.24    .612 / 1.62   .943 / 1.11
    0.85    .873 / 1.80    .688 / 2.26   .943 / 1.31
    0.75    .888 / 2.46    .707 / 2.72   .943 / 1.49
    all 3   .892 / 3.00    .716 / 3.00   1.00 / 3.00
"""

VETO = -20.0
"""Log-odds that no other signal outweighs."""

NAMELESS = 2.4
"""Log-odds of the reader from which a question of stop words alone ("Where does its name come from?") may be answered.

"Where does its name come from?" has 2.7 at the sentence that says so and -10 at others; asked of the whole material "who did
it?" has 1.8, "what is it?" 1.5, "who are they?" 1.1, "how many are there?" 0.2.
"""

READER_TOKENS = 800
"""About how many word pieces the reader reads for a question, shared by its parts: about seven windows, four passages.

Right sentence first / milliseconds added / processor milliseconds a question, on a busy machine (150 answerable questions of
`squad2_dev_A`, titles 0): 500 .767 / 84 / 155, 800 .760 / 126 / 220, 1100 .760 / 161 / 275, 1600 .760 / 214 / 354.
"""

RERANK_WEIGHTS = {"retrieval": 1.0, "sentence": 0.5}
"""Weights of retrieval's score and of the reader's probability in the score of a sentence that was read.

The share of questions whose right sentence comes first, mean over twenty-six domains (`training/decide.py`): without the reader
.571, sentence 0.25 .626, 0.5 .651, 1 .651, 2 .649, 4 .642.
"""

RERANK_WEIGHTS_ALONE = {"retrieval": 0.0, "sentence": 1.0}
"""The same for a question of stop words alone, to which retrieval finds nothing."""

NEXT_QUOTE_READ = 0.7
"""As NEXT_QUOTE, where the reader has read it; MAX_ODDS_GAP must hold too."""

MAX_ODDS_GAP = 3.0
"""A further quote is shown when the reader's log-odds are at most this much under the first one's, or from ANSWERS_TOO up.

The reader of twelve layers is surer of itself: "in Vienna on 9 June 1815" and "in the palace on 9 June 1815" both answer where
a treaty was signed, with 9.7 and 4.4. The gap was chosen with the reader before it: answer in the shown quotes / quotes shown,
at most three (the same questions as for RERANK_WEIGHTS):

    share   MAX_ODDS_GAP 1     2             3             6             any
    .8      .905 / 1.17   .915 / 1.23   .918 / 1.28   .918 / 1.36   .918 / 1.37
    .7      .907 / 1.19   .922 / 1.29   .928 / 1.39   .931 / 1.53   .931 / 1.55
    .6      .907 / 1.21   .922 / 1.33   .928 / 1.47   .935 / 1.65   .935 / 1.69
"""

ANSWERS_TOO = 2.0
"""Log-odds of the reader from which a further quote is shown however sure the reader is of the first."""

MARKED_FROM = -2.0
"""Log-odds of the reader from which the words that it points at are marked.

Against the nearest of the answers that people gave, 149 marks in first quotes (`benchmarks/marks.py --titles 0`):

    log-odds       marks   exact match   F1
    under -6       3       .000          .153
    -6 to -4       9       .333          .606
    -4 to -3       13      .231          .319
    -3 to -2       14      .429          .479
    -2 to 0        20      .750          .840
    0 to 1         18      .389          .565
    1 to 2         12      .750          .947
    2 to 4         39      .872          .951
    from 4 up      21      .857          .963
"""

SURE_TOO = 5.0
"""Log-odds of the reader from which a sentence within MAX_ODDS_GAP of the first is quoted whatever retrieval says of it.

"Ferns have no seeds." and "Moss has no seeds, either." both answer what has none (6.3 and 7.5), and of two sentences the lower
one has next to nothing of retrieval's score.
"""

COVERED_ALONE = 0.9
"""A sentence that holds at least this share of a question's weight, in two different words or more, may answer it whatever
its cosine: of 900 questions about other titles (`squad2_dev_A`, a library a title), 300 of them asked of
`chunking_A`, 317 of `chunking_A` asked of SQuAD and 200 SQuAD questions asked of the material, not one met such a
sentence."""

ABSENT_NAME = 0.25
"""Names and numbers that the documents never use speak against an answer from this share of a question's weight up.

Share of questions that it refuses (`squad2_dev_A`, a library a title; `chunking_A`, where many name a speaker whom his own
speech never names; tuning third of the questions over the material):

    share   answerable   adversarial   other titles   chunking_A, answerable   material, near misses
    any     .020         .072          .546           .215                     .333
    0.15    .020         .072          .532           .161                     .333
    0.25    .014         .061          .408           .019                     .333
    0.35    .007         .034          .281           .000                     .250
"""

MOSTLY_ABSENT = 0.5
"""It is weighed when of one or two words this share of the weight is in such as the documents never use."""
