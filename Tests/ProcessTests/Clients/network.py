"""A directory and five offices, each in a network of its own, on a wire that loses, delays, reorders and breaks.

python network.py HALLWAY STORY [CLIENTS]: needs root, `ip` (Debian: iproute2) and /dev/net/tun; `skew` needs
a C compiler as well. The wire is this script: a switch in between, since few small kernels have netem.
"""
import contextlib, ctypes, fcntl, heapq, itertools, random, selectors, sqlite3, struct
from offices import *

names = ["Oslo", "Lima", "Pune", "Kyiv", "Accra"]
people = ["ada", "carmen", "chidi", "daria", "esi"]
mark = secrets.token_hex(3)
libc = ctypes.CDLL(None, use_errno=True)


def missing():
    """What the stories need and is not here."""
    if os.getuid() != 0:
        return "root, who alone may make networks"
    if not shutil.which("ip"):
        return "the program ip: apt-get install iproute2"
    if not os.path.exists("/dev/net/tun"):
        return "/dev/net/tun, which this kernel or container does not offer"
    return None


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=20)
    expect(done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}")


class Wire:
    """A switch between networks, with the faults of a long line."""

    def __init__(self):
        self.selector, self.ports, self.seen, self.cut = selectors.DefaultSelector(), {}, {}, set()
        self.loss, self.delay, self.jitter = 0, 0, 0
        self.chance, self.waiting, self.number, self.lost, self.carried = random.Random(7), [], itertools.count(), 0, 0
        self.ends = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def plug(self, network, address):
        device = f"hw{mark}{address.rsplit('.', 1)[1]}"
        port = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        # IFF_TAP without a header of its own, so that the kernel fills in checksums.
        fcntl.ioctl(port, 0x400454CA, struct.pack("16sH22x", device.encode(), 0x1002))
        ip("link", "set", device, "netns", network)
        ip("-n", network, "addr", "add", f"{address}/24", "dev", device)
        for link in ("lo", device):
            ip("-n", network, "link", "set", link, "up")
        self.ports[port] = address
        self.selector.register(port, selectors.EVENT_READ)

    def rough(self, loss, delay, jitter):
        self.loss, self.delay, self.jitter = loss, delay, jitter

    def run(self):
        while not self.ends:
            pause = max(0, self.waiting[0][0] - time.monotonic()) if self.waiting else 0.05
            for key, _ in self.selector.select(min(pause, 0.05)):
                with contextlib.suppress(BlockingIOError, OSError):
                    while True:
                        self.take(key.fd, os.read(key.fd, 2048))
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                _, _, port, frame = heapq.heappop(self.waiting)
                with contextlib.suppress(OSError):
                    os.write(port, frame)

    def take(self, port, frame):
        target, source = frame[:6], frame[6:12]
        self.seen[source] = port
        for other in [self.seen[target]] if target in self.seen else [end for end in self.ports if end != port]:
            if self.cut & {self.ports[port], self.ports[other]}:
                continue
            if self.chance.random() < self.loss:
                self.lost += 1
                continue
            self.carried += 1
            due = time.monotonic() + max(0, self.delay + self.chance.uniform(-self.jitter, self.jitter))
            heapq.heappush(self.waiting, (due, next(self.number), other, frame))

    def remove(self):
        self.ends = True
        if self.thread.is_alive():
            self.thread.join(5)
        for port in self.ports:
            os.close(port)


