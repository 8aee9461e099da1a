#!/usr/bin/env python3
"""Live feeds through a network that delays, stalls, resets, trickles and swallows: what the source has is recorded nevertheless.

usage: fault_test.py MILLWRIGHT [TEST…]     without a TEST all of them, at once
"""
import random
import re
import signal
import subprocess
import sys
import time
import unittest

from broker import SILENCE, FeedTest, Publisher, wait_until
from fault_proxy import DOWN, UP, FaultProxy
from mtconnect_agent import Agent
from opcua_peer import Server

FeedTest.program = sys.argv[1]


class Faults(FeedTest):
    def proxied(self, port):
        proxy = FaultProxy(port)
        self.addCleanup(proxy.stop)
        return proxy

    def end(self, recording):
        answer = recording.stop()
        self.assertEqual(recording.process.returncode, 0, recording.errors)
        self.assertEqual(answer["lost"], 0)
        return answer["feeds"][0], answer

    def everything(self, topic, log):
        """Values of a topic, those that came late too."""
        return [value for one in (topic, f"late/{topic}") for value, quality in self.values(one, log) if quality == "good"]

    def wait_for(self, wanted, topic, log, what):
        """Until the log, which is still being written, holds all that was acknowledged."""
        wanted = set(wanted)

        def there():
            time.sleep(0.3)
            return wanted <= set(self.everything(topic, log))
        wait_until(there, f"everything is recorded {what}", 60)


