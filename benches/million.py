#!/usr/bin/env python3
"""What the store costs once it holds a million articles.

  million.py [--binary target/release/benggala] [--articles 1000000] [--seconds 60]

Writes a store of the fifth schema with made-up articles and their addresses (three in four of them older
than sixty days), has benggala bring it up to date and start, and lets it watch sites on loopback. Told
are the times of both, of pages and API, of each operation of the store as /metrics counts them, the
bytes by kind, and what retention drops meanwhile (`keep_articles = "60d"`, or `--keep`).
"""
import argparse
import http.client
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent.parent / "src/store/sqlite/schema"
APPLICATION_ID = 0x626E6767
DAY = 86_400_000
SOURCES = 500
PAGE_PORT, SITE_PORT = 9634, 8074
PAGES = ["/", "/?page=2", "/sources", "/rules", "/api/v1/sources", "/api/v1/articles?limit=50", "/feed.atom", "/metrics"]


def texts():
    """Paragraphs to make bodies of."""
    rng = random.Random(3)
    words = ["".join(rng.choice("bdgklmnprst") + rng.choice("aiueo") for _ in range(rng.randint(1, 4))) for _ in range(20_000)]
    return [" ".join(rng.choices(words, k=60)).capitalize() + "." for _ in range(4_000)]


def fill(path, articles, now):
    rng, paragraphs = random.Random(7), texts()
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    for version in range(1, 6):
        db.executescript((SCHEMA / f"{version}.sql").read_text())
    # Counted once below, and not a million times.
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.executemany(
        "INSERT INTO sources (id, name, url, configured, kind, enabled, since) VALUES (?, ?, ?, 'feed', 'feed', 0, 0)",
        ((n, f"paper-{n:03}", f"http://paper-{n}.example/feed") for n in range(1, SOURCES + 1)),
    )
    db.executemany("INSERT INTO hosts (id, authority) VALUES (?, ?)", ((n, f"paper-{n}.example:80") for n in range(1, SOURCES + 1)))
    def rows():
        for n in range(1, articles + 1):
            source, at = 1 + n % SOURCES, now - int((articles - n) / articles * 240 * DAY)
            verdict = "flag" if n % 20 == 0 else "pass"
            yield n, f"http://paper-{source}.example/2025/story-of-the-town-{n}", source, at, at, verdict, n, "\n\n".join(rng.choices(paragraphs, k=5))
    db.executemany(
        "INSERT INTO articles (id, url, source_id, fetched_at, last_fetched_at, verdict, assessment_id, lang, title, blocks,"
        " provenance, origins, body) VALUES (?, ?, ?, ?, ?, ?, ?, 'id', 'Kabar', '[]', '[]', '{}', ?)",
        rows(),
    )
    db.execute(
        "INSERT INTO assessments (id, article_id, at, verdict, overall, boilerplate, findings, evidence, log_ratio, rules)"
        " SELECT id, id, fetched_at, verdict, 0.3, 0.1, '[]', '[]', 0.5, '1' FROM articles"
    )
    db.execute(
        "INSERT INTO urls (url, host_id, source_id, kind, state, next_at, discovered_at, fetched_at, first_read, outcome, status)"
        " SELECT url, source_id, source_id, 'article', 'done', fetched_at, fetched_at, fetched_at, fetched_at, 'ok', 200 FROM articles"
    )
    db.execute(f"UPDATE tallies SET urls = {articles} WHERE tally = 'done'")
    for _, sql in triggers:
        db.execute(sql)
    db.execute("PRAGMA user_version = 5")
    db.commit()
    db.close()


