"""Runs and their rows as the tests need them: what is not said of one is as plain as can be."""

from rag.evaluation.stored import FORMAT, Curves, IndexHeading, Machine, Row, Run, SetHeading, Settings


def row_of(**said):
    """A row of which so much is said."""
    usual = {"id": "1", "text": "?", "group": None, "answerable": True, "answered": True, "confidence": 0.0, "reason": None}
    return Row(**usual | {"quotes": (), "forced": (), "gold": (), "measures": {}} | said)


def run_of(*rows, fingerprint="f"):
    """A run of such rows."""
    return Run(
        format=FORMAT,
        pincite="0",
        made=Machine(),
        set=SetHeading(name="made up", fingerprint=fingerprint, documents=1, questions=len(rows)),
        settings=Settings(per_document=False),
        measures={},
        milliseconds={},
        index=IndexHeading(),
        curves=Curves(risk=(), quotes=()),
        rows=rows,
    )
