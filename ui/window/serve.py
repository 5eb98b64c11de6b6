"""The chat window: a page on this machine that answers as ``pincite ask`` does.

The server keeps nothing of a conversation: each question gives one turn, as JSON (``ui.window.payload``); the page in
``ui/window/page`` shows it and keeps the transcript. No text of a document or a person is ever made into HTML for the page,
here or there.
"""

import os
import socket
import time
from collections.abc import Callable
from errno import EADDRNOTAVAIL
from importlib.resources import files
from pathlib import Path
from threading import Event, Thread
from typing import Any

from corpus.errors import PortError
from corpus.formats.registry import suffixes
from corpus.messages import Entry, Message, catalogue, languages
from corpus.progress import Note
from rag.options import Options
from rag.reader.model import Reader
from ui.forms.transcript import HTML_FOOT, HTML_HEAD
from ui.window.asking import Asking
from ui.window.collection import LARGEST_FILE, DocumentCollection
from ui.window.guard import ASK, LARGEST_BODY, Guard, is_loopback
from ui.window.quiet_gradio import gradio
from ui.window.requests import Page, Requests
from ui.window.routes import Calls
from ui.window.sessions import USUAL, Sessions
from ui.window.unforeseen import Unforeseen
from ui.window.working import Working

PORTS = 100
"""How many ports are tried, from the given one upwards."""

LOOPBACK = "127.0.0.1"

WAITING = 2048
"""Connections that may wait to be taken."""

SHORTEST_PASSWORD = 8

_FIRST = ("elements", "words", "history", "undo", "checking", "copying", "source")
_SCRIPTS = (*_FIRST, "answer", "documents", "adding", "asking", "start")
_STYLES = ("page", "dock", "answer", "source")


def serve(
    load: Callable[[], tuple[DocumentCollection, Reader]],
    *,
    port: int,
    kept: Path,
    options: Options = USUAL,
    note: Note,
    host: str = LOOPBACK,
    password: str | None = None,
) -> None:
    """Serve the window until Ctrl+C, at the given port or the next free one; 0 is any free one.

    What is searched is loaded while Gradio comes in. Questions are asked with the ``options``; judged answers are ``kept`` in
    that file. Raises PortError when there is no port, or for a ``host`` that other machines see without a password.
    """
    host = host.removeprefix("[").removesuffix("]")
    check_host(host, password)
    with listening(port, host=host) as door:
        own = door.getsockname()[1]
        if port not in (0, own):
            note(Message("serve.taken", port=str(port), own=str(own)))
        note(Message("serve.starting"))
        coming = Thread(target=gradio, daemon=True)
        coming.start()
        collection, reader = load()
        coming.join()
        unforeseen = Unforeseen(note)
        sessions = Sessions(reader, options=options, note=unforeseen.say)
        if collection.library:
            sessions.of(collection.library)
        working = Working()
        calls = Calls(collection, sessions, kept, working=working, unforeseen=unforeseen)
        largest_call = LARGEST_FILE * 4 // 3 + LARGEST_BODY if collection.folder else LARGEST_BODY
        window = _window(calls)
        app = Guard(_app(window, Asking(calls), unforeseen), password=password, largest_call=largest_call)
        try:
            _serve(app, door, collection, lambda: _welcome(host, own, note=note, is_seen=bool(password)), unforeseen=unforeseen)
        finally:
            working.end()
        window.close(verbose=False)
    note(Message("serve.stopped"))


