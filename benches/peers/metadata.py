#!/usr/bin/env python3
"""Titles, authors and dates of other extractors, in the form that `benggala eval extraction
--predictions` scores, so that one set of definitions judges all.

PAGES holds gold.jsonl and <id>.html; writes OUT/<peer>.jsonl ({"id", "title", "byline", "date"}:
`byline` is a list of names, `date` the day) and prints the seconds of CPU time of each peer and the
pages on which it failed or did not answer in time. Needs: pip install trafilatura newspaper4k
"""
import timed


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


def as_record(found):
    title, byline, date = found or (None, [], None)
    return {"title": title, "byline": byline, "date": date}


if __name__ == "__main__":
    timed.main(__doc__, PEERS, as_record)
