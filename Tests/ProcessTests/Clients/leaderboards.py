"""Boards, badges, milestones and challenges, on pages without scripts and by the client interface, on one real node.

python leaderboards.py HALLWAY STORY
"""
from browser import *


def refused(person, method, path, **fields):
    try:
        person.call(method, path, **fields)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    return None


def leaders(browser):
    """What stands in the middle of the page; colleagues are suggested beside it."""
    return browser.get("/leaderboard").split("<main")[1].split("</main>")[0].title()


def play_pages():
    oslo = Office("oslo", 73, federation="open").start()
    try:
        names = ["ada", "boris", "astrid", "bjorn", "dagny", "eirik"]
        people = {name: oslo.person(name, "--department", "Research") for name in names}
        ada, boris = people["ada"], people["boris"]
        for giver in ("ada", "astrid"):
            people[giver].call(
                "POST", "hallway/v1/recognitions", **{"recipients[]": "boris"}, value="Courage", text="Well done",
                points=4, visibility="organisation")
        one, two = Browser(oslo, "ada"), Browser(oslo, "boris")
        page = one.get("/leaderboard")
        expect(one.code == 200 and "Boris" in leaders(one) and "8 points" in page, "Boris leads the board of Research")
        expect("You take part." in page and "Department: Research" in page, "and Ada sees that she takes part")
        expect('href="/leaderboard"' in one.get("/thanks"), "the thanks lead there")
        teams = ada.call("GET", "hallway/v1/leaderboards")
        expect(teams == {"ranked": True, "teams": [
            {"kind": "department", "name": "Research"}, {"kind": "office", "name": "oslo"}]}, "one's teams")
        board = ada.call("GET", "hallway/v1/leaderboards", department="Research", period="all")
        expect([(line["rank"], line["points"], line["account"]["acct"]) for line in board["people"]] == [(1, 8, "boris")], "a board")
        expect(refused(ada, "GET", "hallway/v1/leaderboards", office="Nowhere") == 404, "no team, no board")
        expect(refused(ada, "GET", "hallway/v1/leaderboards", department="Research", period="year") == 422, "no such period")
        page = one.get("/@boris")
        expect("Courage <b>× 2</b>" in page, "thanks stand on the profile by value")
        tally = ada.call("GET", "hallway/v1/recognitions/tally", person=board["people"][0]["account"]["id"])
        expect(tally["values"] == [{"value": "Courage", "count": 2}], "and are counted by value")

        status = boris.post("Hello, I am new here")
        people["dagny"].post("Welcome", in_reply_to_id=status["id"])
        account = ada.call("GET", f"v1/accounts/{status['account']['id']}")
        expect(account["fields"][-1]["name"] == "Badges" and "In the conversation" in account["fields"][-1]["value"], "a line of badges")
        expect("In the conversation" in one.get("/@boris"), "badges stand on the profile")
        badges = ada.call("GET", f"hallway/v1/accounts/{account['id']}/badges")
        expect([badge["id"] for badge in badges] == ["welcome"], "and are listed")

        expect("I take part" in two.get("/settings"), "the settings ask")
        two.post("/settings/ranking", seal=two.seal)
        expect("Boris" not in leaders(one), "who opted out is on no board")
        expect(ada.call("GET", f"hallway/v1/accounts/{account['id']}/badges") == [], "and has no badges")
        expect("Courage <b>× 2</b>" in one.get("/@boris"), "thanks stay")
        expect(boris.call("GET", "hallway/v1/leaderboards")["ranked"] is False, "the choice is read")
        expect(boris.call("PUT", "hallway/v1/leaderboards/choice", ranked="true") == {"ranked": True}, "and changed")
        expect("Boris" in leaders(one), "and takes effect at once")

        today = time.strftime("%Y-%m-%d", time.gmtime())
        expect("Nothing to celebrate" in two.get("/milestones"), "an empty page says so")
        two.get("/settings")
        two.post("/settings/milestones", seal=two.seal, birthday=today[5:], joined_on=today, for_all="1", promotions="1")
        page = one.get("/milestones")
        expect("has their birthday" in page and "is new here" in page, "days of those who said so")
        choice = boris.call("GET", "hallway/v1/milestones/choice")
        expect(choice == {"birthday": today[5:], "joined_on": today, "for_all": True, "promotions": True}, "the choice")
        kinds = [one["kind"] for one in ada.call("GET", "hallway/v1/milestones")]
        expect(sorted(kinds) == ["birthday", "newcomer"], "kinds")

        page = one.get("/new/challenge")
        expect("Goal that you reach together" in page, "a form for a challenge")
        def day(number):
            return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + number * 86400))
        page = one.post(
            "/events", seal=one.seal, title="May by bicycle", goal="Cycle 1,000 km", text="Leave the car", starts=day(1),
            ends=day(9), offset="0", audience="organisation")
        expect(one.code == 200 and "Challenge" in page and "Cycle 1,000 km" in page and "Reached together" in page, "its card")
        number = urllib.parse.urlparse(one.at).path.split("/")[-1]
        two.get(f"/events/{number}")
        page = two.post(f"/events/{number}/answer", seal=two.seal, answer="yes", back=f"/events/{number}")
        expect("You have a place" in page and "All of mine so far" not in page, "Boris takes part, and cannot report yet")
        expect(refused(boris, "POST", f"hallway/v1/events/{number}/progress", amount=5) == 403, "nor by the interface")
        expect(refused(boris, "POST", f"hallway/v1/events/{number}/progress", amount=-5) == 422, "nor fewer than none")
        own = boris.call("GET", f"hallway/v1/events/{number}")
        expect(own["amount"] == 0 and own["status"]["hallway"]["kind"] == "challenge", "how he stands to it")
        expect("Goal: Cycle 1,000 km, reached: 0" in own["status"]["content"], "any app shows the goal")
        expect("Cycle 1,000 km" in one.get(f"/events/{number}/change"), "the form to change it has the goal")
        page = one.post("/events", seal=one.seal, title="No goal", goal="", text="x", starts=day(1), ends=day(2), offset="0", audience="organisation")
        expect(one.code == 422 and "Goal" in page, "without a goal it is refused")

        oslo.stop()
        oslo.environment["HALLWAY_GAMIFICATION"] = "false"
        oslo.start()
        one = Browser(oslo, "ada")
        one.get("/leaderboard")
        expect(one.code == 404, "switched off there is no page")
        page = one.get("/settings")
        expect("I take part" not in page, "nothing to choose")
        one.post("/settings/ranking", seal=one.seal, ranked="1")
        expect(one.code == 404, "nor a form")
        for path in ("leaderboards", f"accounts/{account['id']}/badges"):
            expect(refused(ada, "GET", f"hallway/v1/{path}") == 404, f"no {path}")
        expect(refused(ada, "PUT", "hallway/v1/leaderboards/choice", ranked="true") == 404, "no choice")
        expect('href="/leaderboard"' not in one.get("/thanks") and "Badges" not in one.get("/@boris"), "no trace of it")
    finally:
        oslo.stop()


