#!/usr/bin/env python3
"""One table of extractors over one set: each scored by `benggala eval extraction --predictions`.

  compare.py PAGES DIR [--by-lang] [--seconds FILE] [--benggala PATH]

DIR holds <peer>.jsonl as extract.py, metadata.py and rust/ write them; benggala's own row is
extracted afresh. FILE holds the lines that these print: a peer and its seconds.
"""
import argparse
import json
import re
import subprocess
from pathlib import Path

COLUMNS = ("precision", "recall", "f1", "clean", "snippets_f1", "titles", "authors_f1", "dates")
LANGUAGE_PAGES_MIN = 5


def scored(options, predictions=None):
    command = [options.benggala, "eval", "extraction", "--set", options.pages, "--format", "json"]
    command += ["--by", "lang"] if options.by_lang else []
    command += ["--predictions", predictions] if predictions else []
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def seconds(path):
    if not path:
        return {}
    return dict(re.findall(r"^(\S+) +([\d.]+) s$", Path(path).read_text(), re.MULTILINE))


def row(name, figures, spent):
    cells = "".join(f"{figures[column]:>9.3f}" for column in COLUMNS)
    print(f"{name:<28}{figures['pages']:>6}{figures['empty']:>7}{cells}{spent:>9}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("predictions")
    parser.add_argument("--by-lang", action="store_true")
    parser.add_argument("--seconds")
    parser.add_argument("--benggala", default="target/release/benggala")
    options = parser.parse_args()
    spent = seconds(options.seconds)
    reports = {"benggala": scored(options)}
    for file in sorted(Path(options.predictions).glob("*.jsonl")):
        if file.stem not in reports and "parse-only" not in file.stem:
            reports[file.stem] = scored(options, str(file))
    print(f"{'peer':<28}{'pages':>6}{'empty':>7}" + "".join(f"{column[:8]:>9}" for column in COLUMNS) + f"{'seconds':>9}")
    for name, report in sorted(reports.items(), key=lambda item: -item[1]["all"]["f1"]):
        row(name, report["all"], spent.get(name, "-"))
        for lang, figures in report["groups"].items():
            if figures["pages"] >= LANGUAGE_PAGES_MIN:
                row(f"  {lang}", figures, "")


if __name__ == "__main__":
    main()
