"""Quoting with consent, on pages without scripts and by the client interface, on real nodes.

python quotes.py HALLWAY STORY
"""
from browser import *


def refused(code, words, person, method, path, **fields):
    try:
        person.call(method, path, **fields)
    except urllib.error.HTTPError as refusal:
        error = json.load(refusal)["error"]
        return expect(refusal.code == code and words in error, f"{path}: {code} {words}, not {refusal.code} {error}")
    raise SystemExit(f"{path} was not refused")


def play_pages():
    oslo = Office("oslo", 84, federation="open").start()
    try:
        ada, boris = oslo.person("ada"), oslo.person("boris")
        one, two = Browser(oslo, "ada"), Browser(oslo, "boris")
        original = ada.post("The lifts <are> in", visibility="public")
        thread = f"/@ada/{original['id']}"
        page = two.get(thread)
        expect(f"/new/quote?post={original['id']}" in page, "a post for everyone can be quoted")
        page = two.get(f"/new/quote?post={original['id']}")
        expect("Quote a post" in page and "The lifts <are> in" in page and "asked first" not in page, "the form shows it")
        page = two.post("/new/quote", seal=two.seal, post=original["id"], text=" ", audience="organisation", quote_policy="nobody")
        expect("can't be blank" in page and "The lifts <are> in" in page, "a quote says something")
        page = two.post("/new/quote", seal=two.seal, post=original["id"], text="Look at this", audience="organisation", quote_policy="nobody")
        expect("Look at this" in page and 'aria-label="Quoted post"' in page and "This shows your post" not in page, "quoted")
        quoting = re.search(r"/@boris/(\d+)", page)[1]
        until("the author to be told", lambda: "quoted your post" in one.get("/notifications"))
        page = one.get(f"/@boris/{quoting}")
        expect("This shows your post" in page and f"/new/quote?post={quoting}" not in page, "and can take it out")
        two.get("/")
        two.post(f"/posts/{original['id']}/quotes/{quoting}/withdraw", seal=two.seal, back="/")
        expect(two.code == 403, "nobody else can")
        one.get(f"/@boris/{quoting}")
        page = one.post(f"/posts/{original['id']}/quotes/{quoting}/withdraw", seal=one.seal, back=f"/@boris/{quoting}")
        expect("has taken it out" in page and "The lifts <are> in" not in page and "Look at this" in page, "taken out")
        one.get(f"{thread}/edit")
        page = one.post(f"/posts/{original['id']}/edit", seal=one.seal, text="The lifts", quote_policy="nobody")
        expect("Quote</a>" in page or f"/new/quote?post={original['id']}" in page, "one may always quote oneself")
        expect(f"/new/quote?post={original['id']}" not in two.get(thread), "the others may not any more")
        page = two.get(f"/new/quote?post={original['id']}")
        expect(two.code == 403 and "does not want this post to be quoted" in page, "with the reason")
        two.get("/new/quote?post=1")
        expect(two.code == 404, "what is missing is not quoted")
        two.get("/")
        page = two.post("/posts", seal=two.seal, text="Mine alone", audience="organisation", quote_policy="nobody", back="/")
        expect("Mine alone" in page, "the composer asks who may quote")
        expect(boris.call("GET", "v1/timelines/home")[0]["quote_approval"]["automatic"] == [], "and it is kept")
    finally:
        oslo.stop()


