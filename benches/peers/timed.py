"""Runs an extractor over labelled pages in a process of its own, with a time limit for each page."""
import argparse
import json
import multiprocessing
import resource
import signal
import sys
import time
from pathlib import Path

# Seconds of CPU time for one page. Whoever needs longer has not extracted it.
PAGE_SECONDS_MAX = 20
# Seconds of the clock, for an extractor that waits for something; imports come before the first page.
WAIT_SECONDS_MAX = 240


def answer(make, folder, pipe):
    """Answers page by page: what was found or why not, and the seconds of CPU time."""
    extract = make()
    while True:
        page = pipe.recv()
        raw = (folder / f"{page['id']}.html").read_bytes()
        begun = time.process_time()
        # The kernel ends a process that passes its soft limit, in C code too.
        resource.setrlimit(resource.RLIMIT_CPU, (int(begun) + 1 + PAGE_SECONDS_MAX, resource.RLIM_INFINITY))
        try:
            found, failure = extract(raw, page), None
        except Exception as error:
            found, failure = None, type(error).__name__
        pipe.send((found, failure, time.process_time() - begun))


class Worker:
    """A process with an extractor in it, which may die of a page."""

    def __init__(self, make, folder):
        self.pipe, far = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=answer, args=(make, folder, far), daemon=True)
        self.process.start()
        far.close()

    def ask(self, page):
        self.pipe.send(page)
        try:
            if self.pipe.poll(WAIT_SECONDS_MAX):
                return self.pipe.recv()
            self.process.kill()
        except EOFError:
            pass
        self.process.join()
        if self.process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
            return None, "took too long", float(PAGE_SECONDS_MAX)
        return None, "its process died", 0.0


def run(name, make, folder, gold, out, as_record):
    """Writes OUT/<name>.jsonl, a line a page whatever happens, and says which pages failed."""
    worker, spent, failed = Worker(make, folder), 0.0, {}
    with open(out / f"{name}.jsonl", "w", encoding="utf8") as sink:
        for page in gold:
            found, failure, seconds = worker.ask(page)
            spent += seconds
            if failure:
                failed.setdefault(failure, []).append(page["id"])
            if not worker.process.is_alive():
                worker = Worker(make, folder)
            record = {"id": page["id"], **as_record(found)}
            sink.write(json.dumps(record, ensure_ascii=False) + "\n")
            sink.flush()
    print(f"{name:<24} {spent:8.1f} s", flush=True)
    for failure, pages in failed.items():
        print(f"  {failure}: {' '.join(pages)}", flush=True)


def main(description, peers, as_record):
    """The command line that both scripts share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("peers", nargs="*", metavar="PEER", help=", ".join(peers))
    options = parser.parse_args()
    unknown = [name for name in options.peers if name not in peers]
    if unknown:
        sys.exit(f"no such peer: {', '.join(unknown)}")
    options.out.mkdir(parents=True, exist_ok=True)
    with open(options.pages / "gold.jsonl", encoding="utf8") as lines:
        gold = [json.loads(line) for line in lines]
    for name in options.peers or peers:
        run(name, peers[name], options.pages, gold, options.out, as_record)
