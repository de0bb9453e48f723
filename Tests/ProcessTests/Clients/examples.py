"""What stands in deploy/examples: its names, its units, its backups, its proxies, its containers.

python examples.py HALLWAY STORY CLIENTS: what needs a program that is not installed fails; the tests that play it are skipped.
"""
import contextlib, glob
from offices import *

checkout = os.path.normpath(f"{os.path.dirname(os.path.abspath(__file__))}/../../..")
examples = f"{checkout}/deploy/examples"
texts = {os.path.basename(path): open(path).read() for path in sorted(glob.glob(f"{examples}/*"))}
os.environ["PATH"] += ":/usr/sbin:/sbin"


def said(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
    return done.returncode, done.stdout + done.stderr


def subcommands(path, known={}):
    if path not in known:
        _, text = said(program, *path, "--help")
        part = text.partition("SUBCOMMANDS:")[2].partition("See '")[0]
        known[path] = set(re.findall(r"^  ([a-z][a-z-]*)", part, re.M))
    return known[path]


def play_names():
    """Settings and commands that are named, there and in the README, are the program's."""
    settings = set(re.findall(r"\((HALLWAY_[A-Z_]+)\)", said(program, "settings")[1]))
    expect(len(settings) > 10, "the program lists its settings")
    for name, text in {**texts, "README.md": open(f"{checkout}/README.md").read()}.items():
        for word in re.findall(r"HALLWAY_[A-Z]+(?:_[A-Z]+)*", text):
            expect(word in settings, f"{name} names {word}, which is a setting")
        for words in re.findall(r"\bhallway[ -]((?:node|directory|settings|admin)\b(?: [a-z][a-z-]*)*)", text):
            path = ()
            for word in words.split():
                if not subcommands(path):
                    break
                expect(word in subcommands(path), f"{name} says hallway {words}, and there is such a command")
                path += (word,)


units = {name: text for name, text in texts.items() if name.endswith((".service", ".timer"))}


def play_systemd():
    """systemd has nothing to say of the units, and would have something to say of a broken one."""
    def complaints(change=lambda text: text):
        for name, text in units.items():
            text = text.replace("/usr/local/bin/hallway-backup", f"{examples}/hallway-backup")
            open(f"{folder}/{name}", "w").write(change(text.replace("/usr/local/bin/hallway ", f"{program} ")))
        # It complains without failing, and of other units as well.
        _, text = said("systemd-analyze", "verify", "--man=no", *(f"{folder}/{name}" for name in units))
        return [line for line in text.splitlines() if "hallway" in line]
    expect(len(units) == 4, f"there are four units: {sorted(units)}")
    expect(not complaints(), f"systemd finds the units in order: {complaints()}")
    expect(complaints(lambda text: text.replace("NoNewPrivileges", "NoNewPrivilege")), "it reads them")


def play_units():
    """What the units start is ready, and ends in time when it is told to."""
    for state, name in enumerate(("hallway.service", "hallway@.service")):
        office = Office("Oslo", 1, federation="open")
        ways = re.findall(r"^ExecStart=(?:/usr/bin/env (.*) )?/usr/local/bin/hallway (.*)$", units[name], re.M)
        expect([command for _, command in ways] == ["node"], "it starts a node")
        words = " ".join(re.findall(r"^Environment=(.*)$", units[name], re.M)).split()
        if "%i" in units[name]:  # what a file of settings holds counts more than Environment
            words.append("HALLWAY_LISTEN=127.0.0.1:9")
        words += ways[0][0].split()
        for word in words:
            variable, _, value = word.replace("%S", f"{folder}/{state}").replace("%i", str(office.port)).partition("=")
            office.environment[variable] = value
        process = office.start().process
        limit = int(re.search(r"^TimeoutStopSec=(\d+)$", units[name], re.M)[1])
        office.stop()
        # It says so itself: status 0 is within its own five seconds (stopping.py).
        expect(process.returncode == 0, f"{name}: it ends when it is told to")
        expect(limit > 5, f"{name}: the program allows itself five seconds")


def play_backup():
    """hallway-backup keeps so many verified backups, and one that fails costs none of them."""
    oslo = Office("Oslo", 3, federation="open").start()
    oslo.person("ada")
    os.makedirs(f"{folder}/bin")
    os.symlink(program, f"{folder}/bin/hallway")
    environment = dict(oslo.environment, PATH=f"{folder}/bin:{os.environ['PATH']}")
    kept = f"{folder}/kept"
    os.makedirs(kept)

    def backup():
        code, text = said(f"{examples}/hallway-backup", kept, "2", env=environment)
        return code, text, sorted(os.listdir(kept))

    def crowd(backups):
        """While the disk has next to no room."""
        open(f"{folder}/bin/df", "w").write("#!/bin/sh\necho head; echo disk 100 88 12 88% /\n")
        os.chmod(f"{folder}/bin/df", 0o755)
        code, text, names = backup()
        expect(code != 0 and "room for 12 kB" in text and names == backups, f"nothing is begun without room: {text}")
        os.remove(f"{folder}/bin/df")
    crowd([])
    made = []
    for _ in range(4):
        second = int(time.time())
        until("the next second, for the name", lambda: int(time.time()) > second, 3)
        code, text, names = backup()
        expect(code == 0 and "all in order" in text, f"a backup is made and verified: {text}")
        made.append(names[-1])
        if len(made) == 2:  # as when the machine went down in the middle
            os.makedirs(f"{kept}/unfinished")
    expect(names == made[-2:], f"the newest two are kept: {names}")
    crowd(made[-2:])
    key = f"{folder}/Oslo/master.key"
    os.rename(key, f"{key}.away")
    code, _, names = backup()
    expect(code != 0 and set(made[-2:]) <= set(names), "a backup that fails says so, and the others stay")
    os.rename(f"{key}.away", key)
    oslo.stop()
    oslo.environment["HALLWAY_DATA_FOLDER"] = f"{folder}/restored"
    expect("rows restored" in oslo.run("admin", "restore", f"{kept}/{made[-1]}"), "what was kept can be restored")
    expect(oslo.start().run("admin", "count", "actors") == "1", "and is the node")


class Behind(Office):
    """An office whose address is a proxy's; the process is asked directly only whether it is ready."""

    def __init__(self, name, number):
        super().__init__(name, number, federation="open")
        self.inner = self.authority
        self.authority = f"{self.address}:{free_port(self.address)}"
        self.url = f"http://{self.authority}"
        self.environment["HALLWAY_BASE_URL"] = self.url

    def answers(self, path):
        try:
            return status_of(f"http://{self.inner}{path}") == 200
        except OSError:
            return False

    def connections(self):
        """How many there are to the process, by /proc/net/tcp."""
        address, _, port = self.inner.partition(":")
        number = socket.inet_aton(address)[::-1].hex().upper() + f":{int(port):04X}"
        return sum(line.split()[1] == number and line.split()[3] == "01" for line in open("/proc/net/tcp"))

    def caddy(self):
        open(f"{folder}/Caddyfile", "w").write(f"{{\n\tadmin off\n}}\nimport {examples}/Caddyfile\n")
        log = open(f"{folder}/caddy.log", "a")
        return subprocess.Popen(
            ["caddy", "run", "--config", f"{folder}/Caddyfile"], stdout=log, stderr=log,
            env=dict(os.environ, ADDRESS=self.url, PROCESSES=self.inner, HOME=folder))

    def nginx(self):
        text = texts["nginx.conf"]
        for old, new in [("server 127.0.0.1:8080", f"server {self.inner}"), ("listen 443 ssl http2;", f"listen {self.authority};"),
                         ("listen 80;", f"listen {self.address}:{free_port(self.address)};")]:
            expect(old in text, f"nginx.conf says {old}")
            text = text.replace(old, new)
        text = re.sub(r"ssl_certificate.*;", "", text)
        places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        open(f"{folder}/nginx.conf", "w").write(
            f"{'user root;' if os.getuid() == 0 else ''} daemon off; pid {folder}/nginx.pid; error_log stderr;\n"
            f"events {{}} http {{ access_log off;\n{places}{text}}}\n")
        log = open(f"{folder}/nginx.log", "a")
        return subprocess.Popen(["nginx", "-p", folder, "-e", "stderr", "-c", f"{folder}/nginx.conf"], stdout=log, stderr=log)


def play_caddy():
    """Through either proxy signed requests hold, streams flow and end, sizes are the node's, and numbers stay inside."""
    behind("caddy", 5)


def play_nginx():
    behind("nginx", 6)


def behind(proxy, number):
    expect(shutil.which(proxy), f"{proxy} is installed")
    lima = Office("Lima", 4, federation="open").start()
    carmen = lima.person("carmen")
    oslo = Behind(proxy, number).start()
    server = getattr(oslo, proxy)()
    try:
        play_behind(oslo, lima, carmen)
    finally:
        # Not killed: nginx has children of its own.
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(5)


def play_behind(oslo, lima, carmen):
    until("the proxy to answer", lambda: closed_or_status(f"{oslo.url}/healthz") == 200)
    ada = oslo.person("ada")
    ada.follow(f"carmen@{lima.authority}")
    carmen.follow(f"ada@{oslo.authority}")
    request = urllib.request.Request(
        f"{oslo.url}/api/v1/streaming/user", headers={"Authorization": f"Bearer {ada.token}"})
    stream = urllib.request.urlopen(request, timeout=10)
    expect(stream.readline() == b":)\n", "the stream is open")
    post = carmen.post("Through the proxy", visibility="public")
    lines = (stream.readline() for _ in range(20))
    expect(any(post["uri"].encode() in line for line in lines), "and what is posted is on it at once")
    before = oslo.connections()
    stream.close()
    until("the proxy to hang up when the reader does", lambda: oslo.connections() < before)
    for path in ("/metrics", "/readyz"):
        expect(closed_or_status(oslo.url + path) == 404 and oslo.answers(path), f"{path} is for this machine")
    for size, code in ((1 << 20, 401), ((1 << 20) + 1, 413)):
        request = urllib.request.Request(
            f"{oslo.url}/inbox", data=b"x" * size, headers={"Content-Type": "application/activity+json"})
        try:
            answer = urllib.request.urlopen(request, timeout=10).status
        except urllib.error.HTTPError as error:
            answer = error.code
        expect(answer == code, f"{size} bytes are answered with {answer}")


def closed_or_status(url):
    try:
        return status_of(url)
    except OSError:
        return None


def play_containers():
    """Ports, paths, services and volumes of the container and its companions fit each other and the program."""
    oslo = Office("Oslo", 3, federation="open").start()
    recipe = texts["Containerfile"]
    port = re.search(r"HALLWAY_LISTEN=0\.0\.0\.0:(\d+)", recipe)[1]
    expect(re.search(r"^EXPOSE (\d+)$", recipe, re.M)[1] == port, "the port that is exposed is listened on")
    for url, asked, path in re.findall(r"(http://127\.0\.0\.1:(\d+)(/\w+))", recipe + texts["compose.yaml"]):
        expect(asked == port and oslo.answers(path), f"{url} answers")
    for words in re.findall(r"\bhealth_uri (\S+)", texts["Caddyfile"]):
        expect(oslo.answers(words), f"{words} answers")
    listens = re.search(r"^listen .*\n.*\n +default: (\S+)$", said(program, "settings")[1], re.M)[1]
    expect(f"PROCESSES:{listens}}}" in texts["Caddyfile"], "Caddy asks where a node listens")
    expect(f"server {listens} " in texts["nginx.conf"], "and so does nginx")
    code, text = said("/usr/bin/python3", "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)",
                      input=texts["compose.yaml"])
    expect(code == 0, f"compose.yaml is YAML: {text}")
    plan = json.loads(text)
    services = plan["services"]
    play_recipe(recipe, port)
    settings = set(re.findall(r"\((HALLWAY_[A-Z_]+)\)", said(program, "settings")[1]))
    # What each image takes: its environment, and where it keeps what must last.
    images = {"hallway": (settings, [re.search(r"^VOLUME (\S+)$", recipe, re.M)[1]]),
              "postgres": ({"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}, ["/var/lib/postgresql/data"]),
              "caddy": (set(re.findall(r"\{\$([A-Z]+):", texts["Caddyfile"])), ["/data", "/etc/caddy/Caddyfile"])}
    known = {"image", "command", "environment", "volumes", "depends_on", "healthcheck", "stop_grace_period", "restart", "ports"}
    for name, service in services.items():
        expect(set(service) <= known, f"{name} says nothing that nobody has checked: {set(service) - known}")
        image, _, version = service["image"].partition(":")
        expect(image in images and (version.isdigit() or image == "hallway"), f"the image of {name} is one of three, and others' of a version")
        takes, places = images[image]
        expect(set(service["environment"]) <= takes, f"{name} is told what it asks for: {service['environment']}")
        expect({volume.split(":")[1] for volume in service["volumes"]} == set(places), f"{name} keeps what must last: {service['volumes']}")
        expect(service["restart"] == "always", f"{name} comes back after a crash")
        if image == "hallway":
            words = service.get("command", "node").split()
            expect(subcommands(()) >= set(words[:1]), f"{name} starts with {words}")
            expect(int(service["stop_grace_period"].rstrip("s")) > 5, f"{name} has the time it takes to stop")
            environment = {**dict(re.findall(r"(HALLWAY_[A-Z_]+)=(\S+)", recipe)), **service["environment"]}
            accepts(environment)
        for other, condition in service.get("depends_on", {}).items():
            expect(other in services, f"{name} waits for a service")
            expect(condition["condition"] != "service_healthy" or "healthcheck" in services[other], f"{other} can be healthy")
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            expect(os.path.exists(f"{examples}/{source}") if source.startswith(".") else source in plan["volumes"],
                   f"the volume {source} is there")
    nodes = [name for name, service in services.items() if service["image"] == "hallway"]
    expect(services["proxy"]["environment"]["PROCESSES"].split() == [f"{name}:{port}" for name in nodes], "the proxy knows each process")
    expect(all(f"{{${name}:" in texts["Caddyfile"] for name in services["proxy"]["environment"]), "by names that the Caddyfile asks for")
    address = services["node"]["environment"]
    expect(address["HALLWAY_BASE_URL"] == f"https://{services['proxy']['environment']['ADDRESS']}", "it has the node's address")
    owner = services["database"]["environment"]
    expect(address["HALLWAY_DATABASE"] == f"postgres://{owner['POSTGRES_USER']}:{owner['POSTGRES_PASSWORD']}@database/{owner['POSTGRES_DB']}",
           "and the node the database's")


def accepts(settings):
    """The program takes the settings as they are written: it goes on to look for the database, which is not there."""
    settings = dict(settings, HALLWAY_DATA_FOLDER=f"{folder}/accepts", HALLWAY_DATABASE="postgres://nobody@127.0.0.1:9/none")
    _, text = said(program, "admin", "count", "posts", env={**os.environ, **settings})
    expect("127.0.0.1" in text and "9" in text, f"all that stands before the database is in order: {text}")
    name = next(iter(set(settings) & {"HALLWAY_TRUSTED_PROXIES", "HALLWAY_LISTEN"}))
    _, text = said(program, "admin", "count", "posts", env={**os.environ, **settings, name: "nonsense"})
    expect("nonsense" in text, f"what is not is said: {text}")


def play_recipe(recipe, port):
    """The image holds what the program needs, and starts it as who may write its folder."""
    commands = re.findall(r"^([A-Z]+) ((?:.*\\\n)*.*)", recipe, re.M)
    given = {}
    for word, rest in commands:
        expect(word in {"FROM", "RUN", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}, f"{word} is known")
        given[word] = rest
    source, place = given["COPY"].split()
    expect(f".build-release/{source}" in open(f"{checkout}/deploy/release").read(), "what deploy/release makes is copied")
    expect(json.loads(given["ENTRYPOINT"]) == [place] and place.endswith("/hallway"), "and is what is started")
    expect(json.loads(given["CMD"])[0] in subcommands(()), "with a command that there is")
    home = given["VOLUME"]
    expect(f"HALLWAY_DATA_FOLDER={home} " in given["ENV"], "its folder is what lasts")
    expect(re.search(rf"useradd [^&]*\b{given['USER']}\b", given["RUN"]) and re.search(rf"install -d -o {given['USER']} .*{home}", given["RUN"]),
           "and belongs to whom it runs as")
    accepts({**dict(re.findall(r"(HALLWAY_[A-Z_]+)=(\S+)", recipe)), "HALLWAY_BASE_URL": "https://oslo.example"})
    # Debian knows each package, and they hold each library that the program is linked to.
    packages = set(re.search(r"--no-install-recommends \\\n\s*(.*?) && rm", given["RUN"])[1].split())
    # With what they bring along themselves.
    _, depends = said("dpkg-query", "-W", "-f=${Depends}, ", *packages)
    brought = packages | set(re.findall(r"(?:^|, )([a-z0-9.+-]+)", depends))
    _, needed = said("readelf", "-d", program)
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", needed):
        code, owner = said("dpkg-query", "-S", f"*/{library}")
        # What is Swift's own is linked into the release.
        owners = {line.split(":")[0] for line in owner.splitlines()} if code == 0 else {"swift"}
        expect(owners & (brought | {"libgcc-s1", "swift"}), f"{library} of {owners} is in the image")
    expect({"libsqlite3-0", "libssl3", "libxml2"} <= packages and "libpq5" in packages, f"all of them: {packages}")
    for tool in re.findall(r'HEALTHCHECK.*CMD \["(\w+)"', recipe):
        expect(tool in packages, f"{tool}, which looks after it, is in the image")


if __name__ == "__main__":
    play(globals())
