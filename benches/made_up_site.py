"""A made-up news site on loopback for whole runs, served by nginx: the same arguments make the same bytes.

Pages have the weight of real ones: navigation, a rail of teasers, inline style and script up to `kb`
KiB; bodies are sentences of random words. Each host has a Google News sitemap of all its articles.
"""
import gzip
import json
import os
import random
import subprocess
from datetime import timedelta
from pathlib import Path

NAVIGATION, TEASERS = 40, 20
SYLLABLES = ["ba", "cor", "den", "el", "fi", "gra", "hon", "in", "ka", "lo", "mer", "na", "or", "pi", "ral", "sto", "ter", "un", "ve", "wi"]
FRAME = "the a of in on at by for with from after before that which was has been will have more than not its".split()


class Words:
    """Sentences in something like English: every second word is one of its small ones."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        made = random.Random(1)
        self.long = ["".join(made.choice(SYLLABLES) for _ in range(made.randint(2, 4))) for _ in range(3_000)]

    def sentence(self):
        words = [self.rng.choice(FRAME if at % 2 == 0 else self.long) for at in range(self.rng.randint(9, 24))]
        return " ".join(words).capitalize() + "."

    def paragraph(self):
        return " ".join(self.sentence() for _ in range(self.rng.randint(3, 6)))


def page(host, port, path, when, others, kb, seed):
    words = Words(seed)
    title = words.sentence().rstrip(".").title()[:90]
    body = "\n".join(f"<p>{words.paragraph()}</p>" for _ in range(words.rng.randint(12, 30)))
    menu = "".join(f'<li class="nav__item"><a class="nav__link" href="/section/{n}/" data-track="nav-{n}"><span>Section {n}</span></a></li>' for n in range(NAVIGATION))
    rail = "".join(
        f'<article class="card"><a href="{url}"><figure><img loading="lazy" src="/img/{n}.jpg" alt=""></figure><h3>{words.sentence()}</h3></a><p>{words.sentence()}</p></article>'
        for n, url in enumerate(others)
    )
    told = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "datePublished": when.isoformat(), "author": [{"@type": "Person", "name": "Jane Doe"}]})
    head = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | Paper</title><link rel="canonical" href="http://{host}:{port}{path}">'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="article"><meta property="article:published_time" content="{when.isoformat()}">'
        f'<meta name="author" content="Jane Doe"><script type="application/ld+json">{told}</script>'
    )
    rest = (
        f'</head><body><header><nav><ul>{menu}</ul></nav></header><main><article class="story"><h1>{title}</h1><div class="byline">By Jane Doe <time datetime="{when.isoformat()}">{when:%d %B %Y}</time></div>'
        f'<div class="story__body">\n{body}\n</div></article><aside class="rail">{rail}</aside></main><footer><ul>{menu}</ul><p>All rights reserved. Terms, privacy, cookies.</p></footer></body></html>'
    )
    rules = max(0, kb * 1024 - len(head) - len(rest)) // 110
    rng = words.rng
    style = "".join(f".c{n}-{rng.randint(0, 99999)}{{display:flex;margin:{rng.randint(0, 40)}px;color:#{rng.randint(0, 0xFFFFFF):06x}}}\n" for n in range(rules))
    script = "".join(f'window.__q.push(["t{n}",{rng.random():.12f},"{rng.randint(0, 1 << 30):x}"]);\n' for n in range(rules))
    return f"{head}<style>{style}</style><script>window.__q=[];{script}</script>{rest}"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf8")
    Path(f"{path}.gz").write_bytes(gzip.compress(text.encode(), 6, mtime=0))


def sitemap(urls):
    rows = "".join(
        f"<url><loc>{url}</loc><news:news><news:publication><news:name>Paper</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{when.isoformat()}</news:publication_date><news:title>Story</news:title></news:news></url>"
        for url, when in urls
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'


def build(folder, hosts, per_host, kb, port, newest):
    """Writes the site below `folder` and returns its sitemaps and the URLs of its articles."""
    sitemaps, articles = [], []
    for host in (f"127.0.0.{11 + n}" for n in range(hosts)):
        stories = [(f"/{when:%Y/%m/%d}/story-{n:05}.html", when) for n in range(per_host) for when in [newest - timedelta(minutes=13 * n)]]
        for n, (path, when) in enumerate(stories):
            others = [stories[(n * 7 + k * 31 + 1) % per_host][0] for k in range(TEASERS)]
            write(folder / host / path[1:], page(host, port, path, when, others, kb, f"{host}/{n}"))
        urls = [(f"http://{host}:{port}{path}", when) for path, when in stories]
        write(folder / host / "news.xml", sitemap(urls))
        write(folder / host / "robots.txt", "User-agent: *\nDisallow: /private/\n")
        sitemaps.append(f"http://{host}:{port}/news.xml")
        articles += [url for url, _ in urls]
    random.Random(1).shuffle(articles)
    return sitemaps, articles


class Server:
    """nginx over the folder, while the block runs."""

    def __init__(self, folder, hosts, port):
        listen = " ".join(f"listen 127.0.0.{11 + n}:{port};" for n in range(hosts))
        folder = folder.resolve()
        self.config = folder / "nginx.conf"
        self.config.write_text(
            f"worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn; daemon off; {'user root;' if os.geteuid() == 0 else ''}\n"
            "events { worker_connections 4096; }\nhttp { include /etc/nginx/mime.types; charset utf-8; sendfile on; tcp_nopush on; access_log off;\n"
            " open_file_cache max=20000 inactive=600s; keepalive_requests 1000000; gzip_static on; etag on;\n"
            f" server {{ {listen} root {folder}/$server_addr; }} }}\n"
        )

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.config)])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
