"""What becomes of an office that comes back from yesterday's backup.

python restore.py HALLWAY STORY [CLIENTS]: needs a C compiler, for a day that passes in a moment.
"""
import contextlib, email.utils
from network import Story, clock_by, names, people
from offices import *
from ledger import *
from strangers import *

# More people, whose relations change after the backup.
more = {"Oslo": ["boris", "bella"], "Lima": ["carl", "cleo"], "Pune": ["chima", "chloe"], "Kyiv": ["dora"], "Accra": ["emil"]}
follows = [("carl", "boris"), ("cleo", "boris"), ("dora", "boris"), ("chima", "boris"), ("boris", "carl"), ("boris", "chima"),
           ("bella", "chima"), ("boris", "emil")]
ended = [("carl", "boris"), ("dora", "boris"), ("bella", "chima"), ("boris", "emil")]
begun = [("chloe", "boris"), ("emil", "boris"), ("bella", "carl"), ("boris", "dora")]
hour, day = 3600, 86400


def clock():
    """What to start nodes with, and what sets the clock of all of them."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("skipped: this needs a C compiler: apt-get install gcc")
        sys.exit(0)
    return clock_by(compiler)


def pass_to(seconds, set_clock, offices, witness):
    """So much later. What a server shows as its time is a second old at times."""
    set_clock(seconds)
    witness.ahead = seconds

    def shown(office):
        with urllib.request.urlopen(f"{office.url}/healthz", timeout=5) as answer:
            return email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp()
    for office in offices:
        until(f"{office.name} to know", lambda: abs(shown(office) - time.time() - seconds) < 5)


def restore(office, kept):
    """Its machine is lost; what the backup holds is put on another."""
    office.stop(signal.SIGKILL)
    shutil.rmtree(f"{folder}/{office.name}")
    expect("rows restored" in office.run("admin", "restore", kept), "it is restored")


def in_file(path, statement):
    database = sqlite3.connect(f"file:{path}/hallway.sqlite?mode=ro", uri=True, timeout=30)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def minted(path):
    """Every name that a node has given to a post, an activity, a follow or a like, with the number in it."""
    found = in_file(path, """
        SELECT uri FROM post WHERE is_local = 1 UNION SELECT uri FROM activity
        UNION SELECT uri FROM follow WHERE follower IN (SELECT id FROM actor WHERE host IS NULL)
        UNION SELECT uri FROM liking WHERE actor IN (SELECT id FROM actor WHERE host IS NULL)""")
    return {uri: int(uri.rsplit("/", 1)[1]) for uri, in found}


def since_backup(office, kept):
    old = minted(kept)
    return {uri: number for uri, number in minted(f"{folder}/{office.name}").items() if uri not in old}


def names_anew(office, kept, lost):
    """Nothing that it named since is called what it has lost: others would take it for that, and keep what they have."""
    new = since_backup(office, kept)
    expect(len(lost) > 10 and len(new) > 10, f"there is something to compare: {len(lost)} and {len(new)} names")
    same = set(lost) & set(new)
    expect(not same, f"a restored node gives no name twice: {len(same)} of {len(new)}, such as {sorted(same)[:2]}")
    return new


def differences(office, others):
    """Who follows whom across two offices, as far as one of them alone believes it."""
    def believed(one, host):
        return {f"{follower} follows {followee}" for follower, followee in rows(one, f"""
            SELECT a.name, b.name FROM follow f JOIN actor a ON a.id = f.follower JOIN actor b ON b.id = f.followee
            WHERE f.state = 1 AND (a.host IS NULL AND b.host = '{host}' OR b.host IS NULL AND a.host = '{host}')""")}
    found = set()
    for other in others:
        here, there = believed(office, other.authority), believed(other, office.authority)
        found |= {f"{words}, says {office.name} alone" for words in here - there}
        found |= {f"{words}, says {other.name} alone" for words in there - here}
    return found


def rest(offices):
    """All of them have done all; looked at twice, since what one has sent another has to handle."""
    until("all to be done", lambda: all(settled(office) for office in [*offices, *offices]), 60)


def reads(person, uri):
    """The post as they see it, however far down."""
    return next(status for page in pages(person, "v1/timelines/home") for status in page if status["uri"] == uri)


def agree(office, others, moment, but=()):
    """Empty, or where they do not agree by now; but for what cannot be known yet."""
    with contextlib.suppress(SystemExit):
        until("followers to be the same", lambda: not set(differences(office, others)) - set(but), 30)
    return [f"{moment}, {words}" for words in sorted(differences(office, others) - set(but))]


def holds(person, stories, liked):
    """They have these posts once, in their authors' order, and are told once of each that names them, and of each like."""
    wanted = {uri for story in stories for uri in story.everything()}
    until(f"{person.name} to have it all", lambda: wanted <= set(contents(person)), 60)
    home = contents(person)
    expect(len(home) == len(wanted) and wanted == set(home), f"{person.name} has each once, and nothing else: {len(home)} of {len(wanted)}")
    for story in stories:
        for author, uris in story.written.items():
            expect([uri for uri in reversed(home) if uri in uris] == uris, f"{person.name} reads {author} in order")
    named = sorted(uris[0] for story in stories if person in story.crew for author, uris in story.written.items() if uris and author != person.name)
    until(f"{person.name} to be told", lambda: set(named) <= set(Story.told(person, "mention")))
    expect(sorted(Story.told(person, "mention")) == named, f"{person.name} is told once of each that names them")
    expect(sorted(Story.told(person, "favourite")) == sorted(liked), f"{person.name} is told once of each like")


