#!/usr/bin/env python3
"""Runs the daemon over saved pages on real HTTP and holds its books against the server's.

  crawl_corpus.py PAGES [--binary target/release/benggala] [--kill] [--hosts 10] [--rate 10]

Serves PAGES (see serve_pages.py), watches them with a feed, a sitemap and a front page per host,
waits until every page is in the store, and compares store, /metrics and the server's log. With
--kill the daemon is killed (SIGKILL) half-way and started again. Exit code 1 if they disagree.
"""
import argparse
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent


def write_config(folder, hosts, port, rate):
    sources = ""
    for k in range(hosts):
        base = f"http://127.0.0.{11 + k}:{port}"
        for name, kind, path in (("feed", "feed", "/feed.xml"), ("map", "sitemap", "/news-sitemap.xml"), ("front", "listing", "/")):
            sources += f'[[source]]\nname = "{name}-{k}"\nkind = "{kind}"\nurl = "{base}{path}"\n'
    text = f"""
[fetch]
requests_per_second = {rate}
requests_per_second_total = 1000
allow_private = ["127.0.0.0/8"]
[schedule]
every = "1h"
lease = "30s"
[store]
url = "sqlite:{folder}/crawl.db"
[serve]
listen = "127.0.0.1:9631"
{sources}"""
    path = folder / "benggala.toml"
    path.write_text(text)
    return path


def start(binary, config, folder):
    return subprocess.Popen([binary, "run", "--config", str(config)], stderr=open(folder / "daemon.log", "ab"))


def metrics():
    text = urllib.request.urlopen("http://127.0.0.1:9631/metrics", timeout=5).read().decode()
    return {name: float(value) for name, value in re.findall(r"^(benggala_\S+) (\S+)$", text, re.M)}


def articles(folder):
    try:
        db = sqlite3.connect(f"file:{folder}/crawl.db?mode=ro", uri=True, timeout=5)
        return db.execute("select count(*), count(distinct url) from articles").fetchone()
    except sqlite3.OperationalError:
        return (0, 0)


def read(folder):
    """Article pages that were read, copies of others among them."""
    try:
        db = sqlite3.connect(f"file:{folder}/crawl.db?mode=ro", uri=True, timeout=5)
        return db.execute("select count(*) from urls where kind = 'article' and first_read is not null").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def wait_for(folder, wanted, limit):
    end = time.time() + limit
    while time.time() < end and read(folder) < wanted:
        time.sleep(0.2)
    return articles(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--hosts", type=int, default=10)
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--kill", action="store_true")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="crawl-"))
    total = sum(1 for _ in open(args.pages / "gold.jsonl"))
    server = subprocess.Popen(
        [sys.executable, HERE / "serve_pages.py", args.pages, "--hosts", str(args.hosts), "--port", str(args.port), "--log", folder / "server.log"],
        stdout=subprocess.DEVNULL,
    )
    time.sleep(1)
    config = write_config(folder, args.hosts, args.port, args.rate)
    begun = time.time()
    daemon = start(args.binary, config, folder)
    try:
        if args.kill:
            at_kill = wait_for(folder, total // 2, 300)
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            print(f"killed with {at_kill[0]} of {total} articles stored")
            daemon = start(args.binary, config, folder)
        rows, distinct = wait_for(folder, total, 600)
        took = time.time() - begun
        time.sleep(6)  # one round of gauges
        counted = metrics()
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(60)
    finally:
        daemon.kill()
        server.kill()
    sys.exit(compare(args, folder, total, rows, distinct, took, counted, code))


def compare(args, folder, total, rows, distinct, took, counted, code):
    log = [json.loads(line) for line in open(folder / "server.log")]
    pages = Counter((r["host"], r["path"]) for r in log if "story-of-the-day" in r["path"])
    gaps = []
    for host in {r["host"] for r in log}:
        times = sorted(r["at"] for r in log if r["host"] == host)
        gaps += [b - a for a, b in zip(times, times[1:])]
    db = sqlite3.connect(f"{folder}/crawl.db")
    assessed = db.execute("select count(distinct article_id) from assessments").fetchone()[0]
    fetched = sum(v for k, v in counted.items() if k.startswith('benggala_fetches_total{kind="article"'))
    scored = sum(v for k, v in counted.items() if k.startswith("benggala_articles_scored_total"))
    twice = sum(1 for n in pages.values() if n > 1)
    print(f"{took:.1f} s, exit code {code}; store: {rows} articles, {distinct} distinct, {assessed} assessed (of {total})")
    print(f"server: {len(log)} requests, {len(pages)} pages, {twice} asked more than once; shortest gap on a host {min(gaps) * 1000:.0f} ms")
    print(f"metrics since the last start: {fetched:.0f} article fetches, {scored:.0f} scored")
    print(f"verdicts: {dict(db.execute('select verdict, count(*) from assessments group by 1').fetchall())}")
    # A text that its site serves under a second address is read and not stored again.
    print(f"stored under another page's article: {total - rows}")
    good = 0 < rows <= total and rows == distinct == assessed and len(pages) == total and code == 0
    if not args.kill:
        good = good and twice == 0 and fetched == total and scored == rows
    print("the books agree" if good else f"the books DISAGREE; see {folder}")
    return 0 if good else 1


if __name__ == "__main__":
    main()
