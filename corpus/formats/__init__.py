"""Readers of files: one module per family, each from bytes to a Reading; ``kinds`` says which is whose."""
