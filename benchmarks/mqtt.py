#!/usr/bin/env python3
"""Millwright beside a real mosquitto under load: what limits, what it takes of the processor, what is lost, how long a sample takes.

usage: benchmarks/mqtt.py MILLWRIGHT [SECONDS]     (called by `./mw bench mqtt`; SECONDS of the first measurement, default 60, and half as
many of the second; prints JSON)

1. A publisher sends as fast as the broker acknowledges (QoS 1, one sample a message, each with its time), and `millwright record`
   records: rate, processor time of each, losses, checked in the log.
2. Half of that rate, evenly, to `millwright bench feed`, which makes frames as the window does: time from publishing to the frame.

Both cores are shared by broker, publisher and Millwright. The publisher is a client of its own that sends prepared packets.
"""
import json
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
import load

SIGNALS = 100
IN_FLIGHT = 2000  # messages that the publisher lets wait for their acknowledgement
STAMP = b"\0" * 16  # microseconds since 1970, filled in when sent


class Publisher:
    """A client of MQTT 3.1.1. Packets are prepared in bunches, of which only the time is filled in."""

    def __init__(self, port: int, bunch: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = b"bench-publisher"
        body = b"\0\4MQTT\4\2\0\0" + struct.pack(">H", len(name)) + name
        self.socket.sendall(bytes([0x10, len(body)]) + body)
        if self.socket.recv(4) != b"\x20\2\0\0":
            sys.exit("the broker refuses the publisher")
        self.socket.setblocking(False)
        count = 60_000 // bunch  # packet identifiers come again when their messages are long acknowledged
        self.bunches = [b"".join(self._packet(1 + i * bunch + k) for k in range(bunch)) for i in range(count)]
        self.bunch, self.next, self.sent, self.acknowledged_bytes = bunch, 0, 0, 0

    @staticmethod
    def _packet(identifier: int) -> bytes:
        topic = f"bench/line/s{identifier % SIGNALS:03}".encode()
        body = struct.pack(">H", len(topic)) + topic + struct.pack(">H", identifier)
        body += b'{"t":' + STAMP + f',"v":{identifier * 7919 % 1_000_000 / 1000:.3f}}}'.encode()
        return bytes([0x32, len(body)]) + body

    @property
    def acknowledged(self) -> int:
        return self.acknowledged_bytes // 4

    def listen(self, seconds: float) -> None:
        if select.select([self.socket], [], [], max(0, seconds))[0]:
            self.acknowledged_bytes += len(self.socket.recv(1 << 16))

    def send(self) -> None:
        """A bunch, taking acknowledgements meanwhile."""
        data = memoryview(self.bunches[self.next].replace(STAMP, b"%016d" % (time.time_ns() // 1000)))
        self.next = (self.next + 1) % len(self.bunches)
        while data:
            readable, writable, _ = select.select([self.socket], [self.socket], [])
            if readable:
                self.acknowledged_bytes += len(self.socket.recv(1 << 16))
            if writable:
                data = data[self.socket.send(data):]
        self.sent += self.bunch

    def flood(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.send()
            while self.sent - self.acknowledged > IN_FLIGHT:
                self.listen(1)

    def steady(self, seconds: float, rate: float) -> None:
        begun = time.monotonic()
        while (now := time.monotonic()) < begun + seconds:
            if self.sent <= (now - begun) * rate:
                self.send()
            else:
                self.listen(begun + self.sent / rate - now)

    def finish(self) -> None:
        while self.acknowledged < self.sent:
            self.listen(60)


def broker(folder: Path) -> tuple[subprocess.Popen, int]:
    folder.mkdir(parents=True, exist_ok=True)
    port = load.free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\nuser root\n")
    process = subprocess.Popen(["mosquitto", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
    load.wait_until(answers, "mosquitto answers")
    return process, port


def rests(process: subprocess.Popen) -> None:
    """Waits until a process has worked off what it was given."""
    history = [load.processor_seconds(process.pid)]

    def calm():
        time.sleep(0.5)
        history.append(load.processor_seconds(process.pid))
        return len(history) > 4 and history[-1] - history[-5] <= 0.06
    load.wait_until(calm, "everything is worked off")


def plant(folder: Path, port: int) -> Path:
    return load.plant(folder, {"line": [f"s{i:03}" for i in range(SIGNALS)]},
                      f'[[feed]]\nid = "broker"\nkind = "mqtt"\nurl = "mqtt://127.0.0.1:{port}"\ntopic = "bench/{{path}}"\nvalue = "/v"\ntime = "/t"\ntime_unit = "us"\n')


def sustained(program: Path, folder: Path, seconds: float) -> dict:
    server, port = broker(folder)
    log = folder / "bench.mcap"
    recording = load.Program(program, "record", plant(folder, port), "-o", log, "--json")
    load.wait_until(lambda: "is live" in recording.errors, "the feed is live")
    publisher = Publisher(port, 250)
    pids = {"millwright": recording.process.pid, "broker": server.pid, "publisher": "self"}
    before, ticks = {name: load.processor_seconds(pid) for name, pid in pids.items()}, load.machine_ticks()
    begun = time.monotonic()
    publisher.flood(seconds)
    publisher.finish()
    took = time.monotonic() - begun
    idle = load.idle_share(ticks, load.machine_ticks())
    during = {name: load.processor_seconds(pid) - before[name] for name, pid in pids.items()}
    rests(server)
    rests(recording.process)
    worked = {name: load.processor_seconds(pid) - before[name] for name, pid in pids.items()}
    answer = recording.stop()
    server.terminate()
    server.wait()
    feed = answer["feeds"][0]
    info = json.loads(subprocess.run([program, "log", "info", log, "--json"], check=True, stdout=subprocess.PIPE).stdout)
    return {"seconds": took, "messagesPerSecond": publisher.sent / took, "acknowledged": publisher.sent, "received": feed["received"],
            "samplesInLog": info["samples"], "logBytes": answer["bytes"], "dropped": feed["dropped"], "gaps": feed["gaps"], "lost": answer["lost"],
            "applied": answer["applied"], "late": answer["late"], "redated": answer["redated"], "latency": feed["latency"], "idleShare": idle,
            "processorSeconds": worked, "coresDuring": {name: one / took for name, one in during.items()},
            "millwrightToBroker": worked["millwright"] / worked["broker"]}


def latency(program: Path, folder: Path, seconds: float, rate: float) -> dict:
    server, port = broker(folder)
    watching = load.Program(program, "bench", "feed", plant(folder, port))
    load.wait_until(lambda: "is live" in watching.errors, "the feed is live")
    publisher = Publisher(port, max(1, round(rate / 500)))
    before, begun, ticks = load.processor_seconds(watching.process.pid), time.monotonic(), load.machine_ticks()
    publisher.steady(seconds, rate)
    publisher.finish()
    took, idle = time.monotonic() - begun, load.idle_share(ticks, load.machine_ticks())
    used = load.processor_seconds(watching.process.pid) - before
    rests(server)
    answer = watching.stop()
    server.terminate()
    server.wait()
    return {"seconds": took, "messagesPerSecond": publisher.sent / took, "acknowledged": publisher.sent, "frames": answer["frames"],
            "cores": used / took, "idleShare": idle, **answer["feeds"][0]}


def measure(program: Path, seconds: float = 60) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        full = sustained(program, Path(folder) / "full", seconds)
        half = latency(program, Path(folder) / "half", seconds / 2, full["messagesPerSecond"] / 2)
    return {"what": "mqtt", "device": load.machine(), "sustained": full, "half": half}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60), indent=2))
