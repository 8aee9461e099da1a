"""An edge node of Sparkplug B: an MQTT 3.1.1 client of its own, with payloads that protoc encodes."""
import socket
import subprocess
import threading
import time
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[2] / "data/sparkplug/sparkplug_b.proto"
UINT64, DOUBLE, BOOLEAN, STRING = 8, 10, 11, 12  # data types of the specification, chapter 6.4.16


def payload(metrics=(), seq=None, timestamp=None):
    """Metrics in protobuf's text form, such as `alias: 1 double_value: 2`."""
    text = f"timestamp: {timestamp or int(time.time() * 1000)}\n" + "".join(f"metrics {{ {one} }}\n" for one in metrics)
    if seq is not None:
        text += f"seq: {seq % 256}\n"
    return subprocess.run(["protoc", "--encode=millwright.test.Payload", f"-I{SCHEMA.parent}", SCHEMA.name], input=text.encode(), check=True, capture_output=True).stdout


def _length(size):
    encoded = b""
    while True:
        size, digit = divmod(size, 128)
        encoded += bytes([digit | (128 if size else 0)])
        if not size:
            return encoded


def _text(content):
    content = content if isinstance(content, bytes) else content.encode()
    return len(content).to_bytes(2, "big") + content


class EdgeNode:
    """Node E of group G with device D. It is born when made, answers rebirth requests unless told not to, and dies by its will."""

    def __init__(self, port, session=0, answers=True):
        self.session, self.answers, self.sequence, self.births = session, answers, 0, 0
        self.values = {"speed": 1.0, "level": 10.0}
        self.states = []  # what the host said of itself
        self.sending = threading.Lock()
        self.socket = socket.create_connection(("127.0.0.1", port))
        will = payload([f'name: "bdSeq" datatype: {UINT64} long_value: {session}'])
        connect = _text("MQTT") + bytes([4, 0b00001110, 0, 60]) + _text(f"edge-{session}") + _text("spBv1.0/G/NDEATH/E") + _text(will)
        self._send(0x10, connect)
        self._read()
        self._send(0x82, b"\0\1" + _text("spBv1.0/G/NCMD/E") + b"\1" + _text("spBv1.0/STATE/+") + b"\1")
        self._read()
        self.answered = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        self.birth()
        self._send(0xC0, b"")  # a ping: what was sent before it is at the broker
        assert self.answered.wait(30), "the broker answers"

    def _send(self, kind, body):
        with self.sending:
            self.socket.sendall(bytes([kind]) + _length(len(body)) + body)

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise OSError("closed")
            data += part
        return data

    def _read(self):
        kind = self._exactly(1)[0]
        size, shift = 0, 0
        while True:
            digit = self._exactly(1)[0]
            size |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return kind, self._exactly(size)

    def _listen(self):
        try:
            while True:
                kind, body = self._read()
                if kind == 0xD0:
                    self.answered.set()
                if kind >> 4 != 3:
                    continue
                end = 2 + int.from_bytes(body[:2], "big")
                topic, content = body[2:end].decode(), body[end:]
                if kind & 6:
                    self._send(0x40, content[:2])
                    content = content[2:]
                if "/STATE/" in topic:
                    self.states.append((topic, content.decode()))
                elif self.answers and b"Node Control/Rebirth" in content:
                    self.birth()
        except OSError:
            pass

    def publish(self, kind, device="", metrics=(), sequence=None, timestamp=None):
        """The next message in sequence, or the one with that number."""
        if sequence is None:
            sequence, self.sequence = self.sequence, self.sequence + 1
        topic = f"spBv1.0/G/{kind}/E" + (f"/{device}" if device else "")
        self._send(0x30, _text(topic) + payload(metrics, sequence, timestamp))

    def birth(self):
        self.sequence = 0
        self.births += 1
        self.publish("NBIRTH", metrics=[f'name: "bdSeq" datatype: {UINT64} long_value: {self.session}',
                                        f'name: "Node Control/Rebirth" datatype: {BOOLEAN} boolean_value: false',
                                        f'name: "Line/Speed" alias: 1 datatype: {DOUBLE} double_value: {self.values["speed"]}'])
        self.publish("DBIRTH", "D", [f'name: "Level" alias: 2 datatype: {DOUBLE} double_value: {self.values["level"]}',
                                     f'name: "State" alias: 3 datatype: {STRING} string_value: "Idle"'])

    def speed(self, value, **options):
        self.values["speed"] = value
        self.publish("NDATA", metrics=[f"alias: 1 double_value: {value}"], **options)

    def level(self, value, more="", **options):
        self.values["level"] = value
        self.publish("DDATA", "D", [f"alias: 2 double_value: {value} {more}"], **options)

    def die(self):
        """Without a word: the broker publishes the will."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
