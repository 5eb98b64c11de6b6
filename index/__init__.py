"""Passages as vectors and as words, on disk and searchable."""
