"""One answer as text, Markdown and HTML, for taking a whole conversation along; no form drops a citation."""

from collections.abc import Callable, Sequence

import ui.forms.cite as cite
from corpus.document import Quote
from corpus.messages import Message
from rag.answer import Answer, Refusal
from ui.forms.cite import html_text, markdown_text

HTML_HEAD = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Pincite</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 1rem; font-size: 1.25rem; white-space: pre-wrap; }
blockquote { margin: 1.5rem 0 0; padding-inline-start: 1.25rem; border-inline-start: 3px solid #14606b; font-size: 1.125rem; }
blockquote { font-family: serif; }
blockquote + p { margin-top: 0.5rem; padding-inline-start: calc(1.25rem + 3px); font-size: 0.875rem; }
cite { font-style: normal; font-weight: 600; unicode-bidi: isolate; }
</style>
</head>
<body>
<h1>Pincite</h1>
"""
HTML_FOOT = "</body>\n</html>\n"


def exported(answer: Answer, *, asked: str, notes: tuple[str, ...], language: str) -> dict[str, str]:
    """The answer in every form, under the question as it was ``asked``."""
    return {
        "text": _as_text(answer, asked, notes, language),
        "markdown": _as_markdown(answer, asked, notes, language),
        "html": _as_html(answer, asked, notes, language),
    }


def _as_text(answer: Answer, asked: str, notes: tuple[str, ...], language: str) -> str:
    blocks = [asked, *notes, *(cite.text(citation.quote, language, cite.unsure(citation)) for citation in answer.citations)]
    for refusal in answer.refusals:
        blocks += [_said(refusal, answer, language), *_nearest(refusal, language, cite.text, str)]
    return "\n\n".join(blocks) + "\n"


def _as_markdown(answer: Answer, asked: str, notes: tuple[str, ...], language: str) -> str:
    heading = markdown_text(" ".join(asked.split()))
    blocks = [f"## {heading}", *map(markdown_text, notes)]
    blocks += [cite.markdown(citation.quote, language, cite.unsure(citation)) for citation in answer.citations]
    for refusal in answer.refusals:
        blocks += [markdown_text(_said(refusal, answer, language)), *_nearest(refusal, language, cite.markdown, markdown_text)]
    return "\n\n".join(blocks) + "\n"


def _as_html(answer: Answer, asked: str, notes: tuple[str, ...], language: str) -> str:
    def paragraph(text: str) -> str:
        return f'<p dir="auto">{html_text(text)}</p>'

    blocks = [f'<h2 dir="auto">{html_text(asked)}</h2>', *map(paragraph, notes)]
    blocks += [cite.html(citation.quote, language, cite.unsure(citation)) for citation in answer.citations]
    for refusal in answer.refusals:
        blocks += [paragraph(_said(refusal, answer, language)), *_nearest(refusal, language, cite.html, paragraph)]
    return "<section>\n" + "\n".join(blocks) + "\n</section>\n"


def _said(refusal: Refusal, answer: Answer, language: str) -> str:
    said = refusal.why.text(language)
    return f"{refusal.question.strip()} — {said}" if answer.unanswered else said


def _nearest(
    refusal: Refusal,
    language: str,
    form: Callable[[Quote, str, Sequence[Message]], str],
    words: Callable[[str], str],
) -> list[str]:
    """The nearest passages of a refusal under a line that says that they are no answer, or only may be one."""
    if not refusal.nearest:
        return []
    unsure = refusal.verdict.band != "does not say"
    return [
        words(Message("answer.nearest_unsure" if unsure else "answer.nearest").text(language)),
        *(form(near.quote, language, cite.unsure(near)) for near in refusal.nearest),
    ]
