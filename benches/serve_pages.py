#!/usr/bin/env python3
"""Serves a folder of saved article pages as several loopback news sites.

  serve_pages.py PAGES [--hosts 10] [--port 8070] [--log FILE]

PAGES holds NNNN.html and gold.jsonl ({"id", …} a line). The pages are dealt out over 127.0.0.11,
127.0.0.12, … Each site has a robots.txt, an RSS feed, a Google News sitemap and a front page that
overlap: every page is announced at least once, a third of them twice. Every request is logged as
one JSON line: time, host, path, status.
"""
import argparse
import html
import json
import os
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def sites(pages, hosts, port):
    """host -> {path: page file}, in a fixed order."""
    dealt = {f"127.0.0.{11 + k}": {} for k in range(hosts)}
    names = list(dealt)
    with open(pages / "gold.jsonl", encoding="utf8") as gold:
        ids = [json.loads(line)["id"] for line in gold]
    for k, page in enumerate(ids):
        dealt[names[k % hosts]][f"/2026/story-of-the-day-{page.split('/')[-1]}.html"] = pages / f"{page.split('/')[-1]}.html"
    return dealt


def feed(base, paths, now):
    items = "".join(
        f"<item><title>Story {k}</title><link>{base}{path}</link><guid>{base}{path}</guid>"
        f"<pubDate>{(now - timedelta(minutes=k)).strftime('%a, %d %b %Y %H:%M:%S GMT')}</pubDate></item>"
        for k, path in enumerate(paths)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Site</title><link>{base}/</link>{items}</channel></rss>'


def sitemap(base, paths, now):
    urls = "".join(
        f"<url><loc>{base}{path}</loc><news:news><news:publication_date>{(now - timedelta(minutes=k)).isoformat()}"
        f"</news:publication_date><news:title>Story {k}</news:title></news:news></url>"
        for k, path in enumerate(paths)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def front(paths):
    links = "".join(f'<h2><a href="{path}">{html.escape("A story with a longer title " + path)}</a></h2>' for path in paths)
    return f"<!doctype html><html><head><title>Front</title></head><body><main>{links}</main></body></html>"


def documents(host, port, pages, now):
    base, paths = f"http://{host}:{port}", list(pages)
    third = len(paths) // 3
    return {
        "/robots.txt": ("text/plain", f"User-agent: *\nDisallow: /private/\nSitemap: {base}/news-sitemap.xml\n".encode()),
        "/feed.xml": ("application/rss+xml", feed(base, paths[: 2 * third], now).encode()),
        "/news-sitemap.xml": ("application/xml", sitemap(base, paths[third : 2 * third], now).encode()),
        "/": ("text/html; charset=utf-8", front(paths[2 * third :]).encode()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--hosts", type=int, default=10)
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--log", type=Path, default=None)
    args = parser.parse_args()
    dealt = sites(args.pages, args.hosts, args.port)
    now = datetime.now(timezone.utc)
    other = {host: documents(host, args.port, pages, now) for host, pages in dealt.items()}
    log = open(args.log or os.devnull, "a", buffering=1, encoding="utf8")
    lock = threading.Lock()

    class Site(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            host = self.server.server_address[0]
            if self.path in other[host]:
                status, (kind, body) = 200, other[host][self.path]
            elif self.path in dealt[host]:
                # No charset: saved pages are served as crawled and say it themselves.
                status, kind, body = 200, "text/html", dealt[host][self.path].read_bytes()
            else:
                status, kind, body = 404, "text/plain", b"no such page"
            with lock:
                log.write(json.dumps({"at": time.time(), "host": host, "path": self.path, "status": status}) + "\n")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer.request_queue_size = 128
    servers = [ThreadingHTTPServer((host, args.port), Site) for host in dealt]
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    print(f"{sum(map(len, dealt.values()))} pages on {len(servers)} hosts, port {args.port}", flush=True)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
