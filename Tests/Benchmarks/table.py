"""The table of a run: each figure beside what the design asks for, under the date, the machine and its load."""
import datetime, json, os, platform, statistics, time


def median(lines, key):
    return round(statistics.median(line[key] for line in lines), 3)


class Table:
    def __init__(self, rounds, quick):
        processor = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
        self.began = time.monotonic()
        self.head = {
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "machine": f"{platform.machine()} {processor}".strip(), "cores": os.cpu_count(), "system": platform.release(),
            "rounds": rounds, "quick": quick, "load_at_start": round(os.getloadavg()[0], 2)}
        self.figures = []
        print(f"Hallway on {self.head['machine']}, {self.head['cores']} cores, {self.head['date']}, "
              f"load {self.head['load_at_start']} at the start; medians of {rounds}\n", flush=True)

    def record(self, what, value, unit, goal="", note=""):
        self.figures.append({"what": what, "value": value, "unit": unit, "goal": goal, "note": note})
        print(f"{what:<62}{value:>10} {unit:<8}{goal:<12}{note}", flush=True)

    def say(self, text):
        print(text, flush=True)

    def end(self, path, parts):
        self.head.update(
            seconds_of_parts=parts, load_at_end=round(os.getloadavg()[0], 2), took_s=round(time.monotonic() - self.began))
        with open(path, "w") as file:
            json.dump({**self.head, "figures": self.figures}, file, indent=1, ensure_ascii=False)
            file.write("\n")
        print(f"\nload {self.head['load_at_start']} at the start, {self.head['load_at_end']} at the end; "
              f"took {self.head['took_s'] // 60} min {self.head['took_s'] % 60} s; figures in {os.path.relpath(path)}")
        print("seconds: " + ", ".join(f"{part} {seconds}" for part, seconds in parts.items()))
