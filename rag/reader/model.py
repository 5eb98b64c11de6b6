"""The reader's weights, run by onnxruntime and tokenizers alone."""

MAX_TOKENS = 224
"""Question and window together; what does not fit is cut from the end of the window."""
