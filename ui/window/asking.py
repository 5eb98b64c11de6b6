"""Questions of the page, by HTTP: ``POST /ask`` with a JSON object gives an answer as JSON.

So many are answered at a time; the others wait in line without holding a thread. Who goes away, as the page does when a person
stops a question, leaves the line.
"""

from typing import TYPE_CHECKING

import ui.window.payload as payload
from corpus.errors import RequestError
from ui.chinese import Language, translated
from ui.window.collection import Shelf
from ui.window.guard import LARGEST_BODY
from ui.window.routes import Given, Sent, ids_of, language_of, text_of
from ui.window.sessions import Sessions
from ui.window.unforeseen import Unforeseen
from ui.window.working import ENDING, Working

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

WAITING = 64
"""Questions that may wait; who comes later is told that the window is busy."""

AT_ONCE = 2
"""Questions that are answered at the same time."""


class Asking:
    """The questions over one shelf."""

    def __init__(self, shelf: Shelf, sessions: Sessions, *, working: Working, unforeseen: Unforeseen) -> None:
        from anyio import CapacityLimiter

        self._shelf, self._sessions, self._working, self._unforeseen = shelf, sessions, working, unforeseen
        self._limiter = CapacityLimiter(AT_ONCE)

    async def respond(self, request: "Request") -> "Response":
        """The answer to a request; 503 where too many wait, and 422 for what nobody can read."""
        from anyio import create_task_group, to_thread
        from starlette.responses import JSONResponse, Response

        try:
            sent = await request.json()
        except (ValueError, RecursionError):
            return JSONResponse({"error": "not JSON"}, status_code=422)
        if self._limiter.statistics().tasks_waiting >= WAITING:
            return JSONResponse({"error": "busy"}, status_code=503)
        response: Response = Response(status_code=499)  # for nobody: they are gone

        async def answer() -> None:
            nonlocal response
            response = JSONResponse(await to_thread.run_sync(self.answer, sent, limiter=self._limiter))
            both.cancel_scope.cancel()

        async with create_task_group() as both:
            both.start_soon(answer)
            while (await request.receive())["type"] != "http.disconnect":
                pass
            both.cancel_scope.cancel()
        return response

    def answer(self, sent: Sent) -> Given:
        """The answer to what was sent, or an ``error`` in words."""
        language = language_of(sent)
        with self._working.one() as may:
            given = self._answered(sent, language) if may else {"error": translated(ENDING, language)}
        sendable: Given = payload.sendable(given)
        return sendable

    def _answered(self, sent: Sent, language: Language) -> Given:
        try:
            return payload.turn(
                text_of(sent, "question", longest=LARGEST_BODY),  # what is too long for a question is said of it
                self._shelf,
                session=self._sessions.of,
                before=text_of(sent, "before"),
                chosen=ids_of(sent, "chosen"),
                language=language,
            )
        except RequestError as error:
            return {"error": translated(str(error), language)}
        except Exception as error:
            self._unforeseen("a question", error)
            return {"error": translated("This went wrong here; try again.", language)}
