"""Guidelines, the knowledge base and being away, on pages without scripts and by the client interface, on real nodes.

python guide.py HALLWAY STORY
"""
from browser import *


def play_guidelines():
    oslo = Office("oslo", 81).start()
    try:
        ada, boris = oslo.person("ada"), oslo.person("boris")
        own = ada.post("Before there were any")
        expect("No guidelines yet" in Browser(oslo, "ada").get("/guidelines"), "an empty page says so")
        expect(ada.call("GET", "v1/instance/rules") == [], "no rules")
        expect(refused(ada, 404, "GET", "v1/instance/terms_of_service"), "no terms")
        for number, text in [(1, "Welcome.\n\n- No customer data\n- Be kind\n"), (2, "- No customer data\n- Be kind & brief\n")]:
            path = f"{folder}/guidelines.txt"
            open(path, "w").write(text)
            made = oslo.run("admin", "guidelines", "set", path, "--change", f"Change {number}")
            expect(made == str(number), f"the command prints the version: {made}")
        expect(oslo.run("admin", "guidelines", "set", path) == "2", "the same text is no new version")
        address = oslo.url + "/guidelines"

        for method, where, fields in [
                ("POST", "v1/statuses", dict(status="x")), ("PUT", f"v1/statuses/{own['id']}", dict(status="x")),
                ("POST", f"v1/statuses/{own['id']}/reblog", dict(x="")),
                ("POST", "v1/statuses", dict(status="x", in_reply_to_id=own["id"]))]:
            expect(address in refused(ada, 403, method, where, **fields), f"{where} names the page")
        expect(ada.call("POST", f"v1/statuses/{own['id']}/favourite")["favourited"], "what says nothing goes on")
        state = ada.call("GET", "hallway/v1/guidelines")
        expect(state["must_accept"] and state["current"] == 2 and state["accepted"] is None, f"{state}")
        expect([entry["version"] for entry in state["versions"]] == [2, 1], "all versions")
        older = ada.call("GET", "hallway/v1/guidelines", max_id=2, limit=1)["versions"]
        expect([entry["version"] for entry in older] == [1], "page by page")
        rules = ["No customer data", "Be kind & brief"]
        expect([rule["text"] for rule in ada.call("GET", "v1/instance/rules")] == rules, "rules")
        expect([rule["text"] for rule in ada.call("GET", "v2/instance")["rules"]] == rules, "rules of the instance")
        expect("kind" in ada.call("GET", "v1/instance/terms_of_service")["content"], "terms")
        with urllib.request.urlopen(oslo.url + "/api/v2/instance") as answer:
            expect(json.load(answer)["rules"] == [], "what an organisation asks of its people is not for strangers")
        for version in ["1", "3", ""]:
            refused(ada, 422, "POST", "hallway/v1/guidelines/accept", version=version)
        expect(ada.call("POST", "hallway/v1/guidelines/accept", version=2)["version"] == 2, "accepted")
        expect(ada.post("After")["content"] == "<p>After</p>", "and written")

        one = Browser(oslo, "boris")
        expect("I have read this and accept it" in html.unescape(one.page) and "/guidelines" in one.at, "signing in leads there")
        page = one.get("/")
        expect("Read and accept the guidelines to write" in page and 'name="text"' not in page, "the box is a link")
        expect("Before there were any" in one.get("/everyone"), "reading goes on")
        expect("I have read this" in one.get("/new/question?title=x") and "back=%2Fnew%2Fquestion" in one.at, "so is a form")
        page = one.post("/posts", seal=one.seal, text="x", audience="organisation")
        expect(one.code == 403 and "Read and accept" in page, "what is sent all the same is refused")
        page = one.get("/guidelines?back=%2Fnew%2Fpoll")
        expect("Be kind & brief" in page and "Change 2" in page and "Version 1 of" in page, "all versions are there")
        page = one.post("/guidelines/accept", seal=one.seal, version="1", back="/")
        expect(one.code == 422 and "read it again" in page, "an old version cannot be accepted")
        one.get("/guidelines?back=%2Fnew%2Fpoll")
        one.post("/guidelines/accept", seal=one.seal, version="2", back="/new/poll")
        expect(one.at.endswith("/new/poll"), "and back to what one was about")
        page = one.get("/")
        expect("please read and accept" not in page and "New here?" in page, "the newcomer finds a link at the box")
        page = one.post("/posts", seal=one.seal, text="Hello there", audience="organisation", back="/")
        expect("Hello there" in page, "and writes")
        expect("You accepted version 2" in one.get("/guidelines"), "the page says so")
        lines = oslo.run("admin", "guidelines", "list").splitlines()
        expect("accepted by 2" in lines[0] and "accepted by 0" in lines[1], f"{lines}")
        open(path, "w").write("Shorter.\n")
        oslo.run("admin", "guidelines", "set", path, "--optional")
        expect(ada.post("Still")["id"], "an optional version stops nobody")
    finally:
        oslo.stop()


