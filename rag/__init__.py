"""From a question to quotes: retrieve, read, compose."""
