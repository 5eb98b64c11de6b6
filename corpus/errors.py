"""Every error that Pincite raises on purpose.

    PinciteError
    ├── ReadError       a file or folder that cannot be read as text
    ├── QuoteError      a quote that is not what its document says
    ├── QuestionError   a question that cannot be asked
    ├── LibraryError    an index that cannot be opened or written
    ├── ModelError      an embedding model that cannot be found, exported or trusted
    ├── EvaluationError a question set or run that cannot be measured
    ├── PortError       a port that the chat window cannot have
    └── RequestError    a call of the chat window that its page does not make

Each carries a message (``corpus.messages``), whose one line says where, what was expected, what was found and what to do.
The faces print it and exit with 1; any other exception is a defect of ours and keeps its traceback.
"""

from typing import Self

from corpus.messages import Argument, Message


class PinciteError(Exception):
    """Something the user can understand and mend: a message, or its code and arguments. As a text it is English."""

    def __init__(self, said: str | Message, /, *, where: object = "", **arguments: Argument) -> None:
        self.message = said if isinstance(said, Message) else Message(said, where=where, **arguments)
        super().__init__(self.message)

    def at(self, where: object) -> Self:
        """The same error, said of something."""
        return type(self)(self.message.at(where))


class ReadError(PinciteError):
    """A file or folder that cannot be read as text."""


class QuoteError(PinciteError):
    """A quote that is not what its document says at that place."""


class QuestionError(PinciteError):
    """A question that cannot be asked: empty or far too long."""


class LibraryError(PinciteError):
    """An index that cannot be opened or written."""


class ModelError(PinciteError):
    """An embedding model that cannot be found, exported or trusted."""


class EvaluationError(PinciteError):
    """A question set, a run or a calibration that cannot be measured or compared."""


class PortError(PinciteError):
    """A port that the chat window cannot have."""


class RequestError(PinciteError):
    """A call of the chat window that its page does not make: of other types, or too large."""
