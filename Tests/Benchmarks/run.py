"""Measures a release build of Hallway, and prints one table: what was measured beside what the design asks for.

    run.py HALLWAY FILL REPLAY [--quick] [--only PART,…] [--json FILE]

Parts: start, ingest, fanout, reads, search, catchup, growth, postgres. Everything is on loopback, loops are bounded, and what
was started is stopped. Figures are medians of three runs (of one with --quick).
"""
import argparse, concurrent.futures, datetime, json, os, platform, shutil, signal, sqlite3, statistics, subprocess, sys, tempfile, time
import urllib.error, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
parser = argparse.ArgumentParser()
parser.add_argument("hallway"), parser.add_argument("fill"), parser.add_argument("replay")
parser.add_argument("--quick", action="store_true")
parser.add_argument("--only", default="start,ingest,fanout,reads,search,catchup,growth,postgres")
parser.add_argument("--json", default="")
options = parser.parse_args()
folder = tempfile.mkdtemp(prefix="hallway-bench-")
rounds = 1 if options.quick else 3
table = []
os.environ.update(REPLAY=options.replay, BENCH_KEYS=f"{folder}/keys", SWIFT_BACKTRACE="enable=no")


def record(what, value, unit, goal="", note=""):
    table.append({"what": what, "value": value, "unit": unit, "goal": goal, "note": note})
    print(f"{what:<58}{value:>12} {unit:<8}{goal:<16}{note}", flush=True)


def median(lines, key):
    return round(statistics.median(line[key] for line in lines), 3)