class Mqtt(Faults):
    TOPIC = "factory/line/count"

    def setUp(self):
        super().setUp()
        self.mosquitto = self.broker()
        self.sent = 0

    def record(self, proxy, feed="", name="shift"):
        log = self.folder / f"{name}.mcap"
        recording = self.start("record", self.plant(f"mqtt://127.0.0.1:{proxy.port}", feed), "-o", log, "--json")
        return recording, log

    def send(self, count):
        """Acknowledged by the broker when this returns."""
        self.publish(self.mosquitto, self.TOPIC, *map(str, range(self.sent, self.sent + count)))
        self.sent += count

    def recorded_all(self, log, what):
        self.wait_for(range(self.sent), "line/count", log, what)

    def test_latency_is_told_and_nothing_more(self):
        proxy = self.proxied(self.mosquitto.port)
        proxy.delay(0.3)
        recording, log = self.record(proxy, 'time = "/t"')
        recording.says("is live")
        for i in range(50):
            self.publish(self.mosquitto, self.TOPIC, f'{{"value": {i}, "t": {int(time.time() * 1000)}}}')
        self.sent = 50
        self.recorded_all(log, "despite latency")
        feed, answer = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["gaps"], feed["samples"], answer["late"]), (0, 0, 50, 0))
        self.assertGreaterEqual(feed["clockOffset"], 0.3)
        self.assertEqual(feed["latency"]["samples"], 49, "the first value of a signal may be old")
        self.assertGreaterEqual(feed["latency"]["median"], 0.3)
        self.assertGreaterEqual(feed["latency"]["p99"], feed["latency"]["median"])
        self.assertEqual([value for value, _ in self.values("line/count", log)], list(range(50)))

    def test_trickled_bytes_are_put_together(self):
        proxy = self.proxied(self.mosquitto.port)
        proxy.trickle(0.001)
        recording, log = self.record(proxy)
        recording.says("is live")
        self.send(60)
        self.recorded_all(log, "from single bytes")
        feed, _ = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["rejected"], feed["unmatched"]), (0, 0, 0))
        self.assertEqual([value for value, _ in self.values("line/count", log)], list(range(60)))

    def test_resets_lose_nothing_that_was_acknowledged(self):
        proxy = self.proxied(self.mosquitto.port)
        recording, log = self.record(proxy)
        recording.says("is live")
        publisher = Publisher(self.mosquitto, self.TOPIC)
        dice = random.Random(11)
        for number in range(3):
            time.sleep(0.3 + dice.random())
            proxy.reset()
            wait_until(lambda: recording.errors.count("is live") == number + 2, "it is live again")
        self.sent = publisher.stop()
        self.recorded_all(log, "after three resets")
        feed, _ = self.end(recording)
        self.assertEqual(recording.errors.count(f"the connection to mqtt://127.0.0.1:{proxy.port} broke"), 3, recording.errors)
        self.assertEqual((feed["health"], feed["reconnects"], feed["gaps"]), ("live", 3, 0), "the broker kept the session")
        values = self.values("line/count", log)
        self.assertGreaterEqual(len([value for value, quality in values if quality == "stale"]), 3, "its values were stale meanwhile")
        firsts = list(dict.fromkeys(value for value, quality in values if quality == "good"))
        self.assertEqual(firsts, list(range(self.sent)), "in the order in which they were published")

    def test_a_connection_that_is_cut_while_it_is_made_is_made_again(self):
        """In the middle of the broker's first answer, before the subscription's, and in the middle of that."""
        proxy = self.proxied(self.mosquitto.port)
        recording = log = None
        for cut in (1, 11, 14):  # of 11 and 6 bytes
            proxy.cut_after(cut)
            before = proxy.accepted
            if recording is None:
                recording, log = self.record(proxy)
            wait_until(lambda: proxy.accepted > before, "it tries again")
            recording.says("cannot connect to|broke while subscribing|broke")
        proxy.heal()
        proxy.reset()
        recording.says("is live")
        wait_until(lambda: len(proxy.links) == 1, "one connection is left")
        self.send(20)
        self.recorded_all(log, "after cut handshakes")
        feed, _ = self.end(recording)
        self.assertEqual((feed["health"], feed["samples"]), ("live", 20))

    def test_silence_is_noticed_and_nothing_is_lost(self):
        """Four networks at once, as noticing takes its time: one that stands still, one that swallows what comes, one that swallows what goes,
        and one whose client is halted."""
        faults = {"stalled": lambda proxy, _: proxy.stall(), "deaf": lambda proxy, _: proxy.swallow(DOWN), "mute": lambda proxy, _: proxy.swallow(UP),
                  "halted": lambda _, recording: recording.process.send_signal(signal.SIGSTOP)}
        proxies = {name: self.proxied(self.mosquitto.port) for name in faults}
        recordings = {}
        for name, proxy in proxies.items():
            recordings[name] = self.record(proxy, name=name)
            recordings[name][0].says(f"is live: mqtt://127.0.0.1:{proxy.port}")
        self.send(50)
        for name, (_, log) in recordings.items():
            self.recorded_all(log, f"by {name}")
        for name, (recording, _) in recordings.items():
            faults[name](proxies[name], recording)
        self.send(2000)
        for name in ("stalled", "deaf", "mute"):
            with self.subTest(name):
                recordings[name][0].says("the connection to .* broke|ended the connection", SILENCE)
        wait_until(lambda: len(proxies["halted"].links) == 0, "the broker gives up a client that does not answer", SILENCE)
        self.send(50)
        for proxy in proxies.values():
            proxy.heal()
        recordings["halted"][0].process.send_signal(signal.SIGCONT)
        for name, (recording, log) in recordings.items():
            with self.subTest(name):
                wait_until(lambda: recording.errors.count("is live") == 2, "it is live again", 60)
                self.recorded_all(log, f"by {name}")
                feed, answer = self.end(recording)
                self.assertEqual((feed["health"], feed["reconnects"], feed["gaps"], feed["dropped"]), ("live", 1, 0, 0), recording.errors)
                values = self.values("line/count", log)
                self.assertIn("stale", {quality for _, quality in values})
                self.assertEqual(self.run_program("log", "verify", log).returncode, 0)
                self.assertEqual(self.json_of("replay", self.folder, "--log", log, "--json")["stateHash"], answer["stateHash"])

    def test_a_stall_that_ends_in_time_is_no_loss(self):
        proxy = self.proxied(self.mosquitto.port)
        recording, log = self.record(proxy)
        recording.says("is live")
        proxy.stall()
        self.send(500)
        time.sleep(3)
        proxy.heal()
        self.recorded_all(log, "after a stall")
        feed, _ = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["gaps"], feed["samples"]), (0, 0, 500))
        self.assertEqual([value for value, _ in self.values("line/count", log)], list(range(500)))


