"""Every regular expression of ours takes time that grows as its text does, whatever the text.

``re`` backtracks, and holds the lock that every other thread waits for while it does. So each expression in the house runs
over texts made against it, from its own letters: every repetition in it pumped, alone and in pairs, the end spoilt.
"""

import ast
import importlib
import re
import time
from dataclasses import fields
from itertools import combinations, product
from pathlib import Path
from re import _constants as sre
from re import _parser as parser

import pytest

from corpus.languages.registry import RULES, rules_for
from corpus.sentences import LONGEST_WORD

ROOT = Path(__file__).parents[1]
FLOORS = ("corpus", "index", "rag", "ui", "pincite")
METHODS = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
SIZES = (64, 256, 1024, 4096, 16384)
BOUNDED = {"corpus.sentences._LETTERS": LONGEST_WORD}
"""Expressions that are used on texts of so many characters at most: no longer ones are tried."""

MANY = 60
"""Texts that a pair of repetitions is tried with at most."""


def patterns():
    """Each expression with the methods it is used by: those of module constants and those written where they are used."""
    found = {}
    for path in [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")) if path.stem != "__init__"]:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        space = vars(importlib.import_module(name))
        used = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in METHODS:
                used.setdefault(node.value.id, set()).add(node.attr)
        for key, value in space.items():
            if isinstance(value, re.Pattern):
                found.setdefault((value.pattern, value.flags), (f"{name}.{key}", set()))[1].update(used.get(key, set()))
        for key, methods in of_rules(name, space, path.read_text(encoding="utf-8")):
            found.setdefault(key, methods)
        for node in ast.walk(tree):
            call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func
            if call and isinstance(call.value, ast.Name) and call.value.id == "re" and call.attr in {*METHODS, "compile"}:
                pattern, flags = compiled(node, space)
                if pattern is not None:
                    flags = re.compile(pattern, flags).flags
                    where = f"{name}:{node.lineno}"
                    found.setdefault((pattern, flags), (where, set()))[1].update({call.attr} & METHODS)
    return found


def of_rules(name, space, text):
    """The expressions that an engine makes of the rules of each language, and of all."""
    for language in ("", *RULES) if "LanguageRules" in space and "_rules" in space else ():
        made = space["_rules"](rules_for(language))
        for field in fields(made):
            if isinstance(value := getattr(made, field.name), re.Pattern):
                methods = {word for word in METHODS if f"rules.{field.name}.{word}(" in text}
                yield (value.pattern, value.flags), (f"{name}.{field.name} of {language or 'all'}", methods)


def compiled(call, space):
    """The expression of a call of ``re``, as far as the module alone decides it."""
    code = compile(ast.Expression(call.args[0]), "x", "eval")
    more = [word.value for word in call.keywords if word.arg == "flags"]
    more += [arg for arg in call.args[1:] if "IGNORECASE" in ast.dump(arg) or "re.I" in ast.unparse(arg)]
    try:
        return eval(code, dict(space)), sum(eval(compile(ast.Expression(flag), "x", "eval"), dict(space)) for flag in more)
    except NameError:
        return None, 0


def character(kind, value, taken=()):
    """A character that one step of an expression takes."""
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.NOT_LITERAL:
        return "b" if chr(value) == "a" else "a"
    if kind is sre.ANY:
        return "a"
    if kind is sre.CATEGORY:
        return {"DIGIT": "1", "SPACE": " ", "WORD": "a"}.get(
            str(value).removeprefix("CATEGORY_"), "-" if "WORD" in str(value) else "a"
        )
    if kind is sre.IN:
        if value[0][0] is sre.NEGATE:
            return next(c for c in "a -1.#\u4e2d,AZ\t" if not any(fits(c, part) for part in value[1:]))
        part, what = value[0]
        return chr(what[0]) if part is sre.RANGE else character(part, what)
    return None


def fits(letter, part):
    kind, value = part
    if kind is sre.RANGE:
        return value[0] <= ord(letter) <= value[1]
    if kind is sre.LITERAL:
        return ord(letter) == value
    tests = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda c: c.isalnum() or c == "_"}
    word = str(value).removeprefix("CATEGORY_")
    return tests[word.removeprefix("NOT_")](letter) != word.startswith("NOT_")


def example(tree, pumped, size, seen=None):
    """A text that an expression takes, in which the repetitions numbered in ``pumped`` go on for ``size`` characters."""
    seen = [0] if seen is None else seen
    text = ""
    for kind, value in tree:
        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            least, most, inner = value
            mine = seen[0]
            seen[0] += most > 50
            piece = example(inner, pumped, size, seen)
            times = size // max(1, len(piece)) if most > 50 and mine in pumped else least
            text += piece * min(times, int(most))
        elif kind is sre.SUBPATTERN:
            text += example(value[3], pumped, size, seen)
        elif kind is sre.ATOMIC_GROUP:
            text += example(value, pumped, size, seen)
        elif kind is sre.BRANCH:
            longest = max((example(branch, pumped, size, [*seen]) for branch in value[1]), key=len)
            for branch in value[1]:
                example(branch, pumped, size, seen)
            text += longest
        elif kind in {sre.ASSERT, sre.ASSERT_NOT}:
            example(value[1], pumped, size, seen)
        else:
            text += character(kind, value) or ""
    return text


