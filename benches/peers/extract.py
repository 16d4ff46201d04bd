#!/usr/bin/env python3
"""Runs other extractors over labelled pages, one after the other in one process.

  extract.py PAGES OUT [PEER ...]

PAGES holds gold.jsonl and <id>.html; writes OUT/<peer>.jsonl ({"id", "body"}) and prints seconds
a peer. Needs: pip install trafilatura readability-lxml newspaper4k resiliparse justext
"""
import json
import sys
import time
from pathlib import Path


def trafilatura_with(**options):
    import trafilatura

    return lambda raw, page: trafilatura.extract(raw, url=page.get("url"), include_comments=False, **options)


def readability(raw, page):
    import lxml.html
    from readability import Document

    tree = lxml.html.fromstring(Document(raw.decode("utf8", "replace")).summary())
    return "\n\n".join(" ".join(p.text_content().split()) for p in tree.iter("p", "li", "h2", "h3", "blockquote"))


def newspaper(raw, page):
    import newspaper

    article = newspaper.Article(page.get("url") or "http://localhost/", fetch_images=False)
    article.download(input_html=raw.decode("utf8", "replace"))
    article.parse()
    return article.text


def resiliparse(raw, page):
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    return extract_plain_text(bytes_to_str(raw, detect_encoding(raw)), main_content=True)


def justext(raw, page):
    import justext as jt

    names = {"de": "German", "es": "Spanish", "fr": "French", "id": "Indonesian", "pl": "Polish", "pt": "Portuguese", "it": "Italian", "ru": "Russian"}
    stop = jt.get_stoplist(names.get(page.get("lang"), "English"))
    return "\n\n".join(p.text for p in jt.justext(raw, stop) if not p.is_boilerplate)


PEERS = {
    "trafilatura": lambda: trafilatura_with(),
    "trafilatura-precision": lambda: trafilatura_with(favor_precision=True),
    "trafilatura-fast": lambda: trafilatura_with(fast=True),
    "readability-lxml": lambda: readability,
    "newspaper4k": lambda: newspaper,
    "resiliparse": lambda: resiliparse,
    "jusText": lambda: justext,
}


def main():
    pages, out, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(PEERS)
    out.mkdir(parents=True, exist_ok=True)
    gold = [json.loads(line) for line in open(pages / "gold.jsonl", encoding="utf8")]
    for name in names:
        extract, spent = PEERS[name](), 0.0
        with open(out / f"{name}.jsonl", "w", encoding="utf8") as sink:
            for page in gold:
                raw = (pages / f"{page['id']}.html").read_bytes()
                begun = time.process_time()
                try:
                    body = extract(raw, page) or ""
                except Exception as error:
                    print(f"{name} failed on {page['id']}: {type(error).__name__}", file=sys.stderr)
                    body = ""
                spent += time.process_time() - begun
                sink.write(json.dumps({"id": page["id"], "body": body}, ensure_ascii=False) + "\n")
        print(f"{name:<24} {spent:8.1f} s", flush=True)


if __name__ == "__main__":
    main()
