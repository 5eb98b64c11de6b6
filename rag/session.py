"""What is open while questions are asked: the documents, the reader, what an answer is held to, and how is asked."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from corpus.messages import Message
from corpus.progress import Note
from index.search.searcher import Searcher
from rag.answer import Answer
from rag.ask import ask
from rag.calibration import stored
from rag.decide import fitted
from rag.options import Options
from rag.reader.model import NoReader, Reader


@dataclass(frozen=True, slots=True)
class Session:
    """Documents that can be asked. ``promise`` is what was measured of what is shown as an answer, if anything."""

    searcher: Searcher
    reader: Reader = field(default_factory=NoReader)
    options: Options = field(default_factory=Options)
    promise: Message | None = None

    def ask(self, question: str, *, within: Collection[int] | None = None) -> Answer:
        """The exact quotes that answer a question, or a refusal; ``within`` narrows the search to documents by their rows.

        Raises QuestionError for an empty question or one far too long.
        """
        return ask(question, self.searcher, reader=self.reader, options=self.options, within=within)


def open_session(searcher: Searcher, *, reader: Reader | None = None, options: Options | None = None, note: Note) -> Session:
    """A session that holds answers to the threshold of its options, else to that calibrated for this state of the documents.

    What was measured is promised only of questions asked as usual. A reader that the decision was not fitted to is left aside.
    ``note`` hears of a calibration that does not apply. Raises LibraryError for one that is damaged.
    """
    reader, options = fitted(reader or NoReader()), options or Options()
    found = stored(searcher, reader=reader, note=note) if options.threshold is None else None
    if found is None:
        return Session(searcher, reader, options)
    as_usual = replace(options, top=None, strict=False) == Options()
    return Session(searcher, reader, replace(options, threshold=found.threshold), found.promise if as_usual else None)
