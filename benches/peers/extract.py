#!/usr/bin/env python3
"""Runs other extractors over labelled pages, one after the other.

PAGES holds gold.jsonl and <id>.html; writes OUT/<peer>.jsonl ({"id", "body"}) and prints the seconds
of CPU time of each peer and the pages on which it failed or did not answer in time.
Needs: pip install trafilatura readability-lxml newspaper4k resiliparse justext
"""
import timed


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


if __name__ == "__main__":
    timed.main(__doc__, PEERS, lambda body: {"body": body or ""})
