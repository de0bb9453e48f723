"""What a node does for long, under too much, and killed again and again.

python endurance.py HALLWAY STORY [CLIENTS]: `HALLWAY_TEST_KILLS` and `HALLWAY_TEST_SOAK_SECONDS` say how much;
the story on PostgreSQL needs `HALLWAY_TEST_POSTGRES`, the address of a server that may be filled.
"""
import asyncio, collections, contextlib, ctypes, ctypes.util, email.utils, http.client, http.server, itertools, random, sqlite3
from offices import *

everyone = "https://www.w3.org/ns/activitystreams#Public"
kills = int(os.environ.get("HALLWAY_TEST_KILLS", "20"))
soak_seconds = float(os.environ.get("HALLWAY_TEST_SOAK_SECONDS", "30"))
server = os.environ.get("HALLWAY_TEST_POSTGRES")
schema = f"endurance_{secrets.token_hex(6)}"
chance = random.Random(int(os.environ.get("HALLWAY_TEST_SEED", "7")))


# Strangers: nodes that this script plays itself.

crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for function in ("EVP_PKEY_Q_keygen", "BIO_new", "BIO_s_mem", "EVP_MD_CTX_new", "EVP_sha256"):
    getattr(crypto, function).restype = ctypes.c_void_p


class Key:
    """A pair of libcrypto's, which every Python brings along."""

    def __init__(self, kind):
        self.is_rsa = kind == b"RSA"
        size = [ctypes.c_size_t(2048)] if self.is_rsa else []
        self.pair = ctypes.c_void_p(crypto.EVP_PKEY_Q_keygen(None, None, kind, *size))

    def sign(self, data):
        context = ctypes.c_void_p(crypto.EVP_MD_CTX_new())
        digest = ctypes.c_void_p(crypto.EVP_sha256()) if self.is_rsa else None
        crypto.EVP_DigestSignInit(context, None, digest, None, self.pair)
        signature, length = ctypes.create_string_buffer(256), ctypes.c_size_t(256)
        done = crypto.EVP_DigestSign(context, signature, ctypes.byref(length), data, ctypes.c_size_t(len(data)))
        crypto.EVP_MD_CTX_free(context)
        expect(done == 1, "libcrypto signs")
        return signature.raw[:length.value]

    def pem(self):
        stream = ctypes.c_void_p(crypto.BIO_new(ctypes.c_void_p(crypto.BIO_s_mem())))
        crypto.PEM_write_bio_PUBKEY(stream, self.pair)
        text = ctypes.create_string_buffer(4096)
        length = crypto.BIO_read(stream, text, 4096)
        crypto.BIO_free(stream)
        return text.raw[:length].decode()

    def multikey(self):
        """An Ed25519 key in base58 (FEP-521a)."""
        raw, length = ctypes.create_string_buffer(32), ctypes.c_size_t(32)
        crypto.EVP_PKEY_get_raw_public_key(self.pair, raw, ctypes.byref(length))
        number, letters = int.from_bytes(b"\xed\x01" + raw.raw, "big"), ""
        while number:
            number, digit = divmod(number, 58)
            letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + letters
        return "z" + letters


