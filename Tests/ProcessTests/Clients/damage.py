"""What becomes of a node whose database is locked, unwritable, damaged, another's, or gone.

python damage.py HALLWAY STORY [CLIENTS]: `readonly` needs root and a loop device, `server_gone` PostgreSQL, `synced` a C
compiler.
"""
import contextlib, glob, sqlite3
from offices import *

here = os.path.dirname(os.path.abspath(__file__))


def attempt(person, method, path, **fields):
    """The status, what is said, and how long it took."""
    began = time.monotonic()
    try:
        answer = person.call(method, path, **fields)
        return 200, answer, time.monotonic() - began
    except urllib.error.HTTPError as error:
        body = error.read()
        try:
            said = json.loads(body)["error"]
        except (ValueError, KeyError):
            said = None
        return error.code, said, time.monotonic() - began


def at_once(*calls):
    """What each of some calls that are made at the same time answers."""
    answers = [None] * len(calls)

    def make(index):
        answers[index] = calls[index]()
    threads = [threading.Thread(target=make, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def unavailable(answer, limit=20):
    """Said in words, as something that passes, and in time."""
    code, said, took = answer
    expect(code == 503, f"what passes is answered with 503: {code} {said}")
    expect(said and "went wrong" not in said, f"in words: {said}")
    expect(took < limit, f"within {limit} seconds: {took:.1f}")


def unharmed(office):
    """No trap and no trace of one."""
    log = open(f"{folder}/{office.name}.log").read()
    for word in ("Fatal error", "crashed at", "Thread 0", "Illegal instruction", "Stack dump"):
        expect(word not in log, f"{office.name} says nothing like {word}")


def started(office, *arguments, **changes):
    """Starts a program that may end by itself: its exit status, or None where it is ready; and what it said."""
    environment = dict(office.environment, **changes)
    with open(f"{folder}/{office.name}.log", "a+") as log:
        start = log.tell()
        process = subprocess.Popen([program, *(arguments or ["node"])], env=environment, stdout=log, stderr=log)
        office.process = process
        until(f"{office.name} to be ready or to give up", lambda: process.poll() is not None or office.answers("/healthz"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        log.seek(start)
        return process.poll(), log.read()


def refuses(office, because, **changes):
    """It ends at once, with a status, and one sentence that names the cause and what to do."""
    code, said = started(office, **changes)
    office.stop(signal.SIGKILL)
    lines = [line for line in said.splitlines() if line.startswith("hallway: ")]
    expect(code is not None, f"{because}: it does not start, but it runs")
    expect(code > 0 and len(lines) == 1, f"{because}: one sentence and a status: {code} {said}")
    expect(code < 128 and ":" in lines[0].removeprefix("hallway: "), f"{because}: with what to do about it: {lines[0]}")
    unharmed(office)
    return lines[0]


@contextlib.contextmanager
def held(path):
    """Another process's hold on the file, as a backup that copies it or a careless tool would have it."""
    other = sqlite3.connect(path, isolation_level=None, timeout=10)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def play_locked():
    """While another process holds the database, requests wait for five seconds at most, then hear so; nothing is lost."""
    oslo, lima = (Office(name, 3 + index, federation="open").start() for index, name in enumerate(["Oslo", "Lima"]))
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    ada.follow(f"carmen@{lima.authority}")
    path = f"{folder}/Oslo/hallway.sqlite"
    kept = [ada.post("Before")["uri"]]
    # A short hold is only waited for.
    with held(path):
        release = threading.Event()
        waiting = threading.Thread(target=lambda: (kept.append(ada.post("A moment later")["uri"]), release.set()))
        waiting.start()
        expect(not release.wait(1), "a write waits")
    expect(release.wait(5), "and goes on as soon as it can")
    with held(path):
        writes = [lambda number=number: attempt(ada, "POST", "v1/statuses", status=f"Held up {number}") for number in range(6)]
        answers = at_once(*writes, lambda: attempt(ada, "GET", "v1/timelines/home"))
        expect(answers[-1][0] == 200 and answers[-1][2] < 2, "reading goes on meanwhile")
        answers.append(attempt(ada, "POST", "v1/statuses", status="Held up once more"))
        expect(oslo.answers("/healthz"), "it lives")
        meanwhile = carmen.post("Said while Oslo could not write", visibility="public")["uri"]
    until("it to be ready again by itself", lambda: oslo.answers("/readyz"))
    kept.append(ada.post("After")["uri"])
    # The other office may have been told to come back in a minute.
    until("what was said meanwhile", lambda: ada.has(meanwhile), 90)
    own = [status for page in pages(ada, "v1/timelines/home") for status in page]
    expect(set(kept) <= {status["uri"] for status in own}, "what was acknowledged is there")
    expect(not [status for status in own if "Held up" in status["content"]], "and what was refused is not")
    unharmed(oslo)
    del answers[len(writes)]
    for answer in answers:
        unavailable(answer)


@contextlib.contextmanager
def disk(path):
    """A file system of its own, whose kernel makes it read-only at the first error, as servers are set up."""
    image = f"{folder}/disk.image"
    os.makedirs(path)
    subprocess.run(["truncate", "-s", "64M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", image], check=True, capture_output=True)
    mount(image, path)
    try:
        yield image
    finally:
        subprocess.run(["umount", path], capture_output=True)


def mount(image, path):
    subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, path], check=True, capture_output=True)


def play_readonly():
    """A disk that turns read-only under a running node is said to those who write and those who watch; reading goes on."""
    oslo, lima = Office("Oslo", 3, federation="open"), Office("Lima", 4, federation="open").start()
    path = f"{folder}/Oslo"
    with disk(path) as image:
        oslo.start()
        ada, carmen = oslo.person("ada"), lima.person("carmen")
        ada.follow(f"carmen@{lima.authority}")
        kept = [ada.post(f"Kept {number}")["uri"] for number in range(5)]
        device = subprocess.run(["findmnt", "-n", "-o", "SOURCE", path], capture_output=True, text=True, check=True).stdout.strip()
        open(f"/sys/fs/ext4/{os.path.basename(device)}/trigger_fs_error", "w").write("1")
        until("the disk to be read-only", lambda: not os.access(path, os.W_OK) or "ro" in open("/proc/mounts").read().split(path)[1].split("\n")[0])
        try:
            answers = [attempt(ada, "POST", "v1/statuses", status=f"Cannot be kept {number}") for number in range(3)]
            expect(attempt(ada, "GET", "v1/timelines/home")[0] == 200, "reading goes on")
            meanwhile = carmen.post("Said while Oslo could not write", visibility="public")["uri"]
            expect(oslo.answers("/healthz"), "it lives")
            readiness = [status_and_text(f"{oslo.url}/readyz")]
        finally:
            oslo.stop(signal.SIGKILL)
        unharmed(oslo)
        code, words = started(oslo)
        if code is None:
            answers.append(attempt(ada, "POST", "v1/statuses", status="Cannot be kept either"))
            readiness.append(status_and_text(f"{oslo.url}/readyz"))
        else:
            expect(0 < code < 128 and "cannot be opened for writing" in words, f"a start on it is refused in words: {code} {words}")
        oslo.stop(signal.SIGKILL)
        unharmed(oslo)
        subprocess.run(["umount", path], check=True, capture_output=True)
        subprocess.run(["e2fsck", "-p", "-f", image], capture_output=True)
        mount(image, path)
        oslo.start()
        until("what was said meanwhile", lambda: ada.has(meanwhile), 90)
        own = {status["uri"] for page in pages(ada, "v1/timelines/home") for status in page}
        expect(set(kept) <= own, "what was acknowledged is there")
        expect(ada.has(ada.post("There is a disk again")["uri"]), "and writing goes on")
        oslo.stop()
    for status, said in readiness:
        expect(status == 503 and "database" in said, f"it is not ready, and why is said: {status} {said.strip()}; writes are answered {answers}")
    for answer in answers:
        unavailable(answer)


def status_and_text(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def put(path, content):
    """Puts a file in the place of the database and of its log."""
    for name in glob.glob(f"{path}*"):
        os.remove(name)
    open(path, "wb").write(content)


def play_corrupt():
    """A damaged page is found and named, by the node or by `hallway admin check`, and crashes nothing."""
    oslo = Office("Oslo", 3, federation="open").start()
    ada = oslo.person("ada")
    for number in range(60):
        ada.post(f"{number} " + "words that fill pages " * 40)
    oslo.stop()
    path = f"{folder}/Oslo/hallway.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = open(path, "rb").read()
    size = database.execute("PRAGMA page_size").fetchone()[0]
    roots = dict(database.execute("SELECT name, rootpage FROM sqlite_master WHERE name IN ('post', 'token', 'actor')"))
    database.close()
    middle = len(whole) // size // 2
    silent = []
    for where, page in [("the middle", middle), ("the posts", roots["post"]), ("the tokens", roots["token"]), ("the schema", 1)]:
        broken = bytearray(whole)
        broken[(page - 1) * size:page * size] = secrets.token_bytes(size)
        put(path, broken)
        code, said = started(oslo)
        if code is None:
            for method, call in (("GET", "v1/timelines/home"), ("POST", "v1/statuses")):
                status, words, _ = attempt(ada, method, call, status="x")
                expect(status in (200, 401, 500, 503), f"damage in {where}: {method} {call} is answered: {status} {words}")
            expect(oslo.answers("/healthz"), f"damage in {where}: it lives on")
            check = subprocess.run([program, "admin", "check"], env=oslo.environment, capture_output=True, text=True, timeout=60)
            named = [line for line in check.stdout.splitlines() + check.stderr.splitlines() if "damaged" in line or "not a usable database" in line]
            if check.returncode != 1 or len(named) != 1:
                silent.append(f"{where} (page {page}): exit {check.returncode}: {check.stdout.strip()} {check.stderr.strip()}")
        else:
            lines = [line for line in said.splitlines() if line.startswith("hallway: ")]
            expect(0 < code < 128 and len(lines) == 1 and "not a usable database" in lines[0], f"damage in {where}: one sentence: {code} {said}")
        oslo.stop(signal.SIGKILL)
        unharmed(oslo)
    # A file that was cut off, as a copy that ended too early.
    put(path, whole[:len(whole) // 2 // size * size + 100])
    code, said = started(oslo)
    if code is None:
        check = subprocess.run([program, "admin", "check"], env=oslo.environment, capture_output=True, text=True, timeout=60)
        if check.returncode != 1 or "damaged" not in check.stdout + check.stderr:
            silent.append(f"cut off: exit {check.returncode}: {check.stdout.strip()} {check.stderr.strip()}")
    oslo.stop(signal.SIGKILL)
    unharmed(oslo)
    put(path, whole)
    oslo.start()
    until("everything, with the file put back", lambda: len(contents(ada)) == 60)
    expect(not silent, "`hallway admin check` names the damage: " + "; ".join(silent))


def contents(person):
    return [status["uri"] for page in pages(person, "v1/timelines/home") for status in page]


def play_foreign():
    """A file of another program is left alone, and what is no database is named in one sentence."""
    oslo = Office("Oslo", 3, federation="open")
    paths = {name: f"{folder}/{name}" for name in ("notes.sqlite", "posts.sqlite", "empty", "text", "folder")}
    for name, table in (("notes.sqlite", "notes"), ("posts.sqlite", "post")):
        other = sqlite3.connect(paths[name])
        other.execute(f"CREATE TABLE {table} (words TEXT)")
        other.execute(f"INSERT INTO {table} VALUES ('somebody else''s')")
        other.commit()
        other.close()
    open(paths["empty"], "w").close()
    open(paths["text"], "w").write("no database at all\n" * 500)
    os.makedirs(paths["folder"])

    def at(name):
        return {"HALLWAY_DATABASE": f"sqlite:{paths[name]}", "HALLWAY_DATA_FOLDER": f"{folder}/data-{name}"}

    def tables(name):
        other = sqlite3.connect(paths[name])
        try:
            return [row[0] for row in other.execute("SELECT name FROM sqlite_master ORDER BY name")]
        finally:
            other.close()
    expect("not a usable database" in refuses(oslo, "a text", **at("text")), "a text is no database")
    refuses(oslo, "a folder", **at("folder"))
    code, _ = started(oslo, **at("empty"))
    expect(code is None, "an empty file is the beginning of a database")
    expect(oslo.answers("/readyz"), "and ready")
    oslo.stop()
    changed = []
    for name, table in (("posts.sqlite", "post"), ("notes.sqlite", "notes")):
        try:
            refuses(oslo, f"another program's {name}", **at(name))
        except SystemExit as fault:
            changed.append(str(fault))
        finally:
            oslo.stop(signal.SIGKILL)
        if tables(name) != [table]:
            changed.append(f"{name} was changed: it holds {len(tables(name))} tables and indexes now")
    expect(not changed, "another program's file is left as it was: " + "; ".join(changed))


# Put before the C library: writes down what is brought to the disk.
witness = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
static int seen(int file, long done) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = done ? -1 : readlink(link, path, sizeof path - 1);
    int book = length < 0 ? -1 : open(getenv("SYNC_BOOK"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (book >= 0) {
        path[length] = '\\n';
        if (write(book, path, length + 1) < 0) _exit(99);
        close(book);
    }
    return done;
}
int fsync(int file) { return seen(file, syscall(SYS_fsync, file)); }
int fdatasync(int file) { return seen(file, syscall(SYS_fdatasync, file)); }
"""


def play_synced():
    """The master key and its name are on the disk before anything is sealed with it; so are those of backups, and what is restored."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("skipped: this needs a C compiler: apt-get install gcc")
        sys.exit(0)
    open(f"{folder}/witness.c", "w").write(witness)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", f"{folder}/witness.so", f"{folder}/witness.c"], check=True, timeout=60)
    oslo = Office("Oslo", 3, federation="open")
    book, real = f"{folder}/book", os.path.realpath(folder)
    oslo.environment.update(LD_PRELOAD=f"{folder}/witness.so", SYNC_BOOK=book)

    def written():
        lines = open(book).read().splitlines()
        os.remove(book)
        return lines
    oslo.start()
    oslo.stop(signal.SIGKILL)
    lines = written()
    keys = [index for index, line in enumerate(lines) if line.startswith(f"{real}/Oslo/master.key")]
    expect(keys and lines[keys[0] + 1] == f"{real}/Oslo", f"the key, and then its name: {lines[:20]}")
    kept = f"{folder}/kept"
    oslo.run("admin", "backup", kept)
    lines = written()
    for name in ("kept/hallway.sqlite", "kept/master.key", "kept/contents.json", "kept"):
        expect(f"{real}/{name}" in lines, f"{name} is on the disk: {lines}")
    expect(lines[-1] == f"{real}/kept", f"the names at the end: {lines[-3:]}")
    shutil.rmtree(f"{folder}/Oslo")
    oslo.run("admin", "restore", kept)
    lines = written()
    key = lines.index(f"{real}/Oslo/master.key")
    expect(lines[key + 1] == f"{real}/Oslo", f"what is restored, and its name: {lines}")
    expect(f"{real}/Oslo/hallway.sqlite" in lines[key:], "before what it belongs to")


class Server:
    """A PostgreSQL of its own, which may be ended like a power cut."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hallway-pg-", dir="/tmp")
        script = os.path.join(here, "../../../deploy/postgres-for-tests")
        made = subprocess.run([script, self.folder], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        expect(made.returncode == 0, f"a PostgreSQL of its own: {made.stderr}")
        self.script, self.url = script, made.stdout.strip()
        programs = subprocess.run("ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1", shell=True, capture_output=True, text=True).stdout.strip()
        self.control = f"{programs}/pg_ctl" if programs else shutil.which("pg_ctl")

    def ask(self, *arguments):
        owner = ["runuser", "-u", "postgres", "--", "env", "-C", "/"] if os.getuid() == 0 else []
        done = subprocess.run(
            [*owner, self.control, *arguments, "-D", f"{self.folder}/data", "-w"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        expect(done.returncode == 0, f"pg_ctl {arguments[0]}")

    def stop(self):
        self.ask("stop", "-m", "immediate")

    def start(self):
        self.ask("start", "-l", f"{self.folder}/data/log", "-o",
                 f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=400")

    def remove(self):
        subprocess.run([self.script, "--stop", self.folder], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


def play_server_gone():
    """A PostgreSQL that dies in the middle of traffic costs nothing that was acknowledged, and its return needs no help."""
    database = Server()
    try:
        oslo, lima = Office("Oslo", 3, federation="open"), Office("Lima", 4, federation="open").start()
        oslo.environment["HALLWAY_DATABASE"] = database.url
        oslo.start()
        ada, carmen = oslo.person("ada"), lima.person("carmen")
        ada.follow(f"carmen@{lima.authority}")
        carmen.follow(f"ada@{oslo.authority}")
        kept, odd, ends = {"ada": [], "carmen": []}, [], threading.Event()

        def write(person, number):
            while not ends.is_set():
                number += 1
                code, said, took = attempt(person, "POST", "v1/statuses", status=f"{person.name} {number}", visibility="public")
                if code == 200:
                    kept[person.name].append(said["uri"])
                    ends.wait(0.02)
                else:
                    if code != 503 or not said or took > 12:
                        odd.append((code, said, round(took, 1)))
                    ends.wait(0.05)
        threads = [threading.Thread(target=write, args=(person, number), daemon=True) for person, number in ((ada, 0), (ada, 100000), (carmen, 0))]
        for thread in threads:
            thread.start()
        for _ in range(3):
            goal = len(kept["ada"]) + 20
            until("some to be acknowledged", lambda: len(kept["ada"]) > goal)
            database.stop()
            answer = attempt(ada, "POST", "v1/statuses", status="Nowhere to keep this")
            unavailable(answer, 12)
            unavailable(attempt(ada, "GET", "v1/timelines/home"), 12)
            expect(oslo.answers("/healthz") and not oslo.answers("/readyz"), "alive, and not ready")
            database.start()
            until("it to be ready by itself", lambda: oslo.answers("/readyz"), 20)
        ends.set()
        for thread in threads:
            thread.join(30)
        began = time.monotonic()
        expect(not odd, f"whoever writes is answered 200, or 503 in words: {odd[:5]}")
        for reader, writer in ((ada, "ada"), (carmen, "ada"), (ada, "carmen")):
            # What was delivered while the server was gone comes again within a minute, or when the node is heard.
            until(f"{reader.name} to have all of {writer}", lambda: set(kept[writer]) <= set(contents(reader)), 90)
            everything = contents(reader)
            expect(len(everything) == len(set(everything)), f"{reader.name} has each once")
        texts = [status["content"] for page in pages(carmen, "v1/timelines/home") for status in page if "ada" in status["content"]]
        expect(len(texts) == len(set(texts)), "nothing was said twice")
        expect(oslo.run("admin", "count", "inbox").split()[0] == "0", "nothing waits")
        unharmed(oslo)
        print(f"{len(kept['ada'])} and {len(kept['carmen'])} acknowledged; all there after {time.monotonic() - began:.1f} s")
        oslo.stop()
    finally:
        if "oslo" in locals():
            oslo.stop(signal.SIGKILL)
        database.remove()


if __name__ == "__main__":
    play(globals())
