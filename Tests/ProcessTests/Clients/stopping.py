"""A node that is told to stop: within its own five seconds, whatever hangs, and without losing anything.

python stopping.py HALLWAY STORY [CLIENTS]. Whether the limit was kept the program says itself: status 0 and `stopped` in its
log; what it had to cancel for it stands beside. A node that is held (SIGSTOP) is a peer that never answers.
"""
from ledger import *


def told(office, what):
    """The lines of the log that say so."""
    return [line for line in open(f"{folder}/{office.name}.log") if what in line]


def ended(office, process, status=0, cancelled=None):
    """It has ended by itself, and says how."""
    expect(process.wait(60) == status, f"{office.name} ends with status {status}, not {process.returncode}")
    last = [line for line in told(office, "stopped") if "milliseconds=" in line][-1:]
    if status:
        expect(told(office, "not stopped in time"), "and says why")
    else:
        expect(not told(office, "not stopped in time") and last, "within its limit, and says so")
        print(last[0].strip())
        expect(cancelled is None or f"cancelled={str(cancelled).lower()}" in last[0], f"what had to be cancelled: {last[0]}")


def is_deaf(office):
    """Whether it takes no connections any more."""
    try:
        socket.create_connection((office.address, office.port), timeout=5).close()
        return False
    except OSError:
        return True


def word(address, port):
    """As /proc/net/tcp writes it."""
    return socket.inet_aton(address)[::-1].hex().upper() + f":{port:04X}"


def talks_to(office, other):
    """Whether a connection is open from one to the other, by /proc/net/tcp."""
    return any(line.split()[2] == word(other.address, other.port) and line.split()[3] == "01" for line in open("/proc/net/tcp"))


