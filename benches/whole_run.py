#!/usr/bin/env python3
"""Crawl, extract, score and store a made-up site on loopback, beside what else one would use.

  whole_run.py [--binary target/release/benggala] [--pages 3000] [--kb 60] [--rounds 5]
               [--before BINARY] [--peers VENV/bin/python] [--loop LOOP] [--keep FOLDER]

Ours watches ten sitemaps with politeness off, from the start of the process until the last article is
in the store; `--before` names another build of it. The peers get the addresses from
a file: `--peers` names a Python with scrapy and trafilatura (peers/crawl.py), `--loop` the bare loop of
reqwest and scraper (peers/loop), which parses each page and keeps nothing. Rounds take turns, so that
what else the machine does falls on all alike; told are medians, and ratios within the run. In the same
run are measured what nothing can go below: a synced write on this disk, and one pass over the bytes of
the pages.

nginx serves. Needs Linux: times of CPU and memory are those of the kernel.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import made_up_site

HERE = Path(__file__).resolve().parent
HOSTS = 10
LOOK_EVERY = 0.05
WAIT_MAX = 600


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.11", 0))
        return probe.getsockname()[1]


def resident(pid):
    try:
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024
    except (OSError, AttributeError):
        return 0


class Run:
    """A process with its times: of the clock, of the CPU with all its threads, and its memory in MiB."""

    def __init__(self, command, log, **more):
        self.begun, self.most = time.time(), 0
        self.process = subprocess.Popen(command, stdout=log, stderr=log, **more)
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()

    def watch(self):
        while self.process.returncode is None and resident(self.process.pid):
            self.most = max(self.most, resident(self.process.pid))
            time.sleep(LOOK_EVERY)

    def end(self, finished=None):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.watcher.join()
        if self.process.returncode != 0:
            sys.exit(f"{self.process.args[0]} ended with {self.process.returncode}")
        self.wall = (finished or time.time()) - self.begun
        self.cpu = usage.ru_utime + usage.ru_stime
        return self


def stored(database):
    """Articles of which the daemon is done."""
    try:
        db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        return db.execute("SELECT count(*) FROM urls WHERE kind = 'article' AND fetched_at IS NOT NULL").fetchone()[0]
    except sqlite3.Error:
        return 0


def configuration(folder, sitemaps, page_port):
    sources = "".join(f'[[source]]\nname = "s{n}"\nkind = "sitemap"\nurl = "{url}"\n' for n, url in enumerate(sitemaps))
    path = folder / "benggala.toml"
    path.write_text(f"""
