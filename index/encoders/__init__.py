"""Models that turn texts into vectors: what an encoder is, ONNX without torch, the export of other models."""
