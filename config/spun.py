#!/usr/bin/env python3
"""Builds config/spun.tsv: English phrases that synonym swapping made, or would make, of known terms.

    pip install numpy wordsegment symspellpy
    python3 config/spun.py tortured.json human.jsonl.gz --also other.jsonl.gz pages.jsonl > config/spun.tsv

`tortured.json` holds pairs of a spun and the expected term (Problematic Paper Screener by Cabanac, Labbé
and Magazinov, CC BY 4.0, as published by torturedcheck). The two packages bring counts of pairs of words:
Norvig's of the web and SymSpell's of books. The other files hold English texts of people, one object a
line with `text` and `label`; those labelled `mt` are left out. What they hold is innocent. (Shipped
with news that the rule is not measured on.)

A pair of words is suspicious if nobody writes it and undoing a substitution of the list on one or both
words gives an expected term or a common pair. How suspicious, a logistic regression says: it was
shown pairs of the list whose expected term it had no substitutions from, against pairs of `human`.

The list is of science. For news, spun_terms.tsv has set phrases and spun_swaps.tsv what spinning software
puts for their words; with the likelier substitutions of the list, one or two words of each phrase are
swapped. What is left of that are phrases none of whose new pairs is among the counts or in `human` or
the files behind `--also` (like `human`, or web pages with `lang` and `body`), in singular or plural.
They are graded by their reach: how many common pairs begin with the first word of a new pair, and how
many end with its second, in logarithms. Two words that go with everything meet by chance. Of phrases
made without 2.6 million words of pages, those occurred there: with a reach below 2, 0.3 % of one swap
and 0.1 % of two; of 3 to 4, 1.1 % and 0.4 %; of 7 to 8, 10 % and 8 %. At the bounds below, none of the
strong phrases and 13 of 9,000 weak ones did. A substitute that spun_swaps.tsv marks with `~`, that is a
variant of its word, or that people write in 30 % of the word's phrases is a synonym and needs another.
"""

import argparse
import collections
import gzip
import itertools
import json
import math
import os
import re
import sys
import typing

import numpy
import symspellpy
import wordsegment

# Log-odds from which a pair counts: with another one only, by itself, and beyond doubt; and from which
# a listed pair is beyond doubt.
PAIRED, WEAK, STRONG = 3.5, 5.0, 7.0
LISTED = 4.5
FOLDS = 5
# Reach below which a phrase of news with so many swaps is strong, and below which it is weak.
SURE = {1: 2.5, 2: 3.5}
CHANCE = {1: 5.5, 2: 6.0}
# The bond of a term below which one swap is not enough to be sure that it was the term.
BOND_MIN = 8.0
# How unlikely the substitutes of two swaps may be together: the sum of their places.
PLACES_MAX = 5
# Substitutions of the list that swap words of news: seen this often, and the first few.
LISTED_TIMES, LISTED_COUNT = 2, 3
# The share of a word's set phrases in which people write the substitute, from which it is a synonym.
SYNONYM = 0.3
# Letters that an inflection or a variant of a word has in common with it.
VARIANT = 4
NEWS_BYTES_MAX = 695_000
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
NEWS_HEADER = """\
# Phrases that synonym swapping would make of set phrases of news (config/spun_terms.tsv)."""


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
            yield split(record["text"])


def split(text):
    return re.findall(r"[^\W\d_]+|[^\w\s-]+", text.replace("’", "'"))


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


class Swap(typing.NamedTuple):
    """A substitute for a word."""

    words: tuple
    # Among the substitutes for the word; the likeliest is 0.
    place: int
    # Whether it makes ordinary phrases, so that it counts beside another only.
    mild: bool


class Made(typing.NamedTuple):
    """A phrase that swapping makes."""

    phrase: tuple
    # The pairs of neighbours that are new, and those with little words between them.
    pairs: tuple
    apart: tuple
    swaps: tuple
    term: tuple