class Node:
    def __init__(self, name, number, port=8700):
        self.address, self.port = f"127.0.0.{number}", port
        self.url, self.data = f"http://127.0.0.{number}:{port}", f"{folder}/{name}"
        self.environment = dict(
            os.environ, HALLWAY_BASE_URL=self.url, HALLWAY_LISTEN=f"{self.address}:{port}", HALLWAY_NODE_NAME=name,
            HALLWAY_DATA_FOLDER=self.data, HALLWAY_FEDERATION="open", HALLWAY_ALLOW_INSECURE_PEERS="true",
            HALLWAY_ALLOWED_PEER_RANGES="127.0.0.0/8", HALLWAY_RATE_LIMITS="off", HALLWAY_LOG_LEVEL="warning",
            HALLWAY_ORGANISATION_DOMAIN="org.example")
        self.tokens, self.process = {}, None
        self.counting = f"sqlite3 'file:{self.data}/hallway.sqlite?mode=ro' 'select count(*) from post'"

    def run(self, *arguments):
        return subprocess.run(
            [options.hallway, *arguments], env=self.environment, check=True, capture_output=True, text=True).stdout

    def person(self, name):
        made = json.loads(self.run("admin", "person", "create", name, "--password", "welcome-in", "--token"))
        self.tokens[name] = made["token"]

    def join(self, directory):
        self.environment.update(
            HALLWAY_FEDERATION="organisation", HALLWAY_DIRECTORY_URL=directory.url,
            HALLWAY_INVITATION=directory.run("admin", "invitation", "create").strip())

    def start(self, command="node"):
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [options.hallway, command], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=open(f"{self.data}.log", "a"), stderr=subprocess.STDOUT)
        while not self.answers("/api/v1/instance" if command == "node" else "/healthz"):
            if time.perf_counter() - began > 60:
                sys.exit(f"a node did not start; see {self.data}.log")
            time.sleep(0.002)
        return time.perf_counter() - began

    def answers(self, path):
        try:
            return urllib.request.urlopen(self.url + path, timeout=5).status == 200
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
            self.process = None

    def count(self, what):
        with sqlite3.connect(f"file:{self.data}/hallway.sqlite?mode=ro", uri=True) as database:
            return database.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0]

    def bench(self, command, person, *arguments):
        """A measurement of bench.py: its lines, parsed."""
        done = subprocess.run(
            [sys.executable, f"{HERE}/bench.py", command, "--base", self.url, "--pid", str(self.process.pid),
             "--user", person, f"--token={self.tokens[person]}", "--count-cmd",
             self.counting, *arguments],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{command}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        line = next(line for line in open(f"/proc/{self.process.pid}/status") if line.startswith("VmRSS"))
        return round(int(line.split()[1]) / 1024, 1)

    def call(self, person, method, path, **fields):
        data = urllib.parse.urlencode(fields).encode() if fields and method == "POST" else None
        query = "?" + urllib.parse.urlencode(fields) if fields and method == "GET" else ""
        request = urllib.request.Request(
            f"{self.url}/api/{path}{query}", data, {"Authorization": f"Bearer {self.tokens[person]}"}, method=method)
        return json.load(urllib.request.urlopen(request, timeout=60))

    def gets(self, person, path, connections, seconds):
        """The same GET again and again, by `replay`."""
        request = (f"GET {path} HTTP/1.1\r\nHost: {self.address}:{self.port}\r\nAccept: application/json\r\n"
                   f"Authorization: Bearer {self.tokens[person]}\r\n\r\n").encode()
        return self.replay([request], connections, "-s", str(seconds))

    def replay(self, requests, connections, *more):
        path = f"{self.data}.requests"
        with open(path, "wb") as file:
            for request in requests:
                file.write(len(request).to_bytes(4, "little") + request)
        return json.loads(subprocess.check_output(
            [options.replay, self.address, str(self.port), str(connections), path, *more]))


def new_node(name, number, *people):
    shutil.rmtree(f"{folder}/{name}", ignore_errors=True)
    node = Node(name, number)
    for person in people:
        node.person(person)
    return node


def part_start():
    starts, resident = [], []
    for _ in range(rounds):
        node = new_node("start", 2, "ada")
        starts.append(node.start())
        resident.append(node.bench("idle", "ada")[0]["rss_mib"])
        node.stop()
    record("start to first answer", round(statistics.median(starts), 3), "s", "≤ 0.3")
    record("resident memory, idle", statistics.median(resident), "MiB", "≤ 45")


def part_ingest():
    lines = []
    for _ in range(rounds):
        node = new_node("ingest", 2, "ada")
        node.start()
        lines += node.bench("ingest", "ada", "--count", "1000" if options.quick else "3000")
        loaded = node.resident()
        node.stop()
    for connections, goal in ((1, ""), (16, ""), (64, "≥ 3000")):
        these = [line for line in lines if line["conc"] == connections]
        lost = sum(line["accepted"] - line["stored"] for line in these)
        record(f"inbox ingest, {connections} connections: stored", median(these, "durable_per_s"), "/s", goal, f"lost {lost}")
        record("    answered", median(these, "accepted_per_s"), "/s", "", f"p50 {median(these, 'p50_ms')} p99 {median(these, 'p99_ms')} ms")
        record("    CPU for 1,000", median(these, "cpu_s_per_1000"), "s", "≤ 0.4" if connections == 64 else "")
    record("resident memory after that", loaded, "MiB", "≤ 120")


def part_fanout():
    node = new_node("fanout", 2, "ada", "boris")
    node.start()
    for kind, person, what, goal, cpu in (
            ("i", "boris", "fan-out to 1,000 inboxes (RSA)", "≥ 900", "≤ 1.3"), ("s", "ada", "fan-out to 100 shared inboxes", "", "")):
        lines = [line for line in node.bench("fanout", person, "--kind", kind, "--posts", str(rounds)) if line["what"] == "fanout"]
        bad = sum(len(line["bad_signatures"]) + line["duplicates"] + line["expected"] - line["arrived"] for line in lines)
        record(what, median(lines, "deliveries_per_s"), "/s", goal, f"missing, twice or badly signed: {bad}")
        record("    CPU for 1,000", median(lines, "cpu_s_per_1000"), "s", cpu)
    node.stop()


def part_reads():
    node = new_node("reads", 2, "ada", "boris")
    node.start()
    node.bench("ingest", "ada", "--count", "500", "--conc", "16")
    lines = []
    for _ in range(rounds):
        lines += node.bench("reads", "ada", "--conc", "16", "--secs", "2", "--only", "home20,actor,webfinger")
        lines += node.bench("reads", "boris", "--conc", "64", "--posts", "1000" if options.quick else "3000", "--only", "post")
    for what, name, goal, cpu in (("home20", "home timeline of 20, 16 connections", "≥ 4000", "≤ 0.30"), ("actor", "actor, signed GET", "", ""),
                                  ("webfinger", "WebFinger", "", ""), ("post", "publish a post, 64 connections", "≥ 2000", "")):
        these = [line for line in lines if line["what"] == what]
        record(name, median(these, "per_s"), "/s", goal, f"p50 {median(these, 'p50_ms')} p99 {median(these, 'p99_ms')} ms")
        record("    CPU for 1,000", median(these, "cpu_s_per_1000"), "s", cpu)
    node.stop()


def part_search():
    node = new_node("search", 2, "ada")
    subprocess.run([options.fill, f"{node.data}/hallway.sqlite", "ada", "--colleagues", "100000"], check=True)
    node.start()
    for query, what in (("typography office 12", "three words"), ("ada", "a name that many have")):
        path = "/api/v2/search?" + urllib.parse.urlencode({"q": query, "type": "accounts", "limit": 20})
        lines = [node.gets("ada", path, 1, 2) for _ in range(rounds)]
        record(f"people search among 100,000: {what}, p99", median(lines, "p99_ms"), "ms", "≤ 20", f"p50 {median(lines, 'p50_ms')} ms")
    node.stop()


def part_catchup():
    waiting = 2000 if options.quick else 10_000
    directory, oslo, lima = new_node("org", 4), new_node("oslo", 2, "ada"), new_node("lima", 3, "carmen")
    directory.start("directory")
    for office in (oslo, lima):
        office.join(directory)
        office.start()
    found = wait_for(lambda: lima.call(
        "carmen", "GET", "v2/search", q=f"ada@{oslo.address}:{oslo.port}", resolve="true", type="accounts")["accounts"])
    lima.call("carmen", "POST", f"v1/accounts/{found[0]['id']}/follow", reblogs="true")
    wait_for(lambda: oslo.call("ada", "GET", "v1/accounts/verify_credentials")["followers_count"] == 1)
    oslo.call("ada", "POST", "v1/statuses", status="so that each knows how the other signs", visibility="public")
    wait_for(lambda: lima.count("post") == 1)
    lima.stop()
    requests = []
    for number in range(waiting):
        body = urllib.parse.urlencode({"status": f"While Lima is away, {number}", "visibility": "public"})
        requests.append((f"POST /api/v1/statuses HTTP/1.1\r\nHost: {oslo.address}:{oslo.port}\r\nAuthorization: Bearer "
                         f"{oslo.tokens['ada']}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                         f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
    oslo.replay(requests, 16)
    wait_for(lambda: oslo.count("delivery") >= waiting, 120)
    spent, began = oslo.cpu(), time.perf_counter()
    lima.start()
    up = time.perf_counter()
    # Hearing from a node is what makes its lane due: somebody there likes something.
    lima.call("carmen", "POST", f"v1/statuses/{lima.call('carmen', 'GET', 'v1/timelines/home')[0]['id']}/favourite")
    wait_for(lambda: lima.count("post") >= waiting + 1, 300)
    took = time.perf_counter() - up
    record(f"catch-up after an outage, {waiting:,} activities waiting", round(waiting / took), "/s", "≥ 5000", f"all there after {took:.2f} s")
    record("    CPU for 1,000, the sender", round((oslo.cpu() - spent) * 1000 / waiting, 3), "s", "≤ 0.2")
    record("    CPU for 1,000, the receiver", round(lima.cpu() * 1000 / waiting, 3), "s")
    oslo.stop(), lima.stop(), directory.stop()


def wait_for(fact, seconds=20):
    end = time.monotonic() + seconds
    while not (answer := fact()):
        if time.monotonic() > end:
            raise TimeoutError("gave up waiting")
        time.sleep(0.02)
    return answer


def part_growth():
    sizes = [10_000, 100_000] if options.quick else [10_000, 100_000, 1_000_000]
    first = None
    for size in sizes:
        node = new_node("growth", 2, "ada")
        subprocess.run(
            [options.fill, f"{node.data}/hallway.sqlite", "ada", "--posts", str(size), "--people", "10000"], check=True)
        node.start()
        node.gets("ada", "/api/v1/timelines/home?limit=20", 16, 0.5)
        lines = [node.gets("ada", "/api/v1/timelines/home?limit=20", 16, 2) for _ in range(rounds)]
        p99 = median(lines, "p99_ms")
        first = first or p99
        record(f"home timeline with {size:,} posts, p99", p99, "ms", "≤ 1.5 ×" if size == sizes[-1] else "", f"{p99 / first:.2f} × the first; {median(lines, 'per_s')}/s")
        node.stop()


def part_postgres():
    scripts = os.path.join(HERE, "../../deploy/postgres-for-tests")
    # A socket's path must be short.
    place = tempfile.mkdtemp(prefix="hw-pg-")
    server = subprocess.check_output([scripts, place], text=True).strip()
    try:
        first, second = Node("postgres", 2), Node("postgres-2", 3)
        for node in (first, second):
            node.environment.update(HALLWAY_BASE_URL=first.url, HALLWAY_DATABASE=server, HALLWAY_DATA_FOLDER=first.data)
            node.counting = f"psql -qAt '{server}' -c 'select count(*) from post'"
        first.person("ada"), first.person("boris")
        first.start()
        lines = []
        for _ in range(rounds):
            lines += first.bench("ingest", "ada", "--conc", "64", "--count", "1000" if options.quick else "3000")
        record("PostgreSQL: inbox ingest, 64 connections: stored", median(lines, "durable_per_s"), "/s", "", f"lost {sum(line['accepted'] - line['stored'] for line in lines)}")
        record("    CPU for 1,000, without the server", median(lines, "cpu_s_per_1000"), "s")
        lines = []
        for _ in range(rounds):
            lines += first.bench("reads", "ada", "--conc", "16", "--secs", "2", "--only", "home20")
            lines += first.bench("reads", "boris", "--conc", "64", "--posts", "1000" if options.quick else "3000", "--only", "post")
        for what, name in (("home20", "PostgreSQL: home timeline of 20, 16 connections"), ("post", "PostgreSQL: publish a post, 64 connections")):
            these = [line for line in lines if line["what"] == what]
            record(name, median(these, "per_s"), "/s", "", f"p50 {median(these, 'p50_ms')} p99 {median(these, 'p99_ms')} ms")
            record("    CPU for 1,000, without the server", median(these, "cpu_s_per_1000"), "s")
        second.tokens = first.tokens
        second.start()
        rates = []
        for _ in range(rounds):
            with concurrent.futures.ThreadPoolExecutor() as pool:
                asked = [pool.submit(node.gets, "ada", "/api/v1/timelines/home?limit=20", 8, 2) for node in (first, second)]
                rates.append(sum(answer.result()["per_s"] for answer in asked))
        record("    home timeline by two processes, 8 connections each", round(statistics.median(rates)), "/s", "", "on the same cores")
        first.stop(), second.stop()
    finally:
        subprocess.run([scripts, "--stop", place], check=True)


peers = subprocess.Popen(
    [sys.executable, f"{HERE}/fakefed.py", "--hosts", "100", "--port", "7000"], stdout=subprocess.DEVNULL)
try:
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    print(f"Hallway on {machine}, {date}, load {os.getloadavg()[0]:.2f}; medians of {rounds}\n")
    wait_for(lambda: os.path.exists(f"{folder}/keys/15.pem"))
    for part in options.only.split(","):
        globals()[f"part_{part}"]()
    print(f"\nload at the end {os.getloadavg()[0]:.2f}")
    if options.json:
        json.dump({"date": date, "machine": machine, "rounds": rounds, "figures": table}, open(options.json, "w"), indent=1)
except BaseException:
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".log")):
        print(f"--- {name}\n" + "".join(open(f"{folder}/{name}").readlines()[-5:]), file=sys.stderr)
    raise
finally:
    peers.kill()
    subprocess.run(["pkill", "-KILL", "-P", str(os.getpid())], capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
