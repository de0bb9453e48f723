"""One office as two processes on one PostgreSQL, behind one address.

python processes.py HALLWAY STORY CLIENTS: `HALLWAY_TEST_POSTGRES` is the address of a server that may be filled.
"""
import random
from offices import *

server = os.environ["HALLWAY_TEST_POSTGRES"]
schema = f"office_{secrets.token_hex(6)}"


def in_database(statement):
    subprocess.run(["psql", "-q", server, "-c", statement], check=True, capture_output=True)


class Balancer:
    """Gives each connection to the next process that answers, as a proxy in front of an office would."""

    def __init__(self, address):
        self.doors, self.turn = [], 0
        self.socket = socket.create_server((address, 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            line, _ = self.socket.accept()
            threading.Thread(target=self.carry, args=(line,), daemon=True).start()

    def carry(self, line):
        for _ in range(len(self.doors)):
            self.turn += 1
            try:
                other = socket.create_connection(self.doors[self.turn % len(self.doors)], timeout=5)
                break
            except OSError:
                continue
        else:
            return line.close()
        other.settimeout(None)
        threading.Thread(target=self.pump, args=(line, other), daemon=True).start()
        self.pump(other, line)

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class BigOffice(Office):
    """Two processes that share database, keys and address."""

    def __init__(self, name, number):
        super().__init__(name, number, federation="open")
        in_database(f"CREATE SCHEMA {schema}")
        self.balancer = Balancer(self.address)
        self.authority = f"{self.address}:{self.balancer.port}"
        self.url = f"http://{self.authority}"
        self.environment.update(
            HALLWAY_BASE_URL=self.url,
            HALLWAY_DATABASE=f"{server}&options=-csearch_path%3D{schema}%2Cpublic")
        self.balancer.doors = [(self.address, free_port(self.address)) for _ in range(2)]
        self.processes = [None, None]

    def start(self):
        for index in range(2):
            self.start_one(index)
        return self

    def start_one(self, index):
        address, port = self.balancer.doors[index]
        log = open(f"{folder}/{self.name}-{index}.log", "a")
        self.processes[index] = subprocess.Popen(
            [program, "node"], env=dict(self.environment, HALLWAY_LISTEN=f"{address}:{port}"), stdout=log, stderr=log)
        until(f"process {index} to be ready", lambda: status_or_none(f"http://{address}:{port}/readyz") == 200)

    def kill(self, index):
        self.processes[index].kill()
        self.processes[index].wait(30)


def status_or_none(url):
    try:
        return status_of(url)
    except OSError:
        return None


def play_together():
    """What one process takes in is heard on the streams of the other; either may be killed at any time."""
    lima, oslo = Office("Lima", 4, federation="open").start(), BigOffice("Oslo", 3).start()
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    ada.follow(f"carmen@{lima.authority}")
    carmen.follow(f"ada@{oslo.authority}")
    heard = [listen(oslo, index, ada) for index in range(2)]
    said = carmen.post("Heard on both", visibility="public")
    for events in heard:
        until("the stream of each process", lambda: any(said["uri"] in event for event in events))
    # Requests are spread over both; each is killed in turn while posts travel both ways.
    acknowledged = {"ada": [], "carmen": []}

    def write(person, number):
        try:
            acknowledged[person.name].append(person.post(f"{person.name} {number}", visibility="public")["uri"])
        except OSError:
            pass
    chance = random.Random(7)
    for round in range(6):
        threads = [threading.Thread(target=write, args=(person, f"{round}-{number}")) for number in range(20) for person in (ada, carmen)]
        for thread in threads:
            thread.start()
        victim = chance.randrange(2)
        until("some to be acknowledged", lambda: len(acknowledged["ada"]) > round * 5)
        oslo.kill(victim)
        for thread in threads:
            thread.join()
        oslo.start_one(victim)
    for reader, writer in ((carmen, "ada"), (ada, "carmen")):
        def arrived():
            everything = [status["uri"] for page in pages(reader, "v1/timelines/home") for status in page]
            expect(len(everything) == len(set(everything)), "each once")
            return set(acknowledged[writer]) <= set(everything)
        until(f"{reader.name} to have it all", arrived, 60)
    expect(len(acknowledged["ada"]) > 40, "most of it was acknowledged")


def listen(office, index, person):
    """The lines of a person's stream from one process."""
    address, port = office.balancer.doors[index]
    request = urllib.request.Request(
        f"http://{address}:{port}/api/v1/streaming/user", headers={"Authorization": f"Bearer {person.token}"})
    stream = urllib.request.urlopen(request, timeout=60)
    expect(stream.readline() == b":)\n", "the stream is open")
    events = []

    def read():
        try:
            for line in stream:
                events.append(line.decode())
        except OSError:
            pass
    threading.Thread(target=read, daemon=True).start()
    return events


if __name__ == "__main__":
    try:
        play(globals())
    finally:
        in_database(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
