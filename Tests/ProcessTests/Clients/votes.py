"""Polls and surveys of two offices of an organisation, on pages without scripts and by the client interface.

python votes.py HALLWAY STORY
"""
import contextlib, sqlite3
from browser import *


def organisation_of_two():
    """Without names nobody answers but to a member, so that a directory is needed."""
    directory = Office("directory", 95, command="directory").start()
    return [Office(name, 96 + number, directory).start() for number, name in enumerate(["Oslo", "Lima"])]


def at_pages(office, *names):
    """People who have a browser besides their client."""
    people = [office.person(name) for name in names]
    for person in people:
        person.pages = Browser(office, person.name)
    return people


def rows(office, statement, *values):
    path = f"file:{folder}/{office.name}/hallway.sqlite?mode=ro"
    with contextlib.closing(sqlite3.connect(path, uri=True, timeout=30)) as database:
        return database.execute(statement, values).fetchall()


def let_pass(seconds, table, post, *offices):
    """Time passes for a poll or survey: its end is set back, since nobody can wait five minutes for it."""
    for office in offices:
        office.stop()
        with contextlib.closing(sqlite3.connect(f"{folder}/{office.name}/hallway.sqlite")) as database, database:
            changed = database.execute(
                f"UPDATE {table} SET closes_at = closes_at - ? WHERE post = (SELECT id FROM post WHERE uri = ?)",
                (seconds * 1000, post)).rowcount
        expect(changed == 1, f"{office.name} has it")
    for office in offices:
        office.start()


def asked(asker, reader, **fields):
    """Makes a poll by the form; its status where it was asked and where it is read."""
    page = asker.pages.submit("/new/poll", "/new/poll", **fields)
    expect(asker.pages.code == 200 and fields["text"] in page, "it is asked")
    made = next(status for status in asker.home() if fields["text"] in status["content"])
    expect(f'id="post-{made["id"]}"' in page, "and the form leads to it")
    return made, until("it to travel", lambda: reader.has(made["uri"]))


def poll(person, status):
    return person.call("GET", f"v1/polls/{status['id']}")


def totals(person, status):
    read = poll(person, status)
    return read["voters_count"], [option["votes_count"] for option in read["options"]]


def bars(person, status, path="/"):
    """The totals that the card of a poll shows: one's own vote, what, per cent, votes."""
    card = person.pages.get(path).split(f'id="post-{status["id"]}"')[1].split("</article>")[0]
    return re.findall(r"<li><span>(?:<b>(✓)</b>.*?</span> )?([^<]*)</span><b>(\d+) %</b>.*?>(\d+ votes?)</span></li>", card)


def no_vote(person, status, choices, reason, code=422):
    """A vote is refused on the page and by the client, with the reason, and nothing has changed."""
    before = totals(person, status)
    person.pages.get("/")
    page = person.pages.post(f"/posts/{status['id']}/vote", seal=person.pages.seal, choices=choices, back="/")
    expect(person.pages.code == code and reason in page, f"the page says {reason}: {person.pages.code}")
    told = refused(person, code, "POST", f"v1/polls/{status['id']}/votes", **{"choices[]": choices})
    expect(reason in told, f"a client is told {reason}: {told}")
    expect(totals(person, status) == before, "nothing has changed")