def letters(tree):
    """The letters that an expression speaks of."""
    found = []
    for kind, value in tree:
        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            found += letters(value[2])
        elif kind is sre.SUBPATTERN:
            found += letters(value[3])
        elif kind is sre.ATOMIC_GROUP:
            found += letters(value)
        elif kind is sre.BRANCH:
            found += [letter for branch in value[1] for letter in letters(branch)]
        elif kind in {sre.ASSERT, sre.ASSERT_NOT}:
            found += letters(value[1])
        elif letter := character(kind, value):
            found.append(letter)
    return list(dict.fromkeys(found))


def texts(pattern, flags, size):
    """Texts made against an expression."""
    tree = parser.parse(pattern if isinstance(pattern, str) else pattern.decode("latin-1"), flags & ~re.UNICODE)
    counter = [0]
    example(tree, (), 0, counter)
    repeats = counter[0]
    pairs = [(n,) for n in range(repeats)] + list(product(range(repeats), repeat=2))[:MANY] + [tuple(range(repeats))]
    for pumped in pairs:
        text = example(tree, pumped, size)
        for spoilt in (text, text + "\0", text + "b", text[:-1] + "\0", "a" + text + "\n\0"):
            yield spoilt
            if len(text) < size:
                yield spoilt * (size // max(1, len(spoilt)))
    steps = list(tree)
    for begin, end in combinations(range(min(len(steps), 12) + 1), 2):
        piece = example(steps[begin:end], (), size)
        if piece:
            yield example(steps[:begin], (), size) + piece * (size // len(piece)) + "\0"
    own = letters(tree)[:8]
    own = list(dict.fromkeys([*own, " ", "a", "1", "\n"]))
    for one, other in product(own, repeat=2):
        for text in (one * size, (one + other) * (size // 2), other + one * size + "\0", other + one * size + other):
            yield text


def seconds(run, text):
    began = time.process_time()
    run(text)
    return time.process_time() - began


def worst(pattern, flags, methods, longest=SIZES[-1]):
    """The text on which an expression takes time out of proportion, with its seconds; None where there is none."""
    expression = re.compile(pattern, flags)
    data = isinstance(pattern, bytes)
    run = {"match": expression.match, "fullmatch": expression.fullmatch}.get(
        next(iter(methods)) if len(methods) == 1 else "", lambda text: sum(1 for _ in expression.finditer(text))
    )
    suspects = range(len(list(texts(pattern, flags, 16))))
    before = {}
    for size in [size for size in SIZES if size <= longest]:
        tried = list(texts(pattern, flags, size))
        for n in [n for n in suspects if n < len(tried)]:
            text = tried[n].encode("latin-1", "replace") if data else tried[n]
            took = seconds(run, text)
            if took > 0.002 + 2e-6 * len(text):
                took = min(took, *(seconds(run, text) for _ in range(2)))
                small, length = before.get(n, (0.0, 1))
                if took > 0.002 + 2e-6 * len(text) and took > 2 * max(small, 1e-5) * len(text) / max(1, length):
                    return f"{took:.3f} s for {len(text)} characters: {text[:30]!r}…{text[-10:]!r}"
            before[n] = took, len(text)
    return None


FOUND = patterns()


def test_expressions_are_found():
    places = {where for where, _ in FOUND.values()}
    assert len(FOUND) > 90
    assert {"rag.split.ends of all", "rag.split.ends of zh", "corpus.sentences.ordinal of all"} <= places
    assert {"corpus.formats.text._ATX", "corpus.formats.mail._QUOTED_FROM", "corpus.chunk._PIECE"} <= places


@pytest.mark.parametrize(
    "pattern",
    [
        r"^ {0,3}(#{1,6})[ \t]+(\S.*?)(?:[ \t]+#+)?[ \t]*$",  # the headings of Markdown, once: 16,000 spaces took 11 s
        rb"From \S[^\r\n]* \d\d?:\d\d[^\r\n]* \d{4}[^\r\n]*\r?\n",  # the first lines of a mailbox's messages, once
        r"\W*(?:page )?\W*#[\w-]+#\W*",  # the numbers of pages, once
        r"\s+$",
        r"(\w+)\s*=\s*(\w+);",
    ],
)
def test_law_catches_what_is_not_linear(pattern):
    assert worst(pattern, 0, {"search"})


@pytest.mark.parametrize(("pattern", "flags"), FOUND, ids=[where for where, _ in FOUND.values()])
def test_expression_is_linear(pattern, flags):
    where, methods = FOUND[pattern, flags]
    assert worst(pattern, flags, methods, BOUNDED.get(where, SIZES[-1])) is None
