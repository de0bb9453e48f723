"""Backups of a running node, and its move to the other engine and back.

python copies.py HALLWAY STORY CLIENTS: `move`, `server` and `foreign` want `HALLWAY_TEST_POSTGRES`, the address of a server
that may be filled.
"""
import contextlib, sqlite3
from offices import *

server = os.environ.get("HALLWAY_TEST_POSTGRES")
here = os.path.dirname(os.path.abspath(__file__))


@contextlib.contextmanager
def schemas(count):
    """Empty schemas of the server, as addresses."""
    names = [f"moved_{secrets.token_hex(6)}" for _ in range(count)]
    try:
        for name in names:
            in_server(f"CREATE SCHEMA {name}")
        yield [f"{server}&options=-csearch_path%3D{name}%2Cpublic" for name in names]
    finally:
        for name in names:
            subprocess.run(["psql", "-q", server, "-c", f"DROP SCHEMA {name} CASCADE"], capture_output=True)


def in_server(statement, address=server):
    done = subprocess.run(["psql", "-qAt", address, "-c", statement], capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, done.stderr)
    return done.stdout.split()


def tables(path):
    """Every row of every table of a file, but for what search makes of others; none of our own code has a hand in it."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(map(repr, database.execute(f"SELECT * FROM {name}")))
                for name in names if "_search" not in name and name != "sqlite_sequence"}
    finally:
        database.close()


def sums(office, name):
    """What each table holds, as a backup lists it: how many rows, and the sum over them."""
    office.run("admin", "backup", f"{folder}/{name}")
    return json.load(open(f"{folder}/{name}/contents.json"))["tables"]


def same(left, right, what):
    expect(len(left) > 50 and sum(map(len, left.values())) > 100, f"{what}: there is something to compare")
    differ = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
    expect(not differ, f"{what}: these tables differ: {differ}")


def busy_node(**environment):
    """Two offices that know each other, with something to lose; `environment` is Oslo's."""
    oslo, lima = (Office(name, 3 + index, federation="open") for index, name in enumerate(["Oslo", "Lima"]))
    oslo.environment.update(environment)
    for office in (oslo, lima):
        office.start()
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    ada.follow(f"carmen@{lima.authority}")
    carmen.follow(f"ada@{oslo.authority}")
    for number in range(12):
        ada.post(f"Grüße {number} 🌍 #copy", visibility="public")
    heard = carmen.post("Kept as well", visibility="public")
    until("Ada to read it", lambda: ada.has(heard["uri"]))
    return oslo, lima, ada, carmen


def says(office, *arguments):
    """What a command complains of, in one sentence."""
    done = subprocess.run([program, *arguments], env=office.environment, capture_output=True, text=True, timeout=60)
    expect(done.returncode != 0, f"{arguments} should have failed")
    return [line for line in done.stderr.splitlines() if line.startswith("hallway: ")][-1]


def same_after(office, ada, carmen, before):
    """Everything is as it was, and goes on: what is read, what is found, what travels."""
    expect([status["uri"] for status in ada.home(limit=40)] == before, "the timeline is the same")
    found = ada.call("GET", "v2/search", q="gruße", type="statuses")["statuses"]
    expect(len(found) == 12, "what was written is found, accents or not")
    said = ada.post("And on it goes", visibility="public")
    until("Carmen to read it", lambda: carmen.has(said["uri"]))
    answer = carmen.post("@ada@" + office.authority + " yes", in_reply_to_id=carmen.has(said["uri"])["id"])
    until("the answer", lambda: any((entry.get("status") or {}).get("uri") == answer["uri"] for entry in ada.call("GET", "v1/notifications")))
    return [status["uri"] for status in ada.home(limit=40)]


