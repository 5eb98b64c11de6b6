"""What a browser shows of an HTML page, and what it shows so that nobody sees it: CSS as far as that goes.

Style sheets inside the page and ``style`` attributes count, as the cascade orders them (CSS Cascading 4); sheets that lie
elsewhere are not fetched. Parsed by tinycss2 and cssselect. A page that is not styled costs next to nothing here.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from corpus.formats.archive import local
from corpus.formats.builder import STRUCK

LARGEST_SHEETS = 1_000_000
"""Characters of style sheets in a page that are followed; parsing them takes one to four seconds."""

STEPS = 2_000_000
"""Steps that matching selectors may take in a page, about a second; then only attributes count."""

_LONGEST = 200
"""Tokens of a selector that is followed."""

_LONGEST_ATTRIBUTE = 10_000
"""Characters of a ``style`` attribute that is looked at."""

TINY = 2.0
"""Pixels: text of this size or less is not seen."""

_FAR = 500.0
"""Pixels that a thing has to lie beside the page, above or before it."""

_FAINT = 0.05
"""Share of a colour that is laid on, below which nobody sees it."""

_CONTRAST = 1.2
"""Contrast of text with its background (WCAG 2.2) below which it is not seen; #eee on white has 1.16, #ddd 1.36."""

_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54, "rem": 16.0}
_PIXELS |= dict.fromkeys(("vw", "vh", "vmin", "vmax"), 10.0)
_EM = {"em": 1.0, "ex": 0.5, "ch": 0.5}
_SIZES = {"smaller": 0.83, "larger": 1.2}
_SIDES = ("left", "top", "right", "bottom")
_MARGINS = ("margin-left", "margin-top")
_NAMES = frozenset(
    "display visibility color background background-color background-image font font-size opacity position overflow overflow-x"
    " overflow-y width height max-width max-height text-indent transform clip clip-path margin"
    " text-decoration text-decoration-line".split()
) | {*_SIDES, *_MARGINS}

Tokens = tuple[Any, ...]
"""The value of a property, without white space."""

Colour = tuple[float, float, float, float]
"""Red, green, blue and how much of it is laid on, each from 0 to 1."""

