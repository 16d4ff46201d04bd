#!/usr/bin/env python3
"""Whether memory stays flat while the daemon works for long over many hosts.

  soak.py [--binary target/release/benggala] [--hosts 5000] [--minutes 60] [--plot soak.svg]

Each address of 127.1.0.0 on is a site whose feed has new articles at each poll; one server answers for all.
Resident memory of the daemon is read every five seconds from /proc. Told are the means of the first and
the last third of what comes after the first tenth (the start), requests and articles, and a plot is
drawn. Exit code 1 if the last third is more than 5 % above the first.
"""
import argparse
import asyncio
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from email.utils import formatdate
from pathlib import Path

PAGE_PORT, SITE_PORT = 9635, 8075
EVERY = 5


def paragraphs():
    rng = random.Random(5)
    words = ["".join(rng.choice("bdgklmnprst") + rng.choice("aiueo") for _ in range(rng.randint(1, 4))) for _ in range(20_000)]
    return [" ".join(rng.choices(words, k=60)).capitalize() + "." for _ in range(2_000)]


PARAGRAPHS = paragraphs()
ASKED = 0


def answer(path, host):
    global ASKED
    ASKED += 1
    if path == "/feed":
        date, serial = formatdate(usegmt=True), int(time.time())
        items = "".join(
            f"<item><link>http://{host}/2025/{serial}-{n}-story-of-the-town</link><pubDate>{date}</pubDate></item>" for n in range(5)
        )
        return 200, "application/rss+xml", f"<rss version='2.0'><channel><title>S</title>{items}</channel></rss>"
    if path.startswith("/2025/"):
        rng = random.Random(path + host)
        body = "".join(f"<p>{text}</p>" for text in rng.choices(PARAGRAPHS, k=rng.randint(3, 30)))
        return 200, "text/html", f"<html lang='id'><title>Kabar</title><article><h1>Kabar</h1>{body}</article></html>"
    return 404, "text/plain", ""


async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            host = re.search(r"(?im)^host: (\S+)", head).group(1)
            status, kind, body = answer(head.split(" ", 2)[1], host)
            body = body.encode()
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def configure(folder, hosts):
    sources = "".join(
        f'[[source]]\nname = "s{n}"\nkind = "feed"\nurl = "http://127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}:{SITE_PORT}/feed"\n' for n in range(hosts)
    )
    path = folder / "benggala.toml"
    path.write_text(f"""
[fetch]
requests_per_second = 2
requests_per_second_total = 5000
concurrency = 128
allow_private = ["127.0.0.0/8"]
[schedule]
every = "2m"
every_min = "2m"
every_max = "10m"
[store]
url = "sqlite:{folder}/soak.db"
keep_pages = "1m"
[serve]
listen = "127.0.0.1:{PAGE_PORT}"
{sources}""")
    return path


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


async def watch(daemon, seconds):
    samples, begun = [], time.time()
    while time.time() - begun < seconds and daemon.poll() is None:
        await asyncio.sleep(EVERY)
        samples.append((time.time() - begun, resident(daemon.pid)))
    return samples


def plot(samples, path):
    longest, most = samples[-1][0], max(mib for _, mib in samples)
    points = " ".join(f"{40 + 740 * at / longest:.1f},{280 - 260 * mib / most:.1f}" for at, mib in samples)
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 320" font-family="sans-serif" font-size="12">'
        f'<path d="M40 20V280H780" fill="none" stroke="#888"/><polyline points="{points}" fill="none" stroke="#06c" stroke-width="1.5"/>'
        f'<text x="36" y="24" text-anchor="end">{most:.0f}</text><text x="36" y="284" text-anchor="end">0</text>'
        f'<text x="780" y="300" text-anchor="end">{longest / 60:.0f} min</text><text x="44" y="16">resident memory, MiB</text></svg>'
    )


def mean(samples):
    return sum(mib for _, mib in samples) / max(len(samples), 1)


async def soak(args, folder):
    server = await asyncio.start_server(serve, "0.0.0.0", SITE_PORT)
    config = configure(folder, args.hosts)
    daemon = subprocess.Popen([args.binary, "run", "--config", str(config)], stderr=open(folder / "daemon.log", "ab"))
    try:
        samples = await watch(daemon, args.minutes * 60)
        loop = asyncio.get_running_loop()
        text = await loop.run_in_executor(None, lambda: urllib.request.urlopen(f"http://127.0.0.1:{PAGE_PORT}/metrics", timeout=10).read().decode())
        daemon.send_signal(signal.SIGTERM)
        await loop.run_in_executor(None, daemon.wait)
    finally:
        daemon.kill()
        server.close()
    return samples, text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--hosts", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    samples, text = asyncio.run(soak(args, folder))
    steady = samples[len(samples) // 10 :]
    third = len(steady) // 3
    first, last = mean(steady[:third]), mean(steady[-third:])
    articles = sqlite3.connect(folder / "soak.db").execute("SELECT count(*) FROM articles").fetchone()[0]
    print(f"{args.minutes:g} minutes, {args.hosts} hosts: {ASKED} requests, {articles} articles")
    for at in range(0, 11):
        when, mib = samples[min(at * len(samples) // 10, len(samples) - 1)]
        print(f"  {when / 60:5.1f} min {mib:6.0f} MiB {'#' * int(mib / 5)}")
    print(f"first third {first:.0f} MiB, last third {last:.0f} MiB ({last / first - 1:+.1%}), most {max(mib for _, mib in samples):.0f} MiB")
    for line in text.splitlines():
        if re.match(r"benggala_(limiter_keys|fetches_in_flight|schedule_lag_seconds) ", line):
            print("  " + line)
    if args.plot:
        plot(samples, args.plot)
    print(folder)
    sys.exit(0 if last <= first * 1.05 else 1)


if __name__ == "__main__":
    main()
