#!/usr/bin/env python3
"""What so many sources need, from what one page costs.

  scale.py [--sources 1000,100000,10000000] [--articles 10] [--polls 25] [--help]

Every cost is an argument; its default is measured, or assumed where its help says so. Prints the table of
docs/scale.md.
"""
import argparse
import math

DAY = 86_400


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--sources", default="1000,100000,10000000")
    add("--articles", type=float, default=10, help="new articles of a source a day (assumed)")
    add("--polls", type=float, default=25, help="polls of a source a day (year.rs: 15 in vain and the others)")
    add("--reads", type=float, default=5, help="reads of an article: at first, and after 1, 4, 16 and 64 hours")
    add("--peak", type=float, default=3, help="the busiest minute against the mean (`cargo bench --bench schedule`)")
    add("--pages-per-core", type=float, default=150, help="pages a second and core, read and judged (whole_run.py)")
    add("--bytes-article", type=float, default=16_000, help="in tables and indexes, without the page (fleet test)")
    add("--bytes-page", type=float, default=33_000, help="of a page as kept (performance.md)")
    add("--days-pages", type=float, default=90, help="keep_pages")
    add("--days-articles", type=float, default=730, help="how long articles and addresses are kept")
    add("--log-article", type=float, default=19_000, help="bytes of the write-ahead log for a new article, without its page (fleet test)")
    add("--log-visit", type=float, default=3_000, help="of any other visit (assumed from its statements)")
    add("--visits", type=float, default=400, help="claims and completions a second of one server (`cargo bench --bench claims`, two cores)")
    add("--connections", type=int, default=10, help="of a worker")
    add("--cores", type=int, default=4, help="of a worker (assumed)")
    return parser.parse_args()


def needs(sources, cost):
    articles = sources * cost.articles / DAY
    visits = sources * (cost.polls + cost.articles * cost.reads) / DAY
    pages = articles * cost.reads * cost.peak
    workers = max(2, math.ceil(pages / (cost.pages_per_core * cost.cores)))
    days = articles * DAY
    disk = days * (cost.bytes_article * cost.days_articles + cost.bytes_page * cost.days_pages)
    log = (articles * (cost.log_article + cost.bytes_page) + (visits - articles) * cost.log_visit) * cost.peak
    return [
        f"{sources:,}",
        f"{days:,.0f}",
        f"{visits:,.1f} / {visits * cost.peak:,.0f}",
        f"{workers:,}",
        f"{workers * cost.connections:,}",
        f"{disk / 1e12:,.2f}",
        f"{log / 1e6:,.1f}",
        f"{visits * cost.peak / cost.visits:,.2f}",
    ]


def main():
    cost = arguments()
    head = ["sources", "articles/day", "visits/s, mean / peak", "workers", "connections", "TB kept", "MB/s of log at peak", "servers by visits"]
    print("| " + " | ".join(head) + " |")
    print("|---" * len(head) + "|")
    for sources in cost.sources.split(","):
        print("| " + " | ".join(needs(int(sources), cost)) + " |")


if __name__ == "__main__":
    main()