_HIDING = frozenset({"display", "visibility", "opacity"})
_WHITE: Colour = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How text in an element looks. ``background`` is None where a picture or something unknown lies behind it."""

    visible: bool = True
    size: float = 16.0
    colour: Colour = (0.0, 0.0, 0.0, 1.0)
    background: Colour | None = _WHITE
    opacity: float = 1.0
    place: str = ""
    struck: bool = False

    @property
    def gone(self) -> bool:
        """Whether a browser shows nothing of the text."""
        return not self.visible or self.size <= 0 or self.opacity <= 0

    @property
    def unseen(self) -> str:
        """Why nobody sees text that the browser shows, or that it is struck out; empty where it is seen."""
        return self._hidden or (STRUCK if self.struck else "")

    @property
    def _hidden(self) -> str:
        if self.place:
            return self.place
        if self.size <= TINY:
            return "hidden.tiny"
        laid_on = self.colour[3] * self.opacity
        if laid_on <= _FAINT:
            return "hidden.transparent"
        if self.background is None or _contrast(_over(self.colour, self.background), self.background) >= _CONTRAST:
            return ""
        return "hidden.white" if min(self.background[:3]) > 0.98 and min(self.colour[:3]) == 1.0 else "hidden.background"


class _Rule(NamedTuple):
    """A selector with what it says, and where it stands in the cascade."""

    tree: Any
    order: tuple[tuple[int, ...], int]
    says: dict[str, tuple[Tokens, bool]]


class Styles:
    """The style sheets of a page."""

    def __init__(self, root: Any) -> None:
        """Takes the root of a page's tree."""
        self.whole = True
        self._steps = STEPS
        self._rules: dict[tuple[str, str], list[_Rule]] = {}
        self._order = 0
        room = LARGEST_SHEETS
        for sheet in root.iter("style"):
            css = "".join(sheet.itertext())
            room -= len(css)
            if room < 0:
                self.whole = False
                break
            if (sheet.get("media") or "all").strip().lower() in _MEDIA:
                self._add(css)

    def of(self, element: Any, around: TextStyle) -> TextStyle | None:
        """How an element looks that stands in something of another look; None where it is not displayed.

        A page that is hidden as a whole is shown by a script, once it has loaded.
        """
        said = self._said(element)
        if said and local(element) in {"html", "body"}:
            said = {name: value for name, value in said.items() if name not in _HIDING}
        if not said:
            return around
        return None if _word(said.get("display")) == "none" else _changed(around, said)

    def _add(self, css: str) -> None:
        import tinycss2

        sheets = [tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)]
        while sheets:
            for rule in sheets.pop():
                if rule.type == "qualified-rule":
                    self._add_rule(rule)
                elif rule.type == "at-rule" and rule.content is not None and _holds(rule):
                    sheets.append(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))

    def _add_rule(self, rule: Any) -> None:
        import cssselect
        import tinycss2

        if not (says := _declared(rule.content)):
            return
        for words in _selectors(rule.prelude):
            try:
                (selector,) = cssselect.parse(tinycss2.serialize(words))
            except (cssselect.SelectorError, ValueError, RecursionError):
                continue
            if selector.pseudo_element is None:
                tree = selector.parsed_tree
                self._rules.setdefault(_key(tree), []).append(_Rule(tree, (selector.specificity(), self._order), says))
                self._order += 1

    def _said(self, element: Any) -> dict[str, Tokens]:
        """The declarations that hold for an element, the winning one of each property."""
        own = _attributes(element)
        style = element.get("style")
        inline = _inline(style[:_LONGEST_ATTRIBUTE]) if style else {}
        rules = self._matching(element) if self._rules else []
        if not rules and not inline:
            return own
        found = dict(own)
        for important in (False, True):
            for says in (*(rule.says for rule in rules), inline):
                found.update({name: value for name, (value, urgent) in says.items() if urgent == important})
        return found

    def _matching(self, element: Any) -> list[_Rule]:
        if self._steps < 0:
            return []
        keys = [("", ""), ("tag", local(element)), ("id", element.get("id") or "")]
        keys += [("class", name) for name in (element.get("class") or "").split()]
        found = [rule for key in dict.fromkeys(keys) for rule in self._rules.get(key, ()) if self._fits(rule.tree, element)]
        return sorted(found, key=lambda rule: rule.order)

    def _fits(self, tree: Any, element: Any) -> bool:
        """Whether a selector's tree fits an element; what a page cannot say of itself (``:hover``) fits nothing."""
        self._steps -= 1
        if self._steps < 0:
            self.whole = False
            return False
        match type(tree).__name__:
            case "Element":
                return tree.element is None or tree.element.lower() == local(element)
            case "Class":
                return tree.class_name in (element.get("class") or "").split() and self._fits(tree.selector, element)
            case "Hash":
                return tree.id == element.get("id") and self._fits(tree.selector, element)
            case "Attrib":
                return _has(tree, element) and self._fits(tree.selector, element)
            case "Pseudo":
                return tree.ident == "root" and element.getparent() is None and self._fits(tree.selector, element)
            case "Negation":
                return not self._fits(tree.subselector, element) and self._fits(tree.selector, element)
            case "Matching" | "SpecificityAdjustment":
                return any(self._fits(one, element) for one in tree.selector_list) and self._fits(tree.selector, element)
            case "CombinedSelector":
                near = _NEAR[tree.combinator](element)
                return self._fits(tree.subselector, element) and any(self._fits(tree.selector, one) for one in near)
        return False


_MEDIA = frozenset({"all", "screen", "", "only screen", "screen, print", "print, screen"})


