"""Thanking a colleague of another office and taking it back, on pages without scripts and by the client interface.

python thanks.py HALLWAY STORY
"""
from browser import *

root = "hallway/v1/recognitions"


def offices(first):
    """Two offices that know each other without a directory; who moderates the second one is cesar."""
    oslo, lima = (Office(name, first + number, federation="open").start() for number, name in enumerate(["oslo", "lima"]))
    return oslo, lima, oslo.person("ada"), oslo.person("boris"), lima.person("carmen"), lima.person("cesar", "--admin")


def wall(person, **narrowed):
    return {status["uri"]: status["id"] for status in person.call("GET", root, **narrowed)}


def tally(person, handle=None):
    fields = {"person": person.find(handle)["id"]} if handle else {}
    return person.call("GET", f"{root}/tally", **fields)


def left(person):
    return person.call("GET", f"{root}/allowance")["remaining"]


def give(person, to, text, **fields):
    return person.call("POST", root, **{"recipients[]": to, "value": "Courage", "text": text, "visibility": "public", **fields})


def play_giving():
    """Thanks go by the form and by a client; both offices show and count the same; what breaks a rule is refused."""
    oslo, lima, ada, boris, carmen, cesar = offices(91)
    try:
        one, two, other = Browser(oslo, "ada"), Browser(oslo, "boris"), Browser(lima, "cesar")
        handle = f"carmen@{lima.authority}"
        page = one.submit(
            "/new/recognition", "/recognitions", recipients=f"@{handle}", value="Courage", text="She carried the piano",
            points="30", audience="public")
        expect(one.code == 200 and urllib.parse.urlparse(one.at).path == "/thanks", f"it leads to the wall: {one.at}")
        for browser in (one, two):
            page = words_of(browser.get("/thanks"))
            expect("for Courage · 30 points" in page and "She carried the piano" in page, "it is on the wall of Oslo")
        expect("70 of 100 points left" in words_of(one.get("/thanks")), "Ada sees what is left to her")
        expect("100 of 100 points left" in words_of(two.get("/thanks")), "and Boris what is left to him")
        page = until("the wall of Lima", lambda: (
            lambda page: page if "She carried the piano" in page else None)(other.get("/thanks")))
        expect("for Courage · 30 points" in words_of(page), "with all of it")
        until("Carmen to be told", lambda: "mention" in carmen.kinds())
        expect("She carried the piano" in other.get("/thanks?value=Courage&scope=node"), "narrowed to what it is")
        expect("She carried the piano" not in other.get("/thanks?value=Craft"), "and not to what it is not")
        expect("Courage <b>× 1</b>" in one.get(f"/@{handle}"), "her profile in Oslo counts it")
        expect("Courage <b>× 1</b>" in other.get("/@carmen"), "and her own does")

        given = give(ada, handle, "And down again", points=20, value="craft")
        expect(given["hallway"]["kind"] == "recognition" and given["hallway"]["points"] == 20, "a client gives them, too")
        expect(given["hallway"]["value"] == "Craft", "the value is written as the organisation writes it")
        until("both on the wall of Lima", lambda: len(wall(cesar)) == 2)
        expect(set(wall(boris)) == set(wall(cesar)) == set(wall(carmen)), "every wall has the same")
        total = {"count": 2, "points": 50, "values": [{"value": "Courage", "count": 1}, {"value": "Craft", "count": 1}]}
        for who, found in [("Carmen", tally(carmen)), ("Cesar", tally(cesar, "carmen")), ("Boris", tally(boris, handle))]:
            expect(found == total, f"{who} reads the same totals: {found}")
        expect(left(ada) == 50 and left(boris) == 100 and left(carmen) == 100, "points are spent by who gives them")

        refusals_hold(one, ada, handle, lima)
        expect(left(ada) == 50 and len(wall(ada)) == 2, "what was refused is not there")
        last = give(ada, handle, "What was left", points=50)
        until("all that was left in Lima", lambda: last["uri"] in wall(cesar))
        expect(len(wall(cesar)) == 3 and tally(carmen)["points"] == tally(boris, handle)["points"] == 100, "nor there")
        expect("1 are more than the 0 that are left of 100 this month" in refused(
            ada, 422, "POST", root, **{"recipients[]": handle}, value="Courage", text="x", points=1, visibility="public"),
            "and then there are none")
        # Names that stand there twice leave nobody out who stands behind them.
        page = one.submit("/new/recognition", "/recognitions", recipients="boris " * 11 + handle, text="Twice", audience="public")
        expect("Twice" in page, "whoever is named twice is thanked once")
        until("both to be thanked", lambda: tally(boris)["count"] == 1 and tally(carmen)["count"] == 4)
        give(ada, ["boris"] * 11 + [handle], "Again")
        until("both to be thanked by a client", lambda: tally(boris)["count"] == 2 and tally(carmen)["count"] == 5)
    finally:
        oslo.stop()
        lima.stop()


