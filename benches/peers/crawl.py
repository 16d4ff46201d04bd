"""Scrapy with trafilatura in its pipeline over a file of URLs: crawl.py URLS OUT.

Politeness off, robots.txt not asked for, as many requests at a time as the others have.
"""
import json
import sys

import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess

UNDER_WAY_MAX = 64


class Pages(scrapy.Spider):
    name = "pages"

    async def start(self):
        with open(sys.argv[1], encoding="utf8") as urls:
            for url in urls:
                yield scrapy.Request(url.strip())

    def parse(self, response):
        yield {"url": response.url, "html": response.text}


class Extraction:
    """What benggala does is done: the body with its metadata, written down."""

    def __init__(self):
        self.out = open(sys.argv[2], "w", encoding="utf8")

    def process_item(self, item):
        text = trafilatura.extract(item["html"], url=item["url"], with_metadata=True, output_format="json")
        self.out.write(json.dumps({"url": item["url"], "text": text}) + "\n")
        return item


process = CrawlerProcess({
    "ROBOTSTXT_OBEY": False,
    "CONCURRENT_REQUESTS": UNDER_WAY_MAX,
    "CONCURRENT_REQUESTS_PER_DOMAIN": UNDER_WAY_MAX,
    "CONCURRENT_ITEMS": 200,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "WARNING",
    "ITEM_PIPELINES": {Extraction: 1},
})
process.crawl(Pages)
process.start()
