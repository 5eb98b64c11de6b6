"""How the reader is made: examples, training, export, and the decision that is fitted to it."""