def not_again(office, others, kept, since):
    """What it has sent since it was restored is new to whom it was sent, but for what waited when it was backed up."""
    ledger = "SELECT d.id, a.uri, d.host, d.state, d.attempts, d.settled_at FROM delivery d JOIN activity a ON a.id = d.activity"
    before = {line[0]: line for line in in_file(kept, ledger)}
    now = {line[0]: line for line in in_file(f"{folder}/{office.name}", ledger)}
    settled_then = {number for number, line in before.items() if line[3] != 0}
    changed = [number for number in settled_then if now.get(number) != before[number]]
    expect(len(settled_then) > 50 and not changed, f"what was delivered before is left alone: {len(changed)} of {len(settled_then)} lines changed")
    told = {number for number, in in_file(kept, "SELECT id FROM activity")}
    posts = {number for number, in in_file(kept, "SELECT id FROM post")}
    anew = [uri for number, post, uri in in_file(f"{folder}/{office.name}", "SELECT id, post, uri FROM activity WHERE post IS NOT NULL")
            if number not in told and post in posts]
    expect(not anew, f"no post of before is told of anew: {anew[:3]}")
    heard = {(uri, other.authority): int(at) for other in others for uri, at in rows(other, "SELECT uri, at FROM seen_activity")}
    sent = [line for number, line in now.items() if number not in settled_then and line[4] > 0]
    again = {(uri, host) for _, uri, host, *_ in sent if heard.get((uri, host), since) < since}
    waited = {(line[1], line[2]) for number, line in before.items() if number not in settled_then}
    expect(again <= waited, f"nothing is sent again: {len(again - waited)} of {len(sent)}, such as {sorted(again - waited)[:3]}")
    expect(again == waited, f"but for what waited: {len(again)} of {len(waited)}")


def company(faked):
    """A directory and five offices, one person in each who follows all others, and some more."""
    directory = Office("directory", 2, command="directory")
    directory.environment.update(faked)
    directory.start()
    offices = [Office(name, 3 + index, directory) for index, name in enumerate(names)]
    for office in offices:
        office.environment.update(faked)
        office.start()
    crew = [office.person(name) for office, name in zip(offices, people)]
    by_name = {name: office.person(name) for office in offices for name in more[office.name]}
    for person in crew:
        for other in crew:
            if other is not person:
                person.follow(f"{other.name}@org.example")
    for follower, followee in follows:
        by_name[follower].follow(f"{followee}@org.example")
    return directory, offices, crew, by_name


def change(by_name):
    """What people do after the backup, of which the office that is restored knows nothing."""
    for follower, followee in ended:
        account = by_name[follower].find(f"{followee}@org.example")
        by_name[follower].call("POST", f"v1/accounts/{account['id']}/unfollow")
    for follower, followee in begun:
        by_name[follower].follow(f"{followee}@org.example")


def finds_order(office):
    return subprocess.run([program, "admin", "check"], env=office.environment, capture_output=True, timeout=60).returncode == 0


