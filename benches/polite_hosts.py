#!/usr/bin/env python3
"""Watches hundreds of made-up sites and proves from their own log that none was asked too soon.

  polite_hosts.py [--binary target/release/benggala] [--hosts 200] [--minutes 5] [--rate 2] [--kill]

The sites listen on 127.0.1.1, 127.0.1.2, … and know each other's rules from their number: most are
healthy, some ask for a Crawl-delay, some answer 429 with Retry-After now and then, some take seconds
to answer, some die and come back. Each logs every request with its time. Afterwards the log is held
against the rules:

- no request came sooner after the one before than the configured pace, the site's Crawl-delay or its
  Retry-After allows (less 20 ms, which the clock and the loopback may take);
- no two requests of one host overlapped;
- healthy sites were asked at least 95 % as often as politeness permits while they had something new.

With --kill the daemon is killed (SIGKILL) half-way and started again. Exit code 1 if a rule is broken.
"""
import argparse
import asyncio
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

TOLERANCE = 0.02
PAGE = (
    "<!doctype html><html lang='en'><head><title>Story {n}</title></head><body><article><h1>Story {n}</h1>"
    + "<p>The council of the town met on the evening of the day and talked for an hour about the bridge, the "
    "money that it needs and the people who cross it every morning on their way to work in the mill.</p>" * 4
    + "</article></body></html>"
)


class Site:
    """One site: its rules, and what was asked of it."""

    def __init__(self, number, rate):
        self.number, self.address = number, f"127.0.{1 + number // 250}.{1 + number % 250}"
        self.kind = ["healthy"] * 6 + ["crawl-delay", "throttling", "slow", "dying"]
        self.kind = self.kind[number % 10]
        self.delay = max(1 / rate, {"crawl-delay": random.Random(number).choice([1, 1.5, 3])}.get(self.kind, 0))
        self.log, self.held_until, self.asked, self.under_way = [], 0, 0, 0

    def links(self, base):
        """A feed of the thousand articles that come next."""
        now = format_datetime(datetime.now(timezone.utc), usegmt=True)
        first = 1000 * (self.asked // 500)
        items = "".join(
            f"<item><link>{base}/2026/story-of-the-town-{n}.html</link><pubDate>{now}</pubDate></item>"
            for n in range(first, first + 1000)
        )
        return f"<rss version='2.0'><channel><title>Site</title>{items}</channel></rss>"

    async def answer(self, path, port):
        """Status, extra headers, body."""
        if path == "/robots.txt":
            delay = f"Crawl-delay: {self.delay}\n" if self.kind == "crawl-delay" else ""
            return 200, "", f"User-agent: *\n{delay}Disallow: /private/\n"
        self.asked += 1
        if self.kind == "throttling" and self.asked % 20 == 0:
            self.held_until = time.time() + 5
            return 429, "Retry-After: 5\r\n", "later"
        if self.kind == "slow":
            await asyncio.sleep(1.5)
        if self.kind == "dying" and (int(time.time()) // 40) % 2:
            return 503, "", "down"
        if path == "/feed.xml":
            return 200, "", self.links(f"http://{self.address}:{port}")
        return 200, "", PAGE.replace("{n}", path)

    async def serve(self, reader, writer, port):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                self.under_way += 1
                entry = {"at": time.time(), "path": path, "held_until": self.held_until, "overlaps": self.under_way - 1}
                self.log.append(entry)
                status, headers, body = await self.answer(path, port)
                body = body.encode()
                kind = "application/rss+xml" if path.endswith(".xml") else "text/html; charset=utf-8"
                entry["status"] = status
                self.under_way -= 1
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def write_config(folder, sites, port, rate):
    sources = "".join(
        f'[[source]]\nname = "site-{s.number}"\nkind = "feed"\nurl = "http://{s.address}:{port}/feed.xml"\nevery = "30s"\n'
        for s in sites
    )
    text = f"""
[fetch]
requests_per_second = {rate}
requests_per_second_total = 5000
concurrency = 500
allow_private = ["127.0.0.0/8"]
[schedule]
retry_first = "5s"
lease = "60s"
[store]
url = "sqlite:{folder}/polite.db"
[serve]
listen = "127.0.0.1:9632"
{sources}"""
    path = folder / "benggala.toml"
    path.write_text(text)
    return path


def start(binary, config, folder):
    return subprocess.Popen([binary, "run", "--config", str(config)], stderr=open(folder / "daemon.log", "ab"))


async def crawl(args, sites, folder):
    """Runs the daemon for its minutes; tells when it was under way."""
    servers = [
        await asyncio.start_server(lambda r, w, s=site: s.serve(r, w, args.port), site.address, args.port) for site in sites
    ]
    config = write_config(folder, sites, args.port, args.rate)
    daemon = start(args.binary, config, folder)
    spans, begun, seconds = [], time.time(), args.minutes * 60
    try:
        if args.kill:
            await asyncio.sleep(seconds / 2)
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            spans.append((begun, time.time()))
            daemon, begun = start(args.binary, config, folder), time.time()
            await asyncio.sleep(seconds / 2)
        else:
            await asyncio.sleep(seconds)
        spans.append((begun, time.time()))
        daemon.send_signal(signal.SIGTERM)
        for _ in range(300):
            if daemon.poll() is not None:
                break
            await asyncio.sleep(0.1)
    finally:
        daemon.kill()
        for server in servers:
            server.close()
    return spans


def early(site):
    """Requests that came too soon, with by how much."""
    found = []
    for before, after in zip(site.log, site.log[1:]):
        due = max(before["at"] + site.delay, after["held_until"])
        if after["at"] < due - TOLERANCE:
            found.append((due - after["at"], site.address, after["path"]))
    return found


def share(site, spans):
    """Requests as a share of what its pace permits, from the first in each span to its end."""
    asked = permitted = 0
    for begin, end in spans:
        times = [entry["at"] for entry in site.log if begin <= entry["at"] <= end]
        if times:
            asked += len(times)
            permitted += 1 + int((end - times[0]) / site.delay)
    return asked / max(permitted, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--port", type=int, default=8071)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rate", type=float, default=2)
    parser.add_argument("--kill", action="store_true")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="polite-"))
    sites = [Site(number, args.rate) for number in range(args.hosts)]
    spans = asyncio.run(crawl(args, sites, folder))
    total = sum(len(site.log) for site in sites)
    too_soon = sorted((e for site in sites for e in early(site)), reverse=True)
    overlaps = sum(entry["overlaps"] > 0 for site in sites for entry in site.log)
    shares = sorted(share(site, spans) for site in sites if site.kind == "healthy")
    kinds = Counter()
    for site in sites:
        kinds[site.kind] += len(site.log)
    median = shares[len(shares) // 2] if shares else 0
    print(f"{total} requests to {args.hosts} hosts in {args.minutes} minutes: {dict(kinds)}")
    print(f"too soon: {len(too_soon)}; overlapping on one host: {overlaps}")
    for by, address, path in too_soon[:5]:
        print(f"  {by * 1000:.0f} ms too soon: {address}{path}")
    print(f"healthy hosts were asked for {min(shares, default=0):.1%} to {max(shares, default=0):.1%} of what is permitted, median {median:.1%}")
    good = not too_soon and not overlaps and min(shares, default=0) >= 0.95
    print("every rule was kept" if good else f"a rule was BROKEN; see {folder}")
    with open(folder / "log.jsonl", "w", encoding="utf8") as out:
        for site in sites:
            for entry in site.log:
                out.write(json.dumps({"host": site.address, "kind": site.kind, **entry}) + "\n")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
