"""Search in two offices, on the page and by both client interfaces: operators, honest counts, and nothing that is not one's own to see.

python finding.py HALLWAY STORY
"""
import contextlib, sqlite3
from datetime import datetime, timedelta
from browser import *

day = 86400


class Reader:
    """A person who looks for posts in every way there is, which must all find the same."""

    def __init__(self, office, name, posts, *options):
        self.client = office.person(name, *options)
        self.posts, self.browser = posts, Browser(office, name)

    def search(self, query, **fields):
        return self.client.call("GET", "hallway/v1/search", q=query, limit=40, **fields)

    def page(self, query):
        return self.browser.submit("/search", "/search", q=query)

    def finds(self, query):
        """The names of the posts that are found."""
        own = self.search(query)
        others = self.client.call("GET", "v2/search", q=query, type="statuses", limit=40)
        page = self.page(query)
        found = [status["uri"] for status in own["statuses"]]
        expect(self.browser.code == 200 and own["misunderstood"] == [], f"{query} is understood")
        expect([status["uri"] for status in others["statuses"]] == found, f"both interfaces find the same by {query}")
        expect(own["total"] == len(found) == len(set(found)) and own["exact"], f"and count it: {own['total']} by {query}")
        words = {0: "No posts", 1: "One post"}.get(len(found), f"{len(found)} posts")
        expect(f'role="status">{words}</h2>' in page, f"so does the page by {query}: {words}")
        shown = re.findall(r'<article class="card post[^"]*" id="post-(\d+)"', page)
        expect(shown == [status["id"] for status in own["statuses"]], f"which shows them by {query}, the latest first")
        return {self.posts[uri] for uri in found}

    def finds_only(self, names, *queries):
        for query in queries:
            found = self.finds(query)
            expect(found == set(names.split()), f"{self.client.name} finds {names} by {query}, not {found}")


def scene():
    """Ada and Boris in Oslo, Carmen and Cesar in Lima; what they write is named here, by its address."""
    oslo, lima = (Office(name, 101 + number, federation="open").start() for number, name in enumerate(["oslo", "lima"]))
    posts = {}
    ada, boris = Reader(oslo, "ada", posts), Reader(oslo, "boris", posts, "--skills", "bobbins")
    carmen, cesar = Reader(lima, "carmen", posts, "--title", "Keeper of bobbins"), Reader(lima, "cesar", posts)
    for name in ("ada", "boris"):
        carmen.client.follow(f"{name}@{oslo.authority}")
    ada.client.follow(f"carmen@{lima.authority}")

    def write(name, reader, text, **fields):
        made = reader.client.post(text, **{"visibility": "public", **fields})
        posts[made["uri"]] = name
        return made
    return oslo, lima, ada, boris, carmen, cesar, write


