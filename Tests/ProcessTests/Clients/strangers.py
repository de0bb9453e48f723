"""Nodes that a story plays itself: people with keys and an inbox, who say what they are told to."""
import base64, contextlib, ctypes, ctypes.util, email.utils, hashlib, http.client, http.server, itertools, json, re
import socket, threading, time, urllib.parse
from offices import expect, until

everyone = "https://www.w3.org/ns/activitystreams#Public"
crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for function in ("EVP_PKEY_Q_keygen", "BIO_new", "BIO_s_mem", "EVP_MD_CTX_new", "EVP_sha256"):
    getattr(crypto, function).restype = ctypes.c_void_p


class Key:
    """A pair of libcrypto's, which every Python brings along."""

    def __init__(self, kind):
        self.is_rsa = kind == b"RSA"
        size = [ctypes.c_size_t(2048)] if self.is_rsa else []
        self.pair = ctypes.c_void_p(crypto.EVP_PKEY_Q_keygen(None, None, kind, *size))

    def sign(self, data):
        context = ctypes.c_void_p(crypto.EVP_MD_CTX_new())
        digest = ctypes.c_void_p(crypto.EVP_sha256()) if self.is_rsa else None
        crypto.EVP_DigestSignInit(context, None, digest, None, self.pair)
        signature, length = ctypes.create_string_buffer(256), ctypes.c_size_t(256)
        done = crypto.EVP_DigestSign(context, signature, ctypes.byref(length), data, ctypes.c_size_t(len(data)))
        crypto.EVP_MD_CTX_free(context)
        expect(done == 1, "libcrypto signs")
        return signature.raw[:length.value]

    def pem(self):
        stream = ctypes.c_void_p(crypto.BIO_new(ctypes.c_void_p(crypto.BIO_s_mem())))
        crypto.PEM_write_bio_PUBKEY(stream, self.pair)
        text = ctypes.create_string_buffer(4096)
        length = crypto.BIO_read(stream, text, 4096)
        crypto.BIO_free(stream)
        return text.raw[:length].decode()

    def multikey(self):
        """An Ed25519 key in base58 (FEP-521a)."""
        raw, length = ctypes.create_string_buffer(32), ctypes.c_size_t(32)
        crypto.EVP_PKEY_get_raw_public_key(self.pair, raw, ctypes.byref(length))
        number, letters = int.from_bytes(b"\xed\x01" + raw.raw, "big"), ""
        while number:
            number, digit = divmod(number, 58)
            letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + letters
        return "z" + letters


