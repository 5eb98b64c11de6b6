"""An encoder of which a test asks what it had to encode."""


class Counting:
    """The real encoder, which notes what it has to encode."""

    def __init__(self, encoder):
        self.name, self.fingerprint, self.dim, self._encoder = encoder.name, encoder.fingerprint, encoder.dim, encoder
        self.encode_query = encoder.encode_query
        self.encoded = []

    def encode_passages(self, texts, *, progress):
        self.encoded += texts
        return self._encoder.encode_passages(texts, progress=progress)
