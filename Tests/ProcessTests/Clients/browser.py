"""A browser without scripts: pages, plain forms, cookies."""
import html, html.parser, http.cookiejar
from offices import *


class Browser:
    """A person at the pages of their office."""

    def __init__(self, office, name):
        self.office = office
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.page = self.post("/auth/sign_in", name=name, password="welcome-in", back="/")

    def get(self, path):
        return self.fetch(urllib.request.Request(self.office.url + path, headers={"Accept": "text/html"}))

    def post(self, path, **fields):
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        return self.fetch(urllib.request.Request(
            self.office.url + path, data=data, headers={"Accept": "text/html", "Origin": self.office.url}))

    def submit(self, page, action, **fields):
        """Fills in the form of a page that has that action, and sends all of it, as it stands there."""
        self.get(page)
        form = next((form for form in Forms(self.text).found if form.action == action), None)
        expect(form, f"{page} has a form {action}: {self.code}")
        for name, value in fields.items():
            expect(name in form.offered, f"the form {action} has a field {name}")
            offered = form.offered[name]
            for one in value if isinstance(value, list) else [value]:
                expect(offered is None or one in offered, f"{name} of {action} offers {one}: {offered}")
        filled = {**form.fields, **fields}
        if form.method == "get":
            return self.get(f"{action}?{urllib.parse.urlencode(filled, doseq=True)}")
        return self.post(action, **filled)

    def fetch(self, request):
        try:
            with self.opener.open(request, timeout=30) as answer:
                self.code, self.at, self.text = answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            self.code, self.at, self.text = refusal.code, refusal.url, refusal.read().decode()
        found = re.search(r'name="seal" value="([^"]+)"', self.text)
        self.seal = found.group(1) if found else ""
        return html.unescape(self.text)


class Form:
    """What a form sends as it stands (`fields`), and what may be filled in: words (None) or one of some values."""

    def __init__(self, action, method):
        self.action, self.method, self.fields, self.offered = action, method, {}, {}


class Forms(html.parser.HTMLParser):
    """The forms of a page."""

    def __init__(self, text):
        super().__init__()
        self.found, self.form, self.choice, self.area = [], None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        name, value = has.get("name"), has.get("value") or ""
        if tag == "form":
            self.form = Form(has.get("action"), has.get("method", "get"))
            self.found.append(self.form)
        elif not self.form:
            return
        elif tag == "option" and self.choice:
            self.form.offered[self.choice].append(value)
            if "selected" in has or self.choice not in self.form.fields:
                self.form.fields[self.choice] = value
        elif not name:
            return
        elif tag == "select":
            self.choice = name
            self.form.offered[name] = []
        elif tag == "textarea":
            self.area = name
            self.form.offered[name], self.form.fields[name] = None, ""
        elif tag == "button" or has.get("type") in ("checkbox", "radio"):
            self.form.offered.setdefault(name, []).append(value)
            if "checked" in has:
                self.form.fields.setdefault(name, []).append(value)
        elif tag == "input":
            self.form.fields[name] = value
            if has.get("type") != "hidden":
                self.form.offered[name] = None

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.choice = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, words):
        if self.form and self.area:
            self.form.fields[self.area] += words


def words_of(page):
    """What stands on a page between its tags."""
    return " ".join(re.sub("<[^>]*>", " ", page).split())
