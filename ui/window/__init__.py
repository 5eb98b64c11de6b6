"""The chat window: its server, what the page may call, and the page."""
