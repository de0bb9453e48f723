"""Hundreds of nodes that hang on to a delivery, and what becomes of everybody else.

python hanging.py HALLWAY STORY [CLIENTS]
"""
import http.server, resource, selectors
from offices import *
from ledger import *
from strangers import *

number, seconds = 300, 10
hangs = threading.Event()


class Slow(Stranger):
    """A node with one person, which hangs when it is time to: it says nothing, or says it byte by byte."""
    shared = None

    def __init__(self, index):
        Slow.shared = Slow.shared or (Key(b"RSA"), Key(b"ED25519"))
        self.key, self.proof = Slow.shared
        self.number, self.taken, self.ahead = itertools.count(1), [], 0
        self.manner = ("silent", "trickles its head", "trickles its body")[index % 3]
        self.socket = socket.create_server((f"127.2.{index // 200}.{index % 200 + 1}", 0), backlog=64)
        address, port = self.socket.getsockname()
        self.authority, self.url = f"{address}:{port}", f"http://{address}:{port}"
        self.people = [f"{self.url}/people/s0"]

    def accept(self, follow):
        pass


class Door(http.server.BaseHTTPRequestHandler):
    """`server` is the node whose door it is."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps(self.server.document(self.path)).encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # A status that came is a word that was given, whatever becomes of the body.
        if not hangs.is_set() or self.server.manner == "trickles its body":
            self.server.hear(json.loads(body))
        if not hangs.is_set():
            self.wfile.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
            return
        head = b"HTTP/1.1 202 Accepted\r\ncontent-length: 1000\r\n"
        words = {"silent": b"", "trickles its head": head, "trickles its body": head + b"\r\n" + b"x" * 1000}[self.server.manner]
        start = head + b"\r\n" if self.server.manner == "trickles its body" else b""
        self.wfile.write(start)
        for place in range(len(start), 10_000):
            if not hangs.is_set():
                break
            self.wfile.write(words[place:place + 1])
            time.sleep(1)
        self.close_connection = True

    def handle(self):
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, *arguments):
        pass


def open_doors(peers):
    doors = selectors.DefaultSelector()
    for peer in peers:
        doors.register(peer.socket, selectors.EVENT_READ, peer)

    def wait():
        while True:
            for key, _ in doors.select():
                line, address = key.fileobj.accept()
                threading.Thread(target=Door, args=(line, address, key.data), daemon=True).start()
    threading.Thread(target=wait, daemon=True).start()


def figure(office, name):
    with urllib.request.urlopen(f"{office.url}/metrics", timeout=10) as answer:
        return float(re.search(rf"^{re.escape(name)} (.*)$", answer.read().decode(), re.M)[1])


def count(oslo, ada, boris, third, name):
    """How often in the same time Boris reads, and how often something of Ada's is told to a node that answers; the most memory and lanes.

    The time begins when the node that answers has been told something: the first time that many hang, each of them has a place for a moment.
    """
    began, told, most = time.monotonic(), [], {"memory": 0, "lanes": 0}
    settled, over = threading.Event(), threading.Event()

    def write():
        while not over.is_set():
            uri = ada.post(f"{name} {len(told)}", visibility="public")["uri"]
            until("a node that answers to be told", lambda: uri in third.heard())
            told.append(uri)
            settled.set()

    def watch():
        while not over.is_set():
            most["memory"] = max(most["memory"], memory(oslo.process))
            most["lanes"] = max(most["lanes"], figure(oslo, "hallway_lanes"))
            time.sleep(0.2)
    faults = []

    def guarded(act):
        try:
            act()
        except (SystemExit, OSError) as fault:
            faults.append(f"{name}: {fault}")
    threads = [threading.Thread(target=guarded, args=(act,), daemon=True) for act in (write, watch)]
    for thread in threads:
        thread.start()
    expect(settled.wait(120), f"{name}: a node that answers is told something: {faults}")
    first = time.monotonic() - began
    reads, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        boris.home(limit=20)
        reads += 1
    over.set()
    for thread in threads:
        thread.join(120)
    expect(not faults, "; ".join(faults))
    print(f"{name}: {reads} reads, {len(told)} told, the first after {first:.1f} s, {most['lanes']:.0f} lanes at most", flush=True)
    return reads, len(told), most


def play_hanging():
    """Reads are served, and nodes that answer are told, while hundreds hang; memory and lanes are bounded; and who comes back is told too."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    oslo = Office("Oslo", 3, federation="open").start()
    ada, boris = oslo.person("ada"), oslo.person("boris")
    boris.follow(f"ada@{oslo.authority}")
    # By name it is the last of all.
    third = Stranger("127.9.0.1", 1)
    third.follow(oslo, "ada")
    peers = [Slow(index) for index in range(number)]
    open_doors(peers)
    target = next(link["href"] for link in oslo.webfinger(f"acct:ada@{oslo.authority}")["links"] if link["rel"] == "self")
    for peer in peers:
        follow = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{peer.url}/follows/1", "type": "Follow",
                  "actor": peer.people[0], "object": target}
        until("a follow to be taken", lambda: peer.say(oslo, follow)[0] == 202)
    until("all of them to follow", lambda: all(any(one.get("type") == "Accept" for one in peer.taken) for peer in peers), 120)
    reads, told, before = count(oslo, ada, boris, third, "Before")
    finish(oslo, 120)
    hangs.set()
    held_reads, held_told, held = count(oslo, ada, boris, third, "Meanwhile")
    grown = held["memory"] - before["memory"]
    print(f"{number} nodes hang: {reads} reads before and {held_reads} meanwhile, {told} posts told and {held_told}; "
          f"{held['lanes']:.0f} lanes at most, memory {before['memory'] >> 20} to {held['memory'] >> 20} MiB", flush=True)
    expect(held_reads * 4 > reads, f"reads are served: {reads} before, {held_reads} meanwhile")
    # Before, three hundred more had to be told of each.
    expect(held_told * 4 > told, f"nodes that answer are told: {told} before, {held_told} meanwhile")
    # All of them answered before, so each may hang once on top of the places of the others (Spec/decisions/0081).
    expect(32 < held["lanes"] <= number + 1, f"many are waited for at once, each once: {held['lanes']}")
    expect(grown < number * 128 * 1024, f"memory is bounded: it grows by {grown >> 20} MiB")
    trickling = [peer for peer in peers if peer.manner == "trickles its body"]
    until("all that hang to be known", lambda: figure(oslo, "hallway_nodes_silent") == number - len(trickling), 120)
    for peer in trickling:
        until("one that trickles its body to have everything", lambda: len(peer.heard()) == told + held_told, 60)
        expect(peer.heard() == third.heard(), "once, and in order: its status was believed")
    hangs.clear()
    for peer in peers[:3]:
        until(f"one that is heard of again to be told ({peer.manner})", lambda: peer.say(oslo, peer.note("Here again"))[0] == 202)
        until("all that waited to come", lambda: len(peer.heard()) == told + held_told, 60)
        expect(peer.heard() == [uri for uri in third.heard()], "once, and in order")


if __name__ == "__main__":
    play(globals())
