"""A real OPC UA server that is built on another library (node-opcua), and plants whose feed it is."""
import base64
import json
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from broker import FeedTest, free_port

SERVER = Path(__file__).with_name("opcua_server.js")
SLOW_START = 120  # seconds to wait for node.js, which loads thousands of files
LOG_READER = Path(__file__).parents[1] / "log/mcap_peer.js"
KINDS = {"speed": "float", "count": "integer", "running": "boolean", "state": "string"}


class Server:
    """node-opcua; `options` are those of opcua_server.js."""

    def __init__(self, folder, port=None, **options):
        self.port = port or free_port()
        self.options = {"port": self.port, "folder": str(folder / "pki"), **options}
        self.process = None
        self.start()

    def start(self, **options):
        self.options |= options
        self.process = subprocess.Popen(["node", SERVER, json.dumps(self.options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._answer(f"ready {self.port}")

    def _answer(self, expected):
        watchdog = threading.Timer(SLOW_START, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:  # among which it writes its own messages
            if line.strip() == expected:
                break
        else:
            raise AssertionError(f"the server ended before it said '{expected}'")
        watchdog.cancel()

    def command(self, **what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        self._answer("done")

    def set(self, node, value, **more):
        self.command(set=node, value=value, **more)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Link:
    """The network between a client and a server: it can be cut, at once or after so many bytes from the server, and mended."""

    def __init__(self, server):
        self.server = server
        self.whole = True
        self.budget = None  # bytes
        self.open, self.made = [], []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.server.port))
                self.open += [near, far]
                self.made += [near, far]
            threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source, sink, counted):
        try:
            while data := source.recv(65536):
                if counted and self.budget is not None:
                    self.budget -= len(data)
                    if self.budget < 0:
                        break
                sink.sendall(data)
        except OSError:
            pass
        if counted and self.budget is not None and self.budget < 0:
            self.budget = None
            self.cut()
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        with self.lock:
            self.whole = False
            for one in self.open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.open = []

    def mend(self, budget=None):
        with self.lock:
            self.budget = budget
            self.whole = True

    def stop(self):
        self.cut()
        for one in (self.listener, *self.made):
            one.close()


class OpcUaTest(FeedTest):
    @classmethod
    def setUpClass(cls):
        """One certificate for the server in all tests, as it takes it seconds to make one."""
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.servers = Path(folder.name)
        Server(cls.servers).stop()

    def server(self, **options):
        shutil.copytree(self.servers, self.folder, dirs_exist_ok=True)
        made = Server(self.folder, **options)
        self.running.append(made)
        self.addCleanup(lambda: made.process.poll() is None and made.stop())
        return made

    def opcua_plant(self, server, feed='security = "none"', kinds=None, node="nsu=urn:millwright:test;s={equipment}.{signal}", publishing="100ms"):
        signals = "".join(f'[[equipment.signal]]\nid = "{name}"\ntype = "{kind}"\n' for name, kind in (kinds or KINDS).items())
        (self.folder / "plant.toml").write_text(
            f'format = 1\n[plant]\nid = "line"\n[[equipment]]\npath = "line"\n{signals}\n'
            f'[[feed]]\nid = "plc"\nkind = "opcua"\nurl = "opc.tcp://127.0.0.1:{server.port}"\nnode = "{node}"\npublishing_interval = "{publishing}"\n{feed}\n')
        return self.folder

    def watch(self, server, *arguments, **plant):
        watching = self.start("feed", self.opcua_plant(server, **plant), "--json", *arguments)
        watching.says("feed 'plc' is live")
        return watching

    def record(self, server, **plant):
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.opcua_plant(server, **plant), "-o", self.log, "--json")
        recording.says("feed 'plc' is live")
        return recording

    def end(self, watching):
        """What it says of its one feed, once it has worked off what was sent."""
        watching.rests()
        answer = watching.stop()
        self.assertEqual(watching.process.returncode, 0, watching.errors)
        return answer["feeds"][0], answer

    def recorded(self):
        """The samples of the log by topic, each (seconds since 1970, value, quality), as another library reads them."""
        table = self.folder / "json.mcap"
        table.unlink(missing_ok=True)
        done = self.run_program("log", "convert", self.log, "-o", table, "--encoding", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        read = json.loads(subprocess.run(["node", LOG_READER, "read", table], check=True, capture_output=True, timeout=60).stdout)
        topics = {channel["id"]: channel["topic"] for channel in read["channels"]}
        samples = {}
        for message in read["messages"]:
            topic = topics[message["channel"]]
            if topic != "millwright/keyframe":
                said = json.loads(base64.b64decode(message["data"]))
                samples.setdefault(topic, []).append((int(message["logTime"]) / 1e9, said["value"], said.get("quality", "good")))
        return samples
