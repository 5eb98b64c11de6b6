"""Where on this machine Pincite keeps what is not told where to lie."""

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Exported encoders, indexes made on the fly and recognised scans: what may be deleted at any time."""
    return Path(platformdirs.user_cache_dir("pincite", appauthor=False))


def data_folder() -> Path:
    """What the user has made: the set of judged answers."""
    return Path(platformdirs.user_data_path("pincite", appauthor=False))
