"""The one way to onnxruntime, and no word of any library to another machine that nobody asked for.

onnxruntime reports to its maker from 1.29 on: it looks up a host, opens connections, and keeps a device's number and a queue of
events in the cache. ``ORT_DISABLE_TELEMETRY`` stops all of it, if it is set before the module is first imported. What cannot
report at all does not know it: the wheels of 1.22 and 1.26 hold no such host, those of 1.29, 1.31 and 1.32 hold host and
switch. What a later version does nobody has looked at yet. ``benchmarks/silence.py`` proves it for every library.
"""

import os
from importlib.metadata import version
from typing import Any

from corpus.errors import ModelError

TRIED = ((1, 22), (1, 32))
"""The oldest and the newest onnxruntime that were seen to be silent, the ones between them taken for granted."""

QUIET = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "DO_NOT_TRACK": "1",
}
"""What tells libraries, ours and those of processes that are started here, to report to nobody."""


def be_silent() -> None:
    """Tell all libraries, here and in every process started from here, to report to nobody, whatever was set before."""
    os.environ.update(QUIET)


def onnxruntime() -> Any:
    """The module, silent. Raises ImportError where it is missing, ModelError for a version that nobody knows to be silent."""
    be_silent()
    found = version("onnxruntime")
    numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if not TRIED[0] <= numbers <= TRIED[1]:
        oldest, newest = (".".join(map(str, one)) for one in TRIED)
        raise ModelError(
            "model.unseen_runtime",
            found=found,
            oldest=oldest,
            newest=newest,
            command=f"pip install 'onnxruntime>={oldest},<{TRIED[1][0]}.{TRIED[1][1] + 1}'",
        )
    import onnxruntime as module

    module.disable_telemetry_events()
    return module
