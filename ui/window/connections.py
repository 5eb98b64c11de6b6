"""The connections to the window's server: nobody holds a place that others need by saying too little, or by not listening.

A connection may take ``REQUEST`` seconds to say what it wants, with so many bytes a second for what it carries, and may leave
an answer untouched for ``LISTEN`` seconds. When there are as many as may be, those that have waited longest without a request
make room for those that come.
"""

import asyncio
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST = 10.0
"""Seconds for the head of a request, from the connection or the answer before on, and for its body."""

SLOWEST = 100_000
"""Bytes a second that a request comes with at least, beyond those seconds: by what has come, not by what is announced."""

LISTEN = 30.0
"""Seconds without one byte of an answer being taken."""

MOST = 2_000
"""Connections at a time, or half of the files that this process may open where that is less."""

ROOM = 8
"""When there are that many, one in so many goes."""

TAKEN_AT_ONCE = 64
"""Connections that are taken before room is made for them: asyncio takes as many in one go as may wait to be taken."""

START = 10.0
"""Seconds that a server may take to start."""


class Connection(H11Protocol):
    """A connection that knows how long it is waited for."""

    most = MOST

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Come in; where it is full, others go first."""
        if len(self.connections) >= self.most:
            _make_room(self.connections, self.most // ROOM + 1)
        self.since, self.stuck_since, self.came = time.monotonic(), 0.0, 0
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self.came += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.since, self.came = time.monotonic(), 0
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The other end takes nothing any more."""
        self.stuck_since = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The other end listens again."""
        self.stuck_since = 0.0
        super().resume_writing()

    @property
    def is_waiting(self) -> bool:
        """Whether no request is at work: none has come, or only a part of one."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def is_overdue(self, now: float) -> bool:
        """Whether nobody needs to wait for it any longer."""
        if self.stuck_since and now - self.stuck_since > LISTEN:
            return True
        return self.is_waiting and now - self.since > REQUEST + self.came / SLOWEST

    def drop(self) -> None:
        """End it at once."""
        self.connections.discard(self)
        self.transport.abort()


def _make_room(connections: "Iterable[Any]", n: int) -> None:
    """Drop ``n`` connections: those that have waited longest for a request, then those whose request is oldest."""
    for one in list(islice(sorted(connections, key=lambda one: (not one.is_waiting, one.since)), n)):
        one.drop()


class Server(uvicorn.Server):
    """The server of one ASGI app on a socket that listens already, in a thread of its own."""

    def __init__(self, app: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
                backlog=TAKEN_AT_ONCE,
            )
        )
        Connection.most = min(MOST, _raised_limit() // 2)
        self.thread: Thread | None = None

    async def on_tick(self, counter: int) -> bool:
        """Once a second, drop what is overdue."""
        if counter % 10 == 0:
            now = time.monotonic()
            for one in list(self.server_state.connections):
                if isinstance(one, Connection) and one.is_overdue(now):
                    one.drop()
        return await super().on_tick(counter)

    def start(self, listening: socket.socket, *, waiting: int) -> None:
        """Serve in a thread; returns when it does. So many connections may wait to be taken. Raises OSError where it cannot."""
        self.thread = Thread(target=self.run, args=([listening],), daemon=True, name="server")
        self.thread.start()
        until = time.monotonic() + START
        while not self.started:
            if not self.thread.is_alive() or time.monotonic() > until:
                raise OSError("the server does not start")
            time.sleep(0.005)
        listening.listen(waiting)  # asyncio has made it as few as it takes at once

    def is_alive(self) -> bool:
        """Whether it still serves."""
        return self.thread is not None and self.thread.is_alive()

    def stop(self) -> None:
        """End it: what is answered may be finished within a second."""
        self.should_exit = True
        if self.thread:
            self.thread.join(5)


def _raised_limit() -> int:
    """How many files this process may open, after asking for as many as the system lets it."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 2 * MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * MOST if hard == resource.RLIM_INFINITY else min(hard, 4 * MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 2 * MOST if soft == resource.RLIM_INFINITY else soft
