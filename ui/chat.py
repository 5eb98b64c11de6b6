"""The chat window: a page on this machine that answers as ``pincite ask`` does.

The server keeps nothing: each question gives one turn, as JSON; the page in chat.js shows it and keeps the transcript.
No text of a document or a person is ever made into HTML, here or there.
"""

import os
import re
import socket
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from corpus.check import standing
from corpus.errors import PinciteError, PortError
from corpus.read import shipped
from index.library import Library
from rag.answer import Citation, Refusal
from rag.ask import ask
from rag.evaluation.calibrate import Calibration, stored
from rag.reader.model import NoReader, OnnxReader
from rag.weights import ANSWERED_THRESHOLD
from ui.guard import Guard
from ui.record import record
from ui.terminal import near_path

EXAMPLES = ("what did Heilongjiang plan?", "Compare Guangdong and Zhejiang", "What did Beijing plan?")
"""Questions for the shipped material: one quote, several, and none."""

SURROUNDINGS = 600
"""Characters shown before and after a quote."""

PORTS = 100
"""How many ports are tried, from the given one upwards."""

_HOST = "127.0.0.1"
_WARNINGS = {"exact": "", "changed": "The file has changed since.", "missing": "The file cannot be read any more."}
_SURROGATES = re.compile("[\ud800-\udfff]")

Talk = Callable[[str], None]


def serve(library: Library, *, reader: OnnxReader | NoReader | None, port: int, talk: Talk) -> None:
    """Serve the window on 127.0.0.1 until Ctrl+C, at the given port or the next free one; 0 is any free one.

    Raises PortError when there is none.
    """
    port = free_port(port)
    talk("Starting the chat window…")
    window = _window(library, reader, talk=talk)
    from starlette.middleware import Middleware

    try:
        window.launch(
            server_name=_HOST,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            ssr_mode=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            theme=_theme(),
            app_kwargs={"middleware": [Middleware(Guard)]},
        )
    except OSError as error:
        raise PortError(f"port {port}: cannot be served ({error}); try again, or choose another with --port") from error
    talk(f"Open http://{_HOST}:{port} - Ctrl+C stops")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        talk("Stopped.")
    finally:
        window.close(verbose=False)


def turn(
    question: str,
    library: Library,
    *,
    reader: OnnxReader | NoReader | None = None,
    threshold: float = ANSWERED_THRESHOLD,
) -> dict[str, Any]:
    """What the page shows for one question: the answer's record with the strings around its quotes, or ``error``."""
    try:
        answer = ask(_SURROGATES.sub("\ufffd", question), library, reader=reader, threshold=threshold)
    except PinciteError as error:
        return {"error": str(error)}
    shown = record(answer)
    _add_strings(shown["citations"], answer.citations)
    refusals: tuple[Refusal, ...] = answer.unanswered
    for fields, refusal in zip(shown["unanswered"], refusals, strict=True):
        _add_strings(fields["nearest"], refusal.nearest)
    if answer.refusal:
        _add_strings(shown["refusal"]["nearest"], answer.refusal.nearest)
    return shown


def receipt(citation: Citation) -> str:
    """A quote with its place, as the copy button gives it; document and characters are enough to check it again."""
    document, quote = citation.document, citation.quote
    where = f"line {citation.line} [{document.id[:12]}:{quote.start}-{quote.end}]"
    return f"“{quote.text}”\n— {document.title}, {where}"


def free_port(port: int) -> int:
    """The first port from this one upwards that can be had on 127.0.0.1; 0 gives any. Raises PortError."""
    if not 0 <= port < 65536:
        raise PortError(f"port {port}: there are ports 1 to 65535; choose one of them, or 0 for any free one")
    for candidate in range(port, min(port + PORTS, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, candidate))
            except PermissionError:
                raise PortError(f"port {candidate}: no permission to use it; choose one from 1024 up with --port") from None
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PortError(f"port {port}: taken, and so are the ones after it; choose another with --port, or 0 for any free one")