def _welcome(host: str, port: int, *, note: Note, is_seen: bool) -> None:
    """Say where the window is, last, and before that what must be known where other machines see it."""
    if is_seen:
        note(Message("serve.unencrypted"))
    shown = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)
    note(Message("serve.open", address=f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"))


def _serve(
    app: Any, door: socket.socket, collection: DocumentCollection, welcome: Callable[[], None], *, unforeseen: Unforeseen
) -> None:
    """Serve until Ctrl+C, and watch the folder meanwhile. Raises PortError where there is no server, or none any more."""
    from ui.window.connections import Server

    server, stop, port = Server(app), Event(), door.getsockname()[1]
    try:
        server.start(door, waiting=WAITING)
        welcome()
        if collection.folder:
            Thread(target=collection.watch, args=(stop, unforeseen), daemon=True).start()
        while server.is_alive():
            time.sleep(1)
        raise OSError("the server has ended")
    except OSError as error:
        raise PortError("port.not_served", port=str(port), why=str(error)) from error
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        server.stop()


def check_host(host: str, password: str | None) -> None:
    """Raise PortError for a host that other machines see, unless there is a password of some length."""
    if is_loopback(host):
        return
    if not password or len(password) < SHORTEST_PASSWORD:
        raise PortError("port.seen", where=host, n=SHORTEST_PASSWORD)


def listening(port: int, *, host: str = LOOPBACK) -> socket.socket:
    """A socket that listens at the first port from this one upwards that can be had on this address; 0 gives any.

    It is had from now on: who comes before the window is there waits for it. Raises PortError.
    """
    if not 0 <= port < 65536:
        raise PortError("port.range", port=str(port))
    family, host = _address(host)
    for candidate in range(port, min(port + PORTS, 65536)):
        door = socket.socket(family)
        try:
            if os.name != "nt":  # where it means another thing
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, candidate))
            door.listen(WAITING)
        except OSError as error:
            door.close()
            if isinstance(error, PermissionError):
                raise PortError("port.denied", port=str(candidate)) from None
            if error.errno == EADDRNOTAVAIL:
                raise PortError("port.not_here", where=host) from None
            continue
        return door
    raise PortError("port.taken", port=str(port))


def _address(host: str) -> tuple[socket.AddressFamily, str]:
    """The kind of an address, and the address of a name: an IPv4 one where there are both. Raises PortError."""
    plain = host.partition("%")[0]
    if ":" in plain and plain.lower().startswith(("fe8", "fe9", "fea", "feb")):
        raise PortError("port.link_local", where=host)
    try:
        found = [(family, str(at[0])) for family, *_, at in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (socket.gaierror, UnicodeError):
        found = []
    for wanted in (socket.AF_INET, socket.AF_INET6):
        for family, address in found:
            if family == wanted:
                return family, address
    raise PortError("port.not_here", where=host)


def _window(calls: Calls) -> Any:
    """The page as Gradio blocks: one component, and what it may call."""
    gradio()
    import gradio as gr

    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as window:
        gr.HTML(
            html_template=_assets("page", ending="html"),
            css_template=_assets(*_STYLES, ending="css"),
            js_on_load=_assets(*_SCRIPTS, ending="js"),
            apply_default_css=False,
            elem_id="pincite",
            server_functions=calls.exposed(),
            largest_file=LARGEST_FILE,
            readable=sorted(suffixes()),
            words={language: page_words(language) for language in languages()},
            html_head=HTML_HEAD,
            html_foot=HTML_FOOT,
        )
    return window


def _app(window: Any, asking: Asking, unforeseen: Unforeseen) -> Any:
    """The window as an ASGI app, in which nothing reaches Gradio but what the page sends."""
    gradio()
    import gradio as gr
    from fastapi import FastAPI
    from starlette.middleware.gzip import GZipMiddleware

    own = FastAPI(openapi_url=None)
    own.add_route(ASK, asking.respond, methods=["POST"])
    served = gr.mount_gradio_app(
        own,
        window,
        path="/",
        ssr_mode=False,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        theme=_theme(),
    )
    offering = [block for block in window.blocks.values() if getattr(block, "server_fns", None)]
    calls = {call.__name__ for block in offering for call in block.server_fns}
    components = [block._id for block in offering]
    taken_in = Requests(served, components=components, calls=calls, unforeseen=unforeseen)
    return GZipMiddleware(Page(taken_in))


def _theme() -> Any:
    """Gradio's plainest theme in system fonts; the page's own colours are in page.css."""
    fonts = ["system-ui", "sans-serif"]
    return (
        gradio()
        .themes.Base(font=fonts, font_mono=["ui-monospace", "monospace"])
        .set(body_background_fill="#fdfdfc", body_background_fill_dark="#16181a")
    )


def page_words(language: str) -> dict[str, Entry]:
    """What the page itself says in a language: the entries of its catalogue under ``page.``, and the things that it counts."""
    entries = catalogue(language)
    own = {code.removeprefix("page."): entry for code, entry in entries.items() if code.startswith("page.")}
    return own | {code: entry for code, entry in entries.items() if code.startswith("count.")}


def _assets(*names: str, ending: str) -> str:
    """The files of the page with these names, joined."""
    return "\n".join((files("ui.window") / "page" / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
