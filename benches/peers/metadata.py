#!/usr/bin/env python3
"""Titles, authors and dates of other extractors, in the form that `benggala eval extraction
--predictions` scores, so that one set of definitions judges all.

  metadata.py PAGES OUT [PEER ...]

PAGES holds gold.jsonl and <id>.html; writes OUT/<peer>.jsonl ({"id", "title", "byline", "date"}:
`byline` is a list of names, `date` the day) and prints seconds a peer.
Needs: pip install trafilatura newspaper4k
"""
import json
import sys
import time
from pathlib import Path


def trafilatura():
    from trafilatura.metadata import extract_metadata

    def read(raw, page):
        found = extract_metadata(raw, default_url=page.get("url"))
        names = (found.author or "").split("; ")
        return found.title, [name for name in names if name], found.date

    return read


def newspaper():
    from newspaper import Article

    def read(raw, page):
        article = Article(page.get("url") or "http://localhost/", fetch_images=False)
        article.download(input_html=raw.decode("utf8", "replace"))
        article.parse()
        date = article.publish_date
        return article.title, article.authors, date.strftime("%Y-%m-%d") if date else None

    return read


PEERS = {"trafilatura": trafilatura, "newspaper4k": newspaper}


def main():
    pages, out, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(PEERS)
    out.mkdir(parents=True, exist_ok=True)
    with open(pages / "gold.jsonl", encoding="utf8") as lines:
        gold = [json.loads(line) for line in lines]
    for name in names:
        read, spent = PEERS[name](), 0.0
        with open(out / f"{name}.jsonl", "w", encoding="utf8") as sink:
            for page in gold:
                raw = (pages / f"{page['id']}.html").read_bytes()
                begun = time.process_time()
                try:
                    title, byline, date = read(raw, page)
                except Exception as error:
                    print(f"{name} failed on {page['id']}: {type(error).__name__}", file=sys.stderr)
                    title, byline, date = None, [], None
                spent += time.process_time() - begun
                found = {"id": page["id"], "title": title, "byline": byline, "date": date}
                sink.write(json.dumps(found, ensure_ascii=False) + "\n")
        print(f"{name:<24} {spent:8.1f} s", flush=True)


if __name__ == "__main__":
    main()
