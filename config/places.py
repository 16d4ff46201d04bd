#!/usr/bin/env python3
"""Builds config/places.tsv from Unicode CLDR as Debian packages it.

    apt-get install unicode-cldr-core
    python3 config/places.py > config/places.tsv

Kept are countries with at least one subdivision whose name is an ordinary word of the language
(place_words of its pack) beside a proper one: "West Bengal". Left out are the countries where the
language is at home (their places need no introduction in their own press), names that contain
their country's, and names whose other word is an administrative term ("Western Province").
"""

import glob
import os
import re
import sys
import tomllib
import xml.etree.ElementTree as xml
from collections import defaultdict

CLDR = "/usr/share/unicode/cldr/common"
HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = """\
# Subdivisions with an ordinary word in their name. Built by config/places.py from Unicode CLDR 41
# (Debian's unicode-cldr-core). Copyright 1991-2022 Unicode, Inc.; licence: Unicode-3.0.
# language, names of the country, subdivisions with an ordinary word, the others"""


def names(folder, lang, element):
    """Code -> names in one language, the standard one first."""
    found = defaultdict(list)
    path = f"{CLDR}/{folder}/{lang}.xml"
    for node in xml.parse(path).getroot().iter(element):
        name = (node.text or "").split(",")[0].strip()
        if name and name != "↑↑↑" and name not in found[node.get("type")]:
            found[node.get("type")].append(name)
    return found


def words(name):
    return re.findall(r"\w+", name.lower())


def rest(name, ordinary):
    return tuple(word for word in words(name) if word not in ordinary)


def rows(lang, pack):
    ordinary = set(pack.get("place_words", {}))
    home = set(pack.get("home", []))
    countries = names("main", lang, "territory")
    subdivisions = defaultdict(list)
    for code, found in names("subdivisions", lang, "subdivision").items():
        subdivisions[code[:2].upper()] += found
    seen_in = defaultdict(set)
    for country, found in subdivisions.items():
        for name in found:
            for word in rest(name, ordinary):
                seen_in[word].add(country)
    for country, found in sorted(subdivisions.items()):
        if country in home or not countries[country]:
            continue
        of_country = {word for name in countries[country] for word in words(name)}
        kept = [
            name
            for name in found
            if ordinary & set(words(name))
            and [w for w in rest(name, ordinary) if len(seen_in[w]) < 3 and len(w) > 2]
            and not of_country & set(words(name))
        ]
        if kept:
            others = [name for name in found if name not in kept]
            yield "\t".join((lang, "|".join(countries[country]), "|".join(kept), "|".join(others)))


def main():
    print(HEADER)
    for path in sorted(glob.glob(f"{HERE}/languages/*.toml")):
        with open(path, "rb") as file:
            pack = tomllib.load(file)
        lang = os.path.basename(path)[:-5]
        if os.path.exists(f"{CLDR}/subdivisions/{lang}.xml"):
            for row in rows(lang, pack):
                print(row)


if __name__ == "__main__":
    sys.exit(main())