def play_operators():
    """What narrows a search does so alike in both offices, on the page and by clients."""
    oslo, lima, ada, boris, carmen, cesar, write = scene()
    old = write("old", ada, "An old loom")
    until("the old one to travel", lambda: carmen.client.has(old["uri"]))
    for office in (oslo, lima):
        office.stop()
        # Three days pass for it: when it was written is set back.
        with contextlib.closing(sqlite3.connect(f"{folder}/{office.name}/hallway.sqlite")) as database, database:
            database.execute("UPDATE post SET created_at = created_at - ? WHERE uri = ?", (3 * day * 1000, old["uri"]))
    oslo.start()
    lima.start()
    first = write("link", ada, "This loom: https://loom.example/fast")
    write("warned", ada, "It broke", spoiler_text="Bad news of the loom")
    write("named", ada, "@boris your loom #weaving")
    write("poll", ada, "Which one?", **{"poll[options][]": ["The loom", "The wheel"], "poll[expires_in]": 3600})
    question = write("question", ada, "x", **{"hallway[kind]": "question", "hallway[title]": "Who oils the loom?"})
    thanks = ada.client.call("POST", "hallway/v1/recognitions", **{"recipients[]": "boris"}, value="Craft",
                             text="For mending the loom", visibility="public")
    ada.posts[thanks["uri"]] = "thanks"
    write("reply", boris, "I do oil that loom", in_reply_to_id=question["id"])
    last = write("far", carmen, "A loom in Lima")
    everything = "old link warned named poll question thanks reply far"
    for reader in (ada, boris, carmen, cesar):
        until(f"all of it for {reader.client.name}", lambda: reader.search("loom")["total"] == 9)
    today = lambda status, days=0: (datetime.fromisoformat(status["created_at"]) + timedelta(days)).strftime("%Y-%m-%d")
    for reader, ada_is, carmen_is in [
            (ada, ["ada", "me", "Me", "@ada"], [f"carmen@{lima.authority}"]), (boris, ["ada", f"ada@{oslo.authority}"], [f"carmen@{lima.authority}"]),
            (carmen, [f"ada@{oslo.authority}", f"@ada@{oslo.authority}"], ["carmen", "me"]), (cesar, [f"ada@{oslo.authority}"], ["carmen", "@carmen"])]:
        only = reader.finds_only
        only(everything, "loom", "LOO")
        for name in ada_is:
            only("old link warned named poll question thanks", f"loom from:{name}")
            only("named", f"from:{name} #weaving")
        for name in carmen_is:
            only("far", f"from:{name}", f"FROM:{name} loom")
        only("", "loom from:nobody")
        only("poll", "type:poll", "loom type:poll", "wheel")
        only("question", "type:question")
        only("thanks", "type:thanks loom")
        only("reply", "type:reply")
        only("poll question", "loom type:poll type:question")
        only("old link warned named far", "loom type:post")
        only("", "type:event", "type:survey loom")
        only("link", "has:link", "loom has:link")
        only("warned", "has:warning", "type:post loom has:warning")
        only("", "has:image", "has:link has:warning")
        only("old", f"loom before:{today(first)}", f"loom on:{today(first, -3)}")
        only(everything, f"loom before:{today(last, 1)}")
        only(everything.replace("old ", ""), f"loom after:{today(first, -1)}")
        only("", f"loom after:{today(last)}", f"loom before:{today(first)} has:link")
        only("link", f"type:post from:{ada_is[0]} before:{today(last, 1)} fast has:link loom")
        for query, named in [
                ("loom before:yesterday", ["before:yesterday"]), ("on:2026-02-30", ["on:2026-02-30"]),
                ("loom after:2026-11-24T10:00 before:2099-12-31x", ["after:2026-11-24T10:00", "before:2099-12-31x"]), ("type:nonsense", ["type:nonsense"]),
                ("has:colour loom TYPE:poem type:poll", ["has:colour", "TYPE:poem"])]:
            found = reader.search(query)
            expect(found["misunderstood"] == named and found["total"] == 0 and found["statuses"] == [], f"{query}: {found['misunderstood']}")
            expect(f"Not understood: {', '.join(named)}. Nothing was searched for." in reader.page(query), "the page names it as well")
            expect(reader.client.call("GET", "v2/search", q=query)["statuses"] == [], "and Mastodon's interface finds nothing")

    # What is withdrawn is not found any more, nor counted; and long answers go on page by page.
    ada.client.call("DELETE", f"v1/statuses/{first['id']}")
    for reader in (boris, cesar):
        until(f"it to be forgotten for {reader.client.name}", lambda: reader.search("loom")["total"] == 8)
        reader.finds_only(everything.replace("link ", ""), "loom")
    spools = [write(f"spool{number}", carmen, f"Spool {number}")["uri"] for number in range(21)]
    for reader in (ada, cesar):
        until(f"all spools for {reader.client.name}", lambda: reader.search("spool")["total"] == 21)
        page = reader.page("spool")
        older = re.search(r'href="(/search\?q=spool&before=\d+)"', page)
        expect("21 posts" in page and older and page.count("<article") == 20, "twenty, and a way to the others")
        page = reader.browser.get(older[1])
        expect("21 posts" in page and page.count("<article") == 1, "which is one")
        whole = [status["uri"] for status in reader.search("spool")["statuses"]]
        expect(sorted(whole) == sorted(spools), "a client has them at once")
        half = reader.client.call("GET", "hallway/v1/search", q="spool", limit=20)
        rest = reader.search("spool", max_id=half["statuses"][-1]["id"])
        expect([status["uri"] for status in half["statuses"] + rest["statuses"]] == whole, "or page by page")
        expect(half["total"] == rest["total"] == 21 and rest["statuses"], "of the same number")


