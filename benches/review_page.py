#!/usr/bin/env python3
"""How long the review page takes over a large store.

Writes a store of the fifth schema with made-up articles (a fifth of them flagged, a tenth not judged,
two hundred sources), has benggala open it, which brings it to the present schema, and asks its pages
over HTTP: time to the first byte, median and worst of `--times`, and the size of the answer.

    cargo build --release
    python3 benches/review_page.py --articles 100000
"""

import argparse
import functools
import http.client
import json
import random
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "src/store/sqlite/schema"
APPLICATION_ID = 0x626E6767
DAY = 86_400_000
SYLLABLES = ["ka", "ri", "mo", "te", "lu", "san", "ba", "di", "pe", "ngi", "ta", "wo", "ja", "ne", "su"]
REASONS = ["too-short", "unknown-language", "not-an-article"]
RULES = ["stock-line", "literal-translation", "coordinated-repetition", "script-residue"]


@functools.cache
def word(rank):
    """A made-up word; the same rank is the same word, and low ranks are short."""
    letters = random.Random(rank)
    return "".join(letters.choice(SYLLABLES) for _ in range(2 + rank % 3))


def article(rng, n):
    """Words by Zipf's law, as in real texts: some in every article, most in few."""
    words = [word(int(20_000 ** rng.random())) for _ in range(300)]
    paragraphs = [" ".join(words[at : at + 50]).capitalize() + "." for at in range(0, 300, 50)]
    return " ".join(words[:6]).capitalize(), "\n\n".join(paragraphs) + f"\n\nNomor {n}."


def fill(path, articles, sources, now):
    rng = random.Random(7)
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    for version in range(1, 6):
        db.executescript((SCHEMA / f"{version}.sql").read_text())
    db.execute("PRAGMA user_version = 5")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for source in range(1, sources + 1):
        url = f"http://127.0.0.1:1/{source}"
        db.execute(
            "INSERT INTO sources (id, name, url, configured, kind, enabled, since) VALUES (?, ?, ?, 'feed', 'feed', 0, 0)",
            (source, f"paper-{source:03}", url),
        )
    for n in range(1, articles + 1):
        title, body = article(rng, n)
        draw = rng.random()
        verdict = "flag" if draw < 0.2 else "abstain" if draw < 0.3 else "pass"
        reason = rng.choice(REASONS) if verdict == "abstain" else None
        rules = rng.sample(RULES, 2) if verdict == "flag" else []
        findings = [{"rule": rule, "span": {"start": 4, "end": 40}, "note": "made up"} for rule in rules]
        evidence = [{"kind": "words", "name": rule, "times": 1, "log_ratio": 2.5} for rule in rules]
        at = now - (articles - n) * 60_000
        db.execute(
            "INSERT INTO articles (id, url, source_id, fetched_at, last_fetched_at, verdict, reason,"
            " assessment_id, title, lang, blocks, provenance, origins, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', '[]', '{}', ?)",
            (n, f"http://127.0.0.1:1/a/{n}", rng.randint(1, sources), at, at, verdict, reason, n, title,
             rng.choices(["id", "en", "ms", "sw"], [90, 8, 1.9, 0.1])[0], body),
        )
        db.execute(
            "INSERT INTO assessments (id, article_id, at, verdict, reason, overall, boilerplate, findings, evidence,"
            " log_ratio, rules) VALUES (?, ?, ?, ?, ?, ?, 0.1, ?, ?, 0.5, '1')",
            (n, n, at, verdict, reason, rng.random(), json.dumps(findings), json.dumps(evidence)),
        )
        for rule in rules:
            db.execute("INSERT INTO article_rules (rule, article_id) VALUES (?, ?)", (rule, n))
    db.commit()
    db.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port, process):
    while process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/-/ready")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("benggala has ended")


def ask(port, path):
    """Seconds to the head of the answer, its status, and the bytes of its body."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    begun = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    took = time.perf_counter() - begun
    return took, answer.status, len(answer.read())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--binary", default=str(ROOT / "target/release/benggala"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store, port = Path(folder) / "benggala.db", free_port()
        now = int(time.time() * 1000)
        begun = time.time()
        fill(store, args.articles, args.sources, now)
        before = store.stat().st_size
        print(f"{args.articles} articles written in {time.time() - begun:.0f} s, {before / 1e6:.0f} MB")
        config = Path(folder) / "benggala.toml"
        config.write_text(
            f'[store]\nurl = "sqlite:{store}"\n[serve]\nlisten = "127.0.0.1:{port}"\n'
            '[fetch]\nallow_private = ["127.0.0.0/8"]\n[[source]]\nname = "none"\nurl = "http://127.0.0.1:1/feed"\n'
        )
        begun = time.time()
        process = subprocess.Popen([args.binary, "run", "--config", str(config)], stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(port, process)
            after = store.stat().st_size
            print(f"opened after {time.time() - begun:.1f} s, {(after - before) / args.articles:.0f} bytes more an article")
            rng = random.Random(1)
            common, rare = word(1), word(19_000)
            for path in [
                "/", "/?order=worst&shelf=waiting", "/?shelf=passed", "/?shelf=not-judged", "/?shelf=all",
                "/?source=paper-007", "/?rule=stock-line", "/?lang=sw&shelf=all", "/?score=0.99",
                f"/?q={common}", f"/?q={common}&shelf=all", f"/?q={rare}&shelf=all",
                f"/?q=nomor+{args.articles // 2}&shelf=all", f"/?q=%22{common}+{common}%22&shelf=all",
                f"/articles/{args.articles // 2}", f"/articles/{args.articles // 2}?q={common}&shelf=all", "/bulk",
                "/sources", "/sources/paper-007", "/rules", "/feed.atom",
                "/api/v1/articles", "/api/v1/sources",
            ]:
                asked = [ask(port, path) for _ in range(args.times)]
                times = sorted(took for took, _, _ in asked)
                print(
                    f"{path:48} {asked[0][1]}  median {times[len(times) // 2] * 1e3:6.1f} ms"
                    f"  worst {times[-1] * 1e3:6.1f} ms  {asked[0][2] / 1e3:6.1f} KB",
                    flush=True,
                )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
