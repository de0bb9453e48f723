"""A node (or the directory) that a benchmark starts, asks and stops."""
import json, os, shutil, signal, sqlite3, subprocess, sys, tempfile, time, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


class Bench:
    """What the parts of a run share: the programs, a folder, how often, and the table."""

    def __init__(self, options, table):
        self.hallway, self.filler, self.replay, self.quick = options.hallway, options.fill, options.replay, options.quick
        self.folder, self.table, self.rounds = tempfile.mkdtemp(prefix="hallway-bench-"), table, table.head["rounds"]
        self.nodes = []
        os.environ.update(REPLAY=self.replay, BENCH_KEYS=f"{self.folder}/keys", SWIFT_BACKTRACE="enable=no")

    def node(self, name, number, *people):
        shutil.rmtree(f"{self.folder}/{name}", ignore_errors=True)
        node = Node(self, name, number)
        for person in people:
            node.person(person)
        return node

    def fill(self, node, *arguments):
        subprocess.run([self.filler, f"{node.data}/hallway.sqlite", "ada", *arguments], check=True)

    def clear(self):
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Node:
    def __init__(self, bench, name, number, port=8700):
        self.programs, self.address, self.port = bench, f"127.0.0.{number}", port
        self.url, self.data = f"http://127.0.0.{number}:{port}", f"{bench.folder}/{name}"
        self.environment = dict(
            os.environ, HALLWAY_BASE_URL=self.url, HALLWAY_LISTEN=f"{self.address}:{port}", HALLWAY_NODE_NAME=name,
            HALLWAY_DATA_FOLDER=self.data, HALLWAY_FEDERATION="open", HALLWAY_ALLOW_INSECURE_PEERS="true",
            HALLWAY_ALLOWED_PEER_RANGES="127.0.0.0/8", HALLWAY_RATE_LIMITS="off", HALLWAY_LOG_LEVEL="warning",
            HALLWAY_ORGANISATION_DOMAIN="org.example")
        self.tokens, self.process = {}, None
        self.counting = f"sqlite3 'file:{self.data}/hallway.sqlite?mode=ro' 'select count(*) from post'"
        bench.nodes.append(self)

    def run(self, *arguments):
        return subprocess.run(
            [self.programs.hallway, *arguments], env=self.environment, check=True, capture_output=True, text=True).stdout

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
            [self.programs.hallway, command], env=self.environment, stdin=subprocess.DEVNULL,
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

    def kill(self):
        if self.process:
            self.process.kill()
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
            capture_output=True, text=True, env=self.environment)
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

    def get(self, path, person=None):
        """The bytes of a GET, in a person's name or in nobody's."""
        bearer = f"Authorization: Bearer {self.tokens[person]}\r\n" if person else ""
        return (f"GET {path} HTTP/1.1\r\nHost: {self.address}:{self.port}\r\n"
                f"Accept: application/json\r\n{bearer}\r\n").encode()

    def post(self, path, person, **fields):
        body = urllib.parse.urlencode(fields)
        return (f"POST {path} HTTP/1.1\r\nHost: {self.address}:{self.port}\r\nAuthorization: Bearer "
                f"{self.tokens[person]}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def gets(self, requests, connections, seconds):
        """The same GETs again and again, by `replay`; what is not answered with 200 ends the run."""
        line = self.replay(requests, connections, "-s", str(seconds))
        if line["errors"] or list(line["codes"]) != ["200"]:
            sys.exit(f"{requests[0].decode()} was answered with {line['codes']}, and {line['errors']} times not at all")
        return line

    def replay(self, requests, connections, *more):
        path = f"{self.data}.requests"
        with open(path, "wb") as file:
            for request in requests:
                file.write(len(request).to_bytes(4, "little") + request)
        return json.loads(subprocess.check_output(
            [self.programs.replay, self.address, str(self.port), str(connections), path, *more]))


def wait_for(fact, seconds=20):
    end = time.monotonic() + seconds
    while not (answer := fact()):
        if time.monotonic() > end:
            raise TimeoutError("gave up waiting")
        time.sleep(0.02)
    return answer
