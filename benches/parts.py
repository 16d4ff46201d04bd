#!/usr/bin/env python3
"""What it costs a PostgreSQL to drop a month of pages row by row, and as a part (docs/scale.md).

  parts.py [--pages 100000] [--kb 10]

A cluster of Debian's PostgreSQL is made in a temporary folder, with its settings as they come but for the
socket, and the tables by our own scripts. The statements are those of src/store/postgres/upkeep.rs and parts.rs.
"""
import argparse
import tempfile
import time
from pathlib import Path

from workers import Server

SCRIPTS = Path(__file__).parent.parent / "src/store/postgres/schema"
FILL = """INSERT INTO pages SELECT n, n, '{{}}', 'https://harian.example/' || n, 200, '{{}}', {bytes},
                 convert_to(repeat(md5(n::text), {bytes} / 32), 'UTF8') FROM generate_series({first}, {last}) AS n"""
# As many rows in a transaction as upkeep.rs has; $$ for psql, which runs the block as it is.
BY_ROW = """DO $$ BEGIN LOOP
    DELETE FROM pages WHERE article_id IN (
        SELECT article_id FROM pages WHERE fetched_at < {end} ORDER BY fetched_at LIMIT 200 FOR UPDATE SKIP LOCKED);
    EXIT WHEN NOT FOUND; COMMIT;
END LOOP; END $$"""
AT_ONCE = [
    """BEGIN; LOCK TABLE pages IN ACCESS EXCLUSIVE MODE; ALTER TABLE pages DETACH PARTITION pages_from_1;
       ALTER TABLE pages DETACH PARTITION pages_past;
       ALTER TABLE pages ATTACH PARTITION pages_past FOR VALUES FROM (MINVALUE) TO ({end}); COMMIT""",
    """BEGIN; INSERT INTO changes SELECT 'pages', -count(*), -sum(octet_length(body) + octet_length(headers::text))
       FROM pages_from_1; DROP TABLE pages_from_1; COMMIT""",
]


def run(options, way):
    """Seconds, bytes of the write-ahead log and bytes of the table after it, sweeping up included."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "pg")
        for script in sorted(SCRIPTS.glob("*.sql")):
            server.ask(script.read_text())
        end = options.pages + 1
        server.ask(f"""ALTER TABLE pages DETACH PARTITION pages_from_1;
                       ALTER TABLE pages ATTACH PARTITION pages_from_1 FOR VALUES FROM (1) TO ({end});
                       CREATE TABLE pages_from_{end} PARTITION OF pages FOR VALUES FROM ({end}) TO (MAXVALUE)""")
        size = options.kb * 1024
        server.ask(FILL.format(bytes=size, first=1, last=end - 1))
        server.ask("VACUUM ANALYZE pages")
        server.ask("SELECT add_up()")
        assert server.ask("SELECT count(*) FROM pages") == str(options.pages)
        log = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
        before, begun = int(server.ask(log)), time.time()
        for statement in way:
            server.ask(statement.format(end=end))
        took = time.time() - begun
        assert server.ask("SELECT count(*) FROM pages") == "0"
        assert server.ask("SELECT sum(rows) FROM kept_now WHERE kind = 'pages'") == "0"
        logged = int(server.ask(log)) - before
        left = int(server.ask("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('pages')"))
        server.end()
        return took, logged, left


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--kb", type=int, default=10)
    options = parser.parse_args()
    print("| | seconds | MB of the log | MB left in the files |\n|---|---|---|---|")
    for name, way in [("row by row, then vacuum", [BY_ROW, "VACUUM pages"]), ("at once", AT_ONCE)]:
        took, logged, left = run(options, way)
        print(f"| {name} | {took:.2f} | {logged / 1e6:.1f} | {left / 1e6:.0f} |")


if __name__ == "__main__":
    main()