def play_polls():
    """Totals are hidden until one has voted or it ends; a vote stands; nobody votes in their own, or after the end."""
    oslo, lima = organisation_of_two()
    (ada, boris), (carmen, cesar) = at_pages(oslo, "ada", "boris"), at_pages(lima, "carmen", "cesar")
    carmen.follow("ada@org.example")
    told = dict(text="Tea or coffee?", options="Tea\nCoffee\nNeither", closes_in="300", audience="organisation")
    for change, reason in [
            (dict(options="Tea"), "must be 2 to 20"), (dict(options="Tea\nTea"), "must differ from each other"),
            (dict(options=f"Tea\n{'x' * 201}"), "must be of 200 characters at most"), (dict(text=" "), "can't be blank")]:
        page = ada.pages.submit("/new/poll", "/new/poll", **{**told, **change})
        expect(ada.pages.code == 422 and reason in page, f"the form says {reason}")
        expect({**told, **change}["options"] in page, "what was typed is still there")
    short = refused(ada, 422, "POST", "v1/statuses", status="x", **{"poll[options][]": ["a", "b"], "poll[expires_in]": 60})
    expect("five minutes at least" in short, f"nor is one short: {short}")
    expect(ada.home() == [], "nothing of that was asked")

    here, there = asked(ada, carmen, **told, hide_totals="1")
    vote = f"/posts/{there['id']}/vote"
    expect("You see the totals once you have voted." in carmen.pages.get("/"), "she is told when she sees the totals")
    expect(bars(carmen, there) == [] and totals(carmen, there) == (0, [None] * 3), "and sees none yet")
    carmen.pages.post(vote, seal=carmen.pages.seal, back="/")
    expect(carmen.pages.code == 422, "nothing is no vote")
    no_vote(carmen, there, ["3"], "does not exist")
    no_vote(carmen, there, ["0", "1"], "must be one option of this poll")
    page = carmen.pages.submit("/", vote, choices="0")
    expect(vote not in page and "you voted" in page and poll(carmen, there)["own_votes"] == [0], "she votes, and has no form any more")
    expect(bars(carmen, there) == [("✓", "Tea", "100", "1 vote"), ("", "Coffee", "0", "0 votes"), ("", "Neither", "0", "0 votes")],
           f"she sees the totals: {bars(carmen, there)}")
    no_vote(carmen, there, ["1"], "have already voted")
    page = ada.pages.get("/")
    expect(f"/posts/{here['id']}/vote" not in page and "hidden until the poll ends" in page, "Ada waits for the end")
    no_vote(ada, here, ["1"], "cannot vote in your own polls")
    boris.call("POST", f"v1/polls/{here['id']}/votes", **{"choices[]": 1})
    for person, status in [(boris, here), (carmen, there)]:
        until(f"both votes for {person.name}", lambda: totals(person, status) == (2, [1, 1, 0]))
    for person, status in [(ada, here), (cesar, there)]:
        until(f"two voters for {person.name}", lambda: totals(person, status) == (2, [None] * 3))

    # It ends in Oslo; Lima, by whose clock there is time left, is told.
    let_pass(301, "poll", here["uri"], oslo)
    for person, status in [(ada, here), (boris, here), (carmen, there), (cesar, there)]:
        until(f"the end for {person.name}", lambda: poll(person, status)["expired"])
        expect(totals(person, status) == (2, [1, 1, 0]), f"{person.name} sees the totals")
        path = f"/@{'ada' if status is here else 'ada@org.example'}/{status['id']}"
        expect([line[1:] for line in bars(person, status, path)] == [
            ("Tea", "50", "1 vote"), ("Coffee", "50", "1 vote"), ("Neither", "0", "0 votes")], f"{person.name} on the page, too")
        expect(f"/posts/{status['id']}/vote" not in person.pages.get(path), "without a form")
    for person, status in [(boris, here), (cesar, there)]:
        no_vote(person, status, ["2"], "has already ended")
    ends = lambda person: sum(entry["type"] == "poll" for entry in person.call("GET", "v1/notifications"))
    for person in (ada, boris, carmen):
        until(f"{person.name} to be told of the end", lambda: ends(person) == 1)
    expect(ends(cesar) == 0, "and not who took no part")


