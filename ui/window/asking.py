"""Questions of the page, by HTTP: ``POST /ask`` with a JSON object gives an answer as JSON.

So many are answered at a time; the others wait in line without holding a thread. Who goes away, as the page does when a person
stops a question, leaves the line.
"""

from typing import TYPE_CHECKING

from ui.window.routes import Calls

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

WAITING = 64
"""Questions that may wait; who comes later is told that the window is busy."""

AT_ONCE = 2
"""Questions that are answered at the same time."""


class Asking:
    """The line in front of the call that answers a question."""

    def __init__(self, calls: Calls) -> None:
        from anyio import CapacityLimiter

        self._calls = calls
        self._limiter = CapacityLimiter(AT_ONCE)

    async def respond(self, request: "Request") -> "Response":
        """The answer to a request, whose body was looked at before; 503 where too many wait."""
        from anyio import create_task_group, to_thread
        from starlette.responses import JSONResponse, Response

        sent = await request.json()
        if self._limiter.statistics().tasks_waiting >= WAITING:
            return JSONResponse({"error": "busy"}, status_code=503)
        response: Response = Response(status_code=499)  # for nobody: they are gone

        async def answer() -> None:
            nonlocal response
            response = JSONResponse(await to_thread.run_sync(self._calls.answer, self._calls.ask, sent, limiter=self._limiter))
            both.cancel_scope.cancel()

        async with create_task_group() as both:
            both.start_soon(answer)
            while (await request.receive())["type"] != "http.disconnect":
                pass
            both.cancel_scope.cancel()
        return response
