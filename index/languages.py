"""What to say of the languages of a library that its encoder does not know."""

from corpus.messages import Message, listed
from index.encoders.e5 import DEFAULT_MODEL
from index.library import SELDOM, Library


def advice(library: Library, *, arguments: str) -> Message | None:
    """What to say about the languages that the encoder does not know; None where there is nothing to say.

    It ends with the command that makes an index with a model that does: ``pincite index`` with these ``arguments``.
    """
    found = library.languages
    looked_at = found.total()
    unknown = {
        language: count
        for language, count in found.most_common()
        if language and count >= SELDOM * looked_at and not library.knows(language)
    }
    if not unknown:
        return None
    n = len(library.passages.ranges)
    shares = listed([_share(language, count, n, looked_at) for language, count in unknown.items()])
    by_words = Message("advice.by_words", shares=shares, n=n, model=library.model, known=Message("advice.only_english"))
    return Message("advice.by_meaning", advice=by_words, command=f"pincite index {arguments} --model {DEFAULT_MODEL}")


def _share(language: str, count: int, n: int, looked_at: int) -> Message:
    named = Message(f"language.{language}")
    if n == looked_at:
        return Message("advice.share", n=count, language=named)
    return Message("advice.about", n=round(count * n / looked_at / 10) * 10, language=named)
