#!/usr/bin/env python3
"""What one and two workers read a second that share a PostgreSQL on this machine, and where the time goes.

  workers.py [--binary target/release/benggala] [--pages 1500] [--kb 60] [--rounds 3]

The made-up site of whole_run.py, politeness off; SQLite with one process stands beside it. A cluster of
Debian's PostgreSQL is made in a temporary folder for each run, with its settings as they come but for the
socket (as root it runs as `nobody`). Told are medians: pages a second, CPU of workers and of the server, and
the share of a visit's time that is spent in the store: what the store's operations took, waiting included, over
that, what fetching took and what reading took together.

nginx serves. Needs Linux.
"""
import argparse
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import made_up_site
import whole_run

PROGRAMS = Path("/usr/lib/postgresql")
# What a visit does besides.
ELSEWHERE = ["fetch_duration_seconds", "extraction_duration_seconds"]


class Server:
    """A PostgreSQL of its own."""

    def __init__(self, folder):
        self.folder, self.bin = folder, sorted(PROGRAMS.iterdir())[-1] / "bin"
        folder.mkdir()
        self.as_user = []
        if Path.home() == Path("/root"):
            subprocess.run(["chown", "nobody", folder], check=True)
            for above in (folder.parent, folder.parent.parent):
                above.chmod(0o755)
            self.as_user = ["setpriv", "--reuid", "nobody", "--clear-groups"]
        self.run(["initdb", "-A", "trust", "-U", "benggala", "-D", folder / "data"])
        self.process = subprocess.Popen(
            [*self.as_user, self.bin / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        while self.ask("SELECT 1") != "1":
            time.sleep(0.05)

    def run(self, command):
        command = [*self.as_user, self.bin / command[0], *command[1:]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, sql):
        command = ["psql", "-XqAt", "-h", self.folder, "-U", "benggala", "-d", "postgres", "-c", sql]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    def url(self):
        return f"postgres://benggala@{str(self.folder).replace('/', '%2F')}/postgres"

    def stored(self):
        asked = self.ask("SELECT count(*) FROM urls WHERE kind = 'article' AND fetched_at IS NOT NULL")
        return int(asked or 0)

    def cpu(self):
        """CPU seconds of its processes, those that have ended included."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                ticks += int(fields[11]) + int(fields[12])
            if int(stat.parent.name) == self.process.pid:
                ticks += sum(map(int, fields[11:15]))
        return ticks / 100

    def end(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()


def seconds_of(page_port, name):
    """The sum of a histogram's seconds, over all labels."""
    text = urllib.request.urlopen(f"http://127.0.0.1:{page_port}/metrics", timeout=10).read().decode()
    return sum(float(value) for value in re.findall(rf"^benggala_{name}_sum(?:{{[^}}]*}})? (\S+)", text, re.MULTILINE))


def crawl(options, site, log, workers, shared):
    """One run: seconds, CPU of the workers and of the server, share of the store."""
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    server = Server(folder / "pg") if shared else None
    ports, runs = [], []
    for n in range(workers):
        place = folder / str(n)
        place.mkdir()
        ports.append(whole_run.free_port())
        config = whole_run.configuration(place, site["sitemaps"], ports[-1])
        if server:
            text = re.sub(r'(?<=\[store\]\n)url = ".*"', f'url = "{server.url()}"', config.read_text())
            config.write_text(text)
        runs.append(whole_run.Run([options.binary, "run", "--config", str(config)], log))
    stored = server.stored if server else lambda: whole_run.stored(folder / "0" / "run.db")
    while stored() < len(site["articles"]):
        if time.time() - runs[0].begun > whole_run.WAIT_MAX:
            sys.exit(f"not all articles are in the store; see {log.name}")
        time.sleep(whole_run.LOOK_EVERY)
    finished = time.time()
    in_store = sum(seconds_of(port, "store_operation_duration_seconds") for port in ports)
    elsewhere = sum(seconds_of(port, name) for port in ports for name in ELSEWHERE)
    of_server = server.cpu() if server else 0.0
    for run in runs:
        run.process.send_signal(signal.SIGTERM)
        run.end(finished)
    if server:
        server.end()
    shutil.rmtree(folder)
    return finished - runs[0].begun, sum(run.cpu for run in runs), of_server, in_store / (in_store + elsewhere)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/benggala")
    parser.add_argument("--pages", type=int, default=1_500)
    parser.add_argument("--kb", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    options.folder = tempfile.mkdtemp(prefix="workers-")
    folder, port = Path(options.folder) / "site", whole_run.free_port()
    folder.mkdir()
    newest = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    made = made_up_site.build(folder, whole_run.HOSTS, options.pages // whole_run.HOSTS, options.kb, port, newest)
    site = dict(zip(("sitemaps", "articles"), made))
    kinds = {"SQLite, 1 process": (1, False), "PostgreSQL, 1 worker": (1, True), "PostgreSQL, 2 workers": (2, True)}
    rounds = {name: [] for name in kinds}
    with made_up_site.Server(folder, whole_run.HOSTS, port), open(Path(options.folder) / "log", "ab") as log:
        for _ in range(options.rounds):
            for name, (workers, shared) in kinds.items():
                rounds[name].append(crawl(options, site, log, workers, shared))
    pages = len(site["articles"])
    print(f"{'':<24}{'pages/s':>9}{'CPU-s/1,000':>13}{'of it server':>14}{'in the store':>14}")
    for name, taken in rounds.items():
        wall, own, server, share = (statistics.median(one[at] for one in taken) for at in range(4))
        print(f"{name:<24}{pages / wall:>9.0f}{1000 * (own + server) / pages:>13.2f}{server / (own + server):>13.0%}{share:>13.0%}")


if __name__ == "__main__":
    main()