def refusals_hold(browser, person, handle, lima):
    """Each on the form, where all that was typed is still there, and by a client. Fifty points are left."""
    told = dict(recipients=handle, value="Courage", text="For the stairs", points="", audience="public")
    cases = [
        (dict(recipients=f"{handle} ada"), 403, "Nobody can thank themself"),
        (dict(points="51"), 422, "51 are more than the 50 that are left of 100 this month"),
        (dict(recipients=f"{handle} boris", points="26"), 422, "52 are more than the 50 that are left of 100 this month"),
        (dict(points="1001"), 422, "must be 0 to 1000"),
        (dict(audience="organisation"), 422, f"of {lima.authority} are not of the organisation"),
    ]
    for change, code, reason in cases:
        typed = {**told, **change}
        page = browser.submit("/new/recognition", "/recognitions", **typed)
        expect(browser.code == 422 and reason in page, f"the page says {reason}: {browser.code}")
        expect("For the stairs" in page and f'value="{typed["recipients"]}"' in page, "what was typed is still there")
        spoken = refused(
            person, code, "POST", root, **{"recipients[]": typed["recipients"].split()}, value="Courage",
            text=typed["text"], points=typed["points"] or 0, visibility=typed["audience"])
        expect(reason in spoken, f"a client is told {reason}: {spoken}")
    page = browser.submit("/new/recognition", "/recognitions", **{**told, "recipients": f"nobody@{lima.authority}"})
    expect(browser.code == 422 and f"nobody@{lima.authority} was not found" in page, "nobody is not thanked")
    browser.get("/new/recognition")
    page = browser.post("/recognitions", seal=browser.seal, **{**told, "value": "Thrift"})
    expect(browser.code == 422 and "is not one of the organisation's values" in page, "nor for anything")
    page = browser.post("/recognitions", **told)
    expect(browser.code == 403, "a form without its seal is refused")


