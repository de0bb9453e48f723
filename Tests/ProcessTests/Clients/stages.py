"""A post on its way, followed on the metrics pages of both nodes.

python stages.py HALLWAY STORY [CLIENTS]: which figures belong to which stage is read from Spec/operations.md.
"""
from offices import *

checkout = os.path.normpath(f"{os.path.dirname(os.path.abspath(__file__))}/../../..")


def table():
    """Of each stage its name, the nodes it is on, and what its rate, its latency and its queue are called."""
    text = open(f"{checkout}/Spec/operations.md").read().partition("## Stages")[2].partition("\n## ")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")][1:]
    return [(stage, nodes.split(" and "), *(re.findall(r"`([^`]+)`", cell) for cell in (rate, latency, queue)))
            for stage, nodes, rate, latency, queue in lines]


announced = set()


def figures(office):
    """The samples of a page, and what kind each family is; each belongs to a family that was announced."""
    with urllib.request.urlopen(f"{office.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    kinds, samples = {}, {}
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            expect(name not in kinds, f"{name} is one family")
            kinds[name] = kind
            announced.add(name)
            continue
        name, _, value = line.rpartition(" ")
        own = name.partition("{")[0]
        family = own if own in kinds else re.sub(r"_(bucket|sum|count)$", "", own)
        expect(kinds.get(family), f"{name} has a kind")
        expect(name not in samples, f"{name} is there once")
        samples[name] = float(value)
    return samples, kinds


def total(samples, name, ending=""):
    """The sum over all that has the name, and the labels if any are said."""
    own, _, labels = name.partition("{")
    labels = [label for label in labels.rstrip("}").split(",") if label]
    found = [value for sample, value in samples.items()
             if sample.partition("{")[0] == own + ending and all(label in sample for label in labels)]
    return sum(found) if found else None


def play_stages():
    """A post raises the figures of every stage on both nodes; what waits for a node that is away has an age; nothing is undocumented."""
    oslo, lima = (Office(name, 3 + index, federation="open").start() for index, name in enumerate(["Oslo", "Lima"]))
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    carmen.follow(f"ada@{oslo.authority}")
    ada.follow(f"carmen@{lima.authority}")
    request = urllib.request.Request(f"{lima.url}/api/v1/streaming/user", headers={"Authorization": f"Bearer {carmen.token}"})
    stream = urllib.request.urlopen(request, timeout=30)
    expect(stream.readline() == b":)\n", "Carmen listens")
    of = {"the author's": oslo, "the reader's": lima}
    stages = table()
    expect(len(stages) >= 6 and all(name in of for _, nodes, *_ in stages for name in nodes), f"the table is understood: {stages}")
    before = {office: figures(office)[0] for office in of.values()}
    post = ada.post("Follow me", visibility="public")
    until("Carmen to read it", lambda: carmen.has(post["uri"]))
    until("it to be on her stream", lambda: post["uri"].encode() in stream.readline())

    def missing():
        """What has not risen."""
        after, found = {office: figures(office)[0] for office in of.values()}, []
        for stage, nodes, rates, latencies, queues in stages:
            for node in nodes:
                def rise(name, ending=""):
                    now, then = (total(samples[of[node]], name, ending) for samples in (after, before))
                    return now is not None and now > (then or 0)
                found += [f"{node} {name} of {stage}" for name in rates if not rise(name)]
                found += [f"{node} {name} of {stage}" for name in latencies if not (rise(name, "_count") and rise(name, "_sum"))]
                found += [f"{node} {name} of {stage}" for name in queues if total(after[of[node]], name) is None and "node=" not in name]
        return found
    try:
        until("every stage to have counted it", lambda: not missing())
    except SystemExit:
        raise SystemExit(f"not raised: {missing()}")

    # Of the other node in particular: how much, how often in vain, how long.
    there = f'{{node="{lima.authority}"}}'
    for name in ("hallway_node_delivered_total", "hallway_node_delivery_seconds_count", "hallway_node_delivery_seconds_sum"):
        expect(figures(oslo)[0][name + there] > before[oslo].get(name + there, 0), f"{name} tells of Lima")
    back = f'hallway_node_received_total{{node="{oslo.authority}"}}'
    expect(figures(lima)[0][back] > before[lima].get(back, 0), "and Lima's of Oslo")

    # What waits has an age.
    stream.close()
    lima.stop()
    waiting = ["hallway_waiting", "hallway_waiting_seconds"]
    ada.post("Nobody is there", visibility="public")
    for name in [f'{name}{{stage="delivery"}}' for name in waiting] + [f"hallway_deliveries_{name[8:]}{there}" for name in waiting]:
        until(f"{name} to say so", lambda: figures(oslo)[0].get(name, 0) > 0)
    until("the attempt to be counted", lambda: figures(oslo)[0][f"hallway_node_failed_total{there}"] > 0)
    until("Oslo to take Lima for silent", lambda: figures(oslo)[0]["hallway_nodes_silent"] == 1)
    lima.start()
    # So that it is heard of, and what waits is due.
    carmen.post("Here again", visibility="public")
    until("nothing to wait", lambda: figures(oslo)[0]['hallway_waiting{stage="delivery"}'] == 0, 30)
    expect(figures(oslo)[0]['hallway_waiting_seconds{stage="delivery"}'] == 0, "and what is not there has no age")

    # Every figure is described, and every one that is described is there.
    text = open(f"{checkout}/Spec/operations.md").read()
    described = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"`(hallway_[a-z_]+)", text)}
    expect(announced == described, f"the page and Spec/operations.md are of one mind: {announced ^ described}")


if __name__ == "__main__":
    play(globals())
