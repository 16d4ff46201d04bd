#!/usr/bin/env python3
"""Builds config/places.tsv from Unicode CLDR as Debian packages it.

    apt-get install unicode-cldr-core
    python3 config/places.py > config/places.tsv

One row for each territory in each language that has a pack: all that CLDR calls it and all of its
subdivisions, the usual name first. Which of them can betray a translation is decided by src/lang,
not here.
"""

import glob
import os
import sys
import xml.etree.ElementTree as xml
from collections import defaultdict

CLDR = "/usr/share/unicode/cldr/common"
HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = """\
# Territories and their subdivisions in the languages of the packs. Built by config/places.py from
# Unicode CLDR 41 (Debian's unicode-cldr-core). Copyright 1991-2022 Unicode, Inc.; licence:
# Unicode-3.0. Columns: language, territory, its names, the names of its subdivisions."""


def names(folder, lang, element):
    """Code -> names in one language, the standard one first."""
    found = defaultdict(list)
    path = f"{CLDR}/{folder}/{lang}.xml"
    for node in xml.parse(path).getroot().iter(element):
        name = (node.text or "").split(",")[0].strip()
        if name and name != "↑↑↑" and name not in found[node.get("type")]:
            found[node.get("type")].append(name)
    return found


def rows(lang):
    territories = names("main", lang, "territory")
    subdivisions = defaultdict(list)
    for code, found in names("subdivisions", lang, "subdivision").items():
        known = subdivisions[code[:2].upper()]
        known += [name for name in found if name not in known]
    for code, found in sorted(territories.items()):
        # Three digits name a continent or another group of territories.
        if not code.isdigit():
            yield "\t".join((lang, code, "|".join(found), "|".join(subdivisions[code])))


def main():
    print(HEADER)
    for path in sorted(glob.glob(f"{HERE}/languages/*.toml")):
        lang = os.path.basename(path)[:-5]
        if "function_words" not in open(path, encoding="utf-8").read():
            continue
        if os.path.exists(f"{CLDR}/subdivisions/{lang}.xml"):
            for row in rows(lang):
                print(row)


if __name__ == "__main__":
    sys.exit(main())
