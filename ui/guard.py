"""What stands before the chat window's server: only this machine, only this page, only what the page needs.

A page of another site can make a browser send requests to 127.0.0.1, under that name or, by DNS rebinding, under its
own; Gradio answers both (gradio issues 10276 and 13594). Here a request must name this machine as its host and, where
the browser says which page sent it, be sent by our own.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

LARGEST_BODY = 256 * 1024
"""Bytes that a request may carry; a question of 2,000 characters needs about 10,000."""

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

_HOST = re.compile(rb"(?:127\.0\.0\.1|localhost)(?::\d{1,5})?", re.IGNORECASE)
_PATH = re.compile(
    r"/|/config|/favicon\.ico|/manifest\.json|/theme\.css|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:app_id|cancel|info|queue/data|queue/join|reset|startup-events|theme\.css|heartbeat/\w+)"
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """ASGI middleware that answers what it refuses with 403, 404, 411, 413 or 421, and adds a policy to the rest."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        status, reason = refusal(scope)

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if not status:
            await self._app(scope, receive, send_with_policy)
            return
        await send_with_policy({"type": "http.response.start", "status": status, "headers": _PLAIN_TEXT})
        await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def refusal(scope: Message) -> tuple[int, str]:
    """The HTTP status and reason to refuse a request with, or ``(0, "")`` for one that may pass."""
    named: dict[bytes, bytes] = dict(scope["headers"])
    host, origin, size = named.get(b"host", b""), named.get(b"origin"), named.get(b"content-length", b"0")
    if not _HOST.fullmatch(host):
        return 421, "This server answers to 127.0.0.1 and localhost only."
    if origin is not None and origin.lower() != b"http://" + host.lower():
        return 403, "This server answers its own page only."
    if scope["type"] != "http" or not _PATH.fullmatch(scope["path"]):
        return 404, "Not here."
    if b"transfer-encoding" in named:
        return 411, "Say how long the request is."
    if not size.isdigit() or int(size) > LARGEST_BODY:
        return 413, f"A request may carry {LARGEST_BODY:,} bytes."
    return 0, ""


_PLAIN_TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]
