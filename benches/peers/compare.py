#!/usr/bin/env python3
"""One table of extractors over one set: each scored by `benggala eval extraction --predictions`.

  compare.py PAGES DIR [--by-lang] [--half A|B] [--seconds FILE] [--benggala PATH]

DIR holds <peer>.jsonl as extract.py, metadata.py and rust/ write them; any other <name>.jsonl with
"id" and "body" or "text" a line is one more row, such as bodies of pages that a model has not seen.
The row `benggala` is extracted afresh. FILE holds the lines that the scripts print: a peer and its
seconds. Half A are the domains whose MD5 begins with an even byte, half B the others.
"""
import argparse
import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

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


def domain(url):
    """The registered domain, near enough: `co` and `com` are no one's second level."""
    labels = (urlsplit(url or "").hostname or "").split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in ("co", "com") else labels[-2:])


def half_of(url):
    return "AB"[hashlib.md5(domain(url).encode()).digest()[0] % 2]


def link_half(pages, half, folder):
    """The pages of one half of the domains as a set of its own."""
    with open(folder / "gold.jsonl", "w", encoding="utf8") as sink:
        for line in open(pages / "gold.jsonl", encoding="utf8"):
            page = json.loads(line)
            if half_of(page.get("url")) == half:
                sink.write(line)
                (folder / f"{page['id']}.html").symlink_to(pages.resolve() / f"{page['id']}.html")


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
    parser.add_argument("--half", choices=("A", "B"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.half:
            link_half(Path(options.pages), options.half, Path(folder))
            options.pages = folder
        table(options)


def table(options):
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
