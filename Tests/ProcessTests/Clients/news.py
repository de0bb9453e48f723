"""Announcements and events through the client interface and the pages of three real offices.

python news.py HALLWAY STORY [CLIENTS]. Calendars are read by the `icalendar` package where it is installed.
"""
from browser import *
import datetime

try:
    import icalendar
except ImportError:
    icalendar = None


def moment(days):
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return then.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def play_announcements():
    directory, (oslo, lima, pune) = organisation()
    ada = oslo.person("ada", "--may-announce")
    astrid, carmen, chidi = oslo.person("astrid"), lima.person("carmen"), pune.person("chidi")
    until("the offices to know each other", lambda: carmen.find(f"ada@{oslo.authority}") and chidi.find(f"ada@{oslo.authority}"))
    order = dict(title="Travel rules", text="They hold from June.", due_at=moment(3))
    reason = refused(astrid, 403, "POST", "hallway/v1/announcements", **order)
    expect("speak for it" in reason, f"the reason is told: {reason}")
    for bad in (dict(order, title=""), dict(order, due_at="soon"), dict(order, due_at=moment(-1))):
        refused(ada, 422, "POST", "hallway/v1/announcements", **bad)
    made = ada.call("POST", "hallway/v1/announcements", **order)
    expect(made["hallway"]["title"] == "Travel rules", "what it carries is told")
    for person in (astrid, carmen, chidi):
        seen = until(f"{person.name} to be reached", lambda: person.has(made["uri"]))
        expect(f"/announcements/{seen['id']}" in seen["content"] and "Travel rules" in seen["content"], "readable, with a link")
        expect(person.office.url in seen["content"], "the link leads to the reader's own office")
        listed = person.call("GET", "v1/announcements")
        expect([entry["id"] for entry in listed] == [seen["id"]] and not listed[0]["read"], "among Mastodon's announcements")
        expect("status" in person.kinds(), "and notified")
    progress = lambda: ada.call("GET", f"hallway/v1/announcements/{made['id']}/progress")
    until("everyone to be counted", lambda: progress()["total"]["reached"] == 3)

    mine = carmen.has(made["uri"])["id"]
    carmen.call("POST", f"v1/announcements/{mine}/dismiss")
    expect(carmen.call("GET", "v1/announcements") == [], "put away")
    carmen.call("POST", "v1/markers", **{"home[last_read_id]": mine, "notifications[last_read_id]": mine})
    expect(len(carmen.call("GET", "hallway/v1/announcements", pending="true")) == 1, "and still to be acknowledged")
    expect(carmen.call("GET", f"hallway/v1/announcements/{mine}")["acknowledged_at"] is None, "not acknowledged")
    for _ in range(2):
        carmen.call("POST", f"hallway/v1/announcements/{mine}/acknowledge")
    until("one acknowledgement", lambda: progress()["total"]["acknowledged"] == 1)
    refused(carmen, 404, "GET", f"hallway/v1/announcements/{mine}/progress")
    refused(astrid, 404, "GET", f"hallway/v1/announcements/{made['id']}/progress")
    expect(progress()["names"] == [], "nobody is named")
    expect("read" not in json.dumps([node for node in progress()["nodes"]]), "nothing about who looked")

    page = Browser(chidi.office, "chidi")
    expect("I have read this" in page.get("/"), "it stands on top of home")
    own = chidi.has(made["uri"])["id"]
    page.submit("/announcements", f"/announcements/{own}/acknowledge")
    expect("I have read this" not in page.get("/"), "and no longer once acknowledged")
    until("two acknowledgements", lambda: progress()["total"]["acknowledged"] == 2)
    board = Browser(ada.office, "ada")
    expect("/new/announcement" in board.get("/"), "who may is offered it")
    expect("/new/announcement" not in page.get("/"), "who may not is not")
    expect(f'"{lima.authority}",,1,1,1,0,' in board.get(f"/announcements/{made['id']}/progress.csv"), "and its table")
    expect("Together" in board.get(f"/announcements/{made['id']}/progress"), "the author's page")
    board.submit("/new/announcement", "/announcements", title="By form", text="Hello", audience="node", unit="", office="", language="", due="2027-05-04T12:00", offset="120")
    until("the local one", lambda: len(astrid.call("GET", "hallway/v1/announcements")) == 2)
    expect(len(carmen.call("GET", "hallway/v1/announcements")) == 1, "which stays in its office")
    board.submit(f"/announcements/{made['id']}/progress", f"/announcements/{made['id']}/remind")
    until("Astrid to be reminded", lambda: len([n for n in astrid.call("GET", "v1/notifications") if n["status"]["uri"] == made["uri"]]) == 2)
    oslo.stop(signal.SIGKILL)
    oslo.start()
    expect(progress()["total"] == dict(targeted=3, reached=3, acknowledged=2, overdue=0), "exact after a kill")

    # In two languages, with a date that moves.
    words = {"variants[0][language]": "es", "variants[0][title]": "Comedor", "variants[0][text]": "Abre al mediodía."}
    two = ada.call("POST", "hallway/v1/announcements", title="Canteen", text="Open at noon.", language="en", due_at=moment(2), **words)
    expect(two["hallway"]["languages"] == ["en", "es"], f"its languages: {two['hallway']}")
    there = until("Carmen to be reached", lambda: carmen.has(two["uri"]))
    request = urllib.request.Request(
        f"{lima.url}/api/v1/statuses/{there['id']}", headers={"Authorization": f"Bearer {carmen.token}", "Accept-Language": "es-PE, en;q=0.5"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        shown = json.load(answer)
    expect("mediodía" in shown["content"] and shown["language"] == "es", f"in her language: {shown['content']}")
    expect("noon" in there["content"], "and else as it was written first")
    expect("To be had in en, es" in Browser(carmen.office, "carmen").get("/announcements"), "the card names its languages")
    form = f"/announcements/{two['id']}/edit"
    words["variants[0][text]"] = "Abre a la una."
    board.submit(form, form, title="Canteen", text="Open at one.", text_language="en", due="2027-05-04T12:00", offset="0", **words)
    own = lambda: carmen.call("GET", f"hallway/v1/announcements/{there['id']}")
    until("the edit in Lima", lambda: "una" in own()["variants"][0]["content"])
    expect(own()["due_at"].startswith("2027-05-04T12:00"), f"and its date: {own()['due_at']}")
    refused(carmen, 404, "PUT", f"hallway/v1/announcements/{there['id']}", title="Mine")


def read_calendar(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            expect(answer.headers["Content-Type"].startswith("text/calendar"), "a calendar")
            data = answer.read()
    except urllib.error.HTTPError as error:
        return error.code
    expect(all(len(line) <= 75 for line in data.split(b"\r\n")), "lines are folded")
    if icalendar is None:
        return data.decode().replace("\r\n ", "")
    calendar = icalendar.Calendar.from_ical(data)
    expect(not calendar.errors, f"a parser finds no fault: {calendar.errors}")
    for event in calendar.walk("VEVENT"):
        expect(not event.errors and event["UID"] and event["DTSTAMP"], "every event is whole")
    return data.decode().replace("\r\n ", "")


def play_events():
    directory, (oslo, lima, pune) = organisation()
    ada, carmen, chidi = oslo.person("ada"), lima.person("carmen"), pune.person("chidi")
    for person in (carmen, chidi):
        person.follow(f"ada@{oslo.authority}")
    order = dict(title="Party; on the roof, with \\ and é", text="Come " * 60, starts_at=moment(2), ends_at=moment(2.1), place="Roof", capacity="1")
    refused(ada, 422, "POST", "hallway/v1/events", **dict(order, starts_at=moment(-1)))
    refused(ada, 422, "POST", "hallway/v1/events", **dict(order, capacity="0"))
    made = ada.call("POST", "hallway/v1/events", **order)
    expect(made["hallway"]["places_left"] == 1, "one place")
    ids = {person: until("the invitation", lambda: person.has(made["uri"]))["id"] for person in (carmen, chidi)}
    state = lambda person: person.call("GET", f"hallway/v1/events/{ids[person]}")["answer"]
    expect("Say whether you come" in carmen.has(made["uri"])["content"], "readable, with a link")
    refused(carmen, 422, "POST", f"hallway/v1/events/{ids[carmen]}/answer", answer="perhaps")
    carmen.call("POST", f"hallway/v1/events/{ids[carmen]}/answer", answer="yes")
    until("Carmen's place", lambda: state(carmen) == "yes")
    page = Browser(chidi.office, "chidi")
    until("a full house", lambda: "Join the waiting list" in page.get("/events"))
    page.submit("/events", f"/events/{ids[chidi]}/answer", answer="yes")
    until("Chidi to wait", lambda: state(chidi) == "waiting")
    refused(carmen, 404, "GET", f"hallway/v1/events/{ids[carmen]}/attendees")
    expect([entry["account"]["username"] for entry in ada.call("GET", f"hallway/v1/events/{made['id']}/attendees")] == ["carmen"], "the organiser knows who comes")

    url = carmen.call("POST", "hallway/v1/calendar")["url"]
    text = read_calendar(url)
    expect("SUMMARY:Party\\; on the roof\\, with \\\\ and é" in text and "STATUS:CONFIRMED" in text, f"in the calendar: {text}")
    expect("BEGIN:VEVENT" not in read_calendar(url) or f"UID:{made['uri']}" in text, "by a name that stays")
    time.sleep(1.1)
    ada.call("POST", f"hallway/v1/events/{made['id']}/cancel")
    until("the end of it", lambda: "STATUS:CANCELLED" in read_calendar(url))
    page = Browser(carmen.office, "carmen")
    expect("cancelled" in page.get("/events?mine=1"), "also on the page")
    shown = re.search(r"http://[^<]*/calendar/[^<]*\.ics", page.submit("/calendar", "/calendar")).group()
    expect(read_calendar(url) == 404, "a new link ends the old one")
    expect("VEVENT" in read_calendar(shown), "and works")
    page.submit("/calendar", "/calendar/revoke")
    expect(read_calendar(shown) == 404, "until it is revoked")
    board = Browser(ada.office, "ada")
    board.submit("/new/event", "/events", title="Talk", text="On looms", starts="2027-01-02T10:00", ends="", offset="330", place="", call="https://call.example/x", capacity="", audience="organisation")
    made = until("the talk", lambda: [e for e in ada.call("GET", "hallway/v1/events", mine="true") if e["hallway"]["title"] == "Talk"])[0]
    expect(made["hallway"]["starts_at"] == "2027-01-02T04:30:00.000Z", f"in the organiser's zone: {made['hallway']}")
    expect("2027-01-02 10:00 (UTC+05:30)" in board.get("/events"), "and shown with it")
    board.submit(f"/events/{made['id']}/change", f"/events/{made['id']}/change", title="Talk 2", starts="2027-01-02T11:00", ends="", offset="330", place="", call="", capacity="2")
    expect("Talk 2" in board.get("/events"), "changed")
    expect("BEGIN:VCALENDAR" in board.get(f"/events/{made['id']}/calendar.ics"), "one by itself")


if __name__ == "__main__":
    play(globals())