def play_sight():
    """What is for a group, for followers or for one person is found and counted by those who may read it, and by nobody else."""
    oslo, lima, ada, boris, carmen, cesar, write = scene()
    founded = lambda name, kind: ada.client.call("POST", "hallway/v1/groups", name=name, display_name=name.title(), kind=kind)
    weavers, secret = founded("weavers", "closed"), founded("aurora", "secret")
    there = until("Carmen to find the weavers", lambda: carmen.client.find(f"weavers@{oslo.authority}"))
    carmen.client.call("POST", f"hallway/v1/groups/{there['id']}/join")
    base = f"hallway/v1/groups/{weavers['id']}/members"
    asked = until("her wish to belong", lambda: ada.client.call("GET", base, state="asked"))[0]["account"]["id"]
    ada.client.call("POST", f"{base}/{asked}/approve")
    ada.client.call("POST", f"hallway/v1/groups/{secret['id']}/members/{asked}/invite")
    invited = until("her invitation", lambda: next(
        (one for one in carmen.client.call("GET", "v1/notifications") if one["type"] == "group_invitation"), None))
    carmen.client.call("POST", f"hallway/v1/groups/{invited['account']['id']}/join")
    until("Carmen to belong to both", lambda: [
        group["membership"]["state"] for group in carmen.client.call("GET", "hallway/v1/groups")] == ["member"] * 2)

    written = [
        write("grouped", ada, "The loom of the group", group_id=weavers["id"]), write("hushed", ada, "The loom at night", group_id=secret["id"]),
        write("private", ada, "A loom for followers", visibility="private"),
        write("direct", ada, f"@carmen@{lima.authority} a loom for you", visibility="direct"), write("open", ada, "A loom for all")]
    until("all of it in Lima", lambda: carmen.search("loom")["total"] == 5)
    until("the open one for Cesar", lambda: cesar.search("loom")["total"] == 1)
    handle = f"@{oslo.authority}"
    for reader, at in [(ada, ""), (carmen, ""), (ada, handle), (carmen, handle)]:
        reader.finds_only("grouped hushed private direct open", "loom")
        reader.finds_only("grouped", f"in:weavers{at}", f"loom in:weavers{at} type:post")
        reader.finds_only("hushed", f"in:aurora{at}")
        reader.finds_only("private", f"followers from:ada{handle}")
    for reader, at in [(boris, ""), (cesar, ""), (boris, handle), (cesar, handle)]:
        reader.finds_only("open", "loom", f"loom from:ada{handle}", f"from:ada{handle} type:post")
        reader.finds_only("", f"in:weavers{at}", f"in:aurora{at} loom", "night", "followers", "loom in:nothing")

    # Groups and people stand in parts of their own; a secret group is in nobody's but its members'.
    groups = lambda reader, words: [account["username"] for account in reader.search(words)["groups"]]
    part = lambda reader, words, title: words_of((reader.page(words).split(f"<h2>{title}</h2>") + [""])[1].split("</section>")[0])
    for reader in (ada, boris, carmen, cesar):
        expect(groups(reader, "weav") == ["weavers"] and "Weavers" in part(reader, "weav", "Groups"), "a closed one is known of")
        knows = reader in (ada, carmen)
        expect(groups(reader, "aurora") == (["aurora"] if knows else []), f"the secret one for {reader.client.name}")
        expect(("Aurora" in part(reader, "aurora", "Groups")) == knows, "on the page, too")
        expect(part(reader, "weav", "People") == "" and part(reader, "bobbins", "Groups") == "", "each in its part")
        accounts = reader.client.call("GET", "v2/search", q="bobbins", type="accounts")["accounts"]
        names = {"boris", "carmen"}
        expect({account["username"] for account in accounts} == names, "people by skill and title, of both offices")
        expect(all(name in part(reader, "bobbins", "People").lower() for name in names), "on the page, too")

    # Who belongs no more finds no more.
    carmen.client.call("POST", f"hallway/v1/groups/{there['id']}/leave")
    until("Carmen to have left", lambda: carmen.search("loom")["total"] == 4)
    carmen.finds_only("", "in:weavers")
    ada.finds_only("grouped", "in:weavers")
    expect(len(written) == ada.search("loom")["total"], "and Ada finds all that she wrote")


if __name__ == "__main__":
    play(globals())