class Stranger:
    """A node on an address of its own, with some people and an application, that takes whatever it is sent."""

    def __init__(self, address, people=2):
        self.address, self.key, self.proof = address, Key(b"RSA"), Key(b"ED25519")
        self.number, self.taken = itertools.count(1), []
        stranger = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.give(stranger.document(self.path))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stranger.hear(json.loads(body or b"{}"))
                self.give({}, 202)

            def give(self, document, code=200):
                body = json.dumps(document).encode() if document is not None else b""
                self.send_response(code if document is not None else 404)
                self.send_header("Content-Type", "application/activity+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle(self):
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Door)
        self.server.daemon_threads = True
        self.authority = f"{address}:{self.server.server_address[1]}"
        self.url = f"http://{self.authority}"
        self.people = [f"{self.url}/people/s{number}" for number in range(people)]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, path):
        if path.startswith("/.well-known/webfinger"):
            name = re.search(r"acct(?::|%3A)([a-z0-9]+)(?:@|%40)", path, re.I)[1]
            return {"subject": f"acct:{name}@{self.authority}", "links": [
                {"rel": "self", "type": "application/activity+json", "href": f"{self.url}/people/{name}"}]}
        me = f"{self.url}{path}"
        if me in self.people or path == "/actor":
            return {
                "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"], "id": me,
                "type": "Application" if path == "/actor" else "Person", "preferredUsername": path.rsplit("/")[-1],
                "inbox": f"{me}/inbox", "outbox": f"{me}/outbox", "followers": f"{me}/followers",
                "publicKey": {"id": f"{me}#key", "owner": me, "publicKeyPem": self.key.pem()},
                "assertionMethod": [{
                    "id": f"{me}#proof", "type": "Multikey", "controller": me,
                    "publicKeyMultibase": self.proof.multikey()}]}
        return None

    def hear(self, activity):
        self.taken.append(activity)
        if activity.get("type") == "Follow":
            threading.Thread(target=self.accept, args=(activity,), daemon=True).start()

    def accept(self, follow):
        person = follow["object"] if isinstance(follow["object"], str) else follow["object"]["id"]
        answer = {"id": f"{person}/accepts/{next(self.number)}", "type": "Accept", "actor": person, "object": follow}
        send(self.request(person, "POST", f"{follow['actor'].rstrip('/')}/inbox", answer))

    def request(self, signer, method, url, document=None):
        """A signed request (draft-cavage, as most of the network writes it): where it goes, and its bytes."""
        parts = urllib.parse.urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = json.dumps(document).encode() if document is not None else b""
        fields = {"host": parts.netloc, "date": email.utils.formatdate(usegmt=True)}
        if method == "POST":
            fields["digest"] = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        lines = [f"(request-target): {method.lower()} {target}"] + [f"{name}: {value}" for name, value in fields.items()]
        value = base64.b64encode(self.key.sign("\n".join(lines).encode())).decode()
        covered = " ".join(["(request-target)", *fields])
        fields["signature"] = f'keyId="{signer}#key",algorithm="rsa-sha256",headers="{covered}",signature="{value}"'
        if method == "POST":
            fields.update({"content-type": "application/activity+json", "content-length": str(len(body))})
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return parts.hostname, parts.port, f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body

    def note(self, text, person=None):
        """An activity that says something to everyone and to whoever follows."""
        me = person or self.people[next(self.number) % len(self.people)]
        to = {"to": [everyone], "cc": [f"{me}/followers"]}
        post = f"{me}/notes/{next(self.number)}"
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{post}/create", "type": "Create", "actor": me,
                **to, "object": {"id": post, "type": "Note", "attributedTo": me, "content": text, "published": now, **to}}

    def say(self, office, activity):
        return send(self.request(activity["actor"], "POST", f"{office.url}/inbox", activity))

    def reads(self, url):
        """What its application is answered."""
        status, body = send(self.request(f"{self.url}/actor", "GET", url))
        return json.loads(body) if status == 200 else None


def send(request, timeout=15):
    """Sends prepared bytes on a line of their own; the status and the body of what is answered."""
    address, port, data = request
    with socket.create_connection((address, port), timeout) as line:
        line.sendall(data)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.read()


# The database, looked at from beside.

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
        "posts are counted": "SELECT id FROM actor WHERE post_count <> (SELECT COUNT(*) FROM post WHERE author = actor.id AND deleted_at IS NULL)",
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
                " + (SELECT COUNT(*) FROM event WHERE position > (SELECT MIN(position) FROM cursor))") == [("0",)]