def play_backup():
    """A backup of a running node is verified and restored; one that was tampered with is refused."""
    oslo, lima, ada, carmen = busy_node()
    kept = f"{folder}/kept"
    expect("rows backed up" in oslo.run("admin", "backup", kept), "a backup of a running node")
    expect("there already" in says(oslo, "admin", "backup", kept), "a backup never overwrites another")
    expect("all in order" in oslo.run("admin", "verify", kept), "the backup is in order")
    expect("all in order" in oslo.run("admin", "verify"), "and so is the database")
    before = [status["uri"] for status in ada.home(limit=40)]
    expect("belongs to a node" in says(oslo, "admin", "restore", kept), "nothing is restored over a node")

    tampered = f"{folder}/tampered"
    shutil.copytree(kept, tampered)
    database = f"{tampered}/hallway.sqlite"
    content = open(database, "rb").read()
    open(database, "wb").write(content.replace("Grüße 5".encode(), "Grüße 9".encode()))
    expect("damaged" in says(oslo, "admin", "verify", tampered), "a changed word is noticed")
    os.remove(f"{tampered}/contents.json")
    expect("no complete backup" in says(oslo, "admin", "verify", tampered), "as is one that was cut short")

    swapped = f"{folder}/swapped"
    shutil.copytree(kept, swapped)
    open(f"{swapped}/master.key", "w").write(base64.b64encode(secrets.token_bytes(32)).decode())
    expect("master key" in says(oslo, "admin", "verify", swapped), "another's master key is noticed")
    os.remove(f"{swapped}/master.key")
    expect("master key" in says(oslo, "admin", "verify", swapped), "as is a missing one")

    oslo.stop(signal.SIGKILL)
    oslo.environment["HALLWAY_DATA_FOLDER"] = f"{folder}/Oslo-restored"
    expect("rows restored" in oslo.run("admin", "restore", kept), "restored into a new folder")
    oslo.start()
    same_after(oslo, ada, carmen, before)


def play_busy():
    """A backup that is taken while people write has all that was acknowledged before it, and is in order."""
    oslo, lima, ada, carmen = busy_node()
    acknowledged, odd, ends = [], [], threading.Event()

    def write(person, number):
        while not ends.is_set():
            number += 1
            try:
                acknowledged.append(person.post(f"While it is copied {number}", visibility="public")["uri"])
            except OSError as error:
                odd.append(error)
    threads = [threading.Thread(target=write, args=(person, number), daemon=True) for person, number in ((ada, 0), (ada, 10000), (carmen, 20000))]
    for thread in threads:
        thread.start()
    for number in range(3):
        goal = len(acknowledged) + 20
        until("some to be acknowledged", lambda: len(acknowledged) > goal)
        before = [uri for uri in acknowledged if oslo.authority in uri]
        kept = f"{folder}/kept-{number}"
        oslo.run("admin", "backup", kept)
        after = len(acknowledged)
        expect("all in order" in oslo.run("admin", "verify", kept), "the backup is in order")
        found = {row for row in tables(f"{kept}/hallway.sqlite")["post"]}
        lost = [uri for uri in before if not any(uri in row for row in found)]
        expect(not lost, f"what was acknowledged before it began is in it: {lost[:3]} of {len(before)}")
        print(f"{len(before)} before it, {after - goal} acknowledged by its end")
    ends.set()
    for thread in threads:
        thread.join(30)
    expect(not odd, f"and nobody who writes is in its way: {odd[:3]}")
    oslo.stop(signal.SIGKILL)
    oslo.environment["HALLWAY_DATA_FOLDER"] = f"{folder}/Oslo-restored"
    oslo.run("admin", "restore", kept)
    expect("all in order" in oslo.run("admin", "verify"), "what was restored from it points at nothing that is not there")
    oslo.start()
    expect(ada.home(limit=1), "and is a node")


def play_earlier():
    """What is of an earlier schema is backed up without a change, while its node serves, verified, and upgraded as it is restored."""
    oslo = Office("Oslo", 7, federation="open")
    # Whose file it was.
    oslo.environment["HALLWAY_BASE_URL"] = "http://127.0.0.7:8097"
    data, kept, restored = f"{folder}/Oslo", f"{folder}/kept", f"{folder}/restored"
    live = f"{data}/hallway.sqlite"
    os.makedirs(data)
    shutil.copy(f"{here}/../../../Spec/vectors/upgrade/0.1.0.sqlite", live)
    open(f"{data}/master.key", "w").write(base64.b64encode(secrets.token_bytes(32)).decode())
    # In the place of the process of that release. The key of the file is not kept with it.
    serving = sqlite3.connect(live, isolation_level=None)
    serving.execute("PRAGMA journal_mode = WAL")
    serving.execute("DELETE FROM node_state WHERE name = 'sealed'")

    def schema(path):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return database.execute("SELECT MAX(version) FROM schema_version").fetchone()[0]
        finally:
            database.close()
    before = tables(live)
    expect("rows backed up" in oslo.run("admin", "backup", kept), "a backup by a later release")
    said = oslo.run("admin", "verify")
    expect("all in order" in said and "of schema 1: it is upgraded when the node starts" in said, said)
    expect(schema(live) == 1 and tables(live) == before, "what is served from is left as it is")
    serving.close()
    said = oslo.run("admin", "verify", kept)
    expect("all in order" in said and "of schema 1: it is upgraded when it is restored" in said, said)
    content = open(f"{kept}/hallway.sqlite", "rb").read()
    oslo.environment["HALLWAY_DATA_FOLDER"] = restored
    expect("rows restored" in oslo.run("admin", "restore", kept), "restored")
    expect(open(f"{kept}/hallway.sqlite", "rb").read() == content, "and the backup is what it was")
    expect(set(os.listdir(restored)) == {"hallway.sqlite", "master.key"}, f"nothing else is left there: {os.listdir(restored)}")
    expect(schema(f"{restored}/hallway.sqlite") > 1, "it is of today's schema")
    oslo.start()
    expect(oslo.run("admin", "count", "posts") == "3", "and is a node, with all that was in it")
    said = oslo.run("admin", "verify")
    expect("all in order" in said and "schema" not in said, said)
    oslo.stop()
    later = f"{folder}/later"
    shutil.copytree(kept, later)
    database = sqlite3.connect(f"{later}/hallway.sqlite", isolation_level=None)
    database.execute("INSERT INTO schema_version VALUES (999)")
    database.close()
    oslo.environment["HALLWAY_DATA_FOLDER"] = f"{folder}/never"
    for command in ("verify", "restore"):
        said = says(oslo, "admin", command, later)
        expect("made by a later release (schema 999, this one knows" in said, said)