def _holds(rule: Any) -> bool:
    """Whether what stands in a rule such as ``@media`` holds on a usual screen."""
    import tinycss2

    words = tinycss2.serialize(rule.prelude).strip().lower()
    return rule.lower_at_keyword in {"supports", "layer"} or (rule.lower_at_keyword == "media" and words in _MEDIA)


def _selectors(prelude: Sequence[Any]) -> Iterator[list[Any]]:
    words: list[Any] = []
    for token in (*prelude, None):
        if token is None or (token.type == "literal" and token.value == ","):
            if words and len(words) < _LONGEST:
                yield words
            words = []
        else:
            words.append(token)


def _key(tree: Any) -> tuple[str, str]:
    """What an element must have that a selector fits: a name, an id or a class; nothing where it may be any."""
    while True:
        match type(tree).__name__:
            case "Class":
                return "class", tree.class_name
            case "Hash":
                return "id", tree.id
            case "Element":
                return ("tag", tree.element.lower()) if tree.element else ("", "")
            case "CombinedSelector":
                tree = tree.subselector
            case _:
                tree = tree.selector


def _has(tree: Any, element: Any) -> bool:
    value = element.get(tree.attrib.lower())
    if value is None or tree.operator == "exists":
        return value is not None
    wanted = str(getattr(tree.value, "value", tree.value) or "")
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: value == wanted,
        "~=": lambda: wanted in value.split(),
        "|=": lambda: value == wanted or value.startswith(f"{wanted}-"),
        "^=": lambda: bool(wanted) and value.startswith(wanted),
        "$=": lambda: bool(wanted) and value.endswith(wanted),
        "*=": lambda: bool(wanted) and wanted in value,
    }
    return tree.operator in tests and tests[tree.operator]()


def _just_before(element: Any) -> Iterator[Any]:
    before = element.getprevious()
    if before is not None:
        yield before


def _parent(element: Any) -> Iterator[Any]:
    parent = element.getparent()
    if parent is not None:
        yield parent


_NEAR: dict[str, Callable[[Any], Iterator[Any]]] = {
    " ": lambda element: element.iterancestors(),
    ">": _parent,
    "+": _just_before,
    "~": lambda element: element.itersiblings(preceding=True),
}


def _declared(content: Sequence[Any]) -> dict[str, tuple[Tokens, bool]]:
    """The declarations of a block that matter here, each with whether it is important."""
    import tinycss2

    found: dict[str, tuple[Tokens, bool]] = {}
    for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if one.type == "declaration" and one.lower_name in _NAMES:
            value = tuple(token for token in one.value if token.type not in {"whitespace", "comment"})
            for name, part in _parts(one.lower_name, value):
                if _is_valid(name, part):
                    found[name] = (part, one.important)
    return found


_WIDE = frozenset("inherit initial unset revert revert-layer currentcolor".split())
_DISPLAYS = frozenset(
    "none block inline inline-block flex inline-flex grid inline-grid table inline-table table-row table-cell table-row-group"
    " table-header-group table-footer-group table-column table-column-group table-caption list-item contents flow-root"
    " flow".split()
)
_WORDS = {"display": _DISPLAYS, "visibility": frozenset({"visible", "hidden", "collapse"})}
_FONT_WORDS = frozenset("xx-small x-small small medium large x-large xx-large xxx-large smaller larger".split())


def _is_valid(name: str, value: Tokens) -> bool:
    """Whether a browser would take a declaration; one that it drops leaves standing what was said before."""
    if any(token.type == "function" and token.lower_name in {"var", "calc", "min", "max", "clamp"} for token in value):
        return True
    words = {token.lower_value for token in value if token.type == "ident"}
    if len(value) == 1 and words and words <= _WIDE:
        return True
    if name in _WORDS:
        return bool(words) and words <= _WORDS[name]
    if name == "color":
        return len(value) == 1 and _colour_of(value) is not None
    if name == "font-size":
        return len(value) == 1 and (words <= _FONT_WORDS if words else _pixels(value[0], 16.0) is not None)
    if name == "opacity":
        return len(value) == 1 and value[0].type in {"number", "percentage"}
    return bool(value)


