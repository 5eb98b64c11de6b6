"""The forms that an answer leaves in: JSON, citation styles, transcripts."""
