"""JSON under a seal: a file of ours that says so on its first line and whose last line is the SHA-256 of all before it."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256

_HEAD = re.compile(rb'\{\n (?:"application": "pincite",|"format": [123],\n (?:"made_by": "pincite |"of": \[))')
"""How every file of ours begins; before format 4 a manifest named the program in its second line and had no seal, and neither
had a calibration."""


def sealed(fields: Mapping[str, object]) -> bytes:
    """These fields as JSON, with the SHA-256 of it as a last field."""
    body = json.dumps(fields, indent=1).encode() + b"\n"
    return body[:-3] + _tail(body)


def unsealed(data: bytes) -> dict[str, object]:
    """The fields that were sealed. Raises ValueError where one byte is another than was written."""
    body = data[: -len(_tail(b""))] + b"\n}\n"
    if len(body) >= len(data) or data != body[:-3] + _tail(body):
        raise ValueError("its content is not what its SHA-256 says")
    fields = json.loads(body)
    if not isinstance(fields, dict):
        raise ValueError("not the fields of a file")
    return fields


def begins_as_ours(data: bytes) -> bool:
    """Whether this begins as our files do, and so is ours though it may be damaged further on; an empty file can be."""
    return not data or _HEAD.match(data) is not None


def _tail(body: bytes) -> bytes:
    return f',\n "sha256": "{sha256(body).hexdigest()}"\n}}\n'.encode()
