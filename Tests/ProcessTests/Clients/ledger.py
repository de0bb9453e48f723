"""A node looked at from beside: its database, and what its process takes."""
import sqlite3
from offices import *

server = os.environ.get("HALLWAY_TEST_POSTGRES")
schema = f"faults_{secrets.token_hex(6)}"


def in_database(statement):
    done = subprocess.run(["psql", "-qAt", "-F", "\t", in_schema(), "-c", statement], capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, done.stderr)
    return [tuple(line.split("\t")) for line in done.stdout.splitlines()]


def in_schema():
    return f"{server}&options=-csearch_path%3D{schema}%2Cpublic"


def rows(office, statement):
    if "HALLWAY_DATABASE" in office.environment:
        return in_database(statement)
    database = sqlite3.connect(f"file:{folder}/{office.name}/hallway.sqlite?mode=ro", uri=True, timeout=30)
    try:
        return [tuple(map(str, row)) for row in database.execute(statement)]
    finally:
        database.close()


def intact(office):
    """Nothing is there twice, nothing refers to what is not there, nothing waits."""
    for what, statement in {
        "each post once, by what it says": "SELECT author, content FROM post WHERE announced IS NULL GROUP BY author, content HAVING COUNT(*) > 1",
        "each post once, by its uri": "SELECT uri FROM post GROUP BY uri HAVING COUNT(*) > 1",
        "one activity for each new post": "SELECT post FROM activity WHERE post IS NOT NULL GROUP BY post HAVING COUNT(*) > 1",
        "one delivery of each activity to each inbox": "SELECT activity, inbox FROM delivery GROUP BY activity, inbox HAVING COUNT(*) > 1",
        "one notification for each cause": "SELECT person, kind, actor, post FROM notification GROUP BY person, kind, actor, post HAVING COUNT(*) > 1",
        "home lists posts": "SELECT entry FROM home WHERE entry NOT IN (SELECT id FROM post)",
        "notifications are about posts": "SELECT post FROM notification WHERE post IS NOT NULL AND post NOT IN (SELECT id FROM post)",
        "notifications are by actors": "SELECT actor FROM notification WHERE actor NOT IN (SELECT id FROM actor)",
        "deliveries carry activities": "SELECT activity FROM delivery WHERE activity NOT IN (SELECT id FROM activity)",
        "activities tell of posts": "SELECT post FROM activity WHERE post IS NOT NULL AND post NOT IN (SELECT id FROM post)",
        "posts have authors": "SELECT id FROM post WHERE author NOT IN (SELECT id FROM actor)",
        "every post of its people is told": "SELECT id FROM post WHERE is_local = 1 AND id NOT IN (SELECT post FROM activity WHERE post IS NOT NULL)",
        "posts are counted": "SELECT id FROM actor WHERE post_count <> (SELECT COUNT(*) FROM post WHERE author = actor.id AND deleted_at IS NULL AND audience >= 4)",
        "the inbox is empty": "SELECT id, attempts, fault FROM inbox",
        "nothing was refused": "SELECT inbox, answer FROM delivery WHERE state IN (2, 3)",
        "nothing waits to be delivered": "SELECT id FROM delivery WHERE state = 0",
    }.items():
        found = rows(office, statement)
        expect(not found, f"{office.name}: {what}: {len(found)} such as {found[:3]}")
    if "HALLWAY_DATABASE" not in office.environment:
        expect(rows(office, "PRAGMA integrity_check") == [("ok",)], f"{office.name}: the file is sound")


def settled(office):
    return rows(office, "SELECT (SELECT COUNT(*) FROM inbox WHERE fault IS NULL) + (SELECT COUNT(*) FROM delivery WHERE state = 0)"
                " + (SELECT COUNT(*) FROM event WHERE position > (SELECT MIN(position) FROM cursor WHERE name <> 'directory'))") == [("0",)]


def finish(office, seconds=60):
    """Waits until it has done all; or says what it has not."""
    try:
        until(f"{office.name} to have done all", lambda: settled(office), seconds)
    except SystemExit:
        left = {what: rows(office, statement)[:5] for what, statement in {
            "received": "SELECT id, signer, attempts, next_at, received_at FROM inbox WHERE fault IS NULL ORDER BY id",
            "to deliver": "SELECT host, attempts, answer, COUNT(*), MIN(next_at), MAX(next_at) FROM delivery WHERE state = 0 GROUP BY host, attempts, answer",
            "drains": "SELECT name, position, (SELECT MAX(position) FROM event), (SELECT COUNT(*) FROM event WHERE event.position > cursor.position) FROM cursor",
        }.items()}
        raise SystemExit(f"{office.name} has not done all at {time.time() * 1000:.0f}: {left}")


def contents(person):
    return [status["uri"] for page in pages(person, "v1/timelines/home") for status in page]


def memory(process):
    """Resident bytes."""
    return int(open(f"/proc/{process.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def handles(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))
