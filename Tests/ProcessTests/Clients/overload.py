"""Many times what a node can take, and what becomes of everybody else meanwhile.

python overload.py HALLWAY STORY [CLIENTS]: needs a C compiler, for `flood.c`.
"""
import collections, itertools, resource
from offices import *
from ledger import *
from strangers import *

# A node gives up on a request after 15 seconds; a machine that is three times slower has as much again.
patience = 30
times, most_lines, seconds = 64, 8192, 6
lead = f"{folder}/flood"


def prepare_flood():
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("skipped: this needs a C compiler: apt-get install gcc")
        sys.exit(0)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flood.c")
    subprocess.run([compiler, "-O2", "-o", lead, source], check=True, timeout=60)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return min(most_lines, most // 2)


def said(person, method, path, **fields):
    """A request of the client API, as bytes."""
    body = urllib.parse.urlencode(fields).encode()
    key = f"idempotency-key: {fields['status']}\r\n" if fields else ""
    head = (f"{method} /api/v1/{path} HTTP/1.1\r\nhost: {person.office.authority}\r\nauthorization: Bearer {person.token}\r\n{key}"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n")
    return person.office.address, person.office.port, head.encode() + body


def prepared(path, person, stranger, number):
    """So many requests in a file, every other one for the inbox, the others of a client; and what each would say."""
    names = []
    with open(path, "wb") as file:
        for count in range(number):
            if count % 2:
                text = f"{person.name} under load {os.path.basename(path)} {count}"
                names.append(text)
                _, _, data = said(person, "POST", "statuses", status=text, visibility="private")
            else:
                activity = stranger.note(f"too much {os.path.basename(path)} {count}")
                names.append(activity["object"]["id"])
                _, _, data = stranger.request(activity["actor"], "POST", f"{person.office.url}/inbox", activity)
            file.write(len(data).to_bytes(4, "little") + data)
    return names


class Flood:
    """Requests at a rate, whether those before were answered or not; at rate 0, as many at once as there are lines."""

    def __init__(self, office, path, rate, seconds, lines):
        self.answers = f"{path}.answers"
        self.process = subprocess.Popen(
            [lead, office.address, str(office.port), path, str(rate), str(seconds), str(lines), str(patience), self.answers],
            stdout=subprocess.PIPE, text=True)

    def runs(self):
        return self.process.poll() is None

    def results(self):
        """What was offered; and of each that was begun its place, what became of it, whether it was told to come back, milliseconds."""
        summary, _ = self.process.communicate(timeout=seconds + 3 * patience)
        expect(self.process.returncode == 0, "the flood ends by itself")
        answers = [(int(place), what, told == "1", float(took)) for place, what, told, took in map(str.split, open(self.answers))]
        return json.loads(summary), answers


class Bystander:
    """Somebody who has nothing to do with the flood, and does one thing again and again until it ends."""

    def __init__(self, what, flood, act):
        self.what, self.waits, self.fault = what, [], None

        def work():
            while flood.runs() and not self.fault:
                began = time.monotonic()
                try:
                    act(began + patience)
                    self.waits.append(time.monotonic() - began)
                except (OSError, http.client.HTTPException, SystemExit) as fault:
                    self.fault = f"{self.what}, number {len(self.waits) + 1}, after {time.monotonic() - began:.1f} s: {type(fault).__name__} {fault}"
                time.sleep(0.1)
        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()


def insist(request, end):
    """Asks as a node or a client does: again when it was told to come back, but not for longer than it has patience."""
    while True:
        status, fields, body = ask(request, max(0.1, end - time.monotonic()))
        expect(time.monotonic() < end, f"it is answered {status} too late")
        if status in (200, 202):
            return json.loads(body or b"{}")
        expect(status in (429, 503) and fields["Retry-After"], f"it is answered {status} {body[:100]}")
        expect(time.monotonic() + float(fields["Retry-After"]) < end, f"it is put off with {status} until it gives up")
        time.sleep(float(fields["Retry-After"]))


def overload(limits, most, pace=None):
    """What it takes, where that is not known yet; and what did not hold."""
    oslo = Office(f"Oslo-{limits}", 3, federation="open")
    oslo.environment["HALLWAY_RATE_LIMITS"] = limits
    oslo.start()
    loud, quiet, third = Stranger("127.1.0.1"), Stranger("127.1.0.2"), Stranger("127.1.0.3", 1)
    ada, boris = oslo.person("ada"), oslo.person("boris")
    for stranger in (loud, quiet):
        for number in range(2):
            ada.follow(f"s{number}@{stranger.authority}")
    third.follow(oslo, "ada")
    path, warm, warm_names = f"{folder}/much-{limits}", [], []
    names = prepared(path, boris, loud, 6000)
    if pace is None:
        warm_names = prepared(f"{folder}/warm", boris, loud, 1000)
        _, warm = Flood(oslo, f"{folder}/warm", 0, 2, 8).results()
        pace = len(warm) / 2
    before, numbers = memory(oslo.process), itertools.count()
    flood = Flood(oslo, path, times * pace, seconds, most)
    promised = set()

    def speak(end):
        activity = quiet.note(f"a quiet word {next(numbers)}")
        insist(quiet.request(activity["actor"], "POST", f"{oslo.url}/inbox", activity), end)
        promised.add(activity["object"]["id"])

    def tell(end):
        status = insist(said(ada, "POST", "statuses", status=f"Ada says {next(numbers)}", visibility="public"), end)
        promised.add(status["uri"])
        until("it to arrive", lambda: status["uri"] in third.heard(), patience)
    bystanders = [
        Bystander("another node speaks", flood, speak), Bystander("a person reads", flood, lambda end: insist(said(ada, "GET", "timelines/home"), end)),
        Bystander("a third node is told", flood, tell)]
    peak = before
    while flood.runs():
        peak = max(peak, memory(oslo.process))
        time.sleep(0.05)
    for bystander in bystanders:
        bystander.thread.join(3 * patience)
    facts, answers = flood.results()
    became = collections.Counter(what for _, what, _, _ in answers)
    waited = {bystander.what: (len(bystander.waits), round(max(bystander.waits, default=0), 1)) for bystander in bystanders}
    print(f"limits {limits}: takes {pace:.0f}/s, offered {facts['offered'] / seconds:.0f}/s on {most} lines, {facts['turned_away']} found none; "
          f"{dict(became)}; memory {before >> 20} to {peak >> 20} MiB; others, how often and at most how long: {waited}", flush=True)
    wrong = [bystander.fault for bystander in bystanders if bystander.fault]

    def hold(truth, what):
        if not truth:
            wrong.append(what)
    in_order = {("200", False), ("202", False), ("429", True), ("503", True), ("late", False), ("unopened", False)}
    strange = [(what, told, f"after {took / 1000:.1f} s") for _, what, told, took in answers if (what, told) not in in_order]
    hold(facts["offered"] > times * pace * seconds * 0.9, f"so much is offered: {facts}")
    # A line may break, which promises nothing; once in thousands was seen, and not why.
    if became["lost"] * 1000 < len(answers):
        strange = [one for one in strange if one[0] != "lost"]
    hold(not strange, f"answers are 2xx, or 429 or 503 with Retry-After: {strange[:10]}")
    # On a slow machine the lines that it cannot open in time keep out as much as the queue would have refused.
    hold(became["429"] + became["503"] + became["unopened"], "what is too much is kept out")
    hold(limits == "on" or became["200"] + became["202"] > pace * seconds / 8, f"it goes on working: {became['200'] + became['202']}")
    # A line costs some 65 KiB while something comes in on it (Spec/decisions/0015).
    hold(peak - before < most * 128 * 1024, f"memory is bounded: it grows by {peak - before >> 20} MiB for {most} lines")
    # Requests whose callers have gone are still worked on: a stop ends them, and nothing comes in after it.
    oslo.stop()
    oslo.start()
    finish(oslo)
    there = {uri for uri, in rows(oslo, "SELECT uri FROM post")} | {text for text, in rows(oslo, "SELECT source FROM post WHERE source IS NOT NULL")}
    promised |= {list_of[place] for list_of, results in ((names, answers), (warm_names, warm)) for place, what, *_ in results if what in ("200", "202")}
    hold(promised <= there, f"all that was acknowledged is there: {len(promised - there)} of {len(promised)} are not")
    intact(oslo)
    oslo.stop()
    return pace, [f"limits {limits}: {what}" for what in wrong]


def play_overload():
    """64 times as many requests as a node can take are answered or refused in order, in bounded memory, and others go on."""
    most = prepare_flood()
    # Rate limits off, where only what the machine can do limits, and on, as nodes run.
    pace, wrong = overload("off", most)
    _, more = overload("on", most, pace)
    expect(not wrong + more, "; ".join(wrong + more))


def without_proxies():
    """An office on a machine where everybody is, and none of them a proxy; another node; and Ada, who follows somebody there."""
    oslo = Office("Oslo", 3, federation="open")
    oslo.environment["HALLWAY_TRUSTED_PROXIES"] = "192.0.2.1/32"
    oslo.start()
    quiet = Stranger("127.1.0.2")
    ada = oslo.person("ada")
    ada.follow(f"s0@{quiet.authority}")
    return oslo, quiet, ada


def play_doors():
    """Who opens more lines than a node has, and says nothing on them, keeps out nobody from elsewhere."""
    lines, (_, most) = 12_000, resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < lines + 1000:
        print(f"skipped: this needs {lines + 1000} open files: ulimit -n")
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    oslo, quiet, ada = without_proxies()
    held = []
    for number in range(lines):
        line = socket.socket()
        line.setblocking(False)
        line.bind(("127.0.0.8", 0))
        line.connect_ex((oslo.address, oslo.port))
        held.append(line)
    seen = [0]

    def stays():
        seen.append(handles(oslo.process))
        return len(seen) > 20 and len(set(seen[-20:])) == 1
    until("as many to be let in as ever will", stays)
    activity = quiet.note("a quiet word", quiet.people[0])
    insist(quiet.request(activity["actor"], "POST", f"{oslo.url}/inbox", activity), time.monotonic() + patience)
    until("Ada to read it", lambda: activity["object"]["id"] in {status["uri"] for status in insist(said(ada, "GET", "timelines/home"), time.monotonic() + patience)})
    print(f"{lines} lines opened, {handles(oslo.process)} files held")


def play_silent():
    """Who sends the heads of deliveries under many names, and never a body, keeps out nobody from elsewhere."""
    lines, (_, most) = 1024, resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    oslo, quiet, ada = without_proxies()
    held = []
    for number in range(lines):
        line = socket.create_connection((oslo.address, oslo.port), timeout=patience, source_address=("127.0.0.8", 0))
        line.sendall(
            f"POST /inbox HTTP/1.1\r\nhost: {oslo.authority}\r\ncontent-type: application/activity+json\r\ncontent-length: 500\r\n"
            f'signature: keyId="https://invented{number}.example/actor#key"\r\n\r\n'.encode())
        held.append(line)
    turned_away = 'hallway_turned_away_total{who="nodes"}'

    def are_kept_out():
        with urllib.request.urlopen(f"{oslo.url}/metrics", timeout=patience) as answer:
            return int(re.search(rf"^{re.escape(turned_away)} (\d+)", answer.read().decode(), re.M)[1]) >= lines - 256
    until("all but a part of them to be turned away", are_kept_out)
    activity = quiet.note("a quiet word", quiet.people[0])
    status, _, body = ask(quiet.request(activity["actor"], "POST", f"{oslo.url}/inbox", activity), patience)
    expect(status == 202, f"another node is answered {status} {body[:100]}")
    for line in held:
        line.close()


if __name__ == "__main__":
    play(globals())