def spoken_of(ada, carmen, gap):
    """Some of what is lost comes back when it is spoken of; and that it is gone harms nobody."""
    gone = gap.written["carmen"][1]
    expect(not rows(ada.office, f"SELECT id FROM post WHERE uri = '{gone}'"), "what was received since the backup is not there")
    answer = carmen.post("As I said. @ada@org.example", in_reply_to_id=reads(carmen, gone)["id"])
    until("Ada to be told", lambda: answer["uri"] in Story.told(ada, "mention"))
    thread = ada.call("GET", f"v1/statuses/{reads(ada, answer['uri'])['id']}/context")
    expect([status["uri"] for status in thread["ancestors"]] == [gone], "what is answered comes back")
    answer = carmen.post("You said. @ada@org.example", in_reply_to_id=reads(carmen, gap.written["ada"][1])["id"])
    until("Ada to be told", lambda: answer["uri"] in Story.told(ada, "mention"))
    carmen.call("POST", f"v1/statuses/{reads(carmen, gap.written['ada'][2])['id']}/favourite")


def play_yesterday():
    """An office that is restored from yesterday's backup sends nothing again, and its followers are put right by the next posts.

    It has lost, for good: what its people wrote, liked and followed since the backup, which others have and go on having,
    and what others sent since: they were told that it was taken. There is no reading of outboxes that would bring it
    back; a post comes back when somebody answers it, passes it on or looks for it by its address. What waited to be
    delivered at the moment of the backup goes out once more, and whoever has it knows it by its name.
    """
    faked, set_clock = clock()
    directory, offices, crew, by_name = company(faked)
    oslo, lima, pune, kyiv, accra = offices
    ada, carmen = crew[:2]
    boris, carl, chima, dora, emil = (by_name[name] for name in ("boris", "carl", "chima", "dora", "emil"))
    # A member that writes down every activity which reaches it.
    witness = Stranger("127.1.0.1", 1)
    witness.enrol(directory)
    witness.follow(oslo, "ada")

    before, waiting = Story(crew), Story(crew)
    before.write("before")
    before.converges(60)
    before.like(ada)
    rest(offices)
    accra.stop(signal.SIGKILL)
    everybody = " ".join(f"@{name}@org.example" for name in people[1:])
    waiting.written["ada"] = [ada.post(f"Waits for Accra {number} {everybody if number == 0 else ''}")["uri"] for number in range(3)]
    until("it to wait", lambda: rows(oslo, "SELECT host FROM delivery WHERE state = 0") == [(accra.authority,)] * 3)
    kept = f"{folder}/kept"
    expect("rows backed up" in oslo.run("admin", "backup", kept), "a backup of a running node")
    accra.start()

    # The next day.
    pass_to(day, set_clock, [directory, *offices], witness)
    before.like(carmen)
    gap = Story(crew)
    gap.write("the next day")
    for person in crew:
        until(f"{person.name} to have the next day", lambda: gap.everything() | waiting.everything() <= set(contents(person)), 60)
    gap.like(ada)
    expect(len(before.liked) == 8 and len(gap.liked) == 4, "all like what they see")
    change(by_name)
    rest(offices)
    expect(not differences(oslo, offices[1:]), "followers are the same on both sides")
    lost = since_backup(oslo, kept)

    # What was backed up comes back, while others go on. Followers are compared again no sooner than ten minutes after they were.
    oslo.stop(signal.SIGKILL)
    pass_to(day + hour, set_clock, [directory, *offices[1:]], witness)
    for author in (carl, chima, dora):
        for number in range(2):
            author.post(f"{author.name} while it is away {number}")
    for office in (lima, pune, kyiv):
        until(f"{office.name} to notice", lambda: rows(office, "SELECT id FROM delivery WHERE state = 0 AND attempts > 0"))
    away = Story(crew[1:])
    away.write("while it is away")
    away.converges(60)
    restore(oslo, kept)
    since, heard = int((time.time() + day + hour) * 1000), len(witness.taken)
    oslo.start()
    expect(len(differences(oslo, offices[1:])) == 8, f"followers differ: {sorted(differences(oslo, offices[1:]))}")
    until("Ada to have what was written meanwhile", lambda: away.everything() <= set(contents(ada)), 60)
    # Each side's next post puts the followers right (FEP-8fcf), whatever it travels with; where nobody is left to follow,
    # one that names somebody there.
    alone = ["emil follows boris, says Accra alone", "boris follows emil, says Oslo alone"]
    own = ["carl follows boris, says Oslo alone", "dora follows boris, says Oslo alone", "chloe follows boris, says Pune alone"]
    wrong = agree(oslo, offices[1:], "after the others' next posts", but=alone + own)
    boris.post("boris goes on")
    wrong += agree(oslo, offices[1:], "after its own next post", but=alone)
    boris.post("And you, @emil@org.example?")
    emil.post("And you, @boris@org.example?")
    wrong += agree(oslo, offices[1:], "after posts that name")
    after = Story(crew)
    after.write("after", number=1)
    for person in crew:
        liked = [uri for story in (before, gap) for liker, uri in story.liked if uri in story.written[person.name]]
        if person is ada:
            liked = [uri for uri in liked if uri in before.written["ada"]]
        holds(person, [before, waiting, away, after] + [gap] * (person is not ada), liked)
    carmen_first = reads(ada, before.written["carmen"][0])
    expect(not carmen_first["favourited"], "Ada has liked nothing since the backup")
    ada.call("POST", f"v1/statuses/{carmen_first['id']}/favourite")

    for number in range(8):
        ada.post(f"Ada goes on {number}")
    rest(offices)
    not_again(oslo, offices[1:], kept, since)
    # The directory's notices have no name.
    ids = [activity["id"] for activity in witness.taken if "id" in activity]
    expect(len(ids) == len(set(ids)) and len(witness.taken) >= heard + 4, f"the member hears nothing twice: {len(ids) - len(set(ids))} of {len(ids)}")
    expect(len(witness.heard()) == len(set(witness.heard())), "and of no post twice")
    new = names_anew(oslo, kept, lost)
    expect(min(new.values()) > max(lost.values()), "what is new is later than all that is lost")
    expect(Story.told(carmen, "favourite") == [before.written["carmen"][0]] * 4, "Carmen is told once of Ada's like, who liked it twice")

    spoken_of(ada, carmen, gap)
    rest(offices)
    for office in offices:
        intact(office)
        # A day has passed in a moment: the directory is heard of again within half a minute.
        until(f"{office.name} to find itself in order", lambda: finds_order(office), 60)
        # What was on its way while the day passed was a day old when it came.
        doubts = [line for line in open(f"{folder}/{office.name}.log") if "not believed" in line and "fault=expired" not in line]
        expect(not doubts, f"{office.name} sees no contradiction in the directory: {doubts}")
    expect(not wrong, "followers differ: " + "; ".join(wrong))
    print(f"{len(lost)} names lost, {len(new)} given since")