def play_knowledge():
    oslo = Office("oslo", 82, federation="open").start()
    try:
        ada, boris, chidi = oslo.person("ada"), oslo.person("boris"), oslo.person("chidi", "--admin")
        asked = ada.post("", **{"hallway[kind]": "question", "hallway[title]": "Who certifies lifts?"})
        answer = boris.post("The state inspector", in_reply_to_id=asked["id"])
        path = "hallway/v1/knowledge"
        expect("no accepted answer" in refused(ada, 422, "POST", path, status_id=asked["id"]), "an open question")
        ada.call("POST", f"hallway/v1/questions/{asked['id']}/accept", answer=answer["id"])
        article = boris.call("POST", path, status_id=asked["id"], title="Lifts")
        expect(article["title"] == "Lifts" and not article["outdated"] and article["owner"]["acct"] == "boris", f"{article}")
        expect(article["status"]["id"] == asked["id"] and article["answer"]["id"] == answer["id"], "with both posts")
        own = f"{path}/{article['id']}"
        listed = lambda **fields: [entry["id"] for entry in ada.call("GET", path, **fields)]
        expect(listed() == listed(q="inspector") == listed(q="lifts") == [article["id"]], "found by its words")
        expect(listed(q="nothing") == listed(filter="outdated") == listed(filter="mine") == [], "and not by others")
        found = ada.call("GET", "hallway/v1/search", q="type:knowledge certifies")
        expect([status["id"] for status in found["statuses"]] == [asked["id"]], "an operator")
        expect("Only whoever looks after" in refused(ada, 403, "POST", f"{own}/outdated", x=""), "others say nothing")
        refused(boris, 422, "POST", f"{own}/review", review_at="2020-01-01T00:00:00Z")
        refused(boris, 422, "POST", f"{own}/review", review_at="soon")
        refused(ada, 404, "GET", f"{path}/1")
        expect(not ada.call("GET", f"v1/statuses/{asked['id']}")["knowledge"]["outdated"], "a status says so")
        expect(ada.call("GET", f"v1/statuses/{answer['id']}")["knowledge"] is None, "and another does not")
        expect(boris.call("POST", f"{own}/outdated", x="")["outdated"], "outdated now")
        found = ada.call("GET", "hallway/v1/search", q="type:knowledge certifies")
        expect(found["statuses"][0]["knowledge"]["outdated"], "what is found has the mark")
        expect(listed(filter="outdated") == [article["id"]], "and listed as such")

        one, two = Browser(oslo, "ada"), Browser(oslo, "boris")
        page = one.get("/knowledge")
        expect("Lifts" in page and "Outdated</strong>" in page and "The state inspector" in page, "the list has the mark")
        page = one.get(f"/@ada/{asked['id']}")
        expect("Outdated</strong>" in page and "looked after by" in page, "so has the card")
        page = one.get(f"/knowledge/{article['id']}")
        expect("Outdated</strong>" in page and "Still right" not in page, "a reader finds no form")
        expect("Still right" in two.get(f"/knowledge/{article['id']}"), "the owner does")
        page = two.post(f"/knowledge/{article['id']}/right", seal=two.seal, review="2029-13-77")
        expect(two.code == 422 and "three years" in page, "a day that is none")
        two.get(f"/knowledge/{article['id']}")
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 100 * 86400))
        page = two.post(f"/knowledge/{article['id']}/right", seal=two.seal, review=day)
        expect(f"review on {day}" in page and "Outdated</strong>" not in page, "right again")
        page = two.post(f"/knowledge/{article['id']}/owner", seal=two.seal, owner="@ada")
        expect("Still right" not in page and "looked after by" in page, "handed over")
        expect("handed you an article" in one.get("/notifications"), "and told")
        page = one.post(f"/knowledge/{article['id']}/remove", seal=one.seal) if one.get(f"/knowledge/{article['id']}") else ""
        expect("Nothing here yet" in page, "taken out")
        page = one.get(f"/@ada/{asked['id']}")
        expect(f"/new/knowledge?post={asked['id']}" in page, "and can be added again")
        page = one.get(f"/new/knowledge?post={asked['id']}")
        expect('value="Who certifies lifts?"' in page, "the form knows the title")
        page = one.post("/knowledge", seal=one.seal, post=asked["id"], title="", review=day)
        expect(one.code == 422 and "Title" in page, "a title is needed")
        one.get(f"/new/knowledge?post={asked['id']}")
        page = one.post("/knowledge", seal=one.seal, post=asked["id"], title="On lifts", review=day)
        expect("On lifts" in page and one.code == 200, "added")
        note = ada.post("How we negotiate")
        expect(f"/new/knowledge?post={note['id']}" in one.get(f"/@ada/{note['id']}"), "one's own post can be")
        expect(f"/new/knowledge?post={note['id']}" not in two.get(f"/@ada/{note['id']}"), "another's cannot")
        expect(ada.call("POST", path, status_id=note["id"], title="Negotiating")["answer"] is None, "a post")
        refused(boris, 403, "POST", path, status_id=ada.post("Mine")["id"], title="x")
        for filter in ["all", "mine", "outdated"]:
            one.get(f"/knowledge?filter={filter}&q=x")
            expect(one.code == 200, filter)
    finally:
        oslo.stop()