class News:
    """Set phrases of news and what swapping makes of them."""

    folder = os.path.dirname(os.path.abspath(__file__))

    def __init__(self, model, texts):
        self.model = model
        self.texts = texts
        self.common = {tuple(map(singular, pair)) for pair in model.common}
        written = [line.split() for line in rows(f"{self.folder}/spun_terms.tsv")]
        self.terms = [tuple(word.lower() for word in term) for term in written]
        # Names keep their capitals: swapping keeps them, too.
        self.written = {term: " ".join(words) for term, words in zip(self.terms, written)}
        self.swaps = {}
        for line in rows(f"{self.folder}/spun_swaps.tsv"):
            word, swaps = line.split("\t")
            swaps = [(tuple(swap.lstrip("~").split()), swap[0] == "~") for swap in swaps.split(", ")]
            self.swaps[word] = [Swap(swap, at, mild) for at, (swap, mild) in enumerate(swaps)]
        self.add_listed()

    def add_listed(self):
        """Adds the substitutions of the list behind the own ones."""
        listed = collections.defaultdict(list)
        for word, originals in self.model.undone.items():
            for original, times in originals.items():
                if times >= LISTED_TIMES:
                    listed[original].append((-times, word))
        for word in sorted({word for term in self.terms for word in term if is_content(word)}):
            own = self.swaps.setdefault(word, [])
            known = {swap.words for swap in own}
            more = [(swap,) for _, swap in sorted(listed[word]) if (swap,) not in known]
            more = [swap for swap in more if not is_variant(swap, word)][:LISTED_COUNT]
            own += [Swap(swap, len(own) + at, False) for at, swap in enumerate(more)]

    def made(self):
        """All that one or two swaps make of the terms."""
        for term in self.terms:
            swapped = [at for at, word in enumerate(term) if is_content(word) and self.swaps[word]]
            if sum(map(is_content, term)) < 2:
                continue
            for count in (1, 2):
                for places in itertools.combinations(swapped, count):
                    choices = (self.swaps[term[at]] for at in places)
                    for swaps in itertools.product(*choices):
                        if count == 1 or sum(swap.place for swap in swaps) <= PLACES_MAX:
                            yield made(term, dict(zip(places, swaps)))

    def runs(self):
        """Pairs of words in the texts, and runs as long as the phrases, in the singular."""
        found = set()
        for text in self.texts:
            text = [singular(word.lower()) for word in text]
            for length in range(2, 7):
                found.update(zip(*(text[at:] for at in range(length))))
        return found

    def unwritten(self):
        """What people do not write of all that is made."""
        written = self.runs() | self.common
        terms = set(self.terms)
        times, known = collections.Counter(), collections.Counter()
        left = []
        for one in self.made():
            forms = [tuple(map(singular, pair)) for pair in (*one.pairs, one.phrase)]
            occurs = any(form in written or len(set(form)) < len(form) for form in forms)
            if len(one.swaps) == 1:
                swap = one.swaps[0]
                times[swap] += 1
                known[swap] += occurs
            if not occurs and one.phrase not in terms:
                left.append(one)
        synonyms = {swap for swap in times if known[swap] >= SYNONYM * times[swap]}
        return [(one, sum(not is_mild(swap, synonyms) for swap in one.swaps)) for one in left]

    def reach(self, one):
        """How many common pairs the words of the new pairs are part of."""
        behind, before = self.model.behind, self.model.before
        return max(math.log1p(behind[a]) + math.log1p(before[b]) for a, b in (*one.pairs, *one.apart))

    def grade(self, one, odd):
        """The grade of a phrase `odd` of whose swaps are no synonyms; `None` if chance makes it."""
        count, reach = len(one.swaps), self.reach(one)
        bond = max(self.model.bond(*pair) or 0.0 for pair in zip(one.term, one.term[1:]))
        sure = reach < SURE[count] and (count == 2 or bond >= BOND_MIN)
        if odd and sure:
            return "phrase"
        # Synonyms by themselves make what people might write.
        if odd and reach < CHANCE[count]:
            return "phrase-weak"
        return None

    def graded(self, listed):
        """Lines for what is not `listed` already, the surest that there is room for."""
        lines = {}
        for one, odd in self.unwritten():
            grade = None if one.phrase in listed else self.grade(one, odd)
            if not grade:
                continue
            line = f"{grade}\t{' '.join(one.phrase)}\t{self.written[one.term]}"
            # What software likes to write comes first, however many words it swaps.
            place = sum(swap.place for _, swap in one.swaps) / len(one.swaps)
            rank = grade != "phrase", place, self.reach(one)
            lines[one.phrase] = min(lines.get(one.phrase, (rank, line)), (rank, line))
        room = NEWS_BYTES_MAX
        for _, line in sorted(lines.values()):
            room -= len(line) + 1
            if room >= 0:
                yield line


def rows(path):
    """The lines of a table."""
    return [line.rstrip("\n") for line in open(path, encoding="utf-8") if line.strip() and line[0] != "#"]


def made(term, swaps):
    """The phrase that `swaps`, place -> swap, make of a term."""
    parts = [swaps[at].words if at in swaps else (word,) for at, word in enumerate(term)]
    content = [at for at, word in enumerate(term) if word not in STOP]
    pairs = {True: [], False: []}
    for at, other in zip(content, content[1:]):
        if at in swaps or other in swaps:
            pairs[at + 1 == other].append((parts[at][-1], parts[other][0]))
    swapped = tuple((term[at], swap) for at, swap in swaps.items())
    return Made(sum(parts, ()), tuple(pairs[True]), tuple(pairs[False]), swapped, term)


def singular(word):
    """A form that a word has in common with its regular plural."""
    return word[:-1] if len(word) > 3 and word[-1] == "s" != word[-2] else word


def is_variant(swap, word):
    return len(swap) == 1 and swap[0][:VARIANT] == word[:VARIANT]


def is_mild(swapped, synonyms):
    word, swap = swapped
    return swap.mild or is_variant(swap.words, word) or swapped in synonyms


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


def read_also(paths):
    """Texts like those of `read_human`, or pages, which need not be compressed."""
    for path in paths:
        for line in (gzip.open if path.endswith(".gz") else open)(path, "rt"):
            record = json.loads(line)
            if record.get("label") != "mt" and record["lang"] == "en":
                yield split(record.get("text") or record.get("body") or "")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("tortured")
    parser.add_argument("human", nargs="+")
    parser.add_argument("--also", nargs="+", default=[])
    return parser.parse_args()


def main():
    args = arguments()
    entries = [(words(e["tortured"]), words(e["correct"])) for e in json.load(open(args.tortured))["phrases"]]
    entries = [(spun, term) for spun, term in entries if spun and term and spun != term]
    texts = list(read_human(args.human))
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
    found = suspicious(whole, weights, innocent)
    # `write` takes the listed pairs out of it.
    listed = {pair for pair, score in found.items() if score >= STRONG} | {tuple(spun) for spun, _ in entries}
    write(entries, whole, found, innocent, texts)
    print(NEWS_HEADER)
    print(*sorted(News(whole, itertools.chain(texts, read_also(args.also))).graded(listed)), sep="\n")


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