class Stranger:
    """A node on an address of its own, with some people and an application, that takes whatever it is sent."""

    def __init__(self, address, people=2):
        self.address, self.key, self.proof = address, Key(b"RSA"), Key(b"ED25519")
        # `ahead`: seconds by which its clock is.
        self.number, self.taken, self.ahead = itertools.count(1), [], 0
        stranger = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.give(stranger.document(self.path))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stranger.hear(json.loads(body or b"{}"))
                self.give({}, 202)

            def give(self, document, code=200):
                body = json.dumps(document).encode() if document is not None else b""
                self.send_response(code if document is not None else 404)
                self.send_header("Content-Type", "application/activity+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle(self):
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Door)
        self.server.daemon_threads = True
        self.authority = f"{address}:{self.server.server_address[1]}"
        self.url = f"http://{self.authority}"
        self.people = [f"{self.url}/people/s{number}" for number in range(people)]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, path):
        if path.startswith("/.well-known/webfinger"):
            name = re.search(r"acct(?::|%3A)([a-z0-9]+)(?:@|%40)", path, re.I)[1]
            return {"subject": f"acct:{name}@{self.authority}", "links": [
                {"rel": "self", "type": "application/activity+json", "href": f"{self.url}/people/{name}"}]}
        me = f"{self.url}{path}"
        if me in self.people or path == "/actor":
            return {
                "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"], "id": me,
                "type": "Application" if path == "/actor" else "Person", "preferredUsername": path.rsplit("/")[-1],
                "inbox": f"{me}/inbox", "outbox": f"{me}/outbox", "followers": f"{me}/followers",
                "publicKey": {"id": f"{me}#key", "owner": me, "publicKeyPem": self.key.pem()},
                "assertionMethod": [{
                    "id": f"{me}#proof", "type": "Multikey", "controller": me,
                    "publicKeyMultibase": self.proof.multikey()}]}
        return None

    def hear(self, activity):
        self.taken.append(activity)
        if activity.get("type") == "Follow":
            threading.Thread(target=self.accept, args=(activity,), daemon=True).start()

    def accept(self, follow):
        person = follow["object"] if isinstance(follow["object"], str) else follow["object"]["id"]
        answer = {"id": f"{person}/accepts/{next(self.number)}", "type": "Accept", "actor": person, "object": follow}
        send(self.request(person, "POST", f"{follow['actor'].rstrip('/')}/inbox", answer))

    def request(self, signer, method, url, document=None):
        """A signed request (draft-cavage, as most of the network writes it): where it goes, and its bytes."""
        parts = urllib.parse.urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = json.dumps(document).encode() if document is not None else b""
        fields = {"host": parts.netloc, "date": email.utils.formatdate(time.time() + self.ahead, usegmt=True)}
        if method == "POST":
            fields["digest"] = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        lines = [f"(request-target): {method.lower()} {target}"] + [f"{name}: {value}" for name, value in fields.items()]
        value = base64.b64encode(self.key.sign("\n".join(lines).encode())).decode()
        covered = " ".join(["(request-target)", *fields])
        fields["signature"] = f'keyId="{signer}#key",algorithm="rsa-sha256",headers="{covered}",signature="{value}"'
        if method == "POST":
            fields.update({"content-type": "application/activity+json", "content-length": str(len(body))})
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return parts.hostname, parts.port, f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body

    def note(self, text, person=None):
        """An activity that says something to everyone and to whoever follows."""
        me = person or self.people[next(self.number) % len(self.people)]
        to = {"to": [everyone], "cc": [f"{me}/followers"]}
        post = f"{me}/notes/{next(self.number)}"
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.ahead))
        return {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{post}/create", "type": "Create", "actor": me,
                **to, "object": {"id": post, "type": "Note", "attributedTo": me, "content": text, "published": now, **to}}

    def say(self, office, activity):
        return send(self.request(activity["actor"], "POST", f"{office.url}/inbox", activity))

    def enrol(self, directory):
        """Asks to be a member until it is one."""
        wish = {"type": "EnrolmentRequest", "baseURL": self.url, "name": "Member", "entity": "trial", "ranges": [],
                "invitation": directory.run("admin", "invitation", "create")}

        def ask():
            status, body = send(self.request(f"{self.url}/actor", "POST", f"{directory.url}/enrolment", wish))
            return json.loads(body).get("state") == "admitted"
        until("a member to be admitted", ask)

    def follow(self, office, name):
        """Its first person follows somebody there; returns when that is accepted."""
        links = office.webfinger(f"acct:{name}@{office.authority}")["links"]
        target = next(link["href"] for link in links if link["rel"] == "self")
        follow = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{self.url}/follows/{next(self.number)}",
                  "type": "Follow", "actor": self.people[0], "object": target}
        until("it to be taken", lambda: self.say(office, follow)[0] == 202)
        until("it to be accepted", lambda: any(activity.get("type") == "Accept" for activity in self.taken))

    def heard(self):
        """The objects that it was told of, in order."""
        return [activity["object"]["id"] for activity in list(self.taken) if activity.get("type") == "Create"]

    def reads(self, url):
        """What its application is answered."""
        status, body = send(self.request(f"{self.url}/actor", "GET", url))
        return json.loads(body) if status == 200 else None


def ask(request, timeout=15):
    """Sends prepared bytes on a line of their own; the status, the fields and the body of what is answered."""
    address, port, data = request
    with socket.create_connection((address, port), timeout) as line:
        line.sendall(data)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.headers, answer.read()


def send(request):
    """The status and the body of what is answered."""
    status, _, body = ask(request)
    return status, body
