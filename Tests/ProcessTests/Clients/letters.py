"""Daily letters, handed to a mail server that really listens.

python letters.py HALLWAY STORY CLIENTS: needs aiosmtpd beside this Python, openssl and a C compiler.
"""
import asyncio, contextlib, email, email.policy, sqlite3, ssl
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from network import clock_by
from offices import *

day = 86400


class Sink:
    """A mail server that takes letters only over an encrypted line, from who has the password."""

    def __init__(self, address):
        self.address, self.port, self.letters, self.refuses = address, free_port(address), [], False
        # Seconds for which it looks through a letter before it takes it.
        self.looks = 35
        self.certificate, key = f"{folder}/mail.pem", f"{folder}/mail.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=mail", "-keyout", key, "-out",
             self.certificate, "-addext", f"subjectAltName=IP:{address}"], check=True, capture_output=True, timeout=60)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.controller = Controller(
            self, hostname=address, port=self.port, tls_context=context, require_starttls=True, auth_required=True,
            authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
                success=(data.login, data.password) == (b"hallway", b"p@ss word")))
        self.controller.start()

    async def handle_QUIT(self, server, session, envelope):
        # One that never says goodbye has the letter all the same.
        await asyncio.sleep(3600)

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return "451 come back later"
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        await asyncio.sleep(self.looks)
        return "250 taken"

    def to(self, person):
        return [letter for _, recipients, letter in self.letters if recipients[0].startswith(person)]


def waiting(office):
    """How many letters its mail server has not taken, as far as it knows."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/{office.name}/hallway.sqlite?mode=ro", uri=True, timeout=10)) as database:
        return database.execute("select count(*) from mail").fetchone()[0]


def play_letters():
    """Once a day a letter tells what was not read, why, and how to end it.

    Killed at any other moment than between the server's word and the node's note of it, a node sends none twice; none is lost.
    """
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("skipped: this needs a C compiler: apt-get install gcc")
        sys.exit(0)
    faked, set_clock = clock_by(compiler)
    sink = Sink("127.0.0.9")
    oslo = Office("Oslo", 3, federation="open")
    oslo.environment.update(
        faked, HALLWAY_MAIL_SERVER=f"smtp://hallway:p%40ss%20word@{sink.address}:{sink.port}", HALLWAY_MAIL_FROM="hallway@oslo.example",
        HALLWAY_EXTRA_CA_FILE=sink.certificate)
    oslo.start()
    ada, boris, carmen = (oslo.person(name) for name in ("ada", "boris", "carmen"))
    carmen.call("PUT", "hallway/v1/notification_habits", **{"stopped[]": "mention", "zone": "America/Lima"})
    first = boris.post("@ada @carmen Grüße aus dem Büro 🌍", visibility="public")
    boris.post("@ada and once more", in_reply_to_id=first["id"], visibility="public")
    boris.post("@ada this is between us", visibility="direct")
    until("Ada to be told", lambda: len(ada.call("GET", "v1/notifications")) == 3)
    expect(carmen.call("GET", "v1/notifications") == [], "who stopped a kind is not told")
    groups = ada.call("GET", "v2/notifications")["notification_groups"]
    expect([group["notifications_count"] for group in groups] == [1, 2], "answers in one thread are one")
    set_clock(day)
    until("Ada's letter", lambda: sink.to("ada"), 40)
    letter = sink.to("ada")[0]
    text = letter.get_content()
    expect("2 things" in letter["Subject"] and "once more" in text, f"the letter says what was not read: {letter['Subject']}: {text}")
    expect("between us" not in text and "open it to read" in text, "what is for few does not stand in a letter")
    expect("because you are named or answered" in text, "it says why")
    expect(sink.letters[0][0] == "hallway@oslo.example", "it comes from where it should")
    # No mail server can be asked whether it has a letter (RFC 1047): only what it is known to have is not sent again.
    until("the node to know that it was taken", lambda: waiting(oslo) == 0, 60)
    expect(len(sink.to("ada")) == 1, "one that is looked through for longer than half a minute is sent once")
    sink.looks = 0
    oslo.stop(signal.SIGKILL)
    oslo.start()
    sink.refuses = True
    set_clock(2 * day)
    until("the letter to be refused", lambda: "could not be handed over" in open(f"{folder}/Oslo.log").read(), 40)
    expect(len(sink.to("ada")) == 1, "no letter twice in a day, also after a kill")
    expect(len(sink.to("carmen")) == 0, "no letter where there is nothing")
    oslo.stop(signal.SIGKILL)
    sink.refuses = False
    oslo.start()
    set_clock(2 * day + 600)
    until("the letter that waited", lambda: len(sink.to("ada")) == 2, 40)
    kind = re.search(r"No more of this kind: (\S+)", text)[1]
    told = lambda: set(ada.call("GET", "hallway/v1/notification_habits")["stopped"])
    expect("Somebody names or answers me" in urllib.request.urlopen(kind, timeout=10).read().decode() and not told(), "it offers to end its kind")
    urllib.request.urlopen(urllib.request.Request(kind, b"", method="POST"), timeout=10)
    expect(told() == {"mention"}, "one press ends that kind alone")
    # One press ends them, without signing in; looking alone does not.
    stop = letter["List-Unsubscribe"].strip("<>")
    expect(urllib.request.urlopen(stop, timeout=10).status == 200, "the page is there")
    expect(ada.call("GET", "hallway/v1/notification_habits")["digest_at"] == 480, "looking changes nothing")
    urllib.request.urlopen(urllib.request.Request(stop, b"List-Unsubscribe=One-Click", method="POST"), timeout=10)
    expect(ada.call("GET", "hallway/v1/notification_habits")["digest_at"] is None, "the press ends them")
    boris.call("PUT", "hallway/v1/notification_habits", digest_at="480")
    ada.post("@boris are you there?", visibility="public")
    set_clock(3 * day + 600)
    until("Boris's letter", lambda: sink.to("boris"), 40)
    expect(len(sink.to("ada")) == 2, "whoever ended them gets none")
    try:
        ada.call("PUT", "hallway/v1/notification_habits", zone="Atlantis")
        expect(False, "a zone that does not exist is refused")
    except urllib.error.HTTPError as error:
        expect(error.code == 422 and "Europe/Oslo" in error.read().decode(), "and the refusal names one that does")


if __name__ == "__main__":
    play(globals())