def play_behind():
    """On a machine whose clock is slow by all that has passed since, it names nothing as it named what it has lost."""
    faked, set_clock = clock()
    oslo, lima = Office("Oslo", 3, federation="open"), Office("Lima", 4, federation="open").start()
    oslo.environment.update(faked)
    oslo.start()
    ada, carmen = oslo.person("ada"), lima.person("carmen")
    carmen.follow(f"ada@{oslo.authority}")
    kept = f"{folder}/kept"
    ada.post("Before", visibility="public")
    finish(oslo)
    oslo.run("admin", "backup", kept)

    def write(title, until_then):
        """By four at once, a hundred each and then until that moment."""
        said = []

        def work(writer):
            for number in range(5000):
                if number >= 100 and time.time() > until_then:
                    return
                said.append(ada.post(f"{title} {writer} {number}", visibility="public")["uri"])
        threads = [threading.Thread(target=work, args=(writer,), daemon=True) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return said

    def has_all(said):
        until("Lima to have it all", lambda: set(said) <= {uri for uri, in rows(lima, "SELECT uri FROM post")}, 60)
    began = time.time()
    said = write("Lost", 0)
    took = time.time() - began
    has_all(said)
    lost = since_backup(oslo, kept)
    restore(oslo, kept)
    # It starts a little before the first moment that it has lost, and writes until the last is passed.
    behind = time.time() - began + 3
    set_clock(-int(behind))
    oslo.start()
    again = write("New", began + behind + took)
    new = names_anew(oslo, kept, lost)
    has_all(again)
    expect(len(rows(lima, "SELECT uri FROM post WHERE content LIKE '%New %'")) == len(again), "and Lima has each of the new")
    print(f"{len(lost)} names lost, {len(new)} given in the same moments")


if __name__ == "__main__":
    play(globals())
