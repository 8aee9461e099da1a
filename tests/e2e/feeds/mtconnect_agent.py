"""An MTConnect agent (REST, ANSI/MTC 1.8) for tests: devices from a file, observations as a test gives them.

It keeps the rules of the standard that a client depends on: sequence numbers, a bounded buffer, instanceId, heartbeats, multipart
streams, no observation of an unchanged value, OUT_OF_RANGE.
"""
import collections
import datetime
import http.server
import random
import ssl
import threading
import time
import urllib.parse
import xml.etree.ElementTree as Xml
from xml.sax.saxutils import escape, quoteattr

from broker import free_port

NAMESPACE = "urn:mtconnect.org:MTConnectStreams:1.8"
BOUNDARY = "4f3c8a"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class OutOfRange(Exception):
    pass


class Agent:
    """`devices`: path of a Devices.xml; `buffer`: observations kept; `tls`: an SSL context."""

    def __init__(self, devices, port=None, buffer=131072, tls=None, password=None):
        self.devices = Xml.parse(devices).getroot()
        self.port = port or free_port()
        self.tls, self.password = tls, password
        self.observations = collections.deque(maxlen=buffer)
        self.changed = threading.Condition()
        self.items = {}  # id: (device, category, element name)
        for device in self.devices.iter():
            if not device.tag.endswith("}Device"):
                continue
            for item in device.iter():
                if item.tag.endswith("}DataItem"):
                    element = "".join(word.capitalize() for word in item.attrib["type"].split(":")[-1].split("_"))
                    self.items[item.attrib["id"]] = (device.attrib["name"], item.attrib["category"], element)
        self.server = None
        self.begin_anew()
        self.start()

    # --- what it knows

    def begin_anew(self):
        """As after a restart of the agent itself: it counts from 1 and knows nothing."""
        with self.changed:
            self.instance, self.next = random.randrange(1, 2**40), 1
            self.observations.clear()
            self.latest = {}
            for item in self.items:
                self._observe(item, "UNAVAILABLE", now())
            self.changed.notify_all()

    def observe(self, item, value, timestamp=None):
        """A value; of a condition, a dictionary with level, code and text."""
        with self.changed:
            self._observe(item, value, timestamp or now())
            self.changed.notify_all()

    def _observe(self, item, value, timestamp):
        if self.latest.get(item, (None, None, None))[2] == value:
            return
        self.observations.append((self.next, item, value, timestamp))
        self.latest[item] = self.observations[-1][:2] + (value, timestamp)
        self.next += 1

    # --- documents

    def header(self):
        first = self.observations[0][0] if self.observations else self.next
        return (f'<Header instanceId="{self.instance}" creationTime="{now()}" sender="test" version="1.8.0" bufferSize="{self.observations.maxlen}" '
                f'firstSequence="{first}" lastSequence="{self.next - 1}" nextSequence="%d"/>')

    def probe(self):
        devices = Xml.tostring(next(one for one in self.devices if one.tag.endswith("}Devices"))).decode()
        return f'<MTConnectDevices xmlns="{NAMESPACE}"><Header instanceId="{self.instance}" creationTime="{now()}"/>{devices}</MTConnectDevices>'

    def streams(self, observations, following):
        streams = ""
        for sequence, item, value, timestamp in observations:
            device, category, element = self.items[item]
            head = f'dataItemId={quoteattr(item)} timestamp="{timestamp}" sequence="{sequence}"'
            if category == "CONDITION":
                of = value if isinstance(value, dict) else {"level": "Unavailable"}
                one = f'<Condition><{of["level"]} {head} nativeCode={quoteattr(of.get("code", ""))}>{escape(of.get("text", ""))}</{of["level"]}></Condition>'
            else:
                group = "Samples" if category == "SAMPLE" else "Events"
                one = f"<{group}><{element} {head}>{escape(str(value))}</{element}></{group}>"
            streams += f'<DeviceStream name={quoteattr(device)} uuid={quoteattr(device)}><ComponentStream component="Device">{one}</ComponentStream></DeviceStream>'
        return f'<MTConnectStreams xmlns="{NAMESPACE}">{self.header() % following}<Streams>{streams}</Streams></MTConnectStreams>'

    def error(self, code, text):
        return f"<MTConnectError>{self.header() % self.next}<Errors><Error errorCode=\"{code}\">{text}</Error></Errors></MTConnectError>"

    def current(self):
        with self.changed:
            return self.streams(list(self.latest.values()), self.next)

    def sample(self, start, count):
        """(document, the sequence number to go on from)"""
        with self.changed:
            first = self.observations[0][0] if self.observations else self.next
            if not first <= start <= self.next:
                raise OutOfRange(f"'from' must be between {first} and {self.next}")
            found = [one for one in list(self.observations)[start - first:start - first + count]]
            following = found[-1][0] + 1 if found else start
            return self.streams(found, following), following

    # --- the server

    def start(self):
        agent = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                agent.answer(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that went away

        self.stopping = threading.Event()
        self.connections = []
        self.server = Server(("127.0.0.1", self.port), Handler)
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self):
        """As when its machine goes away: connections break, what it knows stays for `start`."""
        self.stopping.set()
        with self.changed:
            self.changed.notify_all()
        self.server.shutdown()
        for connection in self.connections:
            try:
                connection.shutdown(2)
            except OSError:
                pass
        self.server.server_close()
        self.thread.join()

    def answer(self, handler):
        self.connections.append(handler.connection)
        if self.password and handler.headers.get("Authorization") != self.password:
            return self.reply(handler, 401, "")
        url = urllib.parse.urlsplit(handler.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        verb = url.path.strip("/").split("/")[-1]
        if verb == "probe":
            return self.reply(handler, 200, self.probe())
        if verb == "current":
            return self.reply(handler, 200, self.current())
        if verb != "sample":
            return self.reply(handler, 404, self.error("INVALID_REQUEST", "no such request"))
        start, count = int(query["from"]), int(query.get("count", 100))
        try:
            if "interval" not in query:
                return self.reply(handler, 200, self.sample(start, count)[0])
            self.sample(start, count)
        except OutOfRange as problem:
            return self.reply(handler, 404, self.error("OUT_OF_RANGE", problem))
        handler.send_response(200)
        handler.send_header("Content-Type", f"multipart/x-mixed-replace;boundary={BOUNDARY}")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        self.stream(handler, start, count, int(query["interval"]) / 1000, int(query["heartbeat"]) / 1000)

    def stream(self, handler, start, count, interval, heartbeat):
        while not self.stopping.is_set():
            with self.changed:
                self.changed.wait_for(lambda: self.next > start or self.stopping.is_set(), heartbeat)
            try:
                document, start = self.sample(start, count)
            except OutOfRange as problem:
                document = self.error("OUT_OF_RANGE", problem)
            part = document.encode()
            try:
                handler.wfile.write(f"--{BOUNDARY}\r\nContent-type: text/xml\r\nContent-length: {len(part)}\r\n\r\n".encode() + part + b"\r\n")
            except OSError:
                return
            if "<MTConnectError" in document:
                return
            time.sleep(interval)

    def reply(self, handler, status, document):
        body = document.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "text/xml")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def server_tls(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