def contents(person):
    return [status["uri"] for page in pages(person, "v1/timelines/home") for status in page]


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
        until(f"{office.name} to have done all", lambda: settled(office), 120)
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
            previous = hashlib.sha256(canonical(entry)).hexdigest()
            entries.append(entry)
    if page:
        expect((page["checkpoint"]["size"], page["checkpoint"]["hash"]) == (len(entries), previous), "the checkpoint names the last")
    return entries


def play_killing_directory():
    """A directory that is killed while people are registered and nodes enrol loses nobody, and its log stays a chain."""
    directory = Office("directory", 2, command="directory").start()
    offices = [Office(name, 3 + index, directory).start() for index, name in enumerate(["Oslo", "Lima"])]
    member, code = Stranger("127.1.0.1"), directory.run("admin", "invitation", "create")

    def enrol():
        wish = {"type": "EnrolmentRequest", "baseURL": member.url, "name": "Member", "entity": "trial", "ranges": [], "invitation": code}
        status, body = send(member.request(f"{member.url}/actor", "POST", f"{directory.url}/enrolment", wish))
        return json.loads(body).get("state") == "admitted"
    until("a member to be admitted", enrol)
    load, seen = Load(), []

    def welcome(office, number):
        name = f"{office.name.lower()}{number}"
        office.run("admin", "person", "create", name)
        return name
    for office in offices:
        load.start("people", lambda number, office=office: welcome(office, number))

    def follow(number):
        entries = register(member, directory)
        expect(entries[:len(seen)] == seen, "a log that was read stays as it was read")
        seen[:] = entries
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


# Too much.

