"""What a node does for long, and killed again and again.

python endurance.py HALLWAY STORY [CLIENTS]: `HALLWAY_TEST_KILLS` and `HALLWAY_TEST_SOAK_SECONDS` say how much;
the story on PostgreSQL needs `HALLWAY_TEST_POSTGRES`, the address of a server that may be filled.
"""
import asyncio, collections, http.client, itertools, random
from offices import *
from ledger import *
from strangers import *

kills = int(os.environ.get("HALLWAY_TEST_KILLS", "20"))
soak_seconds = float(os.environ.get("HALLWAY_TEST_SOAK_SECONDS", "30"))
chance = random.Random(int(os.environ.get("HALLWAY_TEST_SEED", "7")))


# kill -9, again and again.

class Load:
    """Threads that say something until they are told to end, each thing again until it is acknowledged."""

    def __init__(self):
        self.acknowledged, self.ends, self.threads, self.faults = collections.defaultdict(list), False, [], collections.Counter()

    def start(self, name, attempt):
        """`attempt`: says the thing of that number; answers what it is called, or None where it was not taken."""
        def work():
            for number in itertools.count():
                while not self.ends:
                    try:
                        taken = attempt(number)
                    except (OSError, http.client.HTTPException, ValueError) as error:
                        self.faults[getattr(error, "code", type(error).__name__)] += 1
                        taken = None
                    if taken:
                        self.acknowledged[name].append(taken)
                        break
                    time.sleep(0.02)
                if self.ends:
                    return
        self.threads.append(threading.Thread(target=work, daemon=True))
        self.threads[-1].start()

    def count(self):
        return sum(map(len, list(self.acknowledged.values())))

    def end(self):
        self.ends = True
        for thread in self.threads:
            thread.join(60)
            expect(not thread.is_alive(), "everybody who writes is answered in the end")


def publish(person, text):
    """Posts as a careful client does: with a key, so that asking again makes no second post."""
    request = urllib.request.Request(
        f"{person.office.url}/api/v1/statuses", urllib.parse.urlencode({"status": text, "visibility": "public"}).encode(),
        {"Authorization": f"Bearer {person.token}", "Idempotency-Key": text})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["uri"]


def announce(stranger, office, waiting, number):
    """The same activity until it is taken, as a node that is sent no answer would."""
    activity = waiting.setdefault(number, None) or stranger.note(f"{stranger.address} says {number}")
    waiting[number] = activity
    status, body = stranger.say(office, activity)
    expect(status in (202, 429, 503), f"an inbox answers {status} {body[:200]}")
    return activity["object"]["id"] if status == 202 else None


def kill_often(victim, load, times):
    """Ends it at a random point, at times also while it starts, and waits until it is ready again."""
    for _ in range(times):
        goal = load.count() + chance.randrange(2, 24)
        until("more to be acknowledged", lambda: load.count() >= goal)
        victim.stop(signal.SIGKILL)
        while chance.random() < 0.25:
            victim.process = subprocess.Popen(
                [program, victim.command], env=victim.environment, stdout=victim.log, stderr=victim.log)
            time.sleep(chance.uniform(0.01, 0.6))
            victim.stop(signal.SIGKILL)
        victim.log.close()
        victim.start()


