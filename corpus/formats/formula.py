"""What stands above, below or over one another, on one line: superscripts, subscripts and formulas (OMML, MathML).

None runs into the number or the word beside it: 10⁶ is not 106, and three quarters are 3/4 and not 34.
"""

from collections.abc import Callable, Sequence
from typing import Any

from corpus.formats.archive import local

SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
)
SUBSCRIPTS = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_WHOLE = {"TM": "™", "SM": "℠"}
_ORDINALS = frozenset("st nd rd th er re e ère ème eme ième nde o a os as º ª".split())
"""Raised endings of numbers, which are read as they stand: 5th."""

_LONGEST = 12
"""Characters of what is a superscript or a subscript; more is text that is only set so."""

_DEEPEST = 60
"""Elements of a formula inside one another that are followed."""

SUP, SUB = "sup", "sub"


def shifted(text: str, position: str, before: str) -> tuple[str, bool]:
    """A raised (``SUP``) or lowered (``SUB``) text as it stands behind another, and whether marks of ours are in it.

    In Unicode's own characters where it has them; else set apart by ``^``, ``_`` or a space where it would run into a word.
    """
    inner = text.strip()
    if position == SUP and inner in _WHOLE:
        return text.replace(inner, _WHOLE[inner]), False
    runs_on = before[-1:].isalnum() and inner[:1].isalnum() and text[:1] == inner[:1]
    if inner[:1] == "[" or not any(map(str.isalnum, inner)):
        return text, False
    if position == SUP and before[-1:].isdigit() and inner.casefold() in _ORDINALS:
        return text, False
    if len(inner) <= _LONGEST and " " not in inner and (found := _mapped(inner, position)):
        return text.replace(inner, found), False
    if not runs_on:
        return text, False
    if len(inner) > _LONGEST or " " in inner:
        return f" {text}", True
    return text.replace(inner, ("^" if position == SUP else "_") + _one(inner)), True


def _mapped(text: str, position: str) -> str:
    """A text in Unicode's superscripts or subscripts, with signs as they are; empty where it lacks a letter."""
    table = SUPERSCRIPTS if position == SUP else SUBSCRIPTS
    known = {*table, *table.values()}
    return "" if any(c.isalnum() and c not in known for c in text) else "".join(table.get(c, c) for c in text)


def linear(formula: Any) -> str:
    """A formula's text on one line, as in ``(b² - 4ac)/(2a)``."""
    return _linear(formula, 0)


def _linear(element: Any, depth: int) -> str:
    name = local(element)
    if not name or name in _SILENT or name.endswith("Pr"):
        return ""
    if depth > _DEEPEST:
        return "".join(element.itertext())
    if name in _LETTERS:
        return element.text or "" if name == "t" else "".join(element.itertext()).strip()
    parts = [(local(child), _linear(child, depth + 1)) for child in element if local(child) and not local(child).endswith("Pr")]
    if name in _OFFICE:
        return _OFFICE[name](_properties(element), parts)
    texts = [text for child, text in parts if child not in _SILENT]
    return _WEB[name](texts) if name in _WEB else _joined(texts)


def _joined(parts: Sequence[str]) -> str:
    """Parts beside one another, apart where a fraction would run into a number or a word."""
    line = ""
    for part in parts:
        apart = line[-1:].isalnum() and part[:1].isalnum() and ("/" in part or "/" in line[-12:])
        line += f" {part}" if apart else part
    return line


def _one(text: str) -> str:
    """A text that stands for one thing: in brackets unless it is a number or a letter, or is in brackets."""
    bare = "".join(c for c in text if c not in _SHIFTED)
    return text if bare.isdigit() or len(bare) <= 1 or text[0] == "(" and text.find(")") == len(text) - 1 else f"({text})"


_SHIFTED = frozenset((*SUPERSCRIPTS.values(), *SUBSCRIPTS.values()))


def _over(one: str, other: str) -> str:
    return f"{_one(one)}/{_one(other)}" if one and other else one + other


def _scripts(base: str, sub: str, sup: str) -> str:
    line = base if not sup and not sub else _one(base)
    for text, position, mark in ((sub.strip(), SUB, "_"), (sup.strip(), SUP, "^")):
        if text:
            line += (_mapped(text, position) if len(text) <= _LONGEST else "") or mark + _one(text)
    return line


