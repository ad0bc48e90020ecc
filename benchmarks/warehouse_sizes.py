"""How the warehouse does at size: loading, publishing, digests, the cookbook, a pass.

    warehouse_sizes.py [SIZE...] [--folder FOLDER] [--keep] [--only PHASE...]

SIZE is a number of posts (default 100000 1000000 10000000); each is made by SQL from the texts in
../shared/data (`warehouse_fill`). FOLDER holds the warehouses (default: a new temporary one);
one that is there already is used again, and what --keep leaves stays. A size whose files do not fit
on the disk is skipped, with its reason. Every phase runs in a process of its own, with DuckDB held
to 4 GB, and its memory is the most that this process ever had. Ratios are of figures taken in one
run, in turns, so they count; seconds depend on what else the machine does. Results are written to
results/warehouse.json; those of phases that --only leaves out are kept where the folder has them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from machine import described

HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000, 10_000_000)
A_POST = 2_000  # bytes of disk that a post needs, copies included
LIMIT = 4_000.0  # MB that DuckDB may use
MOST = LIMIT + 1_000  # MB that a process may use
LOADED = (100_000, 1_000_000)  # sizes at which loading is raced
BARS = {"load": 1.5, "digest": 2.0, "digest_seconds": 1.0, "pass": 1.3}


def phase(name: str, home: Path, size: int) -> dict[str, Any]:
    """One phase in a process of its own."""
    command = [sys.executable, str(Path(__file__)), "--phase", name, "--folder", str(home)]
    done = subprocess.run([*command, str(size)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} of {size:,} posts failed (code {done.returncode})")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{size:>12,} {name:9} {json.dumps(rounded(found))}", flush=True)
    return found


def rounded(value: Any) -> Any:
    """With three digits after the point, as far as anybody reads them."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return round(value, 3) if isinstance(value, float) else value


def measured(home: Path, size: int, only: list[str]) -> dict[str, Any]:
    """All phases at one size."""
    needed, free = size * A_POST, shutil.disk_usage(home.parent).free
    if not home.exists() and free < needed:
        reason = f"skipped: {needed / 1e9:.0f} GB of disk needed, {free / 1e9:.0f} GB free"
        print(f"{size:>12,} {reason}")
        return {"skipped": reason}
    home.mkdir(parents=True, exist_ok=True)
    names = only or ["load", "fill", "publish", "digest", "cookbook", "pass"]
    kept = home / "measured.json"
    found: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    for name in names:
        if name != "load" or size in LOADED:
            found[name] = phase(name, home, size)
            kept.write_text(json.dumps(found), "utf-8")
    return found


def ratios(sizes: dict[str, Any]) -> dict[str, Any]:
    """What the bars are about."""
    found: dict[str, Any] = {"bars": BARS, "most_memory_mb": MOST}
    done = {size: one for size, one in sizes.items() if "skipped" not in one}
    for size, one in done.items():
        for name in ("load", "digest"):
            if name in one:
                found[f"{name} at {size}"] = one[name]["ratio"]
        found[f"memory_mb at {size}"] = max(part["peak_mb"] for part in one.values())
    for unit in ("seconds", "without_model_seconds", "cpu_seconds"):
        passes = [(size, one["pass"][unit]) for size, one in done.items() if "pass" in one]
        for (small, before), (large, after) in zip(passes, passes[1:], strict=False):
            found[f"{unit} of a pass at {large} against {small}"] = after / before
    return found


def main() -> None:
    """Measure, and write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the warehouses there")
    parser.add_argument("--only", nargs="+", default=[], help="phases to run")
    parser.add_argument("--note", default="", help="what else the machine did meanwhile")
    parser.add_argument("--phase", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.phase:
        from warehouse_phases import PHASES, peak

        found = PHASES[given.phase](given.folder, given.sizes[0])
        print(json.dumps({**found, "peak_mb": peak()}))
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="umot-warehouse-"))
    folder.mkdir(parents=True, exist_ok=True)
    sizes: dict[str, Any] = {}
    for size in given.sizes:
        home = folder / str(size)
        sizes[str(size)] = measured(home, size, given.only)
        if not given.keep:
            shutil.rmtree(home, ignore_errors=True)
    result = {"machine": described(), "note": given.note, "duckdb_limit_mb": LIMIT}
    result |= {"sizes": rounded(sizes), "ratios": rounded(ratios(sizes))}
    print(json.dumps(result["ratios"], indent=1))
    target = HERE / "results" / "warehouse.json"
    target.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
