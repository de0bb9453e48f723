"""Groups over three real offices: through the client interface, the pages, and every route that might tell of a secret one.

python groups.py HALLWAY groups
"""
from browser import *


def refused(code, call):
    try:
        call()
    except urllib.error.HTTPError as error:
        expect(error.code == code, f"refused with {code}, not {error.code}")
        return json.load(error)["error"]
    raise SystemExit("not refused")


def groups_of(person, **fields):
    return person.call("GET", "hallway/v1/groups", **fields)


def play_groups():
    """A closed group of Oslo with a moderator in Lima and a member in Pune; then a secret one."""
    directory, (oslo, lima, pune) = organisation()
    ada, boris = oslo.person("ada", "--display-name", "Ada"), oslo.person("boris")
    carmen, cesar = lima.person("carmen"), lima.person("cesar")
    chidi = pune.person("chidi")
    for person in (carmen, chidi):
        until(f"Oslo to know {person.name}", lambda: ada.find(f"{person.name}@org.example"))

    group = ada.call("POST", "hallway/v1/groups", name="design", display_name="Design", kind="closed", rules="Be kind")
    base = f"hallway/v1/groups/{group['id']}"
    expect(group["membership"] == {"role": "owner", "state": "member", "by_rule": False}, "who founds it owns it")
    there = until("Carmen to find it", lambda: carmen.find(f"design@{oslo.authority}"))
    expect(there["group"], "to a Mastodon app it is an account")
    asked = carmen.call("POST", f"hallway/v1/groups/{there['id']}/join")
    expect(asked["membership"]["state"] == "asked", "Carmen asks")
    waiting = until("Ada to see who waits", lambda: ada.call("GET", f"{base}/members", state="asked"))
    until("the notification", lambda: "group_request" in ada.kinds())
    carmen_there = waiting[0]["account"]["id"]
    ada.call("POST", f"{base}/members/{carmen_there}/approve")
    mine = lambda: groups_of(carmen)
    until("Carmen to belong", mine)
    ada.call("POST", f"{base}/members/{carmen_there}/moderator")
    until("Carmen to moderate", lambda: mine()[0]["membership"]["role"] == "moderator")

    # Pages: Chidi asks, Carmen lets him in from Lima.
    pages = {person.name: Browser(person.office, person.name) for person in (ada, boris, carmen, chidi)}
    here = until("Chidi to find it", lambda: chidi.find(f"design@{oslo.authority}"))
    expect("Ask to join" in pages["chidi"].get(f"/groups/{here['id']}"), "a button to ask with")
    page = pages["chidi"].submit(f"/groups/{here['id']}", f"/groups/{here['id']}/join")
    expect(pages["chidi"].code == 200 and "You asked to join" in page, "the page says that he waits")
    members = f"/groups/{there['id']}?tab=members"
    until("Carmen to see him wait", lambda: "Waiting to be let in" in pages["carmen"].get(members))
    action = re.search(rf'action="(/groups/{there["id"]}/members/\d+)"', pages["carmen"].get(members))[1]
    pages["carmen"].submit(members, action, decision="approve")
    expect(pages["carmen"].code == 200, "she decides")
    until("Chidi to belong", lambda: groups_of(chidi))
    page = pages["chidi"].submit(f"/groups/{here['id']}", "/posts", text="From Pune, with a plan", audience=f"group:{here['id']}")
    expect(pages["chidi"].code == 200 and "From Pune" in page, f"he writes on the group's page: {pages['chidi'].code}")
    post = until("Ada to read it at home", lambda: next((s for s in ada.home() if "From Pune" in s["content"]), None))
    until("Carmen, too", lambda: carmen.has(post["uri"]))
    expect(not boris.has(post["uri"]) and not cesar.has(post["uri"]), "and nobody who does not belong")
    expect(post["visibility"] == "private" and post["group_id"] == group["id"], "its audience and group")
    ada.call("POST", "v1/statuses", status="Good", in_reply_to_id=post["id"])
    in_lima = carmen.has(post["uri"])
    carmen.call("POST", f"v1/statuses/{in_lima['id']}/favourite")
    own = chidi.has(post["uri"])["id"]
    until("the same thread in Pune", lambda: [
        (s["content"]) for s in chidi.call("GET", f"v1/statuses/{own}/context")["descendants"]] == ["<p>Good</p>"])
    until("the like in Pune", lambda: chidi.call("GET", f"v1/statuses/{own}")["favourites_count"] == 1)
    expect(refused(403, lambda: boris.call("POST", "v1/statuses", status="x", group_id=group["id"])) ==
           "Only members write in this group", "whoever does not belong does not write")
    pages["carmen"].submit(f"/groups/{there['id']}", f"/groups/{there['id']}/posts/{in_lima['id']}/pin")
    expect(pages["carmen"].code == 200, "she pins it")
    until("the pin in Oslo", lambda: ada.call("GET", f"{base}/statuses", pinned="true"))
    until("the pin in Pune", lambda: "Pinned" in pages["chidi"].get(f"/groups/{here['id']}"))
    for tab, word in [("about", "Be kind"), ("members", "Moderator"), ("posts", "From Pune")]:
        page = pages["ada"].get(f"/groups/{group['id']}?tab={tab}")
        expect(pages["ada"].code == 200 and word in page, f"the tab {tab}")
    for path, word in [("/groups", "Design"), ("/groups/new", "Found the group"), ("/groups?all=1", "Groups"), ("/notifications", "Notifications")]:
        page = pages["ada"].get(path)
        expect(pages["ada"].code == 200 and word in page, f"{path}: {pages['ada'].code}")
    expect("For members" in pages["boris"].get(f"/groups/{group['id']}"), "what is said to the others")
    page = pages["ada"].submit(f"/groups/{group['id']}?tab=about", f"/groups/{group['id']}/settings",
                                   display_name="Design", rules="Be kinder", kind="closed", posting="moderators")
    expect(pages["ada"].code == 200 and "Be kinder" in page, "she changes the rules")
    until("the rules in Lima", lambda: mine()[0]["rules"] == "Be kinder")
    expect("Only moderators" in refused(403, lambda: chidi.call(
        "POST", "v1/statuses", status="x", group_id=here["id"])), "and who begins threads")

    # A secret group: for those outside nothing there is tells of it.
    secret = ada.call("POST", "hallway/v1/groups", name="aurora", display_name="Aurora", kind="secret")
    ada.call("POST", f"hallway/v1/groups/{secret['id']}/members/{carmen_there}/invite")
    invited = until("Carmen's invitation", lambda: next(
        (n for n in carmen.call("GET", "v1/notifications") if n["type"] == "group_invitation"), None))
    carmen.call("POST", f"hallway/v1/groups/{invited['account']['id']}/join")
    until("Carmen to belong", lambda: len(mine()) == 2)
    whisper = ada.call("POST", "v1/statuses", status="The #merger", group_id=secret["id"])
    heard = until("Carmen to hear", lambda: carmen.has(whisper["uri"]))
    outsiders = [(boris, secret["id"], whisper["id"], oslo), (cesar, invited["account"]["id"], heard["id"], lima), (chidi, secret["id"], whisper["id"], pune)]
    for person, known, status, office in outsiders:
        browser = Browser(office, person.name)
        for path in [f"v1/accounts/{known}", f"v1/accounts/{known}/statuses", f"v1/accounts/{known}/followers",
                     f"v1/accounts/{known}/following", "v1/accounts/lookup?acct=aurora", f"hallway/v1/groups/{known}",
                     f"v1/accounts/lookup?acct=aurora@{oslo.authority}", f"hallway/v1/groups/{known}/members",
                     f"hallway/v1/groups/{known}/statuses", f"hallway/v1/groups/{known}/records", f"v1/statuses/{status}",
                     f"v1/statuses/{status}/context", f"v1/statuses/{status}/favourited_by"]:
            refused(404, lambda: person.call("GET", path))
        for path in [f"v1/accounts/{known}/follow", f"v1/accounts/{known}/block", f"v1/accounts/{known}/mute",
                     f"hallway/v1/groups/{known}/join", f"hallway/v1/groups/{known}/leave",
                     f"hallway/v1/groups/{known}/members/{known}/invite", f"v1/statuses/{status}/favourite",
                     f"v1/statuses/{status}/reblog", f"hallway/v1/groups/statuses/{status}/pin"]:
            refused(404, lambda: person.call("POST", path))
        refused(404, lambda: person.call("POST", "v1/statuses", status="x", group_id=known))
        for path in ["v2/search?q=aurora", "v2/search?q=merger", f"v2/search?resolve=true&q=aurora@{oslo.authority}",
                     "v1/accounts/search?q=aurora", "v1/timelines/public", "v1/timelines/tag/merger", "v1/timelines/home",
                     f"v1/accounts/relationships?id={known}", "hallway/v1/groups?mine=false", "hallway/v1/groups",
                     f"v1/statuses?id[]={status}", "v1/notifications"]:
            said = json.dumps(person.call("GET", path))
            expect("urora" not in said and "merger" not in said and f'"{known}"' not in said, f"{path} in {office.name}")
        for path in [f"/groups/{known}", "/@aurora", f"/@aurora@{oslo.authority}", f"/@ada/{status}"]:
            browser.get(path)
            expect(browser.code == 404, f"the page {path} in {office.name}")
        for path in ["/groups", "/groups?all=1", "/people?q=aurora", "/", "/everyone", "/tags/merger"]:
            expect("urora" not in browser.get(path).replace('value="aurora"', ""), f"the page {path} in {office.name}")
    for office in (oslo, lima, pune):
        expect(office.webfinger(f"acct:aurora@{oslo.authority}") is None, f"{office.name} answers for nobody")
    for path in ["", "/outbox", "/followers", "/following", "/featured", "/members", "/moderators"]:
        expect(status_of(f"{oslo.url}/actors/{secret['id']}{path}", Accept="application/activity+json") ==
               status_of(f"{oslo.url}/actors/1{path}", Accept="application/activity+json"), f"unsigned: {path}")
    expect(carmen.call("GET", f"v1/statuses/{heard['id']}")["group_id"] == invited["account"]["id"], "members read on")

    # The owner leaves; a moderator of another office owns it now, and an office that was killed meanwhile learns of it.
    lima.stop(signal.SIGKILL)
    ada.call("POST", f"{base}/leave")
    lima.start()
    until("Carmen to own it", lambda: next(g for g in mine() if g["id"] == there["id"])["membership"]["role"] == "owner", 60)

    # She runs it from Lima, and moves it there.
    about = f"/groups/{there['id']}?tab=about"
    page = pages["carmen"].submit(about, f"/groups/{there['id']}/settings",
                                      display_name="Design", rules="Made in Lima", kind="closed", posting="members")
    expect(pages["carmen"].code == 200 and "was asked" in page, f"the page says that Oslo was asked: {pages['carmen'].code}")
    until("the rules in Pune", lambda: groups_of(chidi)[0]["rules"] == "Made in Lima", 60)
    home = carmen.call("POST", "hallway/v1/groups", name="makers", display_name="Makers")
    expect("Only the owner" in refused(403, lambda: chidi.call(
        "POST", f"hallway/v1/groups/{here['id']}/move", target=f"makers@{lima.authority}")), "only its owner has it moved")
    page = pages["carmen"].submit(about, f"/groups/{there['id']}/move", other=f"makers@{lima.authority}", sure="1")
    expect(pages["carmen"].code == 200, f"she has it moved: {pages['carmen'].code}")
    until("it to have moved", lambda: carmen.call("GET", f"hallway/v1/groups/{home['id']}")["move"]["state"] == "done", 90)
    until("Chidi to be there", lambda: groups_of(chidi)[0]["node"] == lima.authority, 60)
    page = pages["chidi"].get(f"/groups/{here['id']}")
    expect(pages["chidi"].code == 200 and "From Pune" in page and f"at {lima.authority}" in page, "its page leads to the new one")
    new = groups_of(chidi)[0]["id"]
    chidi.call("POST", "v1/statuses", status="In the new house", group_id=new)
    until("Carmen to read on", lambda: any("new house" in s["content"] for s in carmen.home()), 60)


if __name__ == "__main__":
    play(globals())