def play_choices():
    """Several may be chosen, and votes are counted apart from voters; an anonymous poll keeps who voted, never for what."""
    oslo, lima = organisation_of_two()
    (ada, boris), (carmen, cesar) = at_pages(oslo, "ada", "boris"), at_pages(lima, "carmen", "cesar")
    ada.follow("carmen@org.example")
    days = dict(text="Which days suit you?", options="Monday\nTuesday\nFriday", closes_in="0", multiple="1", audience="organisation")
    here, there = asked(carmen, ada, **days)
    expect(there["poll"]["multiple"] and there["poll"]["expires_at"] is None, "several, and no end")
    expect(totals(ada, there) == (0, [0, 0, 0]), "totals that are not hidden are there for all")
    ada.pages.submit("/", f"/posts/{there['id']}/vote", choices=["0", "2"])
    expect([line[0] for line in bars(ada, there)] == ["✓", "", "✓"], "both of hers are marked")
    boris.call("POST", f"v1/polls/{there['id']}/votes", **{"choices[]": 2})
    cesar.call("POST", f"v1/polls/{here['id']}/votes", **{"choices[]": [0, 1, 2]})
    no_vote(boris, there, ["0"], "have already voted")
    for person, status in [(ada, there), (carmen, here)]:
        until(f"three voters for {person.name}", lambda: totals(person, status) == (3, [2, 1, 3]))
        expect(poll(person, status)["votes_count"] == 6, "with six votes")
        expect([line[1:] for line in bars(person, status)] == [
            ("Monday", "66", "2 votes"), ("Tuesday", "33", "1 vote"), ("Friday", "100", "3 votes")], "per cent are of voters")

    here, there = asked(carmen, ada, **{**days, "text": "Shall we move?", "options": "Yes\nNo"}, anonymous="1")
    expect("nobody can see who voted for what" in ada.pages.get("/"), "readers are told that it is anonymous")
    ada.pages.submit("/", f"/posts/{there['id']}/vote", choices="1")
    boris.call("POST", f"v1/polls/{there['id']}/votes", **{"choices[]": [0, 1]})
    cesar.call("POST", f"v1/polls/{here['id']}/votes", **{"choices[]": 1})
    no_vote(ada, there, ["0"], "have already voted")
    for person, status in [(ada, there), (carmen, here)]:
        until(f"three anonymous voters for {person.name}", lambda: totals(person, status) == (3, [1, 3]))
        expect(bars(person, status) == [("", "Yes", "33", "1 vote"), ("", "No", "100", "3 votes")], "nobody's is marked")
    expect(poll(ada, there)["voted"] and poll(ada, there)["own_votes"] == [], "not even her own client knows what she chose")
    for office, kept in [(oslo, 2), (lima, 1)]:
        post, = rows(office, "SELECT id FROM post WHERE uri = ?", here["uri"])
        expect(rows(office, "SELECT COUNT(*) FROM ballot WHERE post = ?", *post) == [(kept,)], f"{office.name} keeps who voted of its own")
        expect(rows(office, "SELECT COUNT(*) FROM vote WHERE post = ?", *post) == [(0,)], "and no vote of anybody")


def survey(person, status):
    return person.call("GET", f"hallway/v1/surveys/{status['id']}")


def answers(*words):
    """As the form and the client interface name them; what is empty is skipped."""
    return {f"answers[{position}]": word for position, word in enumerate(words) if word}


def no_answer(person, status, given, reason, code=422):
    """Answers are refused on the page and to a client, with the reason."""
    person.pages.get("/")
    page = person.pages.post(f"/surveys/{status['id']}", seal=person.pages.seal, **given)
    expect(person.pages.code == code and reason in page, f"the page says {reason}: {person.pages.code}")
    told = refused(person, code, "POST", f"hallway/v1/surveys/{status['id']}/answers", **given, x="")
    expect(reason in told, f"a client is told {reason}: {told}")


def result(person, status):
    """What the page of a survey shows, question by question, in words."""
    page = person.pages.get(f"/surveys/{status['id']}")
    return [words_of(part.split("</section>")[0]) for part in page.split('<section class="card poll">')[1:]]