@contextlib.contextmanager
def inside(network):
    """Lines that this thread opens belong to that network: people sit in their office, also while it is cut off."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{network}", os.O_RDONLY)
    try:
        expect(libc.setns(there, 0) == 0, f"the network {network} is entered")
        yield
    finally:
        libc.setns(home, 0)
        os.close(home)
        os.close(there)


class Branch(Office):
    """An office in a network of its own."""

    def __init__(self, wire, name, number, directory=None, command="node"):
        super().__init__(name, number, directory, command)
        self.address = f"10.77.0.{number}"
        self.network, self.clock = f"hallway-{mark}-{number}", {}
        self.authority = f"{self.address}:8080"
        self.url = f"http://{self.authority}"
        self.environment.update(
            HALLWAY_BASE_URL=self.url, HALLWAY_LISTEN=self.authority, HALLWAY_ALLOWED_PEER_RANGES="10.77.0.0/24",
            HALLWAY_ADDRESS_RANGES="10.77.0.0/24")
        ip("netns", "add", self.network)
        wire.plug(self.network, self.address)

    def start(self):
        self.log = open(f"{folder}/{self.name}.log", "a")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.network, program, self.command], env=dict(self.environment, **self.clock),
            stdout=self.log, stderr=self.log)
        until(f"{self.name} to be ready", lambda: self.answers("/readyz"))
        return self

    def answers(self, path):
        with inside(self.network):
            return super().answers(path)

    def webfinger(self, resource):
        with inside(self.network):
            return super().webfinger(resource)

    def unready(self):
        """Why it is not ready; empty when it is."""
        with inside(self.network):
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5).close()
                return ""
            except urllib.error.HTTPError as error:
                return error.read().decode()

    def measures(self, name):
        """The numbers of that name, added up."""
        with inside(self.network), urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as answer:
            return sum(int(number) for number in re.findall(rf"^{name}(?:{{.*}})? (\d+)", answer.read().decode(), re.M))

    def ledger(self, statement):
        database = sqlite3.connect(f"file:{folder}/{self.name}/hallway.sqlite?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def untried(self):
        """Deliveries that nothing is ahead of, of an author to an inbox, and that were not tried yet."""
        return self.ledger("SELECT id FROM delivery WHERE attempts = 0 AND id IN (SELECT MIN(id) FROM delivery WHERE state = 0 GROUP BY actor, inbox)")

    def person(self, name, *options):
        return Insider(self, name, super().person(name, *options).token)


class Insider(Person):
    """Somebody at a desk in that office."""

    def call(self, method, path, **fields):
        with inside(self.office.network):
            return super().call(method, path, **fields)


@contextlib.contextmanager
def organisation_on(wire, **clocks):
    """Five offices and their directory, one person in each, who all follow each other."""
    why = missing()
    if why:
        print(f"skipped: this needs {why}")
        sys.exit(0)
    branches = []
    try:
        wire.thread.start()
        directory = Branch(wire, "directory", 2, command="directory")
        branches.append(directory)
        directory.start()
        for index, name in enumerate(names):
            branch = Branch(wire, name, 3 + index, directory)
            branches.append(branch)
            branch.clock = clocks.get(name, {})
            branch.start()
        crew = [branch.person(name) for branch, name in zip(branches[1:], people)]
        for person in crew:
            for other in crew:
                if other is not person:
                    person.follow(f"{other.name}@org.example")
        yield directory, crew
    finally:
        for branch in branches:
            branch.stop(signal.SIGKILL)
        for branch in branches:
            subprocess.run(["ip", "netns", "del", branch.network], capture_output=True)
        wire.remove()


class Story:
    """What everybody writes, and what everybody must have in the end."""

    def __init__(self, crew):
        self.crew, self.written, self.liked = crew, {person.name: [] for person in crew}, []

    def write(self, title, number=5):
        """Everybody at once: so many posts in a row, the first of which names everybody else."""
        def work(person):
            others = " ".join(f"@{other.name}@org.example" for other in self.crew if other is not person)
            for count in range(number):
                post = person.post(f"{title} {person.name} {count} {others if count == 0 else ''}")
                self.written[person.name].append(post["uri"])
        threads = [threading.Thread(target=work, args=(person,), daemon=True) for person in self.crew]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        expect(not any(thread.is_alive() for thread in threads), "everybody can write in their office")

    def everything(self):
        return {uri for uris in self.written.values() for uri in uris}

    def lacks(self, person):
        return self.everything() - {status["uri"] for page in pages(person, "v1/timelines/home") for status in page}

    def converges(self, seconds):
        for person in self.crew:
            try:
                until(f"{person.name} to have it all", lambda: not self.lacks(person), seconds)
            except SystemExit:
                missing = self.lacks(person)
                authors = {name: len(missing & set(uris)) for name, uris in self.written.items()}
                raise SystemExit(f"{person.name} never gets {len(missing)} of {len(self.everything())} posts: {authors}; {self.given_up()}")

    def given_up(self):
        """The deliveries that each office has given up for good, by what they were answered."""
        return {person.office.name: person.office.ledger("SELECT answer, COUNT(*) FROM delivery WHERE state > 1 GROUP BY answer") for person in self.crew}

    def holds(self):
        """Each once, in its author's order, and one notification for each cause."""
        for person in self.crew:
            home = [status["uri"] for page in pages(person, "v1/timelines/home") for status in page]
            expect(len(home) == len(set(home)), f"{person.name} has each once")
            for author, uris in self.written.items():
                expect([uri for uri in reversed(home) if uri in set(uris)] == uris, f"{person.name} reads {author} in order")
            named = {uris[index] for name, uris in self.written.items() if name != person.name for index in range(0, len(uris), 5)}
            until(f"{person.name} to be told", lambda: named <= set(self.told(person, "mention")))
            told = self.told(person, "mention")
            expect(len(told) == len(set(told)) == len(named), f"{person.name} is told once for each cause: {len(told)} for {len(named)}")
            liked = [uri for liker, uri in self.liked if uri in self.written[person.name] and liker is not person]
            until(f"{person.name} to be told of likes", lambda: len(self.told(person, "favourite")) >= len(liked))
            expect(sorted(self.told(person, "favourite")) == sorted(liked), f"{person.name} is told once of each like")

    @staticmethod
    def told(person, kind):
        return [entry["status"]["uri"] for page in pages(person, "v1/notifications") for entry in page if entry["type"] == kind]

    def like(self, author):
        """Everybody who can see it likes the author's first post."""
        uri = self.written[author.name][0]
        for person in self.crew:
            status = person.has(uri)
            if status and person is not author:
                person.call("POST", f"v1/statuses/{status['id']}/favourite")
                self.liked.append((person, uri))


