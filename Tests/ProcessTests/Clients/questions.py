"""Asking, answering and accepting, on pages without scripts and by the client interface, on one real node.

python questions.py HALLWAY STORY
"""
from browser import *


def play_pages():
    oslo = Office("oslo", 71, federation="open").start()
    try:
        ada, boris = oslo.person("ada"), oslo.person("boris", "--skills", "lifts, hoists")
        one, two = Browser(oslo, "ada"), Browser(oslo, "boris")
        expect("Everything is answered" in one.get("/questions"), "an empty list says so")
        expect("one line" in one.get("/new/question"), "the first step asks for one line")
        page = one.get("/new/question?title=Who+certifies+lifts%3F")
        expect("Nothing like it was asked before" in page and "name=\"text\"" in page, "the second step")
        expect("knows about lifts" in page, "who may know is shown, with the reason")
        page = one.post("/questions", seal=one.seal, title="Who certifies lifts?", text="And hoists?", audience="organisation")
        expect(one.code == 200 and "Who certifies lifts?" in page and "No accepted answer yet" in page, "it is asked")
        thread = urllib.parse.urlparse(one.at).path
        number = thread.split("/")[-1]
        expect("Who certifies lifts?" in two.get("/questions?filter=for_me"), "it is for Boris")
        expect("Ask anyway" in two.get("/new/question?title=Are+lifts+certified"), "similar questions are shown")
        two.get(thread)
        two.post("/posts", seal=two.seal, text="The state does.", reply_to=number, back="/", audience="organisation")
        answer = ada.call("GET", f"hallway/v1/questions/{number}/answers")[0]["id"]
        page = two.get(thread)
        expect("The state does." in page and "Helpful" in page and "Accept this answer" not in page, "Boris cannot accept")
        page = two.post(f"/questions/{number}/accept", seal=two.seal, answer=answer, back=thread)
        expect(two.code == 403 and "Only the asker" in page, "a stranger is refused with the reason")
        page = one.get(thread)
        expect("Accept this answer" in page, "the asker can")
        page = one.post(f"/questions/{number}/accept", seal=one.seal, answer=answer, back=thread)
        expect("Accepted by the asker" in page and "Take the acceptance back" in page, "accepted")
        expect("Accepted by the asker" in two.get("/questions?filter=all"), "the card says so")
        expect(number not in two.get("/questions"), "it is not unanswered any more")
        expect("answered your question" in one.get("/notifications"), "the asker is told")
        expect("accepted your answer" in two.get("/notifications"), "and so is who answered")
        for path in ["/questions?filter=for_me", "/questions?filter=mine", "/questions?filter=accepted"]:
            two.get(path)
            expect(two.code == 200, path)
        one.get("/")
        page = one.post("/posts", seal=one.seal, text="For tomorrow", keep="yes", audience="organisation")
        draft = re.search(r'action="(/drafts/\d+)"', page)
        expect(draft and "For tomorrow" in page, "what is kept for later is in the drafts")
        page = one.post(draft[1], seal=one.seal, text="For tomorrow", due="2029-01-01T09:00", offset="-300", do="keep")
        expect("To be published on <time datetime=\"2029-01-01T14:00:00Z\" data-clock=\"\">2029-01-01 14:00 (UTC)" in page, "with its moment")
        page = one.post(draft[1], seal=one.seal, text="For #today", do="publish")
        expect("For #today" in re.sub("<[^>]*>", "", page), "published")
        expect(">Follow</button>" in one.get("/tags/today"), "a hashtag can be followed")
        expect(">Following</button>" in one.post("/tags/today/follow", seal=one.seal), "and is")
        one.get("/new/question")
        page = one.post("/questions", seal=one.seal, title=" ", text="x")
        expect(one.code == 422 and "can't be blank" in page, "a question says something")
    finally:
        oslo.stop()