class Mtconnect(Faults):
    DEVICES = """<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.8"><Header/><Devices><Device id="m" name="mill" uuid="U-1"><DataItems>
<DataItem category="EVENT" id="m-count" name="count" type="PART_COUNT"/></DataItems></Device></Devices></MTConnectDevices>"""

    def test_stalls_and_resets_lose_nothing_that_the_agent_kept(self):
        devices = self.folder / "Devices.xml"
        devices.write_text(self.DEVICES)
        agent = Agent(devices)
        self.addCleanup(agent.stop)
        proxy = self.proxied(agent.port)
        (self.folder / "plant.toml").write_text(
            'format = 1\n[plant]\nid = "mill"\n[[equipment]]\npath = "mill"\n[[equipment.signal]]\nid = "count"\ntype = "integer"\n'
            f'[[feed]]\nid = "agent"\nkind = "mtconnect"\nurl = "http://127.0.0.1:{proxy.port}"\nitem = "mill/count"\npublishing_interval = "20ms"\n')
        log = self.folder / "shift.mcap"
        recording = self.start("record", self.folder, "-o", log, "--json")
        recording.says("is live")
        sent = 0

        def count_on(many):
            nonlocal sent
            for _ in range(many):
                agent.observe("m-count", sent)
                sent += 1

        for fault, told in ((proxy.reset, "feed 'agent': http"), (proxy.stall, "it is silent")):
            count_on(300)
            lives = recording.errors.count("is live")
            fault()
            count_on(300)
            recording.says(told, SILENCE)
            proxy.heal()
            wait_until(lambda: recording.errors.count("is live") > lives, "it is live again", 60)
        count_on(10)
        self.wait_for(range(sent), "mill/count", log, "that the agent kept")
        feed, _ = self.end(recording)
        self.assertEqual((feed["health"], feed["gaps"], feed["dropped"]), ("live", 0, 0))
        self.assertGreaterEqual(feed["reconnects"], 2)


class OpcUa(Faults):
    def test_stalls_and_resets_are_told_and_the_present_is_known_again(self):
        server = Server(self.folder)
        self.running.append(server)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        proxy = self.proxied(server.port)
        (self.folder / "plant.toml").write_text(
            'format = 1\n[plant]\nid = "line"\n[[equipment]]\npath = "line"\n[[equipment.signal]]\nid = "count"\ntype = "integer"\n'
            f'[[feed]]\nid = "plc"\nkind = "opcua"\nurl = "opc.tcp://127.0.0.1:{proxy.port}"\nnode = "nsu=urn:millwright:test;s={{equipment}}.{{signal}}"\n'
            'publishing_interval = "100ms"\nsecurity = "none"\n')
        log = self.folder / "shift.mcap"
        recording = self.start("record", self.folder, "-o", log, "--json")
        recording.says("is live", 60)
        server.set("count", 1)
        self.wait_for([0, 1], "line/count", log, "at first")
        for number, fault in enumerate((proxy.reset, proxy.stall)):
            fault()
            server.set("count", 10 + number)
            wait_until(lambda: len(re.findall("the connection to .* broke", recording.errors)) == number + 1, "it is told", SILENCE)
            proxy.heal()
            wait_until(lambda: recording.errors.count("is live") == number + 2, "it is live again", 60)
            self.wait_for([10 + number], "line/count", log, "of what was set meanwhile")
        server.set("count", 99)
        self.wait_for([99], "line/count", log, "at last")
        feed, _ = self.end(recording)
        self.assertEqual((feed["health"], feed["reconnects"]), ("live", 2))
        self.assertEqual(len([1 for _, quality in self.values("line/count", log) if quality == "stale"]), 2)


def all_at_once():
    """Every test in a process of its own, as they mostly wait; 1 if one fails."""
    names = [test.id().split(".", 1)[1] for suite in unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]) for test in suite]
    running = {name: subprocess.Popen([sys.executable, *sys.argv, name], stderr=subprocess.PIPE, text=True) for name in names}
    said = {name: process.communicate()[1] for name, process in running.items()}
    for name, process in running.items():
        print(f"{name}: {'ok' if process.returncode == 0 else said[name]}", file=sys.stderr)
    return int(any(process.returncode for process in running.values()))


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit(all_at_once())
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