def play_directory():
    """A directory that is restored goes on: nodes that saw more believe it, and nobody who was dismissed comes back."""
    directory = Office("directory", 2, command="directory").start()
    oslo, lima = (Office(name, 3 + index, directory).start() for index, name in enumerate(["Oslo", "Lima"]))
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    for office, handle in ((lima, "ada"), (oslo, "carmen")):
        until(f"{office.name} to know {handle}", lambda: office.webfinger(f"acct:{handle}@org.example"))
    kept = f"{folder}/kept"
    directory.run("admin", "backup", kept)
    oslo.person("boris")
    until("Lima to know Boris", lambda: lima.webfinger("acct:boris@org.example"))
    directory.run("admin", "person", "dismiss", "ada@org.example")
    until("Lima to know that Ada has left", lambda: lima.webfinger("acct:ada@org.example") is None)
    until("Oslo to know it", lambda: refusal(ada) == 401)
    directory.stop(signal.SIGKILL)
    refused_for_its_clock(directory)
    shutil.rmtree(f"{folder}/directory")
    said = directory.run("admin", "restore", kept)
    expect("rows restored" in said and "goes on beyond what was lost" in said, said)
    directory.start()
    oslo.person("devi")
    until("Lima to know Devi", lambda: lima.webfinger("acct:devi@org.example"), 60)
    until("the directory to know who came before", lambda: directory.webfinger("acct:boris@org.example"), 60)
    until("the directory to know who left", lambda: directory.webfinger("acct:ada@org.example") is None, 60)
    expect(lima.webfinger("acct:ada@org.example") is None and refusal(ada) == 401, "and nobody comes back")
    for office in (oslo, lima):
        until(f"{office.name} to find itself in order", lambda: "contradicts" not in checked(office), 60)
        expect("not believed" not in open(f"{folder}/{office.name}.log").read(), f"{office.name} sees no contradiction in it")
    # By hand it is the same, also while it runs.
    expect("goes on beyond" in directory.run("admin", "directory", "continue"), "it goes on once more")
    expect("a node's database" in says(oslo, "admin", "directory", "continue"), "a node is no directory")
    lima.person("emil")
    until("Oslo to know Emil", lambda: oslo.webfinger("acct:emil@org.example"), 60)


def refused_for_its_clock(directory):
    """Where it cannot go on, whoever restores it is told what is done and what is not."""
    ahead = f"{folder}/ahead"
    database = sqlite3.connect(f"{folder}/directory/hallway.sqlite")
    with database:
        database.execute("UPDATE node_state SET value = CAST('9000000000000' AS BLOB) WHERE name = 'list version'")
    database.close()
    directory.run("admin", "backup", ahead)
    shutil.rmtree(f"{folder}/directory")
    said = says(directory, "admin", "restore", ahead)
    expect("restored" in said and "the clock is behind" in said and "admin directory continue" in said, said)


def refusal(person):
    try:
        person.home()
        return None
    except urllib.error.HTTPError as error:
        return error.code


def checked(office):
    return subprocess.run([program, "admin", "check"], env=office.environment, capture_output=True, text=True, timeout=60).stdout


