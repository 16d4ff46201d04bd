#!/usr/bin/env python3
"""Builds config/spun.tsv: English phrases that synonym swapping made of known terms.

    pip install numpy wordsegment symspellpy
    python3 config/spun.py tortured.json human.jsonl.gz > config/spun.tsv

`tortured.json` holds pairs of a spun and the expected term (Problematic Paper Screener by Cabanac, Labbé
and Magazinov, CC BY 4.0, as published by torturedcheck). The two packages bring counts of pairs of words:
Norvig's of the web and SymSpell's of books. The other files hold English texts of people, one object a
line with `text` and `label`; those labelled `mt` are left out. What they hold is innocent. (Shipped
with news that the rule is not measured on.)

A pair of words is suspicious if nobody writes it and undoing a substitution of the list on one or both
words gives an expected term or a common pair. How suspicious, a logistic regression says: it was
shown pairs of the list whose expected term it had no substitutions from, against pairs of `human`.
"""

import collections
import gzip
import json
import math
import os
import re
import sys

import numpy
import symspellpy
import wordsegment

# Log-odds from which a pair counts: with another one only, by itself, and beyond doubt; and from which
# a listed pair is beyond doubt.
PAIRED, WEAK, STRONG = 3.5, 5.0, 7.0
LISTED = 4.5
FOLDS = 5
STOP = set(
    """the of and to in a is that for on was with as it by at from be are this have has had not but they his
    he she her their which were or an who will would been its more about after one we you there what if when
    can said so no than other into some could them these those over between because while do did our your my
    i him me us all any both each few most such only own same too very just where how also may must should
    many much new first two last year years time day under during out up down off through against before
    since per via""".split()
)
HEADER = """\
# English phrases that synonym swapping made of known terms. Built by config/spun.py from the list of the
# Problematic Paper Screener (Cabanac, Labbé, Magazinov; CC BY 4.0) and counts of pairs of words.
# Columns: `phrase` or, where chance may make it, `phrase-weak`, the spun words, the term; `word`, a
# substitute, what it most often stands for; or `strong`, `weak` or `paired`, a word, the words that
# make a suspicious pair behind it."""


def words(text):
    text = re.sub(r"\(.*?\)|\[.*?\]", "", text.lower()).replace("’", "'")
    return re.findall(r"[a-z][a-z']*", text)


def read_counts():
    """Single words and pairs of the two packages."""
    folder = os.path.dirname(wordsegment.__file__)
    single = {}
    for line in open(f"{folder}/unigrams.txt", encoding="utf-8"):
        word, count = line.split("\t")
        single[word] = float(count)
    pairs = {}
    for line in open(f"{folder}/bigrams.txt", encoding="utf-8"):
        pair, count = line.lower().rstrip("\n").split("\t")
        pairs[tuple(pair.split(" "))] = float(count)
    books = os.path.dirname(symspellpy.__file__) + "/frequency_bigramdictionary_en_243_342.txt"
    for line in open(books, encoding="utf-8-sig"):
        first, second, count = line.split()
        pairs[first, second] = max(pairs.get((first, second), 0), float(count))
    return single, pairs


def read_human(paths):
    """The texts as lists of words; names and what punctuation parts are no pairs."""
    for line in (line for path in paths for line in gzip.open(path, "rt")):
        record = json.loads(line)
        if record["label"] != "mt":
            yield re.findall(r"[^\W\d_]+|[^\w\s-]+", record["text"].replace("’", "'"))


class Model:
    """Substitutions and terms of some entries of the list, against counts of common pairs."""

    single, common = read_counts()
    total = sum(single.values())
    behind = collections.Counter(first for first, _ in common)
    before = collections.Counter(second for _, second in common)

    def __init__(self, entries):
        self.undone = collections.defaultdict(collections.Counter)
        self.terms = collections.Counter()
        for spun, term in entries:
            if len(spun) == len(term):
                for word, original in zip(spun, term):
                    if word != original and is_content(word) and is_content(original):
                        self.undone[word][original] += 1
            self.terms.update(pair for pair in zip(term, term[1:]) if all(map(is_content, pair)))

    def share(self, word):
        return math.log(self.single.get(word, 2e4) / self.total)

    def bond(self, first, second):
        """How much oftener than by chance a common pair stands together, in nats."""
        count = self.common.get((first, second))
        return count and math.log(count / self.total) - self.share(first) - self.share(second)

    def originals(self, first, second):
        """What a pair that nobody writes may have been."""
        if not (is_content(first) and is_content(second)) or (first, second) in self.common:
            return
        for a, m in [(first, 0), *self.undone.get(first, {}).items()]:
            for b, n in [(second, 0), *self.undone.get(second, {}).items()]:
                inflected = (m and a[:5] == first[:5]) or (n and b[:5] == second[:5])
                if (m or n) and not inflected and ((a, b) in self.terms or (a, b) in self.common):
                    yield a, b, m, n

    def features(self, first, second, a, b, m, n):
        bond = self.bond(a, b) or 0.0
        share = self.share
        spun = [word for word, times in ((first, m), (second, n)) if times]
        return (
            1.0,
            math.log1p(self.terms[a, b]),
            min(bond, 12) / 4,
            bond == 0.0,
            math.log1p(m) + math.log1p(n),
            bool(m and n),
            share(first) / 4,
            share(second) / 4,
            math.log1p(self.behind[first]) / 3,
            math.log1p(self.before[second]) / 3,
            math.log1p(len(self.undone[first])) if m else 0.0,
            math.log1p(len(self.undone[second])) if n else 0.0,
            max(map(share, spun)) / 4,
            min(map(share, spun)) / 4,
            max(share(original) for original, times in ((a, m), (b, n)) if times) / 4,
            (not self.before[first]) + (not self.behind[second]),
            bool(m and not n),
        )

    def best(self, first, second):
        """The features of the likeliest original."""
        found = list(self.originals(first, second))
        if found:
            return self.features(first, second, *max(found, key=self.likely))

    def likely(self, original):
        a, b, m, n = original
        bond = self.bond(a, b) or 0.0
        return 2 * ((a, b) in self.terms) + bond / 2 + math.log1p(m) + math.log1p(n)