def _root(inner: str, degree: str) -> str:
    return (_mapped(degree, SUP) or f"{degree}-") * bool(degree) + f"√{_one(inner)}"


def _limits(base: str, low: str, high: str) -> str:
    return base + (f"_{_one(low)}" if low else "") + (f"^{_one(high)}" if high else "")


def _properties(element: Any) -> dict[str, str]:
    """What the properties of a part of an Office formula say, by name."""
    said = (child for part in element if local(part).endswith("Pr") for child in part)
    return {local(one): next((value for key, value in one.attrib.items() if key.endswith("}val")), "") for one in said}


Parts = Sequence[tuple[str, str]]
"""The children of a part of a formula, each with its name and its text."""


def _part(parts: Parts, name: str) -> str:
    return next((text for child, text in parts if child == name), "")


def _brackets(said: dict[str, str], parts: Parts) -> str:
    inner = said.get("sepChr", "|").join(text for name, text in parts if name == "e")
    return said.get("begChr", "(") + inner + said.get("endChr", ")")


def _sum(said: dict[str, str], parts: Parts) -> str:
    inner = _part(parts, "e")
    return _limits(said.get("chr", "∫"), _part(parts, "sub"), _part(parts, "sup")) + (f" {inner}" if inner else "")


def _rows(texts: Sequence[str]) -> str:
    return "[" + "; ".join(texts) + "]"


def _named(write: Callable[..., str], *names: str) -> Callable[[dict[str, str], Parts], str]:
    """How a part of an Office formula is written, of those of its children that have these names."""
    return lambda _, parts: write(*(_part(parts, name) for name in names))


def _counted(write: Callable[..., str], n: int) -> Callable[[Sequence[str]], str]:
    """How an element of MathML is written, of its first children; one with other children is written as it comes."""
    return lambda texts: write(*texts) if len(texts) == n else " ".join(texts)


_SILENT = frozenset({"annotation", "annotation-xml", "mphantom", "phant", "none", "mprescripts"})
_LETTERS = frozenset({"t", "mi", "mn", "mo", "ms", "mtext"})
_OFFICE: dict[str, Callable[[dict[str, str], Parts], str]] = {
    "f": _named(_over, "num", "den"),
    "sSup": _named(lambda base, sup: _scripts(base, "", sup), "e", "sup"),
    "sSub": _named(lambda base, sub: _scripts(base, sub, ""), "e", "sub"),
    "sSubSup": _named(_scripts, "e", "sub", "sup"),
    "sPre": _named(lambda base, sub, sup: _scripts("", sub, sup) + base, "e", "sub", "sup"),
    "rad": _named(_root, "e", "deg"),
    "limLow": _named(lambda base, low: _limits(base, low, ""), "e", "lim"),
    "limUpp": _named(lambda base, high: _limits(base, "", high), "e", "lim"),
    "func": _named(lambda name, inner: f"{name} {inner}", "fName", "e"),
    "d": _brackets,
    "nary": _sum,
    "m": lambda _, parts: _rows([text for _, text in parts]),
    "mr": lambda _, parts: ", ".join(text for _, text in parts),
    "eqArr": lambda _, parts: "; ".join(text for _, text in parts),
}
_WEB: dict[str, Callable[[Sequence[str]], str]] = {
    "mfrac": _counted(_over, 2),
    "msup": _counted(lambda base, sup: _scripts(base, "", sup), 2),
    "msub": _counted(lambda base, sub: _scripts(base, sub, ""), 2),
    "msubsup": _counted(_scripts, 3),
    "munder": _counted(lambda base, low: _limits(base, low, ""), 2),
    "mover": _counted(lambda base, high: _limits(base, "", high), 2),
    "munderover": _counted(_limits, 3),
    "mspace": lambda _: " ",
    "mmultiscripts": " ".join,
    "msqrt": lambda texts: _root(_joined(texts), ""),
    "mroot": _counted(_root, 2),
    "mfenced": lambda texts: "(" + ", ".join(texts) + ")",
    "mtable": _rows,
    "mtr": ", ".join,
}
