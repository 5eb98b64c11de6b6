"""What stands before the chat window's server: only this machine, only this page, only what the page needs.

A page of another site can make a browser send requests to 127.0.0.1, under that name or, by DNS rebinding, under its
own; Gradio answers both (gradio issues 10276 and 13594). Here a request must name this machine as its host and, where
the browser says which page sent it, be sent by our own. Seen from other machines the window asks for a password (RFC 7617).
"""

import asyncio
import re
import socket
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

LARGEST_BODY = 256 * 1024
"""Bytes that a request may carry; a question of 2,000 characters needs about 10,000."""

WRONG_PASSWORD = 1.0
"""Seconds until a wrong password is answered."""

WRONG_AT_ONCE, WRONG_FROM_ONE = 64, 4
"""Wrong passwords that wait for their answer at a time, from all addresses and from one; others are turned away at once."""

ASKED, WITHIN = 20, 10.0
"""Questions that another machine may ask in so many seconds, so that nobody fills the line for all."""

ADDRESSES = 1_000
"""Machines whose questions are counted at a time; with more, new ones wait."""


def policy(scripts: Iterable[str] = ()) -> str:
    """The content security policy of a reply, with the SHA-256 of the scripts that may stand in it."""
    return "; ".join(
        (
            "default-src 'none'",
            # Gradio makes functions of the page's template and script, hence eval; what it starts with is named by hash
            " ".join(("script-src 'self' 'unsafe-eval'", *(f"'sha256-{one}'" for one in scripts))),
            "style-src 'self' 'unsafe-inline'",  # Gradio puts the page's own styles into it when it is there
            "img-src 'self' data:",  # pictures of pages
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


CALLS = "/gradio_api/component_server/"
ASK = "/ask"
_STATIC = ("/assets/", "/static/", "/svelte/")
_GET = re.compile(
    r"/|/config|/favicon\.ico|/manifest\.json|/theme\.css|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:app_id|theme\.css)"
)
_POST = re.compile(r"/ask|/gradio_api/component_server/")
_OTHERS_SAY = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port")
"""Headers by which a proxy would say where a request came from; nobody here is behind one, so that they are not believed."""

AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
App = Callable[[AsgiMessage, Receive, Send], Awaitable[None]]


class Guard:
    """ASGI middleware that answers what it refuses with 401, 403, 404, 405, 411, 413, 421 or 429, and adds headers to the rest.

    With a ``password`` the server may be called by this machine's addresses and name, and every request must carry it;
    ``largest_call`` is how many bytes a call of the page may carry, where files come that way. It stands before everything
    that answers of itself, as Gradio does to a question of another site's page whether it may ask (CORS, gradio issue 13594).
    """

    def __init__(self, app: App, *, password: str | None = None, largest_call: int = LARGEST_BODY) -> None:
        self._app, self._password, self._largest_call = app, password, largest_call
        self._wrong: Counter[str] = Counter()
        self._asked: dict[str, list[float]] = {}

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        status, reason = self._refusal(scope)
        named = [(name, value) for name, value in scope["headers"] if name not in _OTHERS_SAY]
        if status == 401 and b"authorization" in dict(named) and not await self._let_wait(_address(scope)):
            status, reason = 429, "Too many wrong passwords at once."
        kept = not status and scope["path"].startswith(_STATIC)

        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                if not kept:  # nothing that was answered is left lying in a cache
                    given = [one for one in given if one[0].lower() != b"cache-control"] + [(b"cache-control", b"no-store")]
                message["headers"] = given + [one for one in _HEADERS if one[0] not in names]
            await send(message)

        if status:
            await refuse(send_with_headers, status, reason)
        else:
            await self._app({**scope, "headers": named}, receive, send_with_headers)

    async def _let_wait(self, address: str) -> bool:
        """Wait as long as a wrong password takes; False, at once, where too many of them wait already."""
        if self._wrong[address] >= WRONG_FROM_ONE or self._wrong.total() >= WRONG_AT_ONCE:
            return False
        self._wrong[address] += 1
        try:
            await asyncio.sleep(WRONG_PASSWORD)
        finally:
            self._wrong[address] -= 1
            if not self._wrong[address]:
                del self._wrong[address]
        return True

    def _refusal(self, scope: AsgiMessage) -> tuple[int, str]:
        """The HTTP status and reason to refuse a request with, or ``(0, "")`` for one that may pass."""
        named: dict[bytes, bytes] = dict(scope["headers"])
        host, origin, size = named.get(b"host", b""), named.get(b"origin"), named.get(b"content-length", b"0")
        if not _is_ours(host, seen=self._password is not None):
            return 421, "This server answers to its own address only."
        if origin is not None and origin.lower() != b"http://" + host.lower():
            return 403, "This server answers its own page only."
        if self._password and not _knows(named.get(b"authorization", b""), self._password):
            return 401, "The password is needed that this server was started with."
        known = {"GET": _GET, "HEAD": _GET, "POST": _POST}.get(scope.get("method", "GET"))
        if scope["type"] != "http" or not (_GET.fullmatch(scope["path"]) or _POST.fullmatch(scope["path"])):
            return 404, "Not here."
        if known is None or not known.fullmatch(scope["path"]):
            return 405, "Not in this way."
        if b"transfer-encoding" in named:
            return 411, "Say how long the request is."
        largest = 0 if known is _GET else self._largest_call if scope["path"] == CALLS else LARGEST_BODY
        if not size.isdigit() or len(size) > 12 or int(size) > largest:
            return 413, f"A request may carry {largest:,} bytes."
        if scope["path"] == ASK and self._asks_too_often(_address(scope)):
            return 429, f"One machine may ask {ASKED} questions in {WITHIN:.0f} seconds."
        return 0, ""

    def _asks_too_often(self, address: str) -> bool:
        """Whether a machine has asked its share for now; this one may ask as it likes, it could fill the processor as well."""
        if is_loopback(address):
            return False
        now = time.monotonic()
        self._asked = {other: times for other, times in self._asked.items() if now - times[-1] < WITHIN}
        recent = [at for at in self._asked.get(address, ()) if now - at < WITHIN]
        if len(recent) >= ASKED or (not recent and len(self._asked) >= ADDRESSES):
            return True
        self._asked[address] = [*recent, now]
        return False


async def refuse(send: Send, status: int, reason: str) -> None:
    """Answer a request with a status and a line of plain text."""
    headers = [*_PLAIN_TEXT, *(_ASK_FOR_PASSWORD if status == 401 else ())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def _address(scope: AsgiMessage) -> str:
    return str((scope.get("client") or ("",))[0])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        address = ip_address(host)
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_ours(host: bytes, *, seen: bool) -> bool:
    """Whether a Host header names this machine; a server that others see goes by any address and by its name, too.

    An address cannot be rebound, and a name of another site never carries our password.
    """
    match = _HOST.fullmatch(host)
    if not match:
        return False
    name = (match[1] or match[2]).decode("ascii").lower()
    if is_loopback(name):
        return True
    own = socket.gethostname().lower()
    return seen and (name in {own, f"{own}.local"} or _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _knows(authorization: bytes, password: str) -> bool:
    """Whether a request carries the password, under whatever user name."""
    kind, _, encoded = authorization.partition(b" ")
    try:
        _, _, given = b64decode(encoded, validate=True).partition(b":")
    except ValueError:
        return False
    return kind.lower() == b"basic" and compare_digest(given, password.encode())


_HOST = re.compile(rb"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9.-]{1,253}))(?::\d{1,5})?", re.IGNORECASE)
_PLAIN_TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
_ASK_FOR_PASSWORD = [(b"www-authenticate", b'Basic realm="Pincite", charset="UTF-8"')]
_FEATURES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "midi", "payment", "usb")
_HEADERS = [
    (b"content-security-policy", policy().encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in _FEATURES).encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
