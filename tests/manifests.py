"""Manifests of libraries, altered as another version of Pincite would have written them."""

import json
from pathlib import Path
from typing import Any

from index.store.seal import sealed


def rewritten(folder: Path, **changes: Any) -> None:
    """Give the manifest in a folder other fields, and a SHA-256 that fits where it had one."""
    path = folder / "manifest.json"
    fields = json.loads(path.read_bytes()) | changes
    was_sealed = fields.pop("sha256", None) is not None
    path.write_bytes(sealed(fields) if was_sealed else json.dumps(fields).encode())
