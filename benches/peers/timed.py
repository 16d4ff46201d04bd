"""Runs an extractor over labelled pages in a process of its own, with a time limit for each page."""
import argparse
import json
import multiprocessing
import sys
import time
from pathlib import Path

# Seconds of the clock for one page. Whoever needs longer has not extracted it.
PAGE_SECONDS_MAX = 20.0
# Seconds for the imports of an extractor and its first page.
FIRST_PAGE_SECONDS_MAX = 120.0


def answer(make, folder, pipe):
    """Answers page by page: what was found or why not, and the seconds of CPU time."""
    extract = make()
    while True:
        page = pipe.recv()
        raw = (folder / f"{page['id']}.html").read_bytes()
        begun = time.process_time()
        try:
            found, failure = extract(raw, page), None
        except Exception as error:
            found, failure = None, type(error).__name__
        pipe.send((found, failure, time.process_time() - begun))


class Worker:
    """A process that can be killed where its extractor hangs, in C code too."""

    def __init__(self, make, folder):
        self.pipe, far = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=answer, args=(make, folder, far), daemon=True)
        self.process.start()
        far.close()
        self.limit = FIRST_PAGE_SECONDS_MAX

    def ask(self, page):
        self.pipe.send(page)
        limit, self.limit = self.limit, PAGE_SECONDS_MAX
        if not self.pipe.poll(limit):
            self.process.kill()
            self.process.join()
            return None, f"no answer in {limit:.0f} s", limit
        try:
            return self.pipe.recv()
        except EOFError:
            self.process.join()
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
