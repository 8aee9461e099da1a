#!/usr/bin/env python3
"""An MTConnect agent followed over HTTP: values, conditions, units; what is lost and what is not when connections break.

usage: mtconnect_test.py MILLWRIGHT REPOSITORY [TEST…]
"""
import base64
import contextlib
import http.client
import json
import os
import socket
import sys
import threading
import unittest
import urllib.request
from pathlib import Path

from broker import FeedTest, wait_until
from mtconnect_agent import Agent, server_tls

FeedTest.program = sys.argv.pop(1)
NIST = Path(sys.argv.pop(1)) / "../shared/data/sensor/nist_sms_mazak_daily"

DEVICES = """<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.8"><Header/><Devices><Device id="m" name="mill" uuid="U-1"><DataItems>
<DataItem category="SAMPLE" id="m-speed" name="speed" type="ROTARY_VELOCITY" units="REVOLUTION/MINUTE"/>
<DataItem category="EVENT" id="m-count" name="count" type="PART_COUNT"/>
<DataItem category="EVENT" id="m-state" name="state" type="EXECUTION"/>
<DataItem category="CONDITION" id="m-servo" name="servo" type="ACTUATOR"/>
<DataItem category="SAMPLE" id="m-other" name="other" type="LOAD" units="PERCENT"/>
</DataItems></Device></Devices></MTConnectDevices>"""
SIGNALS = [("speed", "float", "Hz"), ("count", "integer", ""), ("state", "string", ""), ("servo", "string", ""), ("servo/code", "string", "")]


