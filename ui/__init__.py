"""The faces: command line and chat window."""
