"""What a request costs, stage by stage: `perf` samples of a node under load, each given to the innermost frame that is known.

Retaining, releasing and allocating stand by themselves, whoever asks for them. `run.py … --only stages` takes two minutes;
it prints the costliest functions of ours below the table.
"""
import collections, os, re, shutil, subprocess, sys

# First match wins, in this order, for a frame: the start of its symbol (Swift's begin with the module), or its library.
STAGES = [
    ("retain, release, malloc", r"_?swift_(retain|release|bridgeObject|alloc|dealloc|slowAlloc|slowDealloc|unknownObject|beginAccess|isUnique|initStackObject|arrayInit|arrayDestroy|weak|unowned|setDealloc)"
     r"|_ZN5swift.*RefCount|_?_?(malloc|free|calloc|realloc|cfree|posix_memalign)|_int_(malloc|free|realloc|memalign)|__libc_(malloc|free|calloc|realloc)|malloc_consolidate|unlink_chunk|tcache_|swift_.*(Destroy|destroy)"),
    ("signature", r"\$s(e)?10Signatures|.*libcrypto|CNIOBoringSSL"),
    ("JSON", r"\$s(e)?4JSON"),
    ("rendering", r"\$s(e)?9ClientAPI.*(Entit|Render)|\$s(e)?9ClientAPI.*Entity|\$s(e)?5WebUI|\$s(e)?6Domain.*Render"),
    ("translation", r"\$s(e)?10Federation.*(Translate|PostIn|ActorIn|BodyIn|PostOut|ActorOut|AudienceIn|Wire|Composer)|\$s(e)?15ActivityStreams|\$s(e)?6Markup|\$s(e)?5CMark|.*libxml2"),
    ("storage and SQLite", r"\$s(e)?7Storage|\$s(e)?4GRDB|sqlite3|\$s(e)?15PostgresStorage"
     r"|.*libsqlite3|.*libpq|ext4_|filemap_|jbd2_|vfs_fsync|blkdev_"),
    ("handling, delivery, fan-out", r"\$s(e)?6Social|\$s(e)?10Federation"),
    ("reading and routing", r"\$s(e)?(7Surface|9ClientAPI|8Assembly|6Domain|7hallway)|\$s(e)?11Hummingbird|\$s(e)?7Logging|\$s(e)?7Tracing"),
    ("HTTP and NIO", r"\$s(e)?(7NIOCore|8NIOPosix|8NIOHTTP1|12NIOHTTPTypes|17NIOHTTPTypesHTTP1|9HTTPTypes|3NIO|15HummingbirdCore|15AsyncHTTPClient|9NIOConcurrencyHelpers|20NIOConcurrencyHelpers|10NIOTLS|6NIOSSL)"
     r"|c_nio_|llhttp|tcp_|sock_|inet_|__sys_(send|recv)|ep_poll|do_epoll|\$s(e)?16ServiceLifecycle"),
]
PATTERNS = [(name, re.compile(pattern)) for name, pattern in STAGES]
LIMITS = {"HTTP and NIO": "75 HTTP", "signature": "35 verify", "JSON": "10 parse", "storage and SQLite": "60 insert"}
LOADS = (
    ("ingest at 64", "ingest", ["--conc", "64"], "--count", 3000, 10_000),
    ("home timeline at 16", "reads", ["--conc", "16", "--only", "home20"], "--secs", 2, 8),
    ("publish at 64", "reads", ["--conc", "64", "--only", "post"], "--posts", 3000, 10_000))


def part_stages(bench):
    if not shutil.which("perf"):
        sys.exit("stages needs perf: deploy/install linux-perf")
    node = bench.node("stages", 2, "ada")
    node.start()
    node.bench("ingest", "ada", "--count", "500", "--conc", "16")
    costly = []
    for what, command, arguments, amount, few, many in LOADS:
        samples = f"{bench.folder}/perf.data"
        line = node.bench(command, "ada", *arguments, amount, str(few if bench.quick else many), "--perf", samples)[0]
        spent, functions, total = attribute(samples)
        each = line["cpu_s_per_1000"] * 1000
        bench.table.record(f"{what}: CPU of a request", round(each), "µs", "", f"{total:,} samples")
        for name in [*(name for name, _ in STAGES), "other"]:
            limit = LIMITS.get(name, "") if command == "ingest" else ""
            bench.table.record(f"    {name}", round(spent[name] / total * each), "µs", limit, f"{spent[name] / total:.0%}")
        costly.append((what, [(count / total * each, name) for name, count in functions.most_common(14)]))
    node.stop()
    for what, functions in costly:
        print(f"\n{what}: the costliest of our functions, with what they call that is nobody's (µs a request)")
        for each, name in zip(functions, demangled([name for _, name in functions])):
            print(f"{each[0]:7.1f}  {name[:150]}")


def attribute(path):
    """Samples by stage, by our function, and how many."""
    script = subprocess.Popen(
        ["perf", "script", "-i", path, "-F", "ip,sym,dso", "--no-demangle"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        errors="replace")
    spent, functions, total, stack = collections.Counter(), collections.Counter(), 0, []
    for line in [*script.stdout, ""]:
        frame = line.strip()
        if frame:
            stack.append(frame.split(" ", 1)[1] if " " in frame else frame)
        elif stack:
            total += 1
            name, symbol = stage(stack)
            spent[name] += 1
            if symbol:
                functions[f"{symbol}\t{name}"] += 1
            stack = []
    script.wait()
    os.unlink(path)
    return spent, functions, max(1, total)


KNOWN = {}


def stage(stack):
    """Whose a sample is, and the innermost function of our own."""
    found, ours = None, None
    for depth, frame in enumerate(stack):
        if frame not in KNOWN:
            KNOWN[frame] = next(
                (name for name, pattern in PATTERNS if pattern.match(frame)), None)
        name = KNOWN[frame]
        if name and not found:
            found = name
        if name and frame.startswith("$s") and name != "retain, release, malloc":
            ours = frame.split(" ")[0]
            break
    return found or "other", ours


def demangled(names):
    symbols = [name.split("\t")[0] for name in names]
    if not shutil.which("swift"):
        return symbols
    done = subprocess.run(["swift", "demangle", "--compact", "--simplified", *symbols], capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else symbols