class Mtconnect(FeedTest):
    def agent(self, devices=None, **options):
        if devices is None:
            devices = self.folder / "Devices.xml"
            devices.write_text(DEVICES)
        agent = Agent(devices, **options)
        self.addCleanup(lambda: agent.stopping.is_set() or agent.stop())
        return agent

    def mill(self, url, feed="", signals=SIGNALS, item="mill/{topic}"):
        text = "".join(f'[[equipment.signal]]\nid = "{name.replace("/", "-")}"\ntopic = "{name}"\ntype = "{kind}"\n' + (f'unit = "{unit}"\n' if unit else "")
                       for name, kind, unit in signals)
        (self.folder / "plant.toml").write_text(f'format = 1\n[plant]\nid = "mill"\n[[equipment]]\npath = "mill"\n{text}\n'
                                                f'[[feed]]\nid = "agent"\nkind = "mtconnect"\nurl = "{url}"\nitem = "{item}"\npublishing_interval = "20ms"\n{feed}\n')
        return self.folder

    def record(self, agent, *more, feed="", **plant):
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.mill(f"http://127.0.0.1:{agent.port}", feed, **plant), "-o", self.log, "--json", *more)
        recording.says("feed 'agent' is live")
        return recording

    def end(self, watching):
        watching.rests()
        answer = watching.stop()
        self.assertEqual(watching.process.returncode, 0, watching.errors)
        return answer["feeds"][0], answer

    # --- what an agent tells

    def test_values_conditions_and_units_become_samples(self):
        agent = self.agent()
        agent.observe("m-speed", 600)
        agent.observe("m-state", "READY")
        recording = self.record(agent)
        agent.observe("m-speed", 1200)
        agent.observe("m-count", 3)
        agent.observe("m-state", "ACTIVE")
        agent.observe("m-servo", {"level": "Normal"})
        agent.observe("m-servo", {"level": "Fault", "code": "417", "text": "following error"})
        agent.observe("m-other", 12)
        agent.observe("m-state", "UNAVAILABLE")
        agent.observe("m-speed", "fast")
        feed, answer = self.end(recording)
        self.assertEqual((feed["kind"], feed["health"], feed["gaps"], feed["reconnects"]), ("mtconnect", "live", 0, 0))
        self.assertEqual((feed["rejected"], feed["unmatched"]), (1, 2), "'fast' is no number; nobody asks for 'other', known and not")
        self.assertEqual(answer["lost"], 0)
        self.assertEqual(self.values("speed"), [(10, "good"), (20, "good")])
        self.assertEqual(self.values("count")[1:], [(3, "good")])
        self.assertEqual(self.values("state"), [("READY", "good"), ("ACTIVE", "good"), ("", "bad")])
        self.assertEqual(self.values("servo")[1:], [("normal", "good"), ("fault", "good")])
        self.assertEqual(self.values("servo/code")[1:], [("-", "good"), ("417", "good")])
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["stateHash"], answer["stateHash"])

    def test_what_the_agent_lacks_is_named_once(self):
        agent = self.agent()
        watching = self.record(agent, signals=SIGNALS + [("torque", "float", ""), ("speed/x/y", "float", "")])
        watching.says("the agent has no data item 'mill/torque'")
        agent.stop()
        watching.says("feed 'agent': .*Connection refused|feed 'agent': .*[Cc]ould not connect|ended the stream|reset")
        agent.stopping.clear()
        agent.start()
        watching.says("reconnect|feed 'agent' is live(.|\n)*feed 'agent' is live")
        self.end(watching)

    def test_a_saved_stream_is_converted_to_what_was_recorded(self):
        agent = self.agent()
        agent.observe("m-speed", 600)
        recording = self.record(agent, signals=[(name, kind, "") for name, kind, _ in SIGNALS])
        capture, probe, converted = self.folder / "capture.xml", self.folder / "probe.xml", self.folder / "converted.mcap"
        stream = urllib.request.urlopen(f"http://127.0.0.1:{agent.port}/sample?from={agent.observations[0][0]}&count=3&interval=10&heartbeat=1000")

        def save():  # as curl does: what comes, until it ends
            with capture.open("wb") as file, contextlib.suppress(OSError, http.client.HTTPException):
                while piece := stream.read1():
                    file.write(piece)
                    file.flush()
        saving = threading.Thread(target=save)
        saving.start()
        probe.write_bytes(urllib.request.urlopen(f"http://127.0.0.1:{agent.port}/probe").read())
        for i in range(50):
            agent.observe("m-speed", 1200 + i / 7)
            agent.observe("m-state", "ACTIVE" if i % 2 else "UNAVAILABLE")
            agent.observe("m-servo", {"level": "Fault", "code": str(i), "text": "<following & error>"} if i % 3 else {"level": "Normal"})
        agent.observe("m-count", 3)
        wait_until(lambda: b">3</PartCount>" in capture.read_bytes(), "the last value is saved")
        feed, _ = self.end(recording)
        self.assertEqual(feed["gaps"], 0)
        agent.stop()
        stream.close()
        saving.join()
        mapping = self.folder / "types.toml"
        mapping.write_text('[columns."mill/count"]\ntype = "integer"\n')  # as the plant has it; an event of numbers is a float else
        answer = self.json_of("log", "convert", capture, probe, "-o", converted, "--mapping", mapping, "--json")
        self.assertEqual(answer["inputs"][0]["format"], "mtconnect")
        for name, _, _ in SIGNALS:
            recorded, read = self.values(name), self.values("mill/" + name, converted)
            self.assertEqual(read[-len(recorded):], recorded, name)  # the recording begins with how it was then
            self.assertGreaterEqual(len(read), len(recorded))
        self.assertGreater(len(self.values("servo")), 40)

    # --- real machines

    def test_a_real_day_of_a_machine_tool_arrives_as_its_log_has_it(self):
        if not NIST.exists():
            self.skipTest("no ../shared/data/sensor/nist_sms_mazak_daily")
        shdr = NIST / "raw/Mazak01/Mazak01-20161020-20161021.txt"
        names = ["Xabs", "Zabs", "Srpm", "Sload", "execution", "mode", "line", "Fovr"]
        types = dict(execution="string", mode="string", line="string")
        lines = shdr.read_text().splitlines()[:60_000]
        (self.folder / "part.txt").write_text("\n".join(lines))
        agent = self.agent(NIST / "mtconnect/agent/Devices.xml", buffer=1_000_000)
        ids = {}
        for item in agent.devices.iter():
            if item.tag.endswith("}DataItem") and item.attrib["id"].startswith("Mazak01-"):
                ids.setdefault(item.attrib.get("name"), item.attrib["id"])
        recording = self.record(agent, item="Mazak01/{topic}", signals=[(name, types.get(name, "float"), "") for name in names])
        for line in lines:
            _, *fields = line.split("|")
            for key, value in zip(fields[::2], fields[1::2]):
                if key in names:
                    agent.observe(ids[key], value.strip())  # as if it happened now
        feed, _ = self.end(recording)
        self.assertEqual((feed["rejected"], feed["dropped"], feed["gaps"]), (0, 0, 0))

        # The same lines, read by the importer of SHDR files: an agent leaves out what repeats.
        imported = self.folder / "imported.mcap"
        self.assertEqual(self.run_program("log", "convert", self.folder / "part.txt", "-o", imported).returncode, 0)
        compared = 0
        for name in names:
            wanted = [value for value, quality in self.values(name, imported) if quality == "good"]
            wanted = [value for i, value in enumerate(wanted) if i == 0 or str(value) != str(wanted[i - 1])]
            found = [value for value, quality in self.values(name) if quality == "good"]
            found = [value for i, value in enumerate(found) if i == 0 or str(value) != str(found[i - 1])]
            self.assertEqual([str(value) for value in found], [str(value) for value in wanted], name)
            compared += len(found)
        self.assertGreater(compared, 2000)

    # --- connections that break

    def test_what_happened_while_the_connection_was_away_is_recorded(self):
        agent = self.agent()
        agent.observe("m-state", "ACTIVE")
        recording = self.record(agent)
        agent.observe("m-speed", 60)
        wait_until(lambda: len(agent.connections) > 0, "the agent is asked")
        recording.rests()
        agent.stop()
        recording.says(f"feed 'agent': http://127.0.0.1:{agent.port}/")
        for speed in range(120, 60 * 50, 60):
            agent.observe("m-speed", speed)
        agent.stopping.clear()
        agent.start()
        recording.says("is live(.|\n)*is live")
        agent.observe("m-count", 9)
        feed, answer = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["gaps"], answer["lost"]), (1, 0, 0))
        self.assertEqual([value for value, _ in self.values("late/speed")], list(range(2, 50)), "every one of them")
        speed, state = self.values("speed"), self.values("state")
        self.assertEqual(speed[-2:], [(1, "stale"), (49, "good")])
        self.assertEqual(state, [("ACTIVE", "good"), ("ACTIVE", "stale"), ("ACTIVE", "good")], "it has not changed, and is known again")
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["stateHash"], answer["stateHash"])

    def test_a_gap_is_said_where_the_agents_buffer_does_not_reach(self):
        agent = self.agent(buffer=20)
        recording = self.record(agent)
        recording.rests()
        agent.stop()
        recording.says("feed 'agent': http")
        for speed in range(100):
            agent.observe("m-speed", speed)
        agent.stopping.clear()
        agent.start()
        recording.says("samples may be missing")
        feed, _ = self.end(recording)
        self.assertEqual((feed["gaps"], feed["health"]), (1, "live"))
        self.assertEqual(self.values("speed")[-1][0], 99 / 60)

    def test_an_agent_that_began_anew_is_followed(self):
        agent = self.agent()
        recording = self.record(agent)
        for speed in range(60, 6000, 60):
            agent.observe("m-speed", speed)
        recording.rests()
        agent.stop()
        recording.says("feed 'agent': http")
        agent.begin_anew()
        agent.stopping.clear()
        agent.start()
        recording.says("samples may be missing")
        agent.observe("m-speed", 120)
        feed, _ = self.end(recording)
        self.assertEqual((feed["gaps"], feed["reconnects"]), (1, 1))
        self.assertEqual(self.values("speed")[-1], (2, "good"))

    def test_silence_for_two_heartbeats_is_a_loss(self):
        """A server that accepts, answers once, and then says nothing: as a link does that was cut without a word."""
        agent = self.agent()
        agent.observe("m-speed", 60)
        agent.stream = lambda *_: agent.stopping.wait()
        watching = self.start("feed", self.mill(f"http://127.0.0.1:{agent.port}"), "--json")
        watching.says("is live")
        watching.says("it is silent")
        feed = watching.stop()["feeds"][0]
        self.assertEqual(feed["health"], "disconnected")

    # --- hostile answers

    def serve(self, answer):
        """A server that gives every connection the same bytes, for as long as the client takes them."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def run():
            while True:
                try:
                    connection, _ = listener.accept()
                    connection.recv(65536)
                    for piece in answer():
                        connection.sendall(piece)
                    connection.close()
                except OSError:
                    if listener.fileno() < 0:
                        return
        threading.Thread(target=run, daemon=True).start()
        return self.mill(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def assert_told(self, plant, text):
        watching = self.start("feed", plant, "--json")
        watching.says(text)
        feed = watching.stop()["feeds"][0]
        self.assertEqual(feed["health"], "connecting")
        self.assertEqual(watching.process.returncode, 0, watching.errors)

    def test_answers_of_other_servers_are_told_of(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        self.assert_told(self.serve(lambda: [head + b"Content-Length: 14\r\n\r\n<html></html>\n"]), "no document of MTConnect but <html>")
        self.assert_told(self.serve(lambda: [head + b"Content-Length: 2\r\n\r\n{}"]), "the answer is no XML")
        self.assert_told(self.serve(lambda: [b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"]), "HTTP status 500")
        self.assert_told(self.serve(lambda: [os.urandom(200)]), "feed 'agent': http")
        self.assert_told(self.serve(lambda: [head + b"\r\n"] + [b"x" * 1_000_000] * 40), "a document of more than 16 MiB")

    # --- TLS and users

    def test_certificates_and_passwords_are_checked(self):
        good, other = self.certificate("good", "IP:127.0.0.1"), self.certificate("other", "DNS:elsewhere.example")
        secret = "Basic " + base64.b64encode(b"twin:hunter2").decode()
        agent = self.agent(tls=server_tls(*good), password=secret)
        url, access = f"https://127.0.0.1:{agent.port}", 'ca = "ca.pem"\nuser_env = "AGENT_USER"\npassword_env = "AGENT_PASSWORD"'
        right = {**os.environ, "AGENT_USER": "twin", "AGENT_PASSWORD": "hunter2"}
        watching = self.start("feed", self.mill(url, access), "--json", env=right)
        watching.says("is live")
        watching.stop()
        watching = self.start("feed", self.folder, "--json", env={**right, "AGENT_PASSWORD": "wrong"})
        watching.says("user or password is refused")
        self.assertNotIn("wrong", watching.errors)
        watching.stop()
        watching = self.start("feed", self.mill(url, access.split("\n", 1)[1]), "--json", env=right)
        watching.says("certificate")
        watching.stop()
        impostor = self.agent(tls=server_tls(*other))
        watching = self.start("feed", self.mill(f"https://127.0.0.1:{impostor.port}", 'ca = "ca.pem"'), "--json")
        watching.says("127.0.0.1")
        self.assertEqual(watching.stop()["feeds"][0]["health"], "connecting")

    def test_wrong_addresses_are_refused(self):
        for url, word in [("mqtt://127.0.0.1", "http://HOST"), ("http://user:secret@host", "user_env"), ("http://host/probe?x=1", "more than a path"),
                          ("http://:99", "names no host")]:
            done = self.run_program("feed", self.mill(url), "--json")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(word, done.stderr)
            self.assertNotIn("secret", done.stderr)
        done = self.run_program("feed", self.mill("http://host", 'stale_after = "5s"'), "--json")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("stale_after", done.stderr)


if __name__ == "__main__":
    unittest.main()
