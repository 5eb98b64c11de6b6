"""The chat window: a page on this machine that answers as ``pincite ask`` does.

The server keeps nothing of a conversation: each question gives one turn, as JSON (``ui.turn``); the page in ``ui/page``
shows it and keeps the transcript. No text of a document or a person is ever made into HTML for the page, here or there.
"""

import socket
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from threading import Event, Thread
from typing import Any

import ui.turn as turn
from corpus.errors import PortError
from corpus.formats.kinds import BY_SUFFIX
from rag.evaluation.calibrate import stored
from rag.reader.model import NoReader, OnnxReader
from rag.weights import ANSWERED_THRESHOLD
from ui.calls import Calls, language_of, text_of
from ui.export import HTML_FOOT, HTML_HEAD
from ui.guard import LARGEST_BODY, Guard, is_loopback
from ui.guest import gradio
from ui.shelf import LARGEST_FILE, Shelf

PORTS = 100
"""How many ports are tried, from the given one upwards."""

LOOPBACK = "127.0.0.1"

QUEUE = 64
"""Questions that may wait; who comes later is told that the window is busy."""

AT_ONCE = 2
"""Questions that are answered at the same time."""

SHORTEST_PASSWORD = 8

_FIRST = ("elements", "words", "history", "undo", "checking", "copying", "source")
_SCRIPTS = (*_FIRST, "answer", "documents", "adding", "asking", "start")
_STYLES = ("page", "dock", "answer", "source")

Talk = Callable[[str], None]


def serve(
    load: Callable[[], tuple[Shelf, OnnxReader | NoReader | None]],
    *,
    port: int,
    kept: Path,
    talk: Talk,
    host: str = LOOPBACK,
    password: str | None = None,
) -> None:
    """Serve the window until Ctrl+C, at the given port or the next free one; 0 is any free one.

    What is searched is loaded while Gradio comes in. Judged answers are ``kept`` in that file. Raises PortError when there
    is no port, or for a ``host`` that other machines see without a password.
    """
    check_host(host, password)
    wanted, port = port, free_port(port, host=host)
    if wanted not in (0, port):
        talk(f"Port {wanted} is taken; this window is at port {port}.")
    talk("Starting the chat window…")
    coming = Thread(target=gradio, daemon=True)
    coming.start()
    shelf, reader = load()
    coming.join()
    window = _window(shelf, reader, kept, talk=talk)
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware

    largest_call = LARGEST_FILE * 4 // 3 + LARGEST_BODY if shelf.folder else LARGEST_BODY
    try:
        window.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            ssr_mode=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            theme=_theme(),
            app_kwargs={
                "middleware": [
                    Middleware(Guard, password=password, largest_call=largest_call),
                    Middleware(GZipMiddleware),  # Gradio leaves its page and our calls as they are
                ]
            },
        )
    except OSError as error:
        raise PortError(f"port {port}: cannot be served ({error}); try again, or choose another with --port") from error
    if password:
        talk("Other machines need the password. It and the answers travel unencrypted: trust the network, or use a tunnel.")
    talk(f"Open http://{LOOPBACK if host == '0.0.0.0' else host}:{port} - Ctrl+C stops")
    stop = Event()
    if shelf.folder:
        Thread(target=shelf.watch, args=(stop,), daemon=True).start()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        talk("Stopped.")
    finally:
        stop.set()
        window.close(verbose=False)


def check_host(host: str, password: str | None) -> None:
    """Raise PortError for a host that other machines see, unless there is a password of some length."""
    if is_loopback(host):
        return
    if not password or len(password) < SHORTEST_PASSWORD:
        raise PortError(
            f"{host}: other machines would see this window; set a password of {SHORTEST_PASSWORD} characters or more in "
            "PINCITE_PASSWORD first"
        )


def free_port(port: int, *, host: str = LOOPBACK) -> int:
    """The first port from this one upwards that can be had on this address; 0 gives any. Raises PortError."""
    if not 0 <= port < 65536:
        raise PortError(f"port {port}: there are ports 1 to 65535; choose one of them, or 0 for any free one")
    for candidate in range(port, min(port + PORTS, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except PermissionError:
                raise PortError(f"port {candidate}: no permission to use it; choose one from 1024 up with --port") from None
            except socket.gaierror:
                raise PortError(f"{host}: not an address of this machine; name one with --host") from None
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PortError(f"port {port}: taken, and so are the ones after it; choose another with --port, or 0 for any free one")


def _window(shelf: Shelf, reader: OnnxReader | NoReader | None, kept: Path, *, talk: Talk) -> Any:
    """The page as Gradio blocks: one component, whose questions go through the queue and whose other calls do not."""
    gradio()
    import gradio as gr

    calibration = stored(shelf.library, reader=reader, note=talk) if shelf.library else None
    threshold = calibration.threshold if calibration else ANSWERED_THRESHOLD

    def answered(event: gr.EventData) -> Iterator[dict[str, Any]]:
        sent = event._data if isinstance(event._data, dict) else {}
        number, chosen = text_of(sent, "turn")[:100], sent.get("chosen")
        ids = frozenset(one for one in chosen if isinstance(one, str)) if isinstance(chosen, list) else frozenset()
        yield {"turn": number, "doing": len(shelf.rows(ids) if ids else shelf.documents)}
        given = turn.turn(
            text_of(sent, "question"),
            shelf,
            reader=reader,
            threshold=threshold,
            before=text_of(sent, "before"),
            chosen=ids,
            language=language_of(sent),
        )
        yield turn.sendable({"turn": number, **given})

    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as window:
        transcript = gr.HTML(
            html_template=_assets("page", ending="html"),
            css_template=_assets(*_STYLES, ending="css"),
            js_on_load=_assets(*_SCRIPTS, ending="js"),
            apply_default_css=False,
            elem_id="pincite",
            server_functions=Calls(shelf, reader, threshold, calibration.promise if calibration else "", kept).exposed(),
            queue=QUEUE,
            largest_file=LARGEST_FILE,
            readable=sorted(BY_SUFFIX),
            html_head=HTML_HEAD,
            html_foot=HTML_FOOT,
        )
        asked = transcript.ask(
            answered,
            None,
            transcript,
            concurrency_limit=AT_ONCE,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
        )
        failed = "() => { document.dispatchEvent(new CustomEvent('pincite:fail')); }"
        asked.failure(None, js=failed, api_visibility="private")
        transcript.stop(None, cancels=[asked], api_visibility="private")
    window.queue(api_open=False, max_size=QUEUE)
    return window


def _theme() -> Any:
    """Gradio's plainest theme in system fonts; the page's own colours are in page.css."""
    fonts = ["system-ui", "sans-serif"]
    return (
        gradio()
        .themes.Base(font=fonts, font_mono=["ui-monospace", "monospace"])
        .set(body_background_fill="#fdfdfc", body_background_fill_dark="#16181a")
    )


def _assets(*names: str, ending: str) -> str:
    """The files of the page with these names, joined."""
    return "\n".join((files("ui") / "page" / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
