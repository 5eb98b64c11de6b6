"""Numbers of pages in words."""

from collections.abc import Sequence

from corpus.messages import Message


def named_pages(pages: Sequence[int]) -> Message:
    """Pages in words, runs together: ``pages 2–4, 9``."""
    runs: list[list[int]] = [[pages[0], pages[0]]]
    for page in pages[1:]:
        if page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    words = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    named = Message("pages.named", n=len(pages), pages=", ".join(words[:8]))
    return Message("pages.more", pages=named, n=len(words) - 8) if len(words) > 8 else named