@lru_cache(maxsize=1024)
def _inline(style: str) -> dict[str, tuple[Tokens, bool]]:
    import tinycss2

    return _declared(tinycss2.parse_component_value_list(style))


def _parts(name: str, value: Tokens) -> Iterator[tuple[str, Tokens]]:
    """What a shorthand says of the properties that matter here."""
    if name == "margin":
        yield "margin-top", value[:1]
        yield "margin-left", value[{1: 0, 2: 1, 3: 1}.get(len(value), 3) :][:1]
    elif name == "text-decoration":
        yield "text-decoration-line", value
    elif name == "font":
        size = next((token for token in value if token.type in {"dimension", "percentage"} or _is_zero(token)), None)
        if size is not None:
            yield "font-size", (size,)
    else:
        yield name, value


def _attributes(element: Any) -> dict[str, Tokens]:
    """What the attributes of older pages and of drawings say, and the names of what is struck out."""
    found: dict[str, Tokens] = dict(_line_through()) if local(element) in _STRIKING else {}
    for attribute, name, tags in _OLD:
        if (value := element.get(attribute)) is not None and (not tags or local(element) in tags):
            found |= {key: part for key, (part, _) in _inline(f"{name}:{value[:50]}").items()}
    return found


_DRAWN = frozenset({"svg", "g", "text", "tspan"})
_STRIKING = frozenset({"s", "strike", "del"})


@lru_cache(maxsize=1)
def _line_through() -> dict[str, Tokens]:
    return {name: value for name, (value, _) in _inline("text-decoration-line:line-through").items()}


_OLD = (
    ("bgcolor", "background-color", frozenset[str]()),
    ("color", "color", frozenset({"font"})),
    ("text", "color", frozenset({"body"})),
    ("display", "display", _DRAWN),
    ("visibility", "visibility", _DRAWN),
)


def _changed(around: TextStyle, said: dict[str, Tokens]) -> TextStyle:
    """A look as declarations change it."""
    visibility = _word(said.get("visibility"))
    size = _font_size(said.get("font-size", ()), around.size)
    return replace(
        around,
        visible=visibility == "visible" or around.visible and visibility not in {"hidden", "collapse"},
        size=size,
        colour=_colour_of(said.get("color", ())) or around.colour,
        background=_background(around.background, said),
        opacity=around.opacity * _opacity(said.get("opacity", ())),
        place=around.place or _place(said, size),
        struck=around.struck or any(_word((token,)) == "line-through" for token in said.get("text-decoration-line", ())),
    )


def _word(value: Tokens | None) -> str:
    return str(value[0].lower_value) if value and value[0].type == "ident" else ""


def _is_zero(token: Any) -> bool:
    return token.type in {"number", "dimension", "percentage"} and token.value == 0


def _pixels(token: Any, size: float) -> float | None:
    """A length in pixels, as far as it can be known without a screen; None for what is none."""
    if token.type == "number":
        return 0.0 if token.value == 0 else None
    if token.type == "percentage":
        return float(token.value * 10)
    if token.type == "dimension":
        unit = token.lower_unit
        return float(token.value * (_PIXELS.get(unit) or _EM.get(unit, 0.0) * size)) if unit in _PIXELS or unit in _EM else None
    return None


def _font_size(value: Tokens, around: float) -> float:
    if len(value) != 1:
        return around
    token = value[0]
    if token.type == "percentage":
        return float(around * token.value / 100)
    if token.type == "ident":
        return 16.0 if token.lower_value in _FONT_WORDS - _SIZES.keys() else around * _SIZES.get(token.lower_value, 1.0)
    found = _pixels(token, around)
    return around if found is None or not math.isfinite(found) else found


