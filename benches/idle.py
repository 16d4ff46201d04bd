#!/usr/bin/env python3
"""What the daemon costs while nothing is due, and how long it takes to start.

  idle.py [--binary target/release/benggala] [--sources 1000] [--urls 0] [--seconds 60]

Watches made-up feeds on loopback until each was polled once; then told are resident memory, and CPU
time over so many seconds. It is then stopped and started again: told is the time until /-/ready says
that it works. `--urls 1000000` puts so many addresses that were read long ago into the store first:
neither memory nor start may depend on them.
"""
import argparse
import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from email.utils import formatdate
from pathlib import Path

PAGE_PORT, SITE_PORT = 9637, 8077
AT_ONCE = 10_000
LONG_AGO = 1_700_000_000_000


async def serve(reader, writer):
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin1"):
            item = f"<item><title>Old</title><link>/old.html</link><pubDate>{formatdate(LONG_AGO / 1000)}</pubDate></item>"
            body = f'<rss version="2.0"><channel><title>Site</title><ttl>240</ttl>{item}</channel></rss>' if "/feed" in head.split(" ", 2)[1] else ""
            status = "200 OK" if body else "404 Not Found"
            writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def configure(folder, sources):
    named = "".join(f'[[source]]\nname = "s{n}"\nkind = "feed"\nevery = "4h"\nurl = "http://127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}:{SITE_PORT}/feed"\n' for n in range(sources))
    path = folder / "benggala.toml"
    path.write_text(f"""
[fetch]
requests_per_second_total = 5000
concurrency = 128
allow_private = ["127.0.0.0/8"]
[store]
url = "sqlite:{folder}/idle.db"
[serve]
listen = "127.0.0.1:{PAGE_PORT}"
{named}""")
    return path


def status(pid, name):
    return int(re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def cpu(pid):
    """Seconds of CPU time of all threads, those that have ended too; in ticks of the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_ready():
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{PAGE_PORT}/-/ready", timeout=5).status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


async def started(binary, config, log):
    """The daemon, the seconds until it was ready and its own CPU time till then."""
    begun = time.perf_counter()
    daemon = subprocess.Popen([binary, "run", "--config", str(config)], stderr=log)
    while not await asyncio.to_thread(is_ready):
        if daemon.poll() is not None:
            raise SystemExit(f"it ended; see {log.name}")
        await asyncio.sleep(0.002)
    return daemon, time.perf_counter() - begun, cpu(daemon.pid)


async def stop(daemon):
    daemon.send_signal(signal.SIGTERM)
    await asyncio.to_thread(daemon.wait)


def fill(path, urls):
    """Addresses of articles that were read long ago, on the host of the first source."""
    db = sqlite3.connect(path)
    host, source = db.execute("SELECT host_id, source_id FROM urls LIMIT 1").fetchone()
    rows = ((f"http://127.1.0.1:{SITE_PORT}/{n}/a-story-of-some-length.html", host, source, LONG_AGO) for n in range(urls))
    sql = "INSERT INTO urls (url, host_id, source_id, kind, state, next_at, discovered_at, fetched_at, outcome, status) VALUES (?1, ?2, ?3, 'article', 'done', ?4, ?4, ?4, 'ok', 200)"
    with db:
        db.executemany(sql, rows)
    db.close()


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--urls", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    server = await asyncio.start_server(serve, "0.0.0.0", SITE_PORT)
    with tempfile.TemporaryDirectory(prefix="idle-") as name, open(Path(name) / "log", "ab") as log:
        folder = Path(name)
        config = configure(folder, options.sources)
        daemon, took, spent = await started(options.binary, config, log)
        print(f"new store: ready after {1000 * took:.0f} ms, {1000 * spent:.0f} ms of CPU")
        if options.urls:
            await stop(daemon)
            await asyncio.to_thread(fill, folder / "idle.db", options.urls)
            daemon, took, spent = await started(options.binary, config, log)
            print(f"{options.urls} known addresses: ready after {1000 * took:.0f} ms, {1000 * spent:.0f} ms of CPU")
        polled = "SELECT count(*) FROM urls WHERE kind <> 'article' AND fetched_at IS NOT NULL"
        while sqlite3.connect(f"file:{folder}/idle.db?mode=ro", uri=True).execute(polled).fetchone()[0] < options.sources:
            await asyncio.sleep(1)
        await asyncio.sleep(15)
        before = cpu(daemon.pid)
        await asyncio.sleep(options.seconds)
        used = cpu(daemon.pid) - before
        memory = f"{status(daemon.pid, 'VmRSS'):.0f} MiB resident, of them {status(daemon.pid, 'RssFile'):.0f} the program's own file, {status(daemon.pid, 'VmHWM'):.0f} MiB at most"
        print(f"idle with {options.sources} sources: {memory}, {100 * used / options.seconds:.2f} % of a core")
        await stop(daemon)
        daemon, took, spent = await started(options.binary, config, log)
        print(f"again: ready after {1000 * took:.0f} ms, {1000 * spent:.0f} ms of CPU")
        await stop(daemon)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