def play_partition():
    """One of five offices is cut off while everyone writes; when it returns, all have everything, in order, once."""
    wire = Wire()
    with organisation_on(wire) as (directory, crew):
        story = Story(crew)
        story.write("before")
        story.converges(30)
        wire.cut = {crew[2].office.address}
        story.write("meanwhile")
        story.like(crew[0])
        for person in crew[:2] + crew[3:]:
            until(f"{person.name} to have what those who are left write", lambda: all(
                not story.lacks(person) & set(story.written[other.name]) for other in crew if other is not crew[2]), 30)
        expect(story.lacks(crew[0]) and story.lacks(crew[2]), "the cut off are cut off")
        for person in crew:
            lost = 1 if person is not crew[2] else 4
            until(f"{person.office.name} to give up for now", lambda: person.office.measures("hallway_nodes_silent") >= lost, 40)
        story.write("still")
        wire.cut = set()
        began = time.monotonic()
        # The first pauses are 5 and 10 seconds, the first attempts took up to 15; hearing from it ends them.
        story.converges(60)
        print(f"together again after {time.monotonic() - began:.1f} s")
        story.holds()


def play_rough():
    """Over a line that loses one packet in twenty and delays and reorders the others, all have everything, in order, once."""
    wire = Wire()
    with organisation_on(wire) as (directory, crew):
        story = Story(crew)
        wire.rough(0.05, 0.08, 0.04)
        story.write("rough")
        story.write("rougher")
        began = time.monotonic()
        story.converges(90)
        story.like(crew[1])
        story.holds()
        expect(wire.lost > 20, f"packets were lost: {wire.lost} of {wire.carried}")
        print(f"{wire.lost} of {wire.lost + wire.carried} packets lost; all there after {time.monotonic() - began:.1f} s")


# Put before the C library: the time of day alone is wrong. libfaketime bends timers as well, which no wrong clock does.
false_clock = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile const long *offset;
__attribute__((constructor)) static void look(void) {
    int file = open(getenv("FALSE_CLOCK"), O_RDONLY);
    void *seen = file < 0 ? MAP_FAILED : mmap(0, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    offset = seen == MAP_FAILED ? 0 : seen;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
    long done = syscall(SYS_clock_gettime, clock, time);
    if (!done && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *offset;
    return done;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (time) *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"""


def clock_by(compiler):
    """What to start a node with, and a function that sets its clock off by so many seconds."""
    path = f"{folder}/clock"
    open(f"{path}.c", "w").write(false_clock)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", f"{path}.so", f"{path}.c"], check=True, timeout=60)
    file = open(path, "wb", buffering=0)

    def set_clock(offset):
        file.seek(0)
        file.write(struct.pack("l", offset))
    set_clock(0)
    return dict(LD_PRELOAD=f"{path}.so", FALSE_CLOCK=path), set_clock


def skew(offset):
    """Its people write on while the clock of their node is wrong, and so do all others."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("skipped: this needs a C compiler: apt-get install gcc")
        sys.exit(0)
    faked, set_clock = clock_by(compiler)
    wire = Wire()
    with organisation_on(wire, Pune=faked) as (directory, crew):
        story, pune = Story(crew), crew[2].office
        story.write("before")
        story.converges(30)
        expect(pune.unready() == "", "with the right time it is ready")
        set_clock(offset)
        until("the node to say that its clock is wrong", lambda: "clock" in pune.unready(), 45)
        print(f"it says: {pune.unready().strip()}")
        story.write("meanwhile")
        for person in crew[:2] + crew[3:]:
            until(f"{person.name} to have what the others write", lambda: all(
                not story.lacks(person) & set(story.written[other.name]) for other in crew if other is not crew[2]), 30)
        until("every first delivery to have been tried", lambda: not any(person.office.untried() for person in crew[:1] + crew[2:3]), 30)
        set_clock(0)
        until("it to be ready with the right time", lambda: not pune.unready(), 45)
        story.write("after")
        story.converges(60)
        story.holds()


def play_skew():
    """A node whose clock is ten minutes fast says so, and with the right time gets and gives everything."""
    skew(600)


def play_skew_behind():
    """And so does one whose clock is ten minutes slow."""
    skew(-600)


def play_skew_far():
    """One that is two hours fast, whose signatures nobody takes, has lost nothing when its clock is right again."""
    skew(7200)


def play_skew_far_behind():
    """Nor has one that is two hours slow, which takes nobody's signatures."""
    skew(-7200)


if __name__ == "__main__":
    play(globals())
