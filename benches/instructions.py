#!/usr/bin/env python3
"""Instructions that pages cost, counted by callgrind: the same on a busy machine as on a quiet one.

  instructions.py BINARY [BINARY…] --pages FOLDER… [--every 20] [--most 12]

Each binary judges every 20th `.html` file of the folders with `batch --threads 1`. Told are
instructions a page without the start of the process (which is counted apart, over one short text),
the ratio to the first binary, and of the last binary the functions that take the most. Counts of one
binary differ by less than half a percent from run to run; hash maps are seeded anew.
"""
import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path


def counted(binary, lines, out):
    """Instructions of `batch` over `lines`."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", binary, "batch", "--threads", "1"]
    run = subprocess.run(command, input="".join(lines), capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        raise SystemExit(f"{binary} failed:\n{run.stderr[-2000:]}")
    return int(found.group(1))


def busiest(out, most):
    text = subprocess.run(["callgrind_annotate", str(out)], capture_output=True, text=True).stdout
    rows = re.findall(r"^ *([\d,]+) \( ?([\d.]+)%\)  \S*?:(.+?) \[", text, re.MULTILINE)
    return [(float(share), name) for _, share, name in rows[:most]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries", nargs="+")
    parser.add_argument("--pages", nargs="+", type=Path, required=True)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--most", type=int, default=12)
    options = parser.parse_args()
    files = sorted(file for folder in options.pages for file in folder.rglob("*.html"))[:: options.every]
    lines = [json.dumps({"id": file.name, "file": str(file.resolve())}) + "\n" for file in files]
    first = None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        for binary in options.binaries:
            start = counted(binary, ['{"id": "1", "text": "A short text."}\n'], out)
            per_page = (counted(binary, lines, out) - start) / len(files)
            first = first or per_page
            print(f"{binary}: {per_page / 1e6:.2f} million instructions a page, {len(files)} pages; start {start / 1e6:.0f} million; {per_page / first:.3f} of the first")
        for share, name in busiest(out, options.most):
            print(f"  {share:5.2f} %  {name[:110]}")


if __name__ == "__main__":
    main()
