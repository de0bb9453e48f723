"""Backups of a running node, and its move to the other engine and back.

python copies.py HALLWAY STORY CLIENTS: `move` wants `HALLWAY_TEST_POSTGRES`, the address of a server that may be filled.
"""
from offices import *


def busy_node():
    """Two offices that know each other, with something to lose."""
    oslo, lima = (Office(name, 3 + index, federation="open").start() for index, name in enumerate(["Oslo", "Lima"]))
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


def play_move():
    """A node moves to PostgreSQL and back, and nothing is lost."""
    oslo, lima, ada, carmen = busy_node()
    schema = f"moved_{secrets.token_hex(6)}"
    server = os.environ["HALLWAY_TEST_POSTGRES"]
    subprocess.run(["psql", "-q", server, "-c", f"CREATE SCHEMA {schema}"], check=True, capture_output=True)
    address = f"{server}&options=-csearch_path%3D{schema}%2Cpublic"
    try:
        timeline = [status["uri"] for status in ada.home(limit=40)]
        for target in (address, f"sqlite:{folder}/back.sqlite"):
            oslo.stop()
            expect("moved and verified" in oslo.run("admin", "move-database", target), "moved")
            expect("something in it already" in says(oslo, "admin", "move-database", target), "and never over rows")
            oslo.environment["HALLWAY_DATABASE"] = target
            oslo.start()
            timeline = same_after(oslo, ada, carmen, timeline) if target == address else timeline
        expect(ada.home(limit=40)[0]["uri"] == timeline[0], "and back again")
        oslo.stop()
    finally:
        subprocess.run(["psql", "-q", server, "-c", f"DROP SCHEMA {schema} CASCADE"], capture_output=True)


if __name__ == "__main__":
    play(globals())
