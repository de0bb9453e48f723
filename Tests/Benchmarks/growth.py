"""Search among many people, and the same reads on a small and on a large node."""
import sqlite3, urllib.parse
from table import median


def part_search(bench):
    node = bench.node("search", 2, "ada")
    people = 20_000 if bench.quick else 100_000
    bench.fill(node, "--colleagues", str(people))
    node.start()
    for query, what in (("typography office 12", "three words"), ("ada", "a name that many have")):
        path = "/api/v2/search?" + urllib.parse.urlencode({"q": query, "type": "accounts", "limit": 20})
        lines = [node.gets([node.get(path, "ada")], 1, 1 if bench.quick else 2) for _ in range(bench.rounds)]
        bench.table.record(f"people search among {people:,}: {what}, p99", median(lines, "p99_ms"), "ms", "≤ 20", f"p50 {median(lines, 'p50_ms')} ms")
    node.stop()


def part_growth(bench):
    """10,000 people of the node; one post in fifty is written here, one thread of 100 answers lies over the whole time."""
    sizes = [10_000, 50_000] if bench.quick else [10_000, 100_000, 1_000_000]
    measured = {}
    for size in sizes:
        node = bench.node("growth", 2, "ada")
        bench.fill(node, "--posts", str(size), "--people", "10000")
        shaped = shape(f"{node.data}/hallway.sqlite", size)
        node.start()
        seconds = 0.3 if bench.quick else 2
        for what, requests, connections in reads(node, *shaped):
            # Once, unmeasured, so that what is read is in memory; what is slow is asked for one at a time.
            node.gets(requests, connections, 0.3)
            lines = [node.gets(requests, connections, seconds) for _ in range(bench.rounds)]
            measured.setdefault(what, []).append(summary(lines))
        lines = [line for _ in range(bench.rounds) for line in node.bench("reads", "ada", "--conc", "16", "--secs", str(seconds), "--only", "actor")]
        measured.setdefault("actor, signed GET", []).append(summary(lines))
        node.stop()
    names = " / ".join(f"{size:,}" for size in sizes)
    bench.table.say(f"p99 with {names} posts and 10,000 people of this node")
    for what, lines in measured.items():
        ratio = lines[-1]["p99_ms"] / lines[0]["p99_ms"]
        bench.table.record(
            f"    {what}: at {sizes[-1]:,} to {sizes[0]:,}", round(ratio, 2), "×", "≤ 1.5" if what == "home timeline" else "",
            " / ".join(f"{line['p99_ms']:g}" for line in lines) + f" ms; p50 {lines[-1]['p50_ms'] / lines[0]['p50_ms']:.2f} ×")


def summary(lines):
    return {key: median(lines, key) for key in ("p99_ms", "p50_ms")}


def reads(node, thread, author):
    """What is asked, and by how many at once."""
    home, here, everyone = (f"/api/v1/timelines/{path}" for path in ("home?limit=20", "public?local=true&limit=20", "public?limit=20"))
    found = "/api/v2/search?type=statuses&limit=20&q="
    return [
        ("home timeline", [node.get(home, "ada")], 16),
        ("this node's timeline", [node.get(here, "ada")], 16),
        ("everyone's timeline", [node.get(everyone, "ada")], 16),
        ("everyone's timeline, a stranger", [node.get(everyone)], 1),
        ("thread of 100 answers", [node.get(f"/api/v1/statuses/{thread}/context", "ada")], 4),
        ("a profile's posts", [node.get(f"/api/v1/accounts/{author}/statuses?limit=20", "ada")], 16),
        ("search of posts, words of all", [node.get(found + "regional+minutes", "ada")], 1),
        ("search of posts, a word of one", [node.get(found + "9999", "ada")], 1),
        ("WebFinger", [node.get(f"/.well-known/webfinger?resource=acct:person{number}@{node.address}:{node.port}") for number in range(1000)], 16),
    ]


def shape(path, size):
    """Makes of a river of others' posts a node's: some written here, and a thread. Its first post, and an author."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TEMP TABLE numbered AS SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM post")
        here = database.execute("SELECT id FROM actor WHERE host IS NULL AND name_key = 'person1'").fetchone()[0]
        database.execute(
            "UPDATE post SET is_local = 1, author = ? WHERE id IN (SELECT id FROM numbered WHERE number % 50 = 0)", (here,))
        first, uri, author = database.execute("SELECT id, uri, author FROM post ORDER BY id LIMIT 1").fetchone()
        database.execute(
            "UPDATE post SET thread = ?, reply_post = ?, reply_uri = ?, reply_author = ? "
            "WHERE id IN (SELECT id FROM numbered WHERE number > 1 AND number % ? = 1 LIMIT 100)", (first, first, uri, author, size // 101))
        database.execute("UPDATE post SET reply_count = 100 WHERE id = ?", (first,))
    database.close()
    return first, author
