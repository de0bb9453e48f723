"""Measures a release build of Hallway, and prints one table: what was measured beside what the design asks for.

    run.py HALLWAY FILL REPLAY [--quick] [--only PART,…] [--json FILE]

Parts: start, ingest, crash, fanout, reads, search, catchup, growth, postgres; and by name alone stages, which needs `perf`.
Everything is on loopback, loops are bounded, and what was started is stopped. Figures are medians of three runs (of one
with --quick), and are kept as JSON as well, in FILE or in .build/bench.json.
"""
import argparse, os, subprocess, sys, time
import engine, fanout, growth, stages
from node import HERE, Bench, wait_for
from table import Table

PARTS = {
    "start": engine.part_start, "ingest": engine.part_ingest, "crash": engine.part_crash, "fanout": fanout.part_fanout,
    "reads": engine.part_reads, "search": growth.part_search, "catchup": fanout.part_catchup, "growth": growth.part_growth,
    "postgres": engine.part_postgres, "stages": stages.part_stages}

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("hallway"), parser.add_argument("fill"), parser.add_argument("replay")
parser.add_argument("--quick", action="store_true")
parser.add_argument("--only", default=",".join(part for part in PARTS if part != "stages"))
parser.add_argument("--json", default=os.path.normpath(f"{HERE}/../../.build/bench.json"))
options = parser.parse_args()
parts = options.only.split(",")
if unknown := set(parts) - set(PARTS):
    sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
os.makedirs(os.path.dirname(os.path.abspath(options.json)), exist_ok=True)
table = Table(1 if options.quick else 3, options.quick)
bench = Bench(options, table)
peers = subprocess.Popen(
    [sys.executable, f"{HERE}/fakefed.py", "--hosts", "100", "--port", "7000"], stdout=subprocess.DEVNULL)
try:
    wait_for(lambda: os.path.exists(f"{bench.folder}/keys/15.pem"), 60)
    seconds = {}
    for part in parts:
        began = time.monotonic()
        PARTS[part](bench)
        seconds[part] = round(time.monotonic() - began)
    table.end(options.json, seconds)
except BaseException:
    for name in sorted(name for name in os.listdir(bench.folder) if name.endswith(".log")):
        print(f"--- {name}\n" + "".join(open(f"{bench.folder}/{name}").readlines()[-5:]), file=sys.stderr)
    raise
finally:
    peers.kill()
    bench.clear()