def play_away():
    oslo = Office("oslo", 83).start()
    try:
        ada, boris = oslo.person("ada"), oslo.person("boris", "--may-announce")
        state = ada.call("GET", "hallway/v1/away")
        expect(state["since"] is None and not state["notable"] and state["posts"]["total"] == 0, f"{state}")
        one = Browser(oslo, "ada")
        expect("You have missed nothing" in one.get("/away") and "caught up" not in one.get("/away"), "an empty page says so")
        ada.follow("boris")
        oslo.stop()
        # Three days pass: what is kept of them is set back.
        import sqlite3
        with sqlite3.connect(f"{folder}/oslo/hallway.sqlite") as database:
            database.execute("UPDATE away SET seen_at = seen_at - 3 * 86400000")
        oslo.start()
        named = boris.post("Hello @ada")
        posts = [boris.post(f"Number {number}") for number in range(12)]
        ada.call("POST", f"v1/statuses/{posts[3]['id']}/favourite")
        due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400 * 5))
        must = boris.call("POST", "hallway/v1/announcements", title="Please acknowledge", text="x", due_at=due)
        news = boris.call("POST", "hallway/v1/announcements", title="Only news", text="x")
        until("all of it to arrive", lambda: {must["id"], news["id"]} <= {status["id"] for status in ada.home(limit=40)})
        until("the home to be filled", lambda: posts[-1]["id"] in {status["id"] for status in ada.home(limit=40)})
        state = ada.call("GET", "hallway/v1/away")
        totals = {part: state[part]["total"] for part in ["must_read", "mentions", "announcements", "posts"]}
        expect(state["notable"] and totals == dict(must_read=1, mentions=1, announcements=1, posts=12), f"{totals}")
        expect(all(state[part]["exact"] for part in totals), "exactly")
        expect([status["id"] for status in state["mentions"]["statuses"]] == [named["id"]], "mentions")
        expect(len(state["posts"]["statuses"]) == 10 and state["posts"]["statuses"][0]["id"] == posts[3]["id"], "the most liked first")
        expect(len(ada.call("GET", "hallway/v1/away", limit=40)["posts"]["statuses"]) == 12, "as many as asked for")
        expect("See what you missed" in one.get("/"), "home leads there")
        page = one.get("/away")
        for words in ["Please read", "For you", "Only news", "Most talked about", "Number 3", "All of them"]:
            expect(words in page, words)
        one.post("/away/caught_up", seal=one.seal)
        expect("See what you missed" not in one.get("/"), "caught up")
        page = one.get("/away")
        expect("Please acknowledge" in page and "Only news" not in page, "what must be read stays")
        ada.call("POST", f"hallway/v1/announcements/{must['id']}/acknowledge")
        expect("You have missed nothing" in one.get("/away"), "until it is")
        ada.call("POST", "hallway/v1/away/caught_up")
    finally:
        oslo.stop()


if __name__ == "__main__":
    play(globals())