def play_surveys():
    """Five people of two offices answer one, four another; what came of it is the same in both offices."""
    oslo, lima = organisation_of_two()
    here = ada, boris, astrid, bjorn = at_pages(oslo, "ada", "boris", "astrid", "bjorn")
    there = carmen, cesar, dora = at_pages(lima, "carmen", "cesar", "dora")
    carmen.follow("ada@org.example")
    form = dict(
        text="How was the move?", question0="How well do you work here?", kind0="scale", question1="Which floor?",
        kind1="choice", choices1="First, Second, Third", question2="What is missing?", kind2="text",
        question3="And what else?", kind3="text", days="1", audience="organisation")
    for change, reason in [
            (dict(question0="", question1="", question2="", question3=""), "must be 1 to 20"),
            (dict(choices1="First"), "must be 2 to 10"), (dict(choices1="First, First"), "must differ from each other")]:
        page = ada.pages.submit("/new/survey", "/new/survey", **{**form, **change})
        expect(ada.pages.code == 422 and reason in page, f"the form says {reason}")
        expect(all(word in page for word in {**form, **change}.values()), "what was typed is still there")
    expect(ada.home() == [], "nothing of that was asked")

    def ask(text):
        page = ada.pages.submit("/new/survey", "/new/survey", **{**form, "text": text})
        expect(ada.pages.code == 200 and text in page and "4 questions" in page, "the form leads to the survey")
        expect("Your survey is open" in page and 'name="answers[' not in page, "which she does not answer herself")
        made = next(status for status in ada.home() if text in status["content"])
        expect(f"/surveys/{made['id']}" in ada.pages.at, "it is the one")
        return made, until("it to travel", lambda: carmen.has(made["uri"]))
    full, full_there = ask("How was the move?")
    small, small_there = ask("And the party?")
    expect(full_there["hallway"]["kind"] == "survey" and full_there["hallway"]["questions"] == 4, "a client is told what it is")
    expect(f"/surveys/{full_there['id']}" in carmen.pages.get("/"), "the card leads to it")

    no_answer(ada, full, answers("3"), "cannot answer your own survey")
    no_answer(boris, full, answers(), "can't be blank")
    no_answer(carmen, full_there, answers("6"), "is not in the list")
    no_answer(carmen, full_there, answers("", "3"), "is not in the list")
    no_answer(carmen, full_there, answers("", "", "x" * 2001), "2000 characters at most")
    given = {
        boris: answers("1", "1", "Lifts", "Tea"), astrid: answers("2", "1", "Lamps"), carmen: answers("5", "1", "Lunch", "Maté"),
        cesar: answers("5", "1", "Locks", "Rum"), dora: answers("4", "1", "Ladders", "Water")}
    for person, answer in given.items():
        status = full if person in here else full_there
        if person in (astrid, cesar):
            read = person.call("POST", f"hallway/v1/surveys/{status['id']}/answers", **answer)
            expect(read["answered"] and not read["closed"] and read["results"] is None, "a client answers, and reads nothing yet")
        else:
            page = person.pages.submit(f"/surveys/{status['id']}", f"/surveys/{status['id']}", **answer)
            expect(person.pages.code == 200 and "Thank you" in page and not result(person, status), "the form answers, and shows nothing yet")
        no_answer(person, status, answer, "have already answered this survey")
        if person is not astrid:
            person.call("POST", f"hallway/v1/surveys/{(small if person in here else small_there)['id']}/answers", **answers("5", "1", "Cake"))

    for made in (full, small):
        end(made, oslo, lima)
    shown = [
        ["5 people answered"] + [f"{grade} not shown: too few" for grade in (1, 2, 4, 5)] + ["3 0 % 0 people"],
        ["5 people answered", "First 0 % 0 people", "Second 100 % 5 people", "Third 0 % 0 people"],
        ["5 people answered", "Lifts", "Lamps", "Lunch", "Locks", "Ladders"], ["Fewer than five people answered"]]
    for person, status in [(ada, full), (boris, full), (astrid, full), (carmen, full_there), (cesar, full_there), (dora, full_there)]:
        until(f"results for {person.name}", lambda: survey(person, status)["results"])
        parts = result(person, status)
        expect(len(parts) == 4, "each question has its part")
        for part, words in zip(parts, shown):
            expect(all(word in part for word in words), f"{person.name} reads {words}: {part}")
        expect(not any(word in parts[3] for word in ("Tea", "Rum", "Water", "%")), "of four people nothing")
        read = survey(person, status)["results"]
        expect(read["respondents"] == 5, "five answered")
        expect([(item["answered"], item["totals"], sorted(item["texts"])) for item in read["questions"]] == [
            (5, [None, None, 0, None, None], []), (5, [0, 5, 0], []), (5, [], ["Ladders", "Lamps", "Lifts", "Locks", "Lunch"]),
            (None, [], [])], f"and a client reads the same: {read}")
    expect(survey(bjorn, full)["results"] is None and "This survey has ended." in bjorn.pages.get(f"/surveys/{full['id']}"),
           "who did not answer reads nothing")
    no_answer(bjorn, full, answers("3"), "has already ended")
    for person, status in [(ada, small), (boris, small), (carmen, small_there), (cesar, small_there), (dora, small_there)]:
        read = until(f"the end of the small one for {person.name}", lambda: survey(person, status)["results"])
        expect(read["respondents"] is None, "of four people it is not even told how many they were")
        expect(all(item["answered"] is None and item["texts"] == [] and set(item["totals"]) <= {None} for item in read["questions"]), "nor what they said")
        parts = result(person, status)
        expect(len(parts) == 4 and all("Fewer than five people answered" in part and "Cake" not in part for part in parts), "on the page as well")


