"""Start, ingest, what a kill leaves, reads and publishing; the same for SQLite and for PostgreSQL."""
import concurrent.futures, os, shlex, signal, statistics, subprocess, tempfile
from node import HERE, Node, wait_for
from table import median


def part_start(bench):
    starts, resident = [], []
    for _ in range(bench.rounds):
        node = bench.node("start", 2, "ada")
        starts.append(node.start())
        resident.append(node.bench("idle", "ada")[0]["rss_mib"])
        node.stop()
    bench.table.record("start to first answer", round(statistics.median(starts), 3), "s", "≤ 0.3")
    bench.table.record("resident memory, idle", statistics.median(resident), "MiB", "≤ 45")


def part_ingest(bench):
    lines, loaded = [], []
    for _ in range(bench.rounds):
        node = bench.node("ingest", 2, "ada")
        node.start()
        lines += ingest(bench, node)
        loaded.append(node.resident())
        node.stop()
    record_ingest(bench, lines, goals=True)
    bench.table.record("resident memory after that", statistics.median(loaded), "MiB", "≤ 120")


def ingest(bench, node, quickly=400):
    return node.bench("ingest", "ada", "--count", str(quickly) if bench.quick else "3000")


def record_ingest(bench, lines, kind="", goals=False):
    for connections, goal, cpu in ((1, "", ""), (16, "", ""), (64, "≥ 3000", "≤ 0.4")):
        these = [line for line in lines if line["conc"] == connections]
        lost = sum(line["accepted"] - line["stored"] for line in these)
        bench.table.record(
            f"{kind}inbox ingest, {connections} connections: stored", median(these, "durable_per_s"), "/s", goal if goals else "", f"lost {lost}")
        bench.table.record(
            "    answered", median(these, "accepted_per_s"), "/s", "", f"p50 {median(these, 'p50_ms')} p99 {median(these, 'p99_ms')} ms")
        bench.table.record("    CPU for 1,000", median(these, "cpu_s_per_1000"), "s", cpu if goals else "")


def part_crash(bench):
    """SIGKILL the moment the last of 1,000 is answered; what was answered with 2xx must be there after the next start."""
    lost, restarts = [], []
    for _ in range(bench.rounds):
        node = bench.node("crash", 2, "ada")
        node.start()
        line = node.bench(
            "crash", "ada", "--count", "1000", "--start-cmd", f"{shlex.quote(bench.hallway)} node")[0]
        node.process.wait(30)
        node.process = None
        os.kill(line["new_pid"], signal.SIGTERM)
        wait_for(lambda: not os.path.exists(f"/proc/{line['new_pid']}"))
        lost.append(line["accepted"] - line["stored_after_restart"])
        restarts.append(line["restart_s"])
    bench.table.record(
        "lost of 1,000 acknowledged by kill -9", max(lost), "", "0",
        f"the most of {bench.rounds}; up again after {statistics.median(restarts)} s")


def part_reads(bench):
    node = bench.node("reads", 2, "ada", "boris")
    node.start()
    node.bench("ingest", "ada", "--count", "500", "--conc", "16")
    record_reads(bench, node, goals=True)
    node.stop()


def record_reads(bench, node, kind="", goals=False):
    lines = []
    for _ in range(bench.rounds):
        lines += node.bench("reads", "ada", "--conc", "16", "--secs", "1" if bench.quick else "2", "--only", "home20,actor,webfinger")
        lines += node.bench("reads", "boris", "--conc", "64", "--posts", "1000" if bench.quick else "3000", "--only", "post")
    for what, name, goal, cpu in (("home20", "home timeline of 20, 16 connections", "≥ 4000", "≤ 0.30"), ("actor", "actor, signed GET", "", ""),
                                  ("webfinger", "WebFinger", "", ""), ("post", "publish a post, 64 connections", "≥ 2000", "")):
        these = [line for line in lines if line["what"] == what]
        bench.table.record(
            f"{kind}{name}", median(these, "per_s"), "/s", goal if goals else "", f"p50 {median(these, 'p50_ms')} p99 {median(these, 'p99_ms')} ms")
        bench.table.record("    CPU for 1,000", median(these, "cpu_s_per_1000"), "s", cpu if goals else "")


def part_postgres(bench):
    """The same ingest and reads, and the home timeline by two processes. CPU is the node's, without the server's."""
    scripts = os.path.join(HERE, "../../deploy/postgres-for-tests")
    # A socket's path must be short.
    place = tempfile.mkdtemp(prefix="hw-pg-")
    server = subprocess.check_output([scripts, place], text=True).strip()
    try:
        first, second = Node(bench, "postgres", 2), Node(bench, "postgres-2", 3)
        for node in (first, second):
            node.environment.update(HALLWAY_BASE_URL=first.url, HALLWAY_DATABASE=server, HALLWAY_DATA_FOLDER=first.data)
            node.counting = f"psql -qAt '{server}' -c 'select count(*) from post'"
        first.person("ada"), first.person("boris")
        first.start()
        lines = [line for _ in range(bench.rounds) for line in ingest(bench, first, quickly=200)]
        record_ingest(bench, lines, "PostgreSQL: ")
        record_reads(bench, first, "PostgreSQL: ")
        second.tokens = first.tokens
        second.start()
        rates = []
        for _ in range(bench.rounds):
            with concurrent.futures.ThreadPoolExecutor() as pool:
                asked = [pool.submit(node.gets, [node.get("/api/v1/timelines/home?limit=20", "ada")], 8, 2) for node in (first, second)]
                rates.append(sum(answer.result()["per_s"] for answer in asked))
        bench.table.record(
            "PostgreSQL: home timeline by two processes, 8 connections each", round(statistics.median(rates)), "/s", "", "on the same cores")
        first.stop(), second.stop()
    finally:
        subprocess.run([scripts, "--stop", place], check=True)