def _window(library: Library, reader: OnnxReader | NoReader | None, *, talk: Talk) -> Any:
    """The page as Gradio blocks: a transcript, with the question's box inside."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own server for a sign of life
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), _HOST, "localhost")))
    import gradio as gr

    calibration = stored(library, reader=reader, note=talk)
    threshold = calibration.threshold if calibration else ANSWERED_THRESHOLD

    def answered(event: gr.EventData) -> dict[str, Any]:
        sent = event._data if isinstance(event._data, dict) else {}
        number, question = sent.get("number"), sent.get("question")
        given = turn(question if isinstance(question, str) else "", library, reader=reader, threshold=threshold)
        shown: dict[str, Any] = _sendable({"number": number if isinstance(number, int) else 0, **given})
        return shown

    examples = EXAMPLES if {document.id for document in library.documents} == {document.id for document in shipped()} else ()
    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as window:
        with gr.HTML(
            html_template=_asset("chat.html"),
            css_template=_asset("chat.css"),
            js_on_load=_asset("chat.js"),
            apply_default_css=False,
            elem_id="pincite",
            searched=_sendable(_searched(library, calibration)),
            examples=list(examples),
        ) as transcript:
            box = gr.Textbox(
                label="Question",
                show_label=False,
                container=False,
                placeholder="Ask a question",
                lines=1,
                max_lines=8,
                submit_btn="Ask",
                autofocus=True,
                elem_id="question",
            )
        box.submit(
            None,
            box,
            box,
            js="question => { document.dispatchEvent(new CustomEvent('pincite:ask', { detail: question ?? '' })); return ''; }",
            api_visibility="private",
        )
        transcript.ask(
            answered,
            None,
            transcript,
            concurrency_limit=2,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
        ).failure(
            None,
            js="() => { document.dispatchEvent(new CustomEvent('pincite:fail')); }",
            api_visibility="private",
        )
    window.queue(api_open=False, max_size=64)
    return window


def _theme() -> Any:
    """Gradio's plainest theme in system fonts; the page's own colours are in chat.css."""
    import gradio as gr

    fonts = ["system-ui", "sans-serif"]
    return gr.themes.Base(font=fonts, font_mono=["ui-monospace", "monospace"]).set(
        body_background_fill="#fdfdfc", body_background_fill_dark="#16181a"
    )


def _asset(name: str) -> str:
    return (files("ui") / name).read_text(encoding="utf-8")


def _searched(library: Library, calibration: Calibration | None) -> str:
    documents = library.documents
    named = f"“{documents[0].title}”" if len(documents) == 1 else f"{len(documents):,} documents"
    promise = f" Pincite {calibration.promise}." if calibration else ""
    return f"Ask about {named}.{promise}"


def _add_strings(fields: list[dict[str, Any]], citations: tuple[Citation, ...]) -> None:
    """Add to each citation's record what the page shows of it: whole strings, so that no browser counts characters."""
    for shown, citation in zip(fields, citations, strict=True):
        quote = citation.quote
        shown["pieces"] = [{"text": text, "answers": marked} for text, marked in citation.pieces]
        shown["elsewhere"] = [f"{other.document.title}, line {other.document.line_at(other.start)}" for other in citation.also]
        shown["before"], shown["after"] = citation.surroundings(SURROUNDINGS)
        shown["more_before"] = quote.start > SURROUNDINGS
        shown["more_after"] = quote.end + SURROUNDINGS < len(quote.document.text)
        shown["place"] = f"line {citation.line} · characters {quote.start}–{quote.end}"
        shown["file"] = near_path(citation.document.source)
        shown["receipt"] = receipt(citation)
        shown["warning"] = _WARNINGS[standing(quote)]


def _sendable(value: Any) -> Any:
    """The same JSON without lone surrogates, which file names can hold and which end Gradio's stream of events."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_sendable(key): _sendable(item) for key, item in value.items()}
    return [_sendable(item) for item in value] if isinstance(value, list) else value