def _opacity(value: Tokens) -> float:
    if len(value) == 1 and value[0].type in {"number", "percentage"}:
        share = value[0].value / (100 if value[0].type == "percentage" else 1)
        return float(min(1.0, max(0.0, share)))
    return 1.0


def _colour_of(value: Tokens) -> Colour | None:
    """The first colour of a value; None where there is none."""
    from tinycss2 import color4

    for token in value:
        if token.type in {"ident", "hash", "function"}:
            try:
                found = color4.parse_color(token)
            except (ValueError, ArithmeticError, TypeError):
                continue
            if found is not None and found != "currentcolor":
                red, green, blue, alpha = (0.0 if part is None else float(part) for part in found.to("srgb"))
                return red, green, blue, alpha
    return None


def _background(around: Colour | None, said: dict[str, Tokens]) -> Colour | None:
    if any(token.type in {"url", "function"} and _is_picture(token) for name in _BACKGROUNDS for token in said.get(name, ())):
        return None
    colour = _colour_of((*said.get("background", ()), *said.get("background-color", ())))
    if colour is None:
        return around
    return colour if colour[3] >= 1 else around and _over(colour, around)


_BACKGROUNDS = ("background", "background-image")


def _is_picture(token: Any) -> bool:
    return token.type == "url" or str(token.lower_name).endswith(("url", "gradient", "image", "image-set"))


def _place(said: dict[str, Tokens], size: float) -> str:
    """Why an element cannot be seen where it stands, or empty."""
    apart = _word(said.get("position")) in {"absolute", "fixed", "relative"}
    lengths = {name: _pixels(value[0], size) for name, value in said.items() if len(value) == 1}
    away = (lengths.get(name) for name in (*(_SIDES if apart else ()), *_MARGINS, "text-indent"))
    if any(length is not None and length <= -_FAR for length in away) or _moved_away(said.get("transform", ()), size):
        return "hidden.off_page"
    cut = any(_word(said.get(name)) in {"hidden", "clip"} for name in ("overflow", "overflow-x", "overflow-y"))
    narrow = (lengths.get(name) for name in ("width", "height", "max-width", "max-height"))
    if cut and any(length is not None and length <= 1 for length in narrow):
        return "hidden.clipped"
    if (apart and _is_point(said.get("clip", ()), size)) or _is_point(said.get("clip-path", ()), size):
        return "hidden.clipped"
    return ""


def _moved_away(value: Tokens, size: float) -> bool:
    for token in value:
        if token.type == "function" and token.lower_name.startswith(("translate", "scale")):
            lengths = [length for one in token.arguments if (length := _pixels(one, size)) is not None]
            if token.lower_name.startswith("translate") and any(length <= -_FAR for length in lengths):
                return True
            if token.lower_name.startswith("scale") and lengths:  # a scale of anything but 0 is no length
                return True
    return False


def _is_point(value: Tokens, size: float) -> bool:
    """Whether a shape leaves nothing to be seen."""
    for token in value:
        if token.type == "function":
            name = token.lower_name
            numbers = [one for one in token.arguments if one.type in {"number", "dimension", "percentage"}]
            if name == "inset":
                return any(one.type == "percentage" and one.value >= 50 for one in numbers)
            if name in {"rect", "polygon", "circle", "ellipse"} and numbers:
                numbers = numbers[:1] if name == "circle" else numbers[:2] if name == "ellipse" else numbers
                return all((_pixels(one, size) or 0.0) <= 1 for one in numbers)
    return False


def _over(colour: Colour, background: Colour) -> Colour:
    """A colour laid on another one."""
    share = colour[3]
    red, green, blue = (share * one + (1 - share) * other for one, other in zip(colour[:3], background[:3], strict=True))
    return red, green, blue, 1.0


def _contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    shares = [min(1.0, max(0.0, part)) for part in colour[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
