"""Questions that lean on the one before, and questions that are suggested."""

import pytest

from corpus.errors import QuestionError
from rag.ask import ask
from rag.followup import follow
from rag.reader.model import SHIPPED, OnnxReader
from rag.session import Session
from rag.suggest import suggest

PLANNED = "what did Heilongjiang plan?"


@pytest.mark.parametrize(
    ("before", "question", "read"),
    [
        (PLANNED, "and Zhejiang?", "what did Zhejiang plan?"),
        (PLANNED, "And Beijing", "what did Beijing plan?"),
        (PLANNED, "what about Old Town?", "what did Old Town plan?"),
        ("what did heilongjiang plan?", "how about zhejiang", "what did zhejiang plan?"),
        ("Compare Guangdong and Zhejiang", "and Jiangsu?", "Compare Jiangsu"),
        (PLANNED, "what did it plan for 2025?", "what did Heilongjiang plan for 2025?"),
        ("What did Shanghai propose?", "what is its plan?", "what is Shanghai's plan?"),
        ("What did Shanghai propose?", "how many are planned there?", "how many are planned in Shanghai?"),
        ("what did Heilongjiang plan in 2024?", "and in 2023?", "what did Heilongjiang plan in 2023?"),
        (PLANNED, "and in 2023?", "what did Heilongjiang plan in 2023?"),
        ("What is said about loans?", "and subsidies?", "What is said about subsidies?"),
        ("黑龙江制定了什么？", "那浙江呢？", "浙江制定了什么？"),
        ("黑龙江制定了什么？", "浙江呢", "浙江制定了什么？"),
        ("黑龙江制定了什么？", "浙江怎么样？", "浙江制定了什么？"),
        ("黑龙江制定了什么？", "它呢？", "黑龙江制定了什么？"),
        ("黑龙江制定了什么？", "它的计划呢？", "黑龙江的计划制定了什么？"),
        ("黑龙江制定了什么？", "它什么时候发布的？", "黑龙江什么时候发布的？"),
        ("黑龙江制定了什么？", "那里有什么产业？", "黑龙江有什么产业？"),
        ("黑龙江的计划是什么？", "那么，浙江呢？", "浙江的计划是什么？"),
        ("关于贷款说了什么？", "补贴呢？", "关于补贴说了什么？"),
        ("比较广东和浙江", "江苏呢？", "比较江苏"),
        ("什么是新质生产力？", "国有企业呢？", "什么是国有企业？"),
        ("谁制定了黑龙江的计划？", "那浙江呢？", "谁制定了浙江的计划？"),
        ("请问在上海有哪些重点产业？", "那国有企业呢", "请问在国有企业有哪些重点产业？"),
        ("2024年黑龙江制定了什么？", "那2023年呢？", "2023年黑龙江制定了什么？"),
        ("2024年黑龙江制定了什么？", "那浙江呢？", "2024年浙江制定了什么？"),
        ("黑龙江制定了什么？", "2023年呢？", "2023年黑龙江制定了什么？"),
        ("黑龙江制定了什么？", "and Zhejiang?", "Zhejiang制定了什么？"),
        (PLANNED, "那Zhejiang呢？", "what did Zhejiang plan?"),
        (PLANNED, "那浙江呢？", "what did 浙江 plan?"),
        ("Which provinces are mentioned?", "and Zhejiang?", "Zhejiang?"),
        ("Which provinces are mentioned?", "and cities?", "Which cities are mentioned?"),
        ("How many industries are there?", "and Shanghai?", "Shanghai?"),
        ("hello", "and Zhejiang?", "Zhejiang?"),
        ("What does it cost?", "and Zhejiang?", "Zhejiang?"),
        ("summarise the article", "and Zhejiang?", "summarise Zhejiang"),
        ("Is Beijing mentioned?", "and Zhejiang?", "Is Zhejiang mentioned?"),
        ("what did Beijing plan?", "and Zhejiang?", "what did Zhejiang plan?"),
        ("What is said about loans?", "and Shanghai?", "What is said about Shanghai?"),
        ("What is moss?", "and Sphagnum?", "What is Sphagnum?"),
        ("Which industries grow in the north?", "and Shanghai?", "Which industries grow in Shanghai?"),
    ],
)
def test_question_is_read_with_the_one_before(library, before, question, read):
    assert follow(question, before, library) == read


@pytest.mark.parametrize(
    "question",
    [
        "What did Zhejiang say about its industry?",
        "and what did Zhejiang do?",
        "which industries are there?",
        "And?",
        "Is there a plan?",
        "What does it say about Zhejiang?",
        "Is it true?",
        "what did Shanghai propose?",
        "那浙江的计划是什么呢？",
        "呢？",
        "那浙江有几个计划？",
        "浙江",
    ],
)
def test_question_that_stands_alone_is_left_alone(library, question):
    assert follow(question, PLANNED, library) == question
    assert follow(question, "", library) == question
    assert follow(question, "黑龙江制定了什么？", library) == question


def test_chain_of_follow_ups(library):
    assert follow("and Shanghai?", follow("and Zhejiang?", PLANNED, library), library) == "what did Shanghai plan?"


@pytest.mark.parametrize(
    "before",
    [
        "?",
        "\x1b[2J",
        "\x01",
        "What did \x1b[1mHeilongjiang\x1b[0m plan?",
        "it",
        "and",
        "🦭",
        "x" * 1990,
        "and and and?",
        "的的的？",
        "海",
    ],
)
@pytest.mark.parametrize(
    "question", ["and it?", "it", "and 5?", "what about 🦭?", "and the the", "那呢？", "它呢？", "3呢？", "那🦭呢？"]
)
def test_odd_questions_are_read_somehow(library, before, question):
    read = follow(question, before, library)
    assert 0 < len(read) <= 2000 and "\x1b" not in read


def test_empty_question_is_refused(library):
    with pytest.raises(QuestionError):
        follow(" ", PLANNED, library)


def test_suggested_questions_are_answered(library, library_of):
    suggested = suggest(Session(library))
    assert len(suggested) == 3
    assert all(ask(question, library).citations for question in suggested)
    ours = library_of("# Walls\n\n## Dry stone\n\nDry stone walls need no mortar.\n\n## Brick\n\nBrick walls need mortar.\n")
    assert suggest(Session(ours, OnnxReader(SHIPPED))) == ("What is said about Dry stone?", "What is said about Brick?")
