"""``python -m umot.console HOME PORT``: as `umot up` starts it beside Prefect."""

from __future__ import annotations

import sys
from pathlib import Path

from umot.console.serve import HOST, serve
from umot.errors import UmotError

if __name__ == "__main__":
    try:
        serve(Path(sys.argv[1]), HOST, int(sys.argv[2]), lambda line: print(line, flush=True))  # noqa: T201
    except UmotError as error:
        sys.exit(str(error))
