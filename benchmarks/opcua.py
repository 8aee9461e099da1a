#!/usr/bin/env python3
"""Many monitored items of real OPC UA servers (node-opcua), followed by one Millwright.

usage: benchmarks/opcua.py MILLWRIGHT [SECONDS [ITEMS [RATE [SERVERS]]]]   (called by `./mw bench opcua`; default 60 s, 10 000 items at 10 Hz
of 4 servers, each of which is a feed of the same plant; prints JSON)
"""
import json
import select
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

sys.dont_write_bytecode = True
import load

SERVER = Path(__file__).with_name("opcua_server.js")


def measure(program: Path, seconds: float = 60, items: int = 10_000, rate: int = 10, servers: int = 4) -> dict:
    each = items // servers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ports = [load.free_port() for _ in range(servers)]
        running = []
        try:
            for i, port in enumerate(ports):
                running.append(subprocess.Popen(["node", SERVER, str(port), folder / f"pki-{i}", str(each), str(rate)], stdin=subprocess.PIPE,
                                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
                if not any(line.strip() == "ready" for line in running[-1].stdout):
                    sys.exit("a server does not start: is node-opcua installed (`./mw test` does)?")
            feeds = "".join(f'[[feed]]\nid = "server-{i}"\nkind = "opcua"\nurl = "opc.tcp://127.0.0.1:{port}"\nsecurity = "none"\nequipment = "cell-{i}"\n'
                            f'node = "nsu=urn:millwright:bench;s={{signal}}"\npublishing_interval = "100ms"\nsampling_interval = "0ms"\n' for i, port in enumerate(ports))
            plant = load.plant(folder / "plant", {f"cell-{i}": [f"many.{k}" for k in range(each)] for i in range(servers)}, feeds)
            return follow(program, plant, folder / "bench.mcap", running, seconds, each * servers, rate)
        finally:
            for one in running:
                one.kill()
                one.wait()


def changed_between(program: Path, log: Path, begin: float, end: float) -> int:
    """Samples in the log that servers dated between two moments."""
    def stamp(t: float) -> str:
        return datetime.fromtimestamp(t, timezone.utc).isoformat().replace("+00:00", "Z")
    part = log.with_suffix(".part.mcap")
    subprocess.run([program, "log", "cut", log, "-o", part, "--from", stamp(begin), "--to", stamp(end)], check=True, stdout=subprocess.DEVNULL)
    return json.loads(subprocess.run([program, "log", "info", part, "--json"], check=True, stdout=subprocess.PIPE).stdout)["samples"]


def follow(program: Path, plant: Path, log: Path, servers: list[subprocess.Popen], seconds: float, items: int, rate: int) -> dict:
    recording = load.Program(program, "record", plant, "-o", log, "--json")
    load.wait_until(lambda: recording.errors.count("is live") == len(servers), "all feeds are live", 300)
    time.sleep(3)  # what connecting took is worked off
    pids = {"millwright": recording.process.pid, **{f"server-{i}": one.pid for i, one in enumerate(servers)}}
    since = time.time()
    before, begun, ticks = {name: load.processor_seconds(pid) for name, pid in pids.items()}, time.monotonic(), load.machine_ticks()
    time.sleep(seconds)
    took, idle = time.monotonic() - begun, load.idle_share(ticks, load.machine_ticks())
    used = {name: (load.processor_seconds(pid) - before[name]) / took for name, pid in pids.items()}
    time.sleep(2)  # what changed by then comes
    answer = recording.stop()
    said = []
    for one in servers:
        one.stdin.close()
        said += [json.loads(line) for line in one.stdout if line.startswith("{")]
    feeds = answer["feeds"]
    total = {key: sum(feed[key] for feed in feeds) for key in ("received", "samples", "rejected", "dropped", "gaps", "reconnects")}
    changed = changed_between(program, log, since, since + took)
    return {"what": "opcua", "device": load.machine(), "items": items, "rate": rate, "servers": len(servers), "seconds": took, "idleShare": idle,
            "cores": used, "samplesPerSecond": changed / took, "wanted": items * rate, **total, "applied": answer["applied"], "late": answer["late"],
            "lost": answer["lost"], "logBytes": answer["bytes"], "latency": [feed["latency"] for feed in feeds],
            "notes": [note for feed in feeds for note in feed["notes"]][:10], "serverMillisecondsBehind": [one["behind"] for one in said]}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), *(kind(text) for kind, text in zip((float, int, int, int), sys.argv[2:]))), indent=2))