def play_client():
    oslo, lima = (Office(name, number, federation="open").start() for name, number in [("oslo", 85), ("lima", 86)])
    try:
        ada, boris, carmen = oslo.person("ada"), oslo.person("boris"), lima.person("carmen")
        carmen.follow(f"ada@{oslo.authority}")
        original = ada.post("The lifts are in", visibility="public", quote_approval_policy="public")
        expect(original["quote_approval"] == {"automatic": ["public"], "manual": [], "current_user": "automatic"}, "the policy")
        expect(original["quote"] is None and original["quotes_count"] == 0, "it quotes nothing")
        until("the post to reach Lima", lambda: carmen.has(original["uri"]))
        copy = next(status for status in carmen.call("GET", "v1/timelines/home") if status["uri"] == original["uri"])
        for person, quoted in [(boris, original), (carmen, copy)]:
            mine = person.post("Look", visibility="public", quoted_status_id=quoted["id"])
            expect(mine["quote"]["state"] == ("accepted" if person is boris else "pending"), "asked")
            expect('class="quote-inline">RE: <a' in mine["content"], "readable in apps that know no quotes")
            status = until("consent", lambda: next(
                (s for s in [person.call("GET", f"v1/statuses/{mine['id']}")] if s["quote"]["state"] == "accepted"), None))
            expect(status["quote"]["quoted_status"]["uri"] == original["uri"], "and shown")
            line = next(s for s in person.call("GET", "v1/timelines/home") if s["id"] == mine["id"])
            expect(line["quote"]["quoted_status"]["id"] == quoted["id"], "in the timeline too")
            nested = person.post("Look at my look", visibility="public", quoted_status_id=mine["id"])
            inner = nested["quote"]["quoted_status"]["quote"]
            expect(inner == {"state": "accepted", "quoted_status_id": quoted["id"]}, "a quote in a quote is named alone")
        listed = until("both quotes", lambda: (
            lambda found: found if len(found) == 2 else None)(ada.call("GET", f"v1/statuses/{original['id']}/quotes")))
        expect({status["account"]["username"] for status in listed} == {"boris", "carmen"}, "listed")
        first = ada.call("GET", f"v1/statuses/{original['id']}/quotes", limit=1)
        rest = ada.call("GET", f"v1/statuses/{original['id']}/quotes", max_id=first[0]["id"])
        expect([s["id"] for s in first + rest] == [s["id"] for s in listed], "page by page")
        expect(ada.call("GET", f"v1/statuses/{original['id']}")["quotes_count"] == 2, "and counted")
        told = [n for n in ada.call("GET", "v1/notifications") if n["type"] == "quote"]
        expect({n["status"]["id"] for n in told} == {status["id"] for status in listed}, "the author is told")
        theirs = next(status for status in listed if status["account"]["username"] == "carmen")
        revoke = f"v1/statuses/{original['id']}/quotes/{theirs['id']}/revoke"
        refused(403, "Only the author of the quoted post", boris, "POST", revoke)
        done = ada.call("POST", revoke)
        expect(done["quote"] == {"state": "revoked", "quoted_status": None}, "revoked")
        expect("quote-inline" not in done["content"], "and not spoken of")
        until("Lima to hear of it", lambda: carmen.call(
            "GET", f"v1/accounts/{theirs_at(carmen)}/statuses")[1]["quote"]["state"] == "revoked")
        done = ada.call("PUT", f"v1/statuses/{original['id']}/interaction_policy", quote_approval_policy="nobody")
        expect(done["quote_approval"]["automatic"] == [] and done["quote_approval"]["current_user"] == "automatic", "changed")
        denied = boris.call("GET", f"v1/statuses/{original['id']}")["quote_approval"]["current_user"]
        expect(denied == "denied", "a reader sees that they may not")
        reason = "Its author does not want this post to be quoted"
        refused(403, reason, boris, "POST", "v1/statuses", status="x", quoted_status_id=original["id"])
        until("Lima to hear of that", lambda: carmen.call(
            "GET", f"v1/statuses/{copy['id']}")["quote_approval"]["current_user"] == "denied")
        refused(403, reason, carmen, "POST", "v1/statuses", status="x", quoted_status_id=copy["id"])
        secret = ada.post("For followers", visibility="private", quote_approval_policy="public")
        expect(secret["quote_approval"]["automatic"] == [], "a private post is for nobody to quote")
        refused(404, "", boris, "POST", "v1/statuses", status="x", quoted_status_id=secret["id"])
        refused(404, "", boris, "GET", f"v1/statuses/{secret['id']}/quotes")
        refused(404, "", boris, "PUT", f"v1/statuses/{original['id']}/interaction_policy", quote_approval_policy="public")
        refused(422, "not included in the list", ada, "PUT", f"v1/statuses/{original['id']}/interaction_policy",
                quote_approval_policy="friends")
        refused(404, "", boris, "POST", "v1/statuses", status="x", quoted_status_id="1")
        refused(422, "plain post", boris, "POST", "v1/statuses", status="x", quoted_status_id=theirs["id"],
                **{"poll[options][]": "a", "poll[expires_in]": "3600"})
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 3600))
        kept = boris.call("POST", "v1/statuses", status="x", quoted_status_id=theirs["id"], scheduled_at=moment)
        expect(kept["params"]["quoted_status_id"] == theirs["id"], "a post may quote when its moment comes")
        refused(403, reason, boris, "POST", "v1/statuses", status="x", quoted_status_id=original["id"], scheduled_at=moment)
        refused(404, "", boris, "POST", "v1/statuses", status="x", quoted_status_id=secret["id"], scheduled_at=moment)
        carmen.call("PATCH", "v1/accounts/update_credentials", **{"source[quote_policy]": "followers"})
        closed = carmen.post("For my followers to quote", visibility="public")
        expect(closed["quote_approval"]["automatic"] == ["followers"], "the default is used where a post says nothing")
        expect(carmen.call("GET", "v1/preferences")["posting:default:quote_policy"] == "followers", "and told")
        own = ada.post("I said", visibility="public", quoted_status_id=secret["id"])
        seen = boris.call("GET", f"v1/statuses/{own['id']}")
        expect(seen["quote"] == {"state": "unauthorized", "quoted_status": None}, "what is not for a reader stays away")
    finally:
        oslo.stop()
        lima.stop()


def theirs_at(person):
    return person.call("GET", "v1/accounts/verify_credentials")["id"]


if __name__ == "__main__":
    play(globals())