class Slow:
    """A post of which the second half is sent when one wants."""

    def __init__(self, person, text):
        body = urllib.parse.urlencode({"status": text, "visibility": "public"}).encode()
        self.rest = body[-4:]
        self.line = socket.create_connection((person.office.address, person.office.port), timeout=30)
        self.line.sendall((
            f"POST /api/v1/statuses HTTP/1.1\r\nHost: {person.office.authority}\r\nAuthorization: Bearer {person.token}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body[:-4])
        # A line of which nothing was read yet is an idle one.
        until("the first half to be read", self.is_read)

    def is_read(self):
        """Whether nothing waits at the other end, by /proc/net/tcp."""
        ends = [word(*self.line.getpeername()), word(*self.line.getsockname())]
        return any(line.split()[1:3] == ends and line.split()[4].endswith(":00000000") for line in open("/proc/net/tcp"))

    def finish(self):
        """Sends the rest; the post, as it was acknowledged."""
        self.line.sendall(self.rest)
        head, body = b"", b""
        with self.line.makefile("rb") as answer:
            expect(b" 200 " in answer.readline(), "a request that was under way is answered")
            length = 0
            while (head := answer.readline()) not in (b"\r\n", b""):
                if head.lower().startswith(b"content-length:"):
                    length = int(head.split(b":")[1])
            body = answer.read(length)
        return json.loads(body)


def stream(person):
    """Somebody who listens; whether it is over is known by the thread."""
    request = urllib.request.Request(
        f"{person.office.url}/api/v1/streaming/user", headers={"Authorization": f"Bearer {person.token}"})
    lines = urllib.request.urlopen(request, timeout=60)
    expect(lines.readline() == b":)\n", "the stream is open")
    heard = []

    def read():
        try:
            for line in lines:
                heard.append(line)
        except OSError:
            pass
    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, heard


def offices():
    oslo, lima = (Office(name, 3 + index, federation="open").start() for index, name in enumerate(["Oslo", "Lima"]))
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    carmen.follow(f"ada@{oslo.authority}")
    finish(oslo)
    return oslo, lima, ada, carmen


def hang(oslo, lima, ada):
    """Lima answers no more, and Oslo waits for it; what was acknowledged meanwhile."""
    lima.process.send_signal(signal.SIGSTOP)
    kept = [ada.post(f"To one that is silent {number}", visibility="public")["uri"] for number in range(3)]
    waiting = "SELECT COUNT(*) FROM delivery WHERE state = 0"
    until("a delivery to be under way", lambda: rows(oslo, waiting) == [("3",)] and talks_to(oslo, lima))
    return kept


def resumes(oslo, lima, carmen, kept):
    """After the start everything goes where it was going, at once, in order and once."""
    waiting = rows(oslo, "SELECT state, attempts FROM delivery WHERE state <> 1")
    expect(waiting and set(waiting) == {("0", "0")}, f"what was broken off waits as if it had not been tried: {waiting}")
    lima.process.send_signal(signal.SIGCONT)
    oslo.start()
    until("Lima to have it all", lambda: set(kept) <= set(contents(carmen)), 60)
    found = [uri for uri in reversed(contents(carmen)) if uri in kept]
    expect(found == kept, "each once, in the order they were written")
    finish(oslo)
    intact(oslo)


def play_stop():
    """With a stream, requests and a delivery that hang: what can end ends, the rest is cancelled, and nothing is lost."""
    oslo, lima, ada, carmen = offices()
    listener, heard = stream(ada)
    kept = hang(oslo, lima, ada)
    ends, never = Slow(ada, "Half sent when it was told to stop"), Slow(ada, "Never sent whole")
    asked = []

    def ask():
        try:
            asked.append(ada.find(f"nobody@{lima.authority}"))
        except OSError as error:
            asked.append(error)
    search = threading.Thread(target=ask, daemon=True)
    search.start()
    process = oslo.process
    process.send_signal(signal.SIGTERM)
    until("it to take no more connections", lambda: is_deaf(oslo))
    expect(process.poll() is None, "it waits for what is under way")
    kept.append(ends.finish()["uri"])
    ended(oslo, process, cancelled=True)
    never.line.close()
    for thread in (listener, search):
        thread.join(30)
        expect(not thread.is_alive(), "and nobody is left waiting")
    expect(any(b"To one that is silent" in line for line in heard), "the stream told what came before its end")
    expect(len(rows(oslo, "SELECT id FROM post WHERE is_local = 1")) == len(kept), "what was not sent whole is not there")
    resumes(oslo, lima, carmen, kept)


def play_idle():
    """With a stream and a delivery that hangs nothing has to be cancelled; with nothing to do, neither, in a directory as well."""
    oslo, lima, ada, carmen = offices()
    listener, _ = stream(ada)
    kept = hang(oslo, lima, ada)
    process = oslo.process
    process.send_signal(signal.SIGTERM)
    ended(oslo, process, cancelled=False)
    listener.join(30)
    expect(not listener.is_alive(), "the stream ends")
    resumes(oslo, lima, carmen, kept)
    directory = Office("directory", 2, command="directory").start()
    for office in (oslo, lima, directory):
        process = office.process
        process.send_signal(signal.SIGINT)
        ended(office, process, cancelled=False)


def play_stuck():
    """What cannot be cancelled is ended with the process, which says so; what was acknowledged is there."""
    oslo, lima, ada, carmen = offices()
    kept = [ada.post("Acknowledged", visibility="public")["uri"]]
    until("Carmen to read it", lambda: carmen.has(kept[0]))
    finish(oslo)
    held = sqlite3.connect(f"{folder}/Oslo/hallway.sqlite", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")

    # A write that begins after the word to stop waits for the database for five seconds.
    late = Slow(ada, "Held up")
    process = oslo.process
    process.send_signal(signal.SIGTERM)
    until("it to take no more connections", lambda: is_deaf(oslo))
    late.line.sendall(late.rest)
    ended(oslo, process, status=1)
    try:
        expect(not late.line.recv(100), "and acknowledges nothing")
    except ConnectionError:
        pass
    held.close()
    oslo.start()
    expect(contents(ada) == kept, "what was acknowledged is there, and nothing else")
    kept.append(ada.post("And on it goes", visibility="public")["uri"])
    until("Carmen to read it", lambda: carmen.has(kept[-1]))
    finish(oslo)
    intact(oslo)


if __name__ == "__main__":
    play(globals())