def play_offices():
    """A colleague of another office on the board, with the points of her own office, until she opts out; her days."""
    directory, (oslo, lima, pune) = organisation()
    people = [oslo.person(name, "--department", "Research") for name in ("ada", "boris", "astrid", "bjorn", "dagny")]
    carmen, chidi = lima.person("carmen", "--department", "Research"), pune.person("chidi")
    ada = people[0]
    for person in (ada, chidi):
        until(f"{person.name} to find Carmen", lambda: person.find("carmen@org.example"))
        person.call(
            "POST", "hallway/v1/recognitions", **{"recipients[]": "carmen@org.example"}, value="Courage", text="Well done",
            points=4, visibility="organisation")
    until("both thanks in Lima", lambda: carmen.call("GET", "hallway/v1/recognitions/tally")["count"] == 2)

    def board():
        lines = ada.call("GET", "hallway/v1/leaderboards", department="Research")["people"]
        return [(line["account"]["username"], line["points"]) for line in lines]

    expect(board() == [], "nobody is ranked by what merely arrived")
    oslo.stop()
    oslo.start()
    until("what Lima counts", lambda: board() == [("carmen", 8)])
    carmen.call("PUT", "hallway/v1/leaderboards/choice", ranked="false")
    until("her choice in Oslo", lambda: board() == [])
    today = time.strftime("%Y-%m-%d", time.gmtime())
    carmen.call("PUT", "hallway/v1/milestones/choice", birthday=today[5:], for_all="true")
    for person in (ada, chidi):
        until(f"her day for {person.name}", lambda: [
            (one["kind"], one["account"]["username"]) for one in person.call("GET", "hallway/v1/milestones")] == [("birthday", "carmen")])
    carmen.call("PUT", "hallway/v1/milestones/choice", birthday="")
    for person in (ada, chidi):
        until("none of it", lambda: person.call("GET", "hallway/v1/milestones") == [])


if __name__ == "__main__":
    play(globals())