[fetch]
requests_per_second = 100000
requests_per_second_total = 100000
hosts_per_address = 1000
concurrency_per_host = 16
concurrency = 64
allow_private = ["127.0.0.0/8"]
[schedule]
link_age = "0s"
recheck = "0s"
[store]
url = "sqlite:{folder}/run.db"
[serve]
listen = "127.0.0.1:{page_port}"
{sources}""")
    return path


def store_times(page_port):
    """What /metrics says of the store: mean milliseconds and number of each operation."""
    text = urllib.request.urlopen(f"http://127.0.0.1:{page_port}/metrics", timeout=10).read().decode()
    found = {}
    for kind in ("sum", "count"):
        for op, value in re.findall(rf'^benggala_store_operation_duration_seconds_{kind}{{op="(\w+)"}} (\S+)', text, re.MULTILINE):
            found.setdefault(op, {})[kind] = float(value)
    return {op: (1000 * both["sum"] / both["count"], int(both["count"])) for op, both in found.items() if both["count"]}


def ours(options, site, log, binary=None):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    page_port = free_port()
    run = Run([binary or options.binary, "run", "--config", str(configuration(folder, site["sitemaps"], page_port))], log)
    while stored(folder / "run.db") < len(site["articles"]):
        if time.time() - run.begun > WAIT_MAX or run.process.poll() is not None:
            run.process.kill()
            sys.exit(f"after {WAIT_MAX} s not all articles are in the store; see {log.name}")
        time.sleep(LOOK_EVERY)
    finished = time.time()
    run.store = store_times(page_port)
    run.process.send_signal(signal.SIGTERM)
    run.end(finished)
    run.disk = sum(file.stat().st_size for file in folder.glob("run.db*"))
    shutil.rmtree(folder)
    return run


def before(options, site, log):
    return ours(options, site, log, options.before)


def scrapy(options, site, log):
    out = Path(options.folder) / "scrapy.jsonl"
    return Run([options.peers, str(HERE / "peers/crawl.py"), site["list"], str(out)], log).end()


def bare_loop(options, site, log):
    return Run([options.loop, site["list"]], log).end()


def version(options, name):
    if name in ("ours", "before"):
        binary = options.binary if name == "ours" else options.before
        return subprocess.run([binary, "--version"], capture_output=True, text=True).stdout.strip()
    if name == "Scrapy + trafilatura":
        code = "import scrapy, trafilatura; print('Scrapy', scrapy.__version__, '+ trafilatura', trafilatura.__version__)"
        return subprocess.run([options.peers, "-c", code], capture_output=True, text=True).stdout.strip()
    lock = (HERE / "peers/loop/Cargo.lock").read_text()
    versions = dict(re.findall(r'name = "(reqwest|scraper)"\nversion = "([\d.]+)"', lock))
    return ", ".join(f"{crate} {number}" for crate, number in versions.items())


def synced_write(folder):
    """Median seconds of a write of 4 KiB and its fsync."""
    times = []
    with open(Path(folder) / "synced", "wb", buffering=0) as file:
        for _ in range(200):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return statistics.median(times)


def byte_scan(site):
    """Seconds to look once at every byte of all pages, in C."""
    pages = [path.read_bytes() for path in Path(site["folder"]).glob("127.*/**/*.html")]
    begun = time.process_time()
    for page in pages:
        page.count(b"\x01")
    return time.process_time() - begun, sum(map(len, pages))


def table(options, runs, pages):
    print(f"\n{'':<24}{'pages/s':>9}{'CPU-s/1,000':>13}{'MiB':>7}   {'by the clock':>12}{'by CPU':>9}   version")
    rate = {name: statistics.median(pages / run.wall for run in rounds) for name, rounds in runs.items()}
    cpu = {name: statistics.median(1000 * run.cpu / pages for run in rounds) for name, rounds in runs.items()}
    for name, rounds in runs.items():
        memory = statistics.median(run.most for run in rounds)
        ratios = f"{rate['ours'] / rate[name]:>12.2f}{cpu[name] / cpu['ours']:>9.2f}"
        print(f"{name:<24}{rate[name]:>9.0f}{cpu[name]:>13.2f}{memory:>7.0f}   {ratios}   {version(options, name)}")
    print("by the clock, by CPU: how many times as fast ours is\n")
    last = runs["ours"][-1]
    busiest = sorted(last.store.items(), key=lambda row: -row[1][0] * row[1][1])[:8]
    print("store, ms in the last round, with all waiting: " + ", ".join(f"{op} {ms:.2f} ({count})" for op, (ms, count) in busiest))
    print(f"store, bytes a page: {last.disk / pages:.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--pages", type=int, default=3_000)
    parser.add_argument("--kb", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before")
    parser.add_argument("--peers")
    parser.add_argument("--loop")
    parser.add_argument("--keep", type=Path, help="where the site is made, or found from the last time")
    options = parser.parse_args()
    options.folder = tempfile.mkdtemp(prefix="whole-run-")
    folder, port = options.keep or Path(options.folder) / "site", free_port()
    folder.mkdir(parents=True, exist_ok=True)
    newest = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    sitemaps, articles = made_up_site.build(folder, HOSTS, options.pages // HOSTS, options.kb, port, newest)
    site = {"folder": folder, "sitemaps": sitemaps, "articles": articles, "list": str(folder / "urls.txt")}
    Path(site["list"]).write_text("".join(f"{url}\n" for url in articles))
    runners = {"ours": ours}
    runners |= {"before": before} if options.before else {}
    runners |= {"Scrapy + trafilatura": scrapy} if options.peers else {}
    runners |= {"bare loop": bare_loop} if options.loop else {}
    runs = {name: [] for name in runners}
    print(f"{len(articles)} pages on {HOSTS} hosts, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with made_up_site.Server(folder, HOSTS, port), open(Path(options.folder) / "log", "wb") as log:
        for _ in range(options.rounds):
            for name, runner in runners.items():
                runs[name].append(runner(options, site, log))
                print(f"  {name:<24}{len(articles) / runs[name][-1].wall:>8.0f} pages/s, {runs[name][-1].cpu:.1f} s of CPU", flush=True)
        scan, size = byte_scan(site)
        table(options, runs, len(articles))
        print(f"a synced write {1000 * synced_write(options.folder):.2f} ms; one pass over the pages' bytes {1000 * scan:.0f} ms ({size / scan / 1e9:.1f} GB/s)")
    shutil.rmtree(options.folder)


if __name__ == "__main__":
    main()