def memory(process):
    """Resident bytes."""
    return int(open(f"/proc/{process.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def handles(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


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
        while time.monotonic() < end:
            name, data = next(requests)
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


def mixed(person, stranger, names):
    """Endless requests, every other one for the inbox, the others of a client."""
    for number in itertools.count():
        if number % 2:
            yield written(person, next(names))
        else:
            activity = stranger.note(f"too much {next(names)}")
            yield ("note", activity["object"]["id"]), stranger.request(activity["actor"], "POST", f"{person.office.url}/inbox", activity)[2]


def slowest(times, share=0.99):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def overload(limits, seconds):
    """Both rate limits off, where only what the machine can do limits, and on, as nodes run."""
    oslo = Office(f"Oslo-{limits}", 3, federation="open")
    oslo.environment["HALLWAY_RATE_LIMITS"] = limits
    oslo.start()
    loud, quiet = Stranger("127.1.0.1"), Stranger("127.1.0.2")
    ada, boris = oslo.person("ada"), oslo.person("boris")
    for stranger in (loud, quiet):
        for number in range(2):
            ada.follow(f"s{number}@{stranger.authority}")
    names, warm, answers = itertools.count(), [], []
    # Two cores are kept busy by eight requests at a time: 64 times that many are offered.
    asyncio.run(offer(oslo.address, oslo.port, mixed(boris, loud, names), 8, 2, warm))
    before, lines = memory(oslo.process), 8 * 64
    flood = threading.Thread(
        target=lambda: asyncio.run(offer(oslo.address, oslo.port, mixed(boris, loud, names), lines, seconds, answers)), daemon=True)
    flood.start()
    peak, waits, said = before, collections.defaultdict(list), []
    while flood.is_alive():
        began = time.monotonic()
        activity = quiet.note(f"a quiet word {len(said)}")
        # A node gives up on a delivery after 15 seconds, as ours does.
        status, _ = quiet.say(oslo, activity)
        expect(status == 202, f"another node's activity gets through: {status}")
        said.append(activity["object"]["id"])
        waits["inbox"].append(time.monotonic() - began)
        began = time.monotonic()
        ada.home()
        waits["home"].append(time.monotonic() - began)
        peak = max(peak, memory(oslo.process))
    expect(said, "another node was heard meanwhile")
    codes = collections.Counter(status for _, status, _, _ in answers)
    summary = (f"limits {limits}: {len(warm) / 2:.0f}/s by 8, offered {lines} at once for {seconds} s: {dict(codes)}, p99 "
               f"{slowest([took for *_, took in answers]):.1f} s, memory {before >> 20} to {peak >> 20} MiB, others waited "
               f"{ {what: round(max(times), 1) for what, times in waits.items()} } s")
    print(summary)
    strange = [answer for answer in answers if not (answer[1] in (200, 202) or answer[1] in (429, 503) and answer[2])]
    expect(not strange, f"answers are 2xx, or 429 or 503 with Retry-After: {strange[:3]}; {summary}")
    # For each line a request of 2 KiB, its answer of 4, and two buffers of 64 KiB; and again as much for good measure.
    expect(peak - before < lines * 256 * 1024, f"memory is bounded: {summary}")
    until(f"{oslo.name} to have done all", lambda: settled(oslo), 60)
    there = {uri for uri, in rows(oslo, "SELECT uri FROM post")} | {text for text, in rows(oslo, "SELECT source FROM post WHERE source IS NOT NULL")}
    promised = {name for (_, name), status, _, _ in answers + warm if status in (200, 202)} | set(said)
    expect(promised <= there, f"all that was acknowledged is there: {len(promised - there)} of {len(promised)} are not")
    intact(oslo)
    oslo.stop()


def play_overload():
    """64 times what it can take, offered at once, is answered or refused in order, in bounded memory, and others go on."""
    for limits in ("off", "on"):
        overload(limits, 8)


def play_soak():
    """At half of what it can take, hours of work leave memory, open files and answering times where they were."""
    oslo, lima = (Office(name, 3 + index, federation="open").start() for index, name in enumerate(["Oslo", "Lima"]))
    stranger = Stranger("127.1.0.1")
    ada, boris, carmen = oslo.person("ada"), oslo.person("boris"), lima.person("carmen")
    for number in range(2):
        ada.follow(f"s{number}@{stranger.authority}")
    carmen.follow(f"boris@{oslo.authority}")
    names, warm = itertools.count(), []
    asyncio.run(offer(oslo.address, oslo.port, mixed(boris, stranger, names), 4, 3, warm))
    pace = len(warm) / 3 / 2
    print(f"it takes {2 * pace:.0f} a second, and is given half")
    requests, answers, figures = mixed(boris, stranger, names), [], []

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
        figures.append((min(seen[len(seen) // 2:]), sorted(files)[len(files) // 2], slowest([took for *_, took in answers[first:]])))
    for share in (0.25, 0.25, 0.25, 0.25):
        measure(soak_seconds * share)
    (memory_then, files_then, wait_then), (memory_now, files_now, wait_now) = figures[0], figures[-1]
    summary = "; ".join(f"{rss >> 20} MiB, {files} files, p99 {wait * 1000:.0f} ms" for rss, files, wait in figures)
    print(summary)
    expect(all(status in (200, 202) for _, status, _, _ in answers), f"every request is taken: {collections.Counter(a[1] for a in answers)}")
    # Caches fill with what is new: half as much again, and 32 MiB, is room for them; a leak needs no more than hours.
    expect(memory_now <= memory_then * 1.5 + (32 << 20), f"memory stays: {summary}")
    expect(files_now <= files_then * 1.25 + 16, f"open files stay: {summary}")
    expect(wait_now <= wait_then * 2 + 0.25, f"answering times stay: {summary}")
    for office in (oslo, lima):
        until(f"{office.name} to have done all", lambda: settled(office), 60)
        intact(office)
    promised = {name for (_, name), status, _, _ in answers if status in (200, 202)}
    there = {uri for uri, in rows(oslo, "SELECT uri FROM post")} | {text for text, in rows(oslo, "SELECT source FROM post WHERE source IS NOT NULL")}
    expect(promised <= there, "and all of it is there")


if __name__ == "__main__":
    play(globals())