def is_content(word):
    return len(word) > 2 and word not in STOP


def regression(rows, labels):
    """Newton's method, with a penalty of one half on the squares."""
    x, y = numpy.array(rows, float), numpy.array(labels, float)
    weights = numpy.zeros(x.shape[1])
    ridge = numpy.eye(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + numpy.exp(-x @ weights))
        slope = x.T @ (p - y) + ridge @ weights
        weights -= numpy.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, slope)
    return weights


def suspicious(model, weights, innocent):
    """Pair -> log-odds, for all that the substitutions make of a term or a common pair."""
    spun = collections.defaultdict(list)
    for word, originals in model.undone.items():
        for original in originals:
            spun[original].append(word)
    found = {}
    for a, b in {*model.terms, *model.common}:
        for first in [a, *spun.get(a, ())]:
            for second in [b, *spun.get(b, ())]:
                pair = first, second
                times = model.undone[first][a] + model.undone[second][b]
                if pair in found or pair == (a, b) or pair in innocent or times < 2:
                    continue
                features = model.best(*pair)
                if features:
                    found[pair] = float(numpy.dot(weights, features))
    return found


def main():
    entries = [(words(e["tortured"]), words(e["correct"])) for e in json.load(open(sys.argv[1]))["phrases"]]
    entries = [(spun, term) for spun, term in entries if spun and term and spun != term]
    texts = list(read_human(sys.argv[2:]))
    whole = Model(entries)
    innocent = collections.Counter(
        (first.lower(), second) for text in texts for first, second in zip(text, text[1:]) if second.islower()
    )
    terms = sorted({" ".join(term) for _, term in entries})
    fold = {term: at % FOLDS for at, term in enumerate(terms)}
    rows = [whole.best(*pair) for pair in innocent]
    rows = [row for row in rows if row]
    labels = [0] * len(rows)
    unseen = []
    for held_out in range(FOLDS):
        model = Model(e for e in entries if fold[" ".join(e[1])] != held_out)
        for spun, term in entries:
            if fold[" ".join(term)] == held_out:
                new = [row for row in map(model.best, spun, spun[1:]) if row]
                rows += new
                labels += [1] * len(new)
                unseen.append(new)
    weights = regression(rows, labels)
    likeliest = [max((numpy.dot(weights, row) for row in new), default=-99) for new in unseen]
    for least in (PAIRED, WEAK, STRONG):
        share = sum(score >= least for score in likeliest) / len(likeliest)
        print(f"of phrases for terms that were held out, {share:.3f} reach {least}", file=sys.stderr)
    write(entries, whole, suspicious(whole, weights, innocent), innocent, texts)


def phrases(entries, model, innocent, texts):
    """The listed phrases that nobody else writes."""
    seen = set()
    for text in texts:
        text = [word.lower() for word in text]
        for length in range(3, 8):
            seen.update(zip(*(text[at:] for at in range(length))))
    for spun, term in sorted(entries):
        content = sum(map(is_content, spun))
        ends = is_content(spun[0]) and is_content(spun[-1])
        known = tuple(spun) in model.common or tuple(spun) in innocent or tuple(spun) in seen
        if 2 <= len(spun) <= 7 and content >= 2 and ends and not known:
            yield tuple(spun), " ".join(term)


def write(entries, model, found, innocent, texts):
    print(HEADER)
    for spun, term in dict(phrases(entries, model, innocent, texts)).items():
        sure = len(spun) > 2 or found.pop(spun, 0) >= LISTED
        print(f"{'phrase' if sure else 'phrase-weak'}\t{' '.join(spun)}\t{term}")
    for word in sorted(model.undone):
        if model.undone[word]:
            print(f"word\t{word}\t{model.undone[word].most_common(1)[0][0]}")
    for grade, low, high in (("strong", STRONG, 99), ("weak", WEAK, STRONG), ("paired", PAIRED, WEAK)):
        behind = collections.defaultdict(list)
        for (first, second), score in found.items():
            if low <= score < high:
                behind[first].append(second)
        for first in sorted(behind):
            print(f"{grade}\t{first}\t{' '.join(sorted(behind[first]))}")


if __name__ == "__main__":
    main()
