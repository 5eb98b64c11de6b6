"""The command line: one file a family of commands, and all that is printed."""