def killing(oslo):
    lima, strangers = Office("Lima", 4, federation="open").start(), [Stranger("127.1.0.1"), Stranger("127.1.0.2")]
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    carmen.follow(f"ada@{oslo.authority}")
    for handle in [f"carmen@{lima.authority}"] + [f"s{number}@{s.authority}" for s in strangers for number in range(2)]:
        ada.follow(handle)
    load = Load()
    load.start("ada", lambda number: publish(ada, f"ada {number}"))
    load.start("ada", lambda number: publish(ada, f"ada as well {number} #kept"))
    load.start("carmen", lambda number: publish(carmen, f"@ada@{oslo.authority} carmen {number}"))
    for stranger in strangers:
        waiting = {}
        load.start("strangers", lambda number, stranger=stranger, waiting=waiting: announce(stranger, oslo, waiting, number))
    kill_often(oslo, load, kills)
    load.end()
    for office in (oslo, lima):
        finish(office, 120)
        aside = rows(office, "SELECT attempts, fault FROM inbox WHERE fault IS NOT NULL")
        expect(not aside, f"{office.name} blames no activity for the kills: {len(aside)} are set aside, such as {aside[:1]}")
    expect(all(len(load.acknowledged[name]) > kills for name in ("ada", "carmen", "strangers")), f"all were heard: {load.count()}")
    everything = {uri for taken in load.acknowledged.values() for uri in taken}
    there = {uri for uri, in rows(oslo, "SELECT uri FROM post")}
    expect(everything <= there, f"what was acknowledged is there: {len(everything - there)} of {len(everything)} are not, such as {sorted(everything - there)[:3]}")
    expect(set(load.acknowledged["ada"]) <= {uri for uri, in rows(lima, "SELECT uri FROM post")}, "and in the other office")
    for office, reader in ((oslo, ada), (lima, carmen)):
        home = contents(reader)
        expect(len(home) == len(set(home)), f"{reader.name} reads each once")
        # A start forgets what is older than the newest 800.
        wanted = {uri for uri, in rows(office, f"""SELECT uri FROM post WHERE id >= (SELECT MIN(entry) FROM home
            WHERE person = (SELECT id FROM actor WHERE host IS NULL AND name = '{reader.name}'))""")}
        expect(len(wanted) >= min(800, load.count() // 4), f"{reader.name} has much to read: {len(wanted)}")
        expect(wanted == set(home), f"{reader.name} reads all of it: {len(wanted - set(home))} are missing, {len(set(home) - wanted)} are too many")
    told = [entry["status"]["uri"] for page in pages(ada, "v1/notifications") for entry in page if entry["type"] == "mention"]
    expect(len(told) == len(set(told)) and set(load.acknowledged["carmen"]) <= set(told), "Ada is told of each mention, once")
    for office in (oslo, lima):
        intact(office)
    print(f"{kills} kills, {load.count()} acknowledged, meanwhile {dict(load.faults)}")


def play_killing():
    """A node that is killed at random moments under load keeps all that it acknowledged, and repeats nothing."""
    killing(Office("Oslo", 3, federation="open").start())


def play_killing_postgres():
    """The same holds on PostgreSQL."""
    expect(server, "HALLWAY_TEST_POSTGRES names a server")
    in_database(f"CREATE SCHEMA {schema}")
    try:
        oslo = Office("Oslo", 3, federation="open")
        oslo.environment["HALLWAY_DATABASE"] = in_schema()
        killing(oslo.start())
    finally:
        in_database(f"DROP SCHEMA {schema} CASCADE")


def canonical(document):
    """RFC 8785 for documents without fractions."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(entry):
    """By which the next entry names this one; what is withheld says it itself."""
    return entry.get("hash") or hashlib.sha256(canonical(entry)).hexdigest()


def register(member, directory):
    """The log of the organisation as a member is given it, page by page: each entry follows from the one before."""
    entries, previous = [], ""
    while True:
        page = member.reads(f"{directory.url}/register?log=organisation&after={len(entries)}")
        if page is None or not page["entries"]:
            break
        for entry in page["entries"]:
            expect(entry["position"] == len(entries) + 1, f"position {entry['position']} follows {len(entries)}")
            expect(entry["previous"] == previous, f"entry {entry['position']} names the hash of the one before")
            previous = hash_of(entry)
            entries.append(entry)
    if page:
        expect((page["checkpoint"]["size"], page["checkpoint"]["hash"]) == (len(entries), previous), "the checkpoint names the last")
    return entries


def play_killing_directory():
    """A directory that is killed while people are registered and nodes enrol loses nobody, and its log stays a chain."""
    directory = Office("directory", 2, command="directory").start()
    offices = [Office(name, 3 + index, directory).start() for index, name in enumerate(["Oslo", "Lima"])]
    member = Stranger("127.1.0.1")
    member.enrol(directory)
    load, seen = Load(), []

    def welcome(office, number):
        name = f"{office.name.lower()}{number}"
        office.run("admin", "person", "create", name)
        return name
    for office in offices:
        load.start("people", lambda number, office=office: welcome(office, number))

    def follow(number):
        entries = register(member, directory)
        hashes = [hash_of(entry) for entry in entries]
        expect(hashes[:len(seen)] == seen, "a log that was read stays the chain that it was")
        seen[:] = hashes
        return number or True
    load.start("reading", follow)
    pune = None
    for round in range(kills):
        goal = len(load.acknowledged["reading"]) + chance.randrange(1, 5)
        until("the log to be read", lambda: len(load.acknowledged["reading"]) >= goal)
        directory.stop(signal.SIGKILL)
        if round == kills // 3:
            # It asks a directory that is dead, and one that dies while it answers.
            pune = Office("Pune", 5, directory)
            pune.process = subprocess.Popen(
                [program, "node"], env=pune.environment, stdout=open(f"{folder}/Pune.log", "a"), stderr=subprocess.STDOUT)
        directory.start()
    load.end()
    until("Pune to be ready", lambda: pune.answers("/readyz"))
    people = load.acknowledged["people"]
    handles = [f"{name}@org.example" for name in people]

    def registered():
        return {entry["record"].get("handle", "").removeprefix("acct:") for entry in register(member, directory)}
    until("everybody to be registered", lambda: set(handles) <= registered(), 60)
    for office in [directory, *offices, pune]:
        for handle in handles:
            until(f"{office.name} to answer for {handle}", lambda: office.webfinger(f"acct:{handle}"), 60)
    nodes = json.dumps(member.reads(f"{directory.url}/nodes"))
    expect(all(office.authority in nodes for office in [*offices, pune]), "every node is on the list")
    for office in [*offices, pune]:
        expect("not believed" not in open(f"{folder}/{office.name}.log").read(), f"{office.name} sees no contradiction")
        expect("ok" in office.run("admin", "check"), f"{office.name} finds itself in order")
    print(f"{kills} kills, {len(people)} people, {len(register(member, directory))} entries")


# For long.

async def exchange(reader, writer, data):
    """One request on a line: status, Retry-After and whether the line may be used again."""
    writer.write(data)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", 0)))
    return int(head.split(" ", 2)[1]), fields.get("retry-after"), fields.get("connection") != "close"


async def offer(address, port, requests, lines, seconds, answers, patience=60):
    """Keeps so many requests in the air for so long; then each line waits for its last answer."""
    end = time.monotonic() + seconds

    async def line():
        reader = writer = None
        while time.monotonic() < end and (request := next(requests, None)):
            name, data = request
            began = time.monotonic()
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection(address, port)
                status, retry_after, stays = await asyncio.wait_for(exchange(reader, writer, data), patience)
            except (OSError, EOFError, asyncio.TimeoutError) as error:
                status, retry_after, stays = type(error).__name__, None, False
            answers.append((name, status, retry_after, time.monotonic() - began))
            if not stays and writer is not None:
                writer.close()
                reader = writer = None
        if writer is not None:
            writer.close()
    await asyncio.gather(*(line() for _ in range(lines)))


def written(person, number):
    """A request of the client API, as bytes."""
    body = urllib.parse.urlencode({"status": f"{person.name} under load {number}", "visibility": "private"}).encode()
    head = (f"POST /api/v1/statuses HTTP/1.1\r\nhost: {person.office.authority}\r\nauthorization: Bearer {person.token}\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n")
    return ("post", f"{person.name} under load {number}"), head.encode() + body


def mixed(people, stranger, names):
    """Endless requests, every other one for the inbox, the others of clients: a node takes them in the order of each writer."""
    for number in itertools.count():
        person = people[number // 2 % len(people)]
        if number % 2:
            yield written(person, next(names))
        else:
            activity = stranger.note(f"too much {next(names)}")
            yield ("note", activity["object"]["id"]), stranger.request(activity["actor"], "POST", f"{person.office.url}/inbox", activity)[2]


def slowest(times, share=0.99):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def play_soak():
    """At half of what it can take, hours of work leave memory, open files and answering times where they were."""
    oslo, lima = (Office(name, 3 + index, federation="open").start() for index, name in enumerate(["Oslo", "Lima"]))
    stranger = Stranger("127.1.0.1")
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    writers = [oslo.person(f"boris{number}") for number in range(8)]
    for number in range(2):
        ada.follow(f"s{number}@{stranger.authority}")
    for writer in writers:
        carmen.follow(f"{writer.name}@{oslo.authority}")
    names, warm, began = itertools.count(), [], time.monotonic()
    asyncio.run(offer(oslo.address, oslo.port, mixed(writers, stranger, names), 4, 5, warm))
    # It takes what comes out at the other end, not only what it says yes to.
    until("it to have done all", lambda: settled(oslo) and settled(lima), 120)
    pace = len(warm) / (time.monotonic() - began) / 2
    print(f"it takes {2 * pace:.0f} a second, and is given half")
    requests, answers, figures = mixed(writers, stranger, names), [], []

    async def steadily(seconds):
        """So many a second, whether the one before was answered or not."""
        end, due, tasks = time.monotonic() + seconds, time.monotonic(), set()
        while time.monotonic() < end:
            task = asyncio.create_task(offer(oslo.address, oslo.port, iter([next(requests)]), 1, 0.001, answers))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            due += 1 / pace
            await asyncio.sleep(max(0, due - time.monotonic()))
        await asyncio.gather(*tasks, return_exceptions=True)

    def measure(seconds):
        """The figures of a stretch: the least memory seen, since what is asked for is not given back at once."""
        first, seen, files, ends = len(answers), [], [], threading.Event()

        def look():
            while not ends.wait(0.25):
                seen.append(memory(oslo.process))
                files.append(handles(oslo.process))
        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        asyncio.run(steadily(seconds))
        ends.set()
        watcher.join()
        ada.home()
        waiting = int(rows(oslo, "SELECT (SELECT COUNT(*) FROM inbox) + (SELECT COUNT(*) FROM delivery WHERE state = 0)")[0][0])
        figures.append((min(seen[len(seen) // 2:]), sorted(files)[len(files) // 2], slowest([took for *_, took in answers[first:]]), waiting))
    for share in (0.25, 0.25, 0.25, 0.25):
        measure(soak_seconds * share)
    (memory_then, files_then, wait_then, _), (memory_now, files_now, wait_now, waiting) = figures[0], figures[-1]
    summary = "; ".join(
        f"{rss >> 20} MiB, {files} files, p99 {wait * 1000:.0f} ms, {left} waiting" for rss, files, wait, left in figures)
    print(summary)
    expect(all(status in (200, 202) for _, status, _, _ in answers), f"every request is taken: {collections.Counter(a[1] for a in answers)}")
    # Caches fill with what is new: half as much again, and 32 MiB, is room for them; a leak needs no more than hours.
    expect(memory_now <= memory_then * 1.5 + (32 << 20), f"memory stays: {summary}")
    expect(files_now <= files_then * 1.25 + 16, f"open files stay: {summary}")
    expect(wait_now <= wait_then * 2 + 0.25, f"answering times stay: {summary}")
    expect(waiting < 15 * pace, f"what waits stays: {summary}")
    for office in (oslo, lima):
        finish(office)
        intact(office)
    promised = {name for (_, name), status, _, _ in answers if status in (200, 202)}
    there = {uri for uri, in rows(oslo, "SELECT uri FROM post")} | {text for text, in rows(oslo, "SELECT source FROM post WHERE source IS NOT NULL")}
    expect(promised <= there, "and all of it is there")


if __name__ == "__main__":
    play(globals())