def end(made, oslo, lima):
    """A survey ends in both offices; Lima tells Oslo what its people answered; ten minutes later Oslo tells the results."""
    let_pass(86400, "survey", made["uri"], oslo, lima)
    counted = "SELECT 1 FROM survey_tally t JOIN post p ON p.id = t.post WHERE p.uri = ? AND t.node = ?"
    until("Oslo to have what Lima counted", lambda: rows(oslo, counted, made["uri"], lima.authority))
    let_pass(600, "survey", made["uri"], oslo)


def play_outsiders():
    """Where no directory vouches for the other office, names are needed there: an open poll is voted in, no other."""
    oslo, lima = (Office(name, 98 + number, federation="open").start() for number, name in enumerate(["oslo", "lima"]))
    (ada,), (carmen,) = at_pages(oslo, "ada"), at_pages(lima, "carmen")
    carmen.follow(f"ada@{oslo.authority}")
    told = dict(text="Open?", options="Yes\nNo", closes_in="300", audience="public")
    here, there = asked(ada, carmen, **told)
    carmen.pages.submit("/", f"/posts/{there['id']}/vote", choices="1")
    until("her vote in Oslo", lambda: totals(ada, here) == (1, [0, 1]))
    expect(bars(carmen, there) == [("", "Yes", "0", "0 votes"), ("✓", "No", "100", "1 vote")], "and in Lima")
    here, there = asked(ada, carmen, **{**told, "text": "Secret?"}, anonymous="1")
    no_vote(carmen, there, ["1"], "An anonymous vote can only go to an office that the directory lists", 403)
    ada.pages.submit("/new/survey", "/new/survey", text="How was it?", question0="Well?", audience="public")
    made = next(status for status in ada.home() if "How was it?" in status["content"])
    there = until("the survey to travel", lambda: carmen.has(made["uri"]))
    no_answer(carmen, there, answers("5"), "can only go to an office that the directory lists", 403)
    expect(not survey(carmen, there)["answered"], "and nothing has changed")


if __name__ == "__main__":
    play(globals())
