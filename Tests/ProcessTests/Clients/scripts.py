"""What the scripts of deploy do to the machine on which they run.

python scripts.py HALLWAY STORY.
"""
from offices import *

deploy = os.path.normpath(f"{os.path.dirname(os.path.abspath(__file__))}/../../../deploy")


def play_demo():
    """deploy/demo ends what works in its folder, and nobody who has the number of such a process by now."""
    state = os.path.realpath(f"{folder}/demo")
    os.makedirs(state)

    def sleeper(office, place):
        # Who runs the tests may have blocked signals, which goes on to children.
        process = subprocess.Popen(
            ["sleep", "600"], env=dict(os.environ, HALLWAY_DATA_FOLDER=f"{place}/{office}"),
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, []))
        open(f"{state}/{office}.pid", "w").write(f"{process.pid}\n")
        return process
    ours, others = sleeper("Lima", state), [sleeper("Oslo", "/elsewhere"), sleeper("Pune", f"{state}/Lima")]
    stop = subprocess.Popen([f"{deploy}/demo", "--stop"], env=dict(os.environ, HALLWAY_DEMO_FOLDER=f"{state}/"))
    expect(ours.wait(30) == -signal.SIGTERM, "an office of the demo is ended")
    expect(stop.wait(30) == 0, "and waited for")
    expect([process.poll() for process in others] == [None, None], "other processes live")
    expect(not os.listdir(state), "no number is kept")


def executable(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(text)
    os.chmod(path, 0o755)


def play_install():
    """What deploy/install brings along is not started, and the machine is afterwards as it was before."""
    machine = f"{folder}/machine"
    policy, log = f"{machine}/usr/sbin/policy-rc.d", f"{folder}/apt"
    stubs = {
        "dpkg-query": "exit 1", "swift": "", "id": "echo 1000",
        # As by its defaults: nothing of the environment is passed on. What is the system's lies in a folder.
        "sudo": f'''words=()
            for word; do words+=("${{word/#\\/usr\\/sbin/{machine}/usr/sbin}}"); done
            exec env -i PATH="$PATH" "${{words[@]}}"''',
        "apt-get": f'''[ "$1" = install ] || exit 0
            {{ env; "{policy}" nginx start; echo "policy=$?"; }} >"{log}"
            [ ! -e "{folder}/full" ]'''}
    for name, text in stubs.items():
        executable(f"{folder}/stubs/{name}", f"#!/bin/bash\n{text}\n")
    os.makedirs(os.path.dirname(policy))

    def install():
        done = subprocess.run([f"{deploy}/install", "nginx"], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, PATH=f"{folder}/stubs:{os.environ['PATH']}"))
        return done.returncode, open(log).read().splitlines()
    code, said = install()
    expect(code == 0 and {"DEBIAN_FRONTEND=noninteractive", "policy=101"} <= set(said), f"it asks and starts nothing: {said}")
    expect(not os.path.exists(policy), "and leaves no ban behind")
    open(f"{folder}/full", "w").close()
    code, said = install()
    expect(code != 0 and not os.path.exists(policy), "nor when it fails")
    os.remove(f"{folder}/full")
    executable(policy, "#!/bin/sh\nexit 104\n")
    code, said = install()
    expect(code == 0 and "policy=104" in said, f"a machine's own rule holds: {said}")
    expect(open(policy).read() == "#!/bin/sh\nexit 104\n", "and stays")
    executable(policy, "#!/bin/sh\n" + re.search(r'^mark="(.*)"$', open(f"{deploy}/install").read(), re.M)[1] + "\nexit 101\n")
    expect(install()[0] == 0 and not os.path.exists(policy), "what a run that was killed left behind goes with the next")


if __name__ == "__main__":
    play(globals())