def play_client():
    oslo = Office("oslo", 72, federation="open").start()
    try:
        ada, boris = oslo.person("ada"), oslo.person("boris", "--skills", "lifts")
        asked = ada.post("", **{"hallway[kind]": "question", "hallway[title]": "Who certifies lifts?"})
        expect(asked["hallway"]["kind"] == "question" and "Who certifies lifts?" in asked["content"], "a readable status")
        path = f"hallway/v1/questions/{asked['id']}"
        first = boris.post("The council", in_reply_to_id=asked["id"])
        second = boris.post("The state", in_reply_to_id=asked["id"])
        ada.call("POST", f"v1/statuses/{second['id']}/favourite")
        order = lambda: [answer["id"] for answer in boris.call("GET", f"{path}/answers")]
        expect(order() == [second["id"], first["id"]], "votes order answers")
        below = boris.call("GET", f"v1/statuses/{asked['id']}/context")["descendants"]
        expect([status["id"] for status in below] == order(), "the thread has the same order")
        for person, code in [(boris, 403), (ada, 200)]:
            try:
                done = person.call("POST", f"{path}/accept", answer=first["id"])
                expect(code == 200 and done["hallway"]["accepted"]["id"] == first["id"], "the asker accepts")
            except urllib.error.HTTPError as refusal:
                expect(refusal.code == code and "Only the asker" in json.load(refusal)["error"], "others do not")
        expect(order() == [first["id"], second["id"]], "the accepted answer is first")
        again = ada.post("x", **{"hallway[kind]": "question", "hallway[title]": "Lifts and who certifies"})
        similar = boris.call("GET", "hallway/v1/questions/similar", text="certify lifts")
        expect({status["id"] for status in similar} == {asked["id"], again["id"]}, "similar questions")
        done = ada.call("POST", f"hallway/v1/questions/{again['id']}/duplicate", of=asked["id"])
        expect(done["hallway"]["duplicate_of"]["id"] == asked["id"], "a duplicate")
        listed = lambda name: [status["id"] for status in boris.call("GET", "hallway/v1/questions", filter=name)]
        expect(listed("all") == [again["id"], asked["id"]], "all")
        expect(listed("unanswered") == [] and listed("accepted") == [asked["id"]], "filtered")
        found = ada.call("GET", "hallway/v1/questions/experts", text="Are lifts safe?")
        expect([(expert["account"]["acct"], expert["skills"]) for expert in found] == [("boris", ["lifts"])], "who may know")
        heart = urllib.parse.quote("❤️")
        for person in (ada, boris):
            done = person.call("POST", f"v1/statuses/{first['id']}/react/{heart}")
        expect(done["reactions"] == [{"name": "❤️", "count": 2}] and done["favourites_count"] == 0, "reactions")
        done = ada.call("POST", f"v1/statuses/{first['id']}/unreact/{heart}")
        listed = ada.call("GET", f"v1/pleroma/statuses/{first['id']}/reactions")
        expect([(kind["name"], kind["me"], kind["accounts"][0]["acct"]) for kind in listed] == [("❤️", False, "boris")], "who")
        tag = boris.call("POST", "v1/tags/Tea/follow")
        expect(tag["name"] == "tea" and tag["following"], "a hashtag is followed")
        expect([tag["name"] for tag in boris.call("GET", "v1/followed_tags")] == ["tea"], "and listed")
        tea = ada.post("A cup of #tea")
        until("the hashtag to bring it home", lambda: boris.has(tea["uri"]))
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 3600))
        later = ada.post("Later", scheduled_at=moment)
        expect(later["scheduled_at"] == moment and later["params"]["text"] == "Later", "a moment is kept")
        expect([one["id"] for one in ada.call("GET", "v1/scheduled_statuses")] == [later["id"]], "and listed")
        ada.call("DELETE", f"v1/scheduled_statuses/{later['id']}")
        draft = ada.call("POST", "hallway/v1/drafts", status="Half a thought")
        draft = ada.call("PUT", f"hallway/v1/drafts/{draft['id']}", status="A whole thought")
        expect(boris.call("GET", "hallway/v1/drafts") == [], "drafts are one's own")
        done = ada.call("POST", f"hallway/v1/drafts/{draft['id']}/publish")
        expect("A whole thought" in done["content"], "and published")
        expect(ada.call("GET", "hallway/v1/drafts") == ada.call("GET", "v1/scheduled_statuses") == [], "nothing is left")
        done = ada.call("POST", f"{path}/unaccept")
        expect(done["hallway"]["accepted"] is None, "taken back")
    finally:
        oslo.stop()


if __name__ == "__main__":
    play(globals())
