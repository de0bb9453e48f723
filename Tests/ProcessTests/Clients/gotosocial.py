"""Oslo and a GoToSocial as released, over https with certificates of one issuer, both ways.

Runs where `HALLWAY_TEST_GOTOSOCIAL` names its folder (the program `gotosocial` with `web/template` and `web/assets`)
and nginx ends the TLS of our side: python gotosocial.py HALLWAY federate
"""
from offices import *

other = os.environ["HALLWAY_TEST_GOTOSOCIAL"]


def issue():
    """An issuer, and a certificate of it for both addresses."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "issuer.key", "-out", "issuer.pem",
            "-days", "2", "-subj", "/CN=Trial issuer")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "node.key", "-out", "node.csr", "-subj", "/CN=node")
    open(f"{folder}/names", "w").write("subjectAltName=IP:127.0.0.3,IP:127.0.0.4\n")
    openssl("x509", "-req", "-in", "node.csr", "-CA", "issuer.pem", "-CAkey", "issuer.key", "-CAcreateserial",
            "-out", "node.pem", "-days", "2", "-extfile", "names")


def start_oslo():
    """Our node behind nginx, as an office would run it."""
    oslo = Office("Oslo", 3, federation="open")
    outside = free_port(oslo.address)
    oslo.environment.update(
        HALLWAY_BASE_URL=f"https://{oslo.address}:{outside}", HALLWAY_EXTRA_CA_FILE=f"{folder}/issuer.pem",
        HALLWAY_ALLOW_INSECURE_PEERS="false")
    open(f"{folder}/nginx.conf", "w").write(f"""
        daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{}}
        http {{
            access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
            fastcgi_temp_path {folder}/1; uwsgi_temp_path {folder}/2; scgi_temp_path {folder}/3;
            server {{
                listen {oslo.address}:{outside} ssl;
                ssl_certificate {folder}/node.pem; ssl_certificate_key {folder}/node.key;
                location / {{ proxy_pass {oslo.url}; proxy_set_header Host $http_host; }}
            }}
        }}""")
    subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    oslo.start()
    oslo.authority = f"{oslo.address}:{outside}"
    return oslo


class Other:
    """The GoToSocial node, and a person of it as a client of the same interface."""

    def __init__(self):
        self.address = "127.0.0.4"
        self.port = free_port(self.address)
        self.authority, self.url = f"{self.address}:{self.port}", f"https://{self.address}:{self.port}"
        settings = {
            "host": self.authority, "bind-address": self.address, "port": self.port, "protocol": "https",
            "db-type": "sqlite", "db-address": f"{folder}/other.sqlite", "storage-local-base-path": f"{folder}/other",
            "web-template-base-dir": f"{other}/web/template", "web-asset-base-dir": f"{other}/web/assets",
            "tls-certificate-chain": f"{folder}/node.pem", "tls-certificate-key": f"{folder}/node.key",
            "http-client": {"allow-ips": ["127.0.0.0/8"], "tls-insecure-skip-verify": True},
            "advanced-rate-limit-requests": 0, "log-level": "info"}
        json.dump(settings, open(f"{folder}/other.yaml", "w"))
        # People can be made only after the first start.
        first = self.start()
        first.terminate(), first.wait()
        for command in (["create", "--email", "grace@example.org", "--password", "Welcome-in-2026!"], ["confirm"]):
            subprocess.run(
                [f"{other}/gotosocial", "--config-path", f"{folder}/other.yaml", "admin", "account", command[0],
                 "--username", "grace", *command[1:]], check=True, capture_output=True)
        self.start()
        self.token = self.sign_in()

    def start(self):
        process = subprocess.Popen(
            [f"{other}/gotosocial", "--config-path", f"{folder}/other.yaml", "server", "start"],
            stdout=open(f"{folder}/other.log", "a"), stderr=subprocess.STDOUT)
        until("the other node", lambda: self.instance(), 60)
        return process

    def instance(self):
        import requests
        try:
            return requests.get(f"{self.url}/api/v1/instance", verify=f"{folder}/issuer.pem", timeout=5).ok
        except requests.RequestException:
            return False

    def sign_in(self):
        import requests
        browser = requests.Session()
        browser.trust_env, browser.verify = False, f"{folder}/issuer.pem"
        out_of_band = "urn:ietf:wg:oauth:2.0:oob"
        app = browser.post(f"{self.url}/api/v1/apps", data=dict(
            client_name="trial", redirect_uris=out_of_band, scopes="read write")).json()
        asked = dict(response_type="code", client_id=app["client_id"], redirect_uri=out_of_band, scope="read write")
        browser.get(f"{self.url}/oauth/authorize", params=asked)
        browser.post(f"{self.url}/auth/sign_in", data=dict(username="grace@example.org", password="Welcome-in-2026!"))
        page = browser.post(f"{self.url}/oauth/authorize")
        code = re.search(r"code=([\w.-]+)", page.url) or re.search(r"<code>\s*([\w.-]+)", page.text)
        return browser.post(f"{self.url}/oauth/token", data=dict(
            grant_type="authorization_code", client_id=app["client_id"], client_secret=app["client_secret"],
            redirect_uri=out_of_band, code=code[1])).json()["access_token"]


def play_federate():
    """Follow, post, answer, like, share, edit, delete and unfollow, in both directions."""
    issue()
    os.environ["SSL_CERT_FILE"] = f"{folder}/issuer.pem"
    oslo, node = start_oslo(), Other()
    ada, grace = oslo.person("ada", "--display-name", "Ada Lovelace"), Person(node, "grace", node.token)
    # People there ask before they are followed, unless they say otherwise.
    grace.call("PATCH", "v1/accounts/update_credentials", locked="false")
    ada.follow(f"grace@{node.authority}")
    grace.follow(f"@ada@{oslo.authority}")

    def travels(writer, reader, handle):
        post = writer.post(f"Hello from {writer.name} #first @{handle}", visibility="public", spoiler_text="greeting")
        seen = until(f"{reader.name} to read it", lambda: reader.has(post["uri"]))
        expect(seen["spoiler_text"] == "greeting" and seen["tags"][0]["name"] == "first", "warning and tag")
        expect(seen["visibility"] == "public", "and it is public")
        until("the mention", lambda: "mention" in reader.kinds())
        reply = reader.post(f"@{writer.name}@{writer.office.authority} an answer", in_reply_to_id=seen["id"])
        reader.call("POST", f"v1/statuses/{seen['id']}/favourite")
        reader.call("POST", f"v1/statuses/{seen['id']}/reblog")
        until("answer, like and share", lambda: (lambda s: (
            s["replies_count"], s["favourites_count"], s["reblogs_count"]) == (1, 1, 1))(
            writer.call("GET", f"v1/statuses/{post['id']}")))
        thread = writer.call("GET", f"v1/statuses/{post['id']}/context")["descendants"]
        expect([status["uri"] for status in thread] == [reply["uri"]], "the answer is in the thread")
        writer.call("PUT", f"v1/statuses/{post['id']}", status="Changed words")
        until("the edit", lambda: "Changed words" in reader.call("GET", f"v1/statuses/{seen['id']}")["content"])
        reader.call("POST", f"v1/statuses/{seen['id']}/unfavourite")
        reader.call("POST", f"v1/statuses/{seen['id']}/unreblog")
        until("their end", lambda: (lambda s: (s["favourites_count"], s["reblogs_count"]) == (0, 0))(
            writer.call("GET", f"v1/statuses/{post['id']}")))
        writer.call("DELETE", f"v1/statuses/{post['id']}")
        until("the deletion", lambda: reader.has(post["uri"]) is None)
        quiet = writer.post(f"For followers alone, by {writer.name}", visibility="private")
        received = until("the followers' post", lambda: reader.has(quiet["uri"]))
        expect(received["visibility"] == "private", "and it is for followers")
        secret = writer.post(f"@{reader.name}@{reader.office.authority} between us", visibility="direct")
        told = until("the direct post", lambda: next((
            entry["status"] for entry in reader.call("GET", "v1/notifications")
            if (entry.get("status") or {}).get("uri") == secret["uri"]), None))
        expect(told["visibility"] == "direct", "and it is direct")
    travels(ada, grace, f"grace@{node.authority}")
    travels(grace, ada, f"ada@{oslo.authority}")

    def relation(person, handle):
        account = person.find(f"@{handle}")
        return account["id"], person.call("GET", "v1/accounts/relationships", **{"id[]": account["id"]})[0]
    pair = (ada, f"ada@{oslo.authority}"), (grace, f"grace@{node.authority}")
    for (person, handle), (followed, other_handle) in (pair, pair[::-1]):
        expect(relation(followed, handle)[1]["followed_by"], "followed until now")
        person.call("POST", f"v1/accounts/{relation(person, other_handle)[0]}/unfollow")
        until("the end of the follow", lambda: not relation(followed, handle)[1]["followed_by"])
    ada.call("POST", f"v1/accounts/{relation(ada, pair[1][1])[0]}/block")
    until("the block", lambda: relation(grace, pair[0][1])[1]["blocked_by"])


if __name__ == "__main__":
    play(globals())
