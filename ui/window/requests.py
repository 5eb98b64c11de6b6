"""What a request may say, held against what the window's server knows, before Gradio sees it.

Gradio takes requests as they come: one that names an event or a component which is not there ends in a traceback. Here a
request is taken in whole, and goes on only when it is JSON of the shape that the page sends.
"""

import json
from base64 import b64encode
from collections.abc import Collection, Iterator
from hashlib import sha256
from math import inf
from typing import Annotated

from msgspec import Meta, Struct

from corpus.messages import Message
from corpus.records import MalformedError, checked
from ui.window.guard import ASK, CALLS, LARGEST_BODY, App, AsgiMessage, Receive, Send, policy, refuse
from ui.window.unforeseen import Unforeseen

LONGEST_PATH = 1_000
"""Characters of the longest path that is looked for."""

DEEPEST = 20
"""Objects and lists inside one another, of what a request says."""

LARGE_AT_ONCE = 8
"""Requests with files that are taken in at a time; who comes later is told to try again."""


class Call(Struct, frozen=True):
    """What Gradio is told of a call."""

    session_hash: Annotated[str, Meta(min_length=1, max_length=100)]
    """of the window it comes from"""
    component_id: int
    """that offers the call"""
    fn_name: str
    """its name"""


class Requests:
    """ASGI middleware that passes on whole questions, and ``calls`` of known ``components``."""

    def __init__(self, app: App, *, components: Collection[int], calls: Collection[str], unforeseen: Unforeseen) -> None:
        self._app, self._unforeseen = app, unforeseen
        self._components, self._calls = frozenset(components), frozenset(calls)
        self._large = 0

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Take a request in, refuse it or pass it on; what goes wrong behind is said in one line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sent(message: AsgiMessage) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._take_in(scope, receive, sent)
        except Exception as error:
            if begun and type(error.__cause__).__name__ == "HTTPException":
                return  # Gradio refuses what it has begun to answer: the other end hears that the answer ends
            self._unforeseen(f"{scope['method']} {scope['path']}", error)
            if not begun:
                await refuse(send, 500, str(Message("window.wrong")))

    async def _take_in(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        if len(scope["path"]) > LONGEST_PATH:
            await refuse(send, 404, "Not here.")
            return
        if scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        named = dict(scope["headers"])
        if named.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            await refuse(send, 415, "A request is JSON.")
            return
        body, more = await _body(receive, LARGEST_BODY)
        if body is None:
            return
        large = len(body) > LARGEST_BODY  # a place is for who sends, not for who only says so
        if large and self._large >= LARGE_AT_ONCE:
            await refuse(send, 503, "Files are being taken in from others; try again in a moment.")
            return
        self._large += large
        try:
            if more:
                rest, _ = await _body(receive, inf)
                if rest is None:
                    return
                body += rest
            status, reason = self._refusal(scope["path"], body)
            if status:
                await refuse(send, status, reason)
            else:
                await self._app(scope, _again(body, receive), send)
        finally:
            self._large -= large

    def _refusal(self, path: str, body: bytes) -> tuple[int, str]:
        """The HTTP status and reason to refuse what a request says with, or ``(0, "")``."""
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return 422, "A request is JSON."
        if not isinstance(said, dict) or _is_deep(said):
            return 422, "Not what the page sends."
        if path == ASK:
            return 0, ""
        if path != CALLS:
            return 404, "Not here."
        try:
            call = checked(said, Call)
        except MalformedError:
            return 404, "No such call."
        return (0, "") if call.component_id in self._components and call.fn_name in self._calls else (404, "No such call.")


class Page:
    """ASGI middleware that lets the page run the scripts that it came with, and no others that come to stand in it."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Pass a request on; the page itself goes out with a policy that names its scripts by their hashes (CSP 3, 2.3.1)."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: AsgiMessage = {}
        body = bytearray()

        async def held(message: AsgiMessage) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            hashes = [b64encode(sha256(script).digest()).decode() for script in _scripts(bytes(body))]
            own = (b"content-security-policy", policy(hashes).encode())
            await send({**start, "headers": [*start.get("headers", ()), own]})
            await send({"type": "http.response.body", "body": bytes(body)})

        await self._app({**scope, "headers": plain}, receive, held)


def _scripts(page: bytes) -> Iterator[bytes]:
    """What stands between the tags of each script in a page; scripts that come from elsewhere are not among them."""
    lower, at = page.lower(), 0
    while (opens := lower.find(b"<script", at)) >= 0:
        starts = lower.find(b">", opens) + 1
        at = lower.find(b"</script", starts)
        if not starts or at < 0:
            return
        if b" src=" not in lower[opens:starts]:
            yield page[starts:at]


async def _body(receive: Receive, most: float) -> tuple[bytes | None, bool]:
    """What comes of a request's body until it ends or is more than ``most`` bytes, and whether more comes.

    None for one that breaks off; how large one may be the guard has seen to.
    """
    held, more = bytearray(), True
    while more and len(held) <= most:
        message = await receive()
        if message["type"] != "http.request":
            return None, False
        held += message.get("body", b"")
        more = bool(message.get("more_body"))
    return bytes(held), more


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was taken in already, then what comes after it."""
    given = False

    async def again() -> AsgiMessage:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _is_deep(value: dict[str, object]) -> bool:
    """Whether JSON is nested deeper than anything the page sends: whoever parses it again may stand deeper on the stack."""
    level: list[dict[str, object] | list[object]] = [value]
    for _ in range(DEEPEST):
        inside = (one for each in level for one in (each.values() if isinstance(each, dict) else each))
        level = [one for one in inside if isinstance(one, dict | list)]
    return bool(level)
