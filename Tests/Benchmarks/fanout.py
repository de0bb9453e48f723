"""What leaves a node: to strangers one by one, to our own nodes in batches, and to one that was away."""
import time
from node import wait_for
from table import median


def part_fanout(bench):
    followers = 300 if bench.quick else 1000
    node = bench.node("fanout", 2, "ada", "boris", "carmen")
    node.start()
    for kind, person, what, goal, cpu in (
            ("i", "boris", f"fan-out to {followers:,} inboxes (RSA)", "≥ 900", "≤ 1.3"), ("s", "ada", "fan-out to 100 shared inboxes", "", "")):
        arguments = ["--kind", kind, "--followers", str(followers), "--posts", str(bench.rounds)]
        lines = [line for line in node.bench("fanout", person, *arguments) if line["what"] == "fanout"]
        record(bench, lines, what, goal, cpu, "deliveries_per_s", "")
    posts = 30 if bench.quick else 100
    lines = []
    for _ in range(bench.rounds):
        lines += [line for line in node.bench("batches", "carmen", "--followers", "100", "--posts", str(posts)) if line["what"] == "batches"]
    checked = sum(line["samples_checked"] for line in lines)
    record(
        bench, lines, f"fan-out to our own nodes (Ed25519, batches): {posts} × 100 activities", "≥ 5000", "≤ 0.2", "activities_per_s",
        f"; fake nodes, {median(lines, 'per_request')} a request, {checked} signatures checked")
    node.stop()


def record(bench, lines, what, goal, cpu, rate, note):
    bad = sum(len(line["bad_signatures"]) + line["duplicates"] + line["expected"] - line["arrived"] for line in lines)
    bench.table.record(what, median(lines, rate), "/s", goal, f"missing, twice or badly signed: {bad}{note}")
    bench.table.record("    CPU for 1,000, the sender", median(lines, "cpu_s_per_1000"), "s", cpu)


def part_catchup(bench):
    """From the start of a node that was away to the last post's being there, between two real nodes of one directory."""
    waiting = 2000 if bench.quick else 10_000
    lines = [catch_up(bench, waiting) for _ in range(bench.rounds)]
    bench.table.record(
        f"catch-up after an outage, {waiting:,} activities waiting", median(lines, "per_s"), "/s", "≥ 5000", f"all there after {median(lines, 'took')} s")
    bench.table.record("    CPU for 1,000, the sender", median(lines, "sender"), "s", "≤ 0.2")
    bench.table.record("    CPU for 1,000, the receiver", median(lines, "receiver"), "s", "", "no goal of its own; ingest one by one: ≤ 0.4")


def catch_up(bench, waiting):
    directory, oslo, lima = bench.node("org", 4), bench.node("oslo", 2, "ada"), bench.node("lima", 3, "carmen")
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
    oslo.replay([oslo.post("/api/v1/statuses", "ada", status=f"While Lima is away, {number}", visibility="public")
                 for number in range(waiting)], 16)
    wait_for(lambda: oslo.count("delivery") >= waiting, 120)
    spent, began = oslo.cpu(), lima.start()
    up = time.perf_counter()
    # Hearing from a node is what makes its lane due: somebody there likes something.
    lima.call("carmen", "POST", f"v1/statuses/{lima.call('carmen', 'GET', 'v1/timelines/home')[0]['id']}/favourite")
    wait_for(lambda: lima.count("post") >= waiting + 1, 300)
    took = time.perf_counter() - up
    line = {"per_s": round(waiting / took), "took": took, "start": began,
            "sender": (oslo.cpu() - spent) * 1000 / waiting, "receiver": lima.cpu() * 1000 / waiting}
    oslo.stop(), lima.stop(), directory.stop()
    return line