class Site(BaseHTTPRequestHandler):
    """A feed of twenty new articles at each poll, and articles."""

    protocol_version = "HTTP/1.1"
    paragraphs = texts()
    polls = 0

    def do_GET(self):
        if self.path == "/feed":
            Site.polls += 1
            host, date = self.headers["host"], formatdate(usegmt=True)
            links = (f"http://{host}/2025/{Site.polls}-{n}-story-of-the-town" for n in range(20))
            items = "".join(f"<item><title>Kabar</title><link>{link}</link><pubDate>{date}</pubDate></item>" for link in links)
            kind, text = "application/rss+xml", f"<rss version='2.0'><channel><title>Uji</title>{items}</channel></rss>"
        elif self.path.startswith("/2025/"):
            rng = random.Random(self.path + self.headers["host"])
            body = "".join(f"<p>{text}</p>" for text in rng.choices(self.paragraphs, k=6))
            kind, text = "text/html", f"<html lang='id'><title>Kabar</title><article><h1>Kabar</h1>{body}</article></html>"
        else:
            kind, text = "text/plain", ""
        self.send_response(200 if text or self.path != "/robots.txt" else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def configure(folder, keep):
    sources = "".join(
        f'[[source]]\nname = "site-{n}"\nkind = "feed"\nurl = "http://127.0.2.{n}:{SITE_PORT}/feed"\nevery = "10s"\n' for n in range(1, 41)
    )
    path = folder / "benggala.toml"
    path.write_text(f"""
[fetch]
requests_per_second = 5
requests_per_second_total = 1000
allow_private = ["127.0.0.0/8"]
[schedule]
every_min = "5s"
[store]
url = "sqlite:{folder}/million.db"
keep_articles = "{keep}"
[serve]
listen = "127.0.0.1:{PAGE_PORT}"
{sources}""")
    return path


def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", PAGE_PORT, timeout=20)
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Host": f"127.0.0.1:{PAGE_PORT}"})
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, (time.perf_counter() - begun) * 1e3, body.decode("utf8", "replace")


def start(binary, config, folder):
    begun = time.time()
    daemon = subprocess.Popen([binary, "run", "--config", str(config)], stderr=open(folder / "daemon.log", "ab"))
    while daemon.poll() is None:
        try:
            if get("/-/ready")[0] == 200:
                return daemon, time.time() - begun
        except OSError:
            pass
        time.sleep(0.02)
    sys.exit(f"it ended: {folder / 'daemon.log'}")


def quantile(buckets, share):
    """The bound below which this share lies."""
    wanted = share * buckets[-1][1]
    return next(bound for bound, count in buckets if count >= wanted)


def operations(text):
    ops = {}
    for op, bound, count in re.findall(r'^benggala_store_operation_duration_seconds_bucket{op="(\w+)",le="([^"]+)"} (\S+)$', text, re.M):
        ops.setdefault(op, []).append((float(bound.replace("+Inf", "inf")), float(count)))
    for op, buckets in sorted(ops.items()):
        if buckets[-1][1]:
            half, most = quantile(buckets, 0.5), quantile(buckets, 0.99)
            print(f"  {op:<20} {buckets[-1][1]:>8.0f} times; half within {half * 1e3:>7g} ms, 99 % within {most * 1e3:>7g} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", default="36500d")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="million-"))
    begun = time.time()
    fill(folder / "million.db", args.articles, int(time.time() * 1e3))
    print(f"{args.articles} articles written in {time.time() - begun:.0f} s; {(folder / 'million.db').stat().st_size / 1e9:.2f} GB", flush=True)
    for n in range(1, 41):
        server = ThreadingHTTPServer((f"127.0.2.{n}", SITE_PORT), Site)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    config = configure(folder, "36500d")
    daemon, took = start(args.binary, config, folder)
    print(f"brought up to date and ready in {took:.1f} s", flush=True)
    daemon.send_signal(signal.SIGTERM)
    daemon.wait()
    config = configure(folder, args.keep)
    daemon, took = start(args.binary, config, folder)
    print(f"started again and ready in {took:.1f} s", flush=True)
    end, times = time.time() + args.seconds, {page: [] for page in PAGES}
    while time.time() < end:
        for page in PAGES:
            status, milliseconds, _ = get(page)
            assert status == 200, (page, status)
            times[page].append(milliseconds)
        time.sleep(0.5)
    for page, taken in times.items():
        taken.sort()
        print(f"  {page:<28} median {taken[len(taken) // 2]:>7.1f} ms, worst {taken[-1]:>7.1f} ms of {len(taken)}")
    text = get("/metrics")[2]
    operations(text)
    for line in text.splitlines():
        if re.match(r"benggala_(store_size_bytes|store_dropped_total|articles_scored_total|process_resident|store_full)", line) or line.startswith("process_resident"):
            print("  " + line)
    daemon.send_signal(signal.SIGTERM)
    print(f"exit code {daemon.wait(60)}; {folder}")


if __name__ == "__main__":
    main()
