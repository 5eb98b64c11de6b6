"""Runs drawn as one page."""
