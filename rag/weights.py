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

JUDGED = 20
"""Sentences of the ranking that are looked at to judge whether the documents answer."""

QUOTES = 3
"""How many quotes an answer shows at most, unless ``--top`` says otherwise; a question of several parts gets one for each."""

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

NEVER = -20.0
"""Log-odds that no other signal outweighs."""

ANSWERED = {
    "constant": -5.01,
    "meaning": 8.54,
    "covered": 0.89,
    "together": 4.0,
    "absent name": NEVER,
    "mostly absent": NEVER,
}
"""Weights of the signals in the log-odds of "the documents answer this".

``meaning`` is the highest cosine of the question with a sentence, ``covered`` the idf-weighted share of its words that
stand in the best sentence's passage. Fitted on nine titles of `squad2_dev_A`, each as a library of its own, with its
answerable questions, its adversarial ones (weight 0.3) and questions of other titles. The other three are rules: what one
sentence holds ``together`` (TOGETHER) may answer whatever its cosine; an ``absent name`` (ABSENT_NAME) refuses, as does a
short question that is ``mostly absent`` (MOSTLY_ABSENT).
"""

ANSWERED_THRESHOLD = -1.06
"""Log-odds under which a question is refused: the best balanced accuracy over the tuning third of the questions over the
material. On the other nine titles of `squad2_dev_A` it lets 98 % of the answerable questions through and stops 99.5 % of
those of another title, but only 8 % of the adversarial ones: similarity cannot see those, a trained reader must."""

TOGETHER = 0.9
"""A sentence that holds at least this share of a question's weight, in two different words or more, may answer it whatever
its cosine: of 900 questions about other titles (`squad2_dev_A`, a library a title), 300 of them asked of
`chunking_A`, 317 of `chunking_A` asked of SQuAD and 200 SQuAD questions asked of the material, not one met such a
sentence."""

ABSENT_NAME = 0.25
"""A question is refused when names and numbers that the documents never use carry at least this share of its weight.

Share of questions that it refuses (`squad2_dev_A`, a library a title; `chunking_A`, where many name a speaker whom his own
speech never names; tuning third of the questions over the material):

    share   answerable   adversarial   other titles   chunking_A, answerable   material, near misses
    any     .020         .072          .546           .215                     .333
    0.15    .020         .072          .532           .161                     .333
    0.25    .014         .061          .408           .019                     .333
    0.35    .007         .034          .281           .000                     .250
"""

MOSTLY_ABSENT = 0.5
"""A question of one or two words is refused when this share of their weight is in words that the documents never use."""
