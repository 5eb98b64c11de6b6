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
from collections.abc import Awaitable, Callable, MutableMapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

LARGEST_BODY = 256 * 1024
"""Bytes that a request may carry; a question of 2,000 characters needs about 10,000."""

WRONG_PASSWORD = 1.0
"""Seconds that each wrong password takes, one after the other, for all who try."""

ASKED, WITHIN = 20, 10.0
"""Questions that another machine may ask in so many seconds, so that nobody fills the queue for all."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio starts inline and compiles its templates
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_SIGN_OF_LIFE = "/gradio_api/startup-events"
_CALLS = "/gradio_api/component_server/"
_JOIN = "/gradio_api/queue/join"
_PATH = re.compile(
    r"/|/config|/favicon\.ico|/manifest\.json|/theme\.css|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:app_id|cancel|component_server/|queue/data|queue/join|queue/status|reset|startup-events|theme\.css)"
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """ASGI middleware that answers what it refuses with 401, 403, 404, 411, 413, 421 or 429, and adds a policy to the rest.

    With a ``password`` the server may be called by this machine's addresses and name, and every request must carry it;
    ``largest_call`` is how many bytes a call of the page may carry, where files come that way.
    """

    def __init__(self, app: App, *, password: str | None = None, largest_call: int = LARGEST_BODY) -> None:
        self._app, self._password, self._largest_call = app, password, largest_call
        self._wrong = asyncio.Lock()
        self._asked: dict[str, list[float]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        status, reason = self._refusal(scope)
        if status == 401 and b"authorization" in dict(scope["headers"]):
            async with self._wrong:
                await asyncio.sleep(WRONG_PASSWORD)

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if not status:
            await self._app(scope, receive, send_with_policy)
            return
        headers = [*_PLAIN_TEXT, *(_ASK_FOR_PASSWORD if status == 401 else ())]
        await send_with_policy({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": f"{reason}\n".encode()})

    def _refusal(self, scope: Message) -> tuple[int, str]:
        """The HTTP status and reason to refuse a request with, or ``(0, "")`` for one that may pass."""
        named: dict[bytes, bytes] = dict(scope["headers"])
        host, origin, size = named.get(b"host", b""), named.get(b"origin"), named.get(b"content-length", b"0")
        largest = self._largest_call if scope["path"] == _CALLS else LARGEST_BODY
        if not _is_ours(host, seen=self._password is not None):
            return 421, "This server answers to its own address only."
        if origin is not None and origin.lower() != b"http://" + host.lower():
            return 403, "This server answers its own page only."
        if self._password and scope["path"] != _SIGN_OF_LIFE and not _knows(named.get(b"authorization", b""), self._password):
            return 401, "The password is needed that this server was started with."
        if scope["type"] != "http" or not _PATH.fullmatch(scope["path"]):
            return 404, "Not here."
        if b"transfer-encoding" in named:
            return 411, "Say how long the request is."
        if not size.isdigit() or int(size) > largest:
            return 413, f"A request may carry {largest:,} bytes."
        if scope["path"] == _JOIN and self._asks_too_often(scope):
            return 429, f"One machine may ask {ASKED} questions in {WITHIN:.0f} seconds."
        return 0, ""

    def _asks_too_often(self, scope: Message) -> bool:
        """Whether a machine has asked its share for now; this one may ask as it likes, it could fill the processor as well."""
        address, now = (scope.get("client") or ("",))[0], time.monotonic()
        if is_loopback(address):
            return False
        self._asked = {other: times for other, times in self._asked.items() if now - times[-1] < WITHIN}
        recent = [at for at in self._asked.get(address, ()) if now - at < WITHIN]
        if len(recent) >= ASKED:
            return True
        self._asked[address] = [*recent, now]
        return False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_ours(host: bytes, *, seen: bool) -> bool:
    """Whether a Host header names this machine; a server that others see goes by any address and by its name, too.

    An address cannot be rebound, and a name of another site never carries our password.
    """
    match = _HOST.fullmatch(host)
    if not match:
        return False
    name = match[1].decode("ascii").lower()
    if name in {"127.0.0.1", "localhost"}:
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


_HOST = re.compile(rb"([a-z0-9.-]{1,253})(?::\d{1,5})?", re.IGNORECASE)
_PLAIN_TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
_ASK_FOR_PASSWORD = [(b"www-authenticate", b'Basic realm="Pincite", charset="UTF-8"')]
_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]