def play_taking():
    """A recipient hides and shows it, the giver withdraws it, a moderator removes it: here and in the other office."""
    oslo, lima, ada, boris, carmen, cesar = offices(93)
    try:
        one, her, other = Browser(oslo, "ada"), Browser(lima, "carmen"), Browser(lima, "cesar")
        handle = f"carmen@{lima.authority}"
        piano, lamp = give(ada, handle, "The piano", points=30), give(ada, handle, "The lamp", points=20)
        until("both in Lima", lambda: len(wall(carmen)) == 2)
        here = wall(carmen)

        # Carmen hides it: off the walls of both offices and off her profile, and it still counts for who gave it.
        action = f"/recognitions/{here[piano['uri']]}/hide"
        expect(f'action="{action}"' not in other.get("/thanks"), "whoever was not thanked has no form for it")
        other.post(action, seal=other.seal, back="/thanks")
        expect(other.code == 404 and len(wall(carmen)) == 2, "and sending it changes nothing")
        refused(cesar, 404, "POST", f"{root}/{here[piano['uri']]}/hide")
        page = her.submit("/thanks", action)
        expect(her.code == 200 and "The piano" not in page and "The lamp" in page, "she hides it from her wall")
        mine = f"/thanks?person={carmen.call('GET', 'v1/accounts/verify_credentials')['id']}"
        expect("You have hidden this: only you find it here" in her.get(mine), "only she finds it")
        expect("The piano" not in other.get(mine) and "The lamp" in other.get(mine), "and nobody else")
        until("it to be off the walls of Oslo", lambda: set(wall(boris)) == {lamp["uri"]})
        expect("The piano" not in one.get("/thanks") and "The lamp" in one.get("/thanks"), "on the page as well")
        expect(tally(boris, handle)["points"] == tally(cesar, "carmen")["points"] == 20, "others do not count it")
        expect(tally(carmen)["points"] == 50 and left(ada) == 50, "she does, and its points are spent")
        expect(ada.has(piano["uri"]), "it stays where it was written")
        her.submit(mine, action.replace("/hide", "/unhide"))
        until("it to be back on the walls of Oslo", lambda: set(wall(boris)) == {lamp["uri"], piano["uri"]})
        expect("The piano" in other.get("/thanks"), "and of Lima")
        expect(tally(boris, handle) == tally(cesar, "carmen") == tally(carmen), "everyone counts the same again")

        # A moderator of Lima removes it: off the walls of Lima alone, with a reason that is kept.
        path, action = f"{root}/{here[lamp['uri']]}/remove", f"/recognitions/{here[lamp['uri']]}/remove"
        expect(f'action="{action}"' not in her.get("/thanks"), "who does not moderate has no form for it")
        her.post(action, seal=her.seal, reason="I am shy")
        expect(her.code == 403 and len(wall(carmen)) == 2, "and sending it changes nothing")
        expect("Only moderators remove" in refused(carmen, 403, "POST", path, reason="I am shy"), "nor by a client")
        expect("Only administrators" in refused(carmen, 403, "GET", f"{root}/removals"), "nor does she read of any")
        expect("too long" in refused(cesar, 422, "POST", path, reason="x" * 1001), "a reason is no letter")
        expect("can't be blank" in refused(cesar, 422, "POST", path, reason=" "), "nor nothing")
        page = other.submit("/thanks", action, reason="The lamp is a secret")
        expect(other.code == 200 and "The lamp" not in page and "The piano" in page, "he removes it")
        expect("The lamp" not in her.get("/thanks") and "The lamp" not in her.get(mine), "it is off every wall of Lima")
        removed = cesar.call("GET", f"{root}/removals")
        expect([(line["id"], line["reason"]) for line in removed] == [(here[lamp["uri"]], "The lamp is a secret")], "kept")
        expect(tally(carmen)["points"] == tally(cesar, "carmen")["points"] == 30, "and is not counted in Lima")

        # Ada withdraws it: gone from both offices, and its points are hers again.
        theirs = wall(boris)[piano["uri"]]
        refused(boris, 404, "DELETE", f"{root}/{theirs}")
        two = Browser(oslo, "boris")
        expect(f"/posts/{theirs}/delete" not in two.get("/thanks"), "nobody else has a form for it")
        two.post(f"/posts/{theirs}/delete", seal=two.seal)
        expect(two.code == 404 and piano["uri"] in wall(boris), "nor the right")
        one.submit("/thanks", f"/posts/{piano['id']}/delete")
        expect(one.code == 200 and set(wall(boris)) == {lamp["uri"]}, "it is off the wall, and Oslo keeps the other")
        until("it to be gone in Lima", lambda: wall(carmen) == {} and "The piano" not in her.get(mine))
        refused(carmen, 404, "GET", f"v1/statuses/{here[piano['uri']]}")
        expect(left(ada) == 80 and tally(carmen)["points"] == 0, "its points are back")
        expect(tally(boris, handle) == {"count": 1, "points": 20, "values": [{"value": "Courage", "count": 1}]}, "Oslo counts on")
        expect(ada.call("DELETE", f"{root}/{lamp['id']}") == {} and wall(boris) == {}, "a client withdraws, too")
        until("that to be gone in Lima", lambda: gone(carmen, here[lamp["uri"]]))
        expect(left(ada) == 100 and tally(carmen)["count"] == tally(boris, handle)["count"] == 0, "and nothing is left")
        expect(cesar.call("GET", f"{root}/removals") == removed, "but what was removed, and why")
    finally:
        oslo.stop()
        lima.stop()


def gone(person, status):
    try:
        person.call("GET", f"v1/statuses/{status}")
    except urllib.error.HTTPError as error:
        return error.code == 404


if __name__ == "__main__":
    play(globals())