def play_server():
    """A node on PostgreSQL is backed up as one on a file is, and restored into either engine."""
    with schemas(2) as (address, other):
        oslo, lima, ada, carmen = busy_node(HALLWAY_DATABASE=address)
        before = [status["uri"] for status in ada.home(limit=40)]
        kept = f"{folder}/kept"
        expect("rows backed up" in oslo.run("admin", "backup", kept), "a backup of a running node")
        expect("all in order" in oslo.run("admin", "verify", kept), "is in order")
        expect("belongs to a node" in says(oslo, "admin", "restore", kept), "nothing is restored over a node")
        held = json.load(open(f"{kept}/contents.json"))["tables"]
        oslo.stop(signal.SIGKILL)
        for number, target in enumerate((f"sqlite:{folder}/restored.sqlite", other)):
            oslo.environment.update(HALLWAY_DATABASE=target, HALLWAY_DATA_FOLDER=f"{folder}/restored-{number}")
            expect("rows restored" in oslo.run("admin", "restore", kept), f"restored into {target}")
            same(held, sums(oslo, f"again-{number}"), "what was restored is what was backed up")
        same_after(oslo.start(), ada, carmen, before)
        oslo.stop()


def play_move():
    """A node moves to PostgreSQL and back, and nothing is lost; not while it runs, nor onto one that runs."""
    with schemas(1) as (address,):
        oslo, lima, ada, carmen = busy_node()
        timeline = [status["uri"] for status in ada.home(limit=40)]
        expect("a node works on this database" in says(oslo, "admin", "move-database", address), "not while it runs on the file")
        expect(not in_server("SELECT 1 FROM pg_tables WHERE schemaname = current_schema()", address), "and nothing was changed")
        oslo.stop()
        first, back = f"{folder}/Oslo/hallway.sqlite", f"{folder}/back.sqlite"
        held, listed = tables(first), sums(oslo, "first")
        expect("moved and verified" in oslo.run("admin", "move-database", address), "moved")
        expect("something in it already" in says(oslo, "admin", "move-database", address), "and never over rows")
        oslo.environment["HALLWAY_DATABASE"] = address
        same(listed, sums(oslo, "second"), "on the server is what was in the file")
        expect("moved and verified" in oslo.run("admin", "move-database", f"sqlite:{back}"), "and back again")
        same(held, tables(back), "what came back is what was there, row for row")
        os.remove(back)

        oslo.start()
        timeline = same_after(oslo, ada, carmen, timeline)
        expect("a node works on this database" in says(oslo, "admin", "move-database", f"sqlite:{back}"), "not while it runs on the server")
        # From another machine, so to say: with the key, but not the folder.
        shutil.copytree(f"{folder}/Oslo", f"{folder}/elsewhere", ignore=lambda _, names: [name for name in names if "sqlite" in name])
        with changed(oslo, HALLWAY_DATA_FOLDER=f"{folder}/elsewhere"):
            expect("a node works on this database" in says(oslo, "admin", "move-database", f"sqlite:{back}"), "nor seen from elsewhere")
        expect(not os.path.exists(back), "and nothing was changed")
        lima.stop()
        expect("something in it already" in says(lima, "admin", "move-database", address), "nor onto one on which another runs")
        lima.start()
        oslo.stop()
        expect("moved and verified" in oslo.run("admin", "move-database", f"sqlite:{back}"), "and back again, with what was written there")
        oslo.environment["HALLWAY_DATABASE"] = f"sqlite:{back}"
        oslo.start()
        expect([status["uri"] for status in ada.home(limit=40)] == timeline, "it is the node that it was")
        oslo.stop()


@contextlib.contextmanager
def changed(office, **environment):
    """With other settings for a while."""
    before = dict(office.environment)
    office.environment.update(environment)
    try:
        yield
    finally:
        office.environment = before


def play_foreign():
    """A schema in which another program keeps something is refused in one sentence, and stays as it was."""
    with schemas(2) as (notes, versions):
        oslo = Office("Oslo", 3, federation="open").start()
        oslo.person("ada")
        oslo.stop()
        in_server("CREATE TABLE notes (words TEXT); INSERT INTO notes VALUES ('somebodyelses')", notes)
        # Many programs count their versions.
        in_server("CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (3); CREATE TABLE post (words TEXT)", versions)
        for address, held in ((notes, ["notes"]), (versions, ["post", "schema_version"])):
            with changed(oslo, HALLWAY_DATABASE=address):
                said = says(oslo, "node")
                expect("belongs to another program; nothing in it was changed" in said and "schema" in said, said)
            expect("belongs to another program" in says(oslo, "admin", "move-database", address), "nor is anything moved there")
            found = in_server("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = current_schema() AND relkind IN ('r', 'i', 'S') ORDER BY 1", address)
            expect(found == held, f"it is as it was: {found}")
            expect(not in_server("SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = current_schema()", address), "without functions of ours")
        expect(in_server("SELECT words FROM notes", notes) == ["somebodyelses"], "with what was in it")


if __name__ == "__main__":
    play(globals())
