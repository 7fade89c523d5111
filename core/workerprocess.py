"""What a worker process runs: it reads parcels from its input, and writes answers to its output.

The run that started it ends it by closing its input, so that none is left behind.
"""

from __future__ import annotations

import os
import sys
from typing import IO

__all__ = ["main", "read_block", "write_block"]

_SIZE_BYTES = 8
_NICENESS = 5


def read_block(stream: IO[bytes]) -> bytes | None:
    """Return the next block of bytes; None where the other side is gone."""
    head = stream.read(_SIZE_BYTES)
    if len(head) < _SIZE_BYTES:
        return None
    size = int.from_bytes(head, "little")
    block = stream.read(size)
    return block if len(block) == size else None


def write_block(stream: IO[bytes], block: bytes) -> None:
    """Write a block of bytes, and all that was not yet written."""
    stream.write(len(block).to_bytes(_SIZE_BYTES, "little"))
    stream.write(block)
    stream.flush()


def main(proj_data: str) -> None:
    """Answer parcels until there are no more.

    The first block that is written says what this Python lacks; it is empty where all is there.
    """
    if hasattr(os, "nice"):
        # what the run makes of the answers, and the user's other programs, come first
        os.nice(_NICENESS)
    answers = os.fdopen(os.dup(1), "wb")
    # whatever prints must not come between the answers
    os.dup2(2, 1)
    parcels = sys.stdin.buffer
    missing = _missing(proj_data)
    write_block(answers, missing.encode())
    if missing:
        return
    from .parcels import Stop, survey_parcel

    stop, surroundings = Stop(), b""
    while True:
        version, changed, dates = (read_block(parcels) for _ in range(3))
        if version is None or changed is None or dates is None:
            return
        # they are sent only once
        surroundings = changed or surroundings
        write_block(answers, survey_parcel(version.decode(), surroundings, dates, stop))


def _missing(proj_data: str) -> str:
    from .requirements import missing_requirements

    missing = missing_requirements()
    if missing is not None:
        return missing
    if proj_data:
        from pyproj import datadir

        datadir.set_data_dir(proj_data)
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:2])
