"""A real mosquitto on a port of its own, a plant that listens to it, and the program under test."""
import contextlib
import datetime
import json
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

PATIENCE = 30  # seconds to wait for something that happens at once on a healthy machine
# Longer than it takes to notice silence (docs/feeds.md: 25 s with MQTT, 20 with MTConnect, 10 with OPC UA), on a busy machine too.
SILENCE = 90


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain until {what}")
        time.sleep(0.02)


def messages(log):
    """(topic, message) of an uncompressed MCAP file of JSON messages; no reader of ours is needed."""
    data = log.read_bytes()
    topics = {}

    def records(at, end):
        while at < end:
            opcode, length = data[at], int.from_bytes(data[at + 1:at + 9], "little")
            yield opcode, at + 9, at + 9 + length
            at += 9 + length

    def walk(at, end):
        for opcode, begin, stop in records(at, end):
            if opcode == 4:
                size = int.from_bytes(data[begin + 4:begin + 8], "little")
                topics[int.from_bytes(data[begin:begin + 2], "little")] = data[begin + 8:begin + 8 + size].decode()
            elif opcode == 5:
                topic = topics[int.from_bytes(data[begin:begin + 2], "little")]
                if topic != "millwright/keyframe":
                    yield topic, json.loads(data[begin + 22:stop])
            elif opcode == 6:
                size = int.from_bytes(data[begin + 28:begin + 32], "little")
                yield from walk(begin + 32 + size + 8, stop)
            elif opcode == 15:
                return
    yield from walk(8, len(data) - 8)


class Broker:
    """mosquitto; `more` are further lines of its configuration."""

    def __init__(self, folder, port=None, listener="", more="allow_anonymous true"):
        self.port = port or free_port()
        self.config = Path(folder) / f"mosquitto-{self.port}.conf"
        self.config.write_text(f"listener {self.port} 127.0.0.1\n{listener}\n{more}\nmax_queued_messages 0\nuser root\n")
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(["mosquitto", "-c", self.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        wait_until(answers, "mosquitto answers")

    def stop(self):
        self.process.kill()
        self.process.wait()


class Publisher:
    """Counts up on a topic, at QoS 1, through one connection to the broker, until stopped. `times` are those of each number."""

    def __init__(self, broker, topic, pause=0.005):
        self.process = subprocess.Popen(["mosquitto_pub", "-p", str(broker.port), "-t", topic, "-q", "1", "-l"], stdin=subprocess.PIPE, text=True)
        self.times, self.pause, self.going = [], pause, True
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while self.going:
            self.times.append(time.monotonic())
            self.process.stdin.write(f"{len(self.times) - 1}\n")
            self.process.stdin.flush()
            time.sleep(self.pause)

    def stop(self):
        """How many there were; all of them are acknowledged."""
        self.going = False
        self.thread.join()
        self.process.stdin.close()
        if self.process.wait(60) != 0:
            raise AssertionError("the broker did not take everything")
        return len(self.times)


class Program:
    """millwright, running; its standard error is read as it comes."""

    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen([*map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.errors = ""
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.errors += line

    def says(self, text, patience=PATIENCE):
        with contextlib.suppress(AssertionError):
            wait_until(lambda: re.search(text, self.errors) or self.process.poll() is not None, f"the program says '{text}'", patience)
        if not re.search(text, self.errors):
            raise AssertionError(f"it never said '{text}' but: {self.errors}")

    def rests(self):
        """Waits until it has worked off what it was given: it uses next to no processor time any more."""
        def ticks():
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
        history = [ticks()]

        def calm():
            time.sleep(0.5)
            history.append(ticks())
            return len(history) > 4 and history[-1] - history[-5] <= 4
        wait_until(calm, "the program has worked off everything")

    def stop(self, signal=2):
        """The JSON it prints, None where it prints none."""
        self.process.send_signal(signal)
        output = self.process.stdout.read()
        self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return json.loads(output) if output.startswith("{") else None


class FeedTest(unittest.TestCase):
    program = None  # path of millwright

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.running = []
        self.addCleanup(self._end)

    def _end(self):
        for one in self.running:
            process = one.process
            if process.poll() is None:
                process.kill()
                process.wait()

    def broker(self, **options):
        made = Broker(self.folder, **options)
        self.running.append(made)
        return made

    def plant(self, url, feed="", topic="factory/{path}"):
        """A line with a float, an integer, a boolean and a string signal."""
        signals = "".join(f'[[equipment.signal]]\nid = "{name}"\ntype = "{kind}"\n' for name, kind in
                          [("speed", "float"), ("count", "integer"), ("running", "boolean"), ("state", "string")])
        (self.folder / "plant.toml").write_text(
            f'format = 1\n[plant]\nid = "line"\n[[equipment]]\npath = "line"\n{signals}\n'
            f'[[feed]]\nid = "broker"\nkind = "mqtt"\nurl = "{url}"\ntopic = "{topic}"\n{feed}\n')
        return self.folder

    def start(self, *arguments, **options):
        made = Program(self.program, *arguments, **options)
        self.running.append(made)
        return made

    def run_program(self, *arguments, **options):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options)

    def json_of(self, *arguments):
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def values(self, topic, log=None):
        """(value, quality) of each sample of a topic of a log, which may still grow; `self.log` where none is given."""
        copy = self.folder / f"json-{topic.replace('/', '-')}.mcap"
        copy.unlink(missing_ok=True)
        done = self.run_program("log", "convert", log or self.log, "--encoding", "json", "--compression", "none", "-o", copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [(sample["value"], sample.get("quality", "good")) for name, sample in messages(copy) if name == topic]

    def certificate(self, name, subject, days=1, start=None):
        """The files of a certificate, signed by the authority in ca.pem, and of its key."""
        if not (self.folder / "ca.pem").exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Test authority",
                            "-keyout", self.folder / "ca.key", "-out", self.folder / "ca.pem"], check=True, capture_output=True)
        key, request, made = (self.folder / f"{name}.{ending}" for ending in ("key", "csr", "pem"))
        subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=test", "-keyout", key, "-out", request],
                       check=True, capture_output=True)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={subject}\n")
        when = []
        if start:
            def stamp(t):
                return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y%m%d%H%M%SZ")
            when = ["-not_before", stamp(start), "-not_after", stamp(start + days * 86400)]
        else:
            when = ["-days", str(days)]
        subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key", "-CAcreateserial", *when,
                        "-extfile", extensions, "-out", made], check=True, capture_output=True)
        key.chmod(0o644)
        return made, key

    def publish(self, broker, topic, *payloads, qos=1, retain=False, extra=()):
        """Each payload as one message, acknowledged when this returns."""
        command = ["mosquitto_pub", "-p", str(broker.port), "-t", topic, "-q", str(qos), "-l", *extra]
        if retain:
            command.append("-r")
        subprocess.run(command, input="".join(p + "\n" for p in payloads), text=True, check=True, timeout=PATIENCE)
