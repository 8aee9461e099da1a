#!/usr/bin/env python3
"""Sparkplug B feeds: a real broker between the program and an edge node that shares no code with it.

usage: sparkplug_test.py MILLWRIGHT [TEST…]
"""
import json
import subprocess
import sys
import time
import unittest

from broker import FeedTest, wait_until
from edge_node import EdgeNode

FeedTest.program = sys.argv[1]


class Sparkplug(FeedTest):
    def plant(self, broker, feed=""):
        (self.folder / "plant.toml").write_text(
            'format = 1\n[plant]\nid = "p"\n[[equipment]]\npath = "line"\n[[equipment.signal]]\nid = "speed"\ntopic = "G/E//Line/Speed"\n'
            '[[equipment]]\npath = "line/D"\n[[equipment.signal]]\nid = "level"\ntopic = "G/E/D/Level"\n'
            '[[equipment.signal]]\nid = "state"\ntype = "string"\ntopic = "G/E/D/State"\n'
            f'[[feed]]\nid = "cells"\nkind = "sparkplug"\nurl = "mqtt://127.0.0.1:{broker.port}"\n{feed}\n')
        return self.folder

    def watch(self, broker, feed=""):
        watching = self.start("record", self.plant(broker, feed), "-o", self.folder / "out.mcap", "--json")
        watching.says("is live")
        return watching

    def node(self, broker, **options):
        node = EdgeNode(broker.port, **options)
        self.addCleanup(node.socket.close)
        return node

    def end(self, watching):
        watching.rests()
        answer = watching.stop()
        self.assertEqual(watching.process.returncode, 0, watching.errors)
        return answer["feeds"][0], answer

    def replayed(self):
        return self.json_of("replay", self.folder, "--log", self.folder / "out.mcap", "--json")

    def test_births_data_and_the_recording_come_to_one_state(self):
        broker = self.broker()
        watching = self.watch(broker)
        node = self.node(broker)
        watching.says("edge node G/E is online with . metrics")
        for i in range(300):  # over the end of the sequence numbers
            node.speed(float(i))
        node.level(55.5)
        feed, answer = self.end(watching)
        self.assertEqual((feed["kind"], feed["samples"], feed["gaps"], feed["skipped"]), ("sparkplug", 3 + 300 + 1, 0, 0), feed)
        self.assertEqual([(n["id"], n["state"], n["devices"]) for n in feed["nodes"]], [("G/E", "online", 1)])
        self.assertEqual(self.replayed()["stateHash"], answer["stateHash"])
        self.assertEqual(answer["samples"], feed["samples"])

    def test_data_before_a_birth_asks_for_one(self):
        broker = self.broker()
        node = self.node(broker)  # born before anybody listens
        watching = self.watch(broker)
        node.speed(7)
        watching.says("edge node G/E is online")
        wait_until(lambda: node.births == 2, "the node is born again")
        feed, answer = self.end(watching)
        self.assertEqual((feed["nodes"][0]["state"], feed["dropped"], feed["skipped"]), ("online", 0, 1))
        self.assertEqual(answer["applied"], 3, "what the second birth says")

    def test_a_death_makes_everything_stale_and_a_new_session_good(self):
        broker = self.broker()
        watching = self.watch(broker)
        node = self.node(broker)
        watching.says("edge node G/E is online")
        node.die()
        watching.says("edge node G/E is offline")
        node = self.node(broker, session=1)
        wait_until(lambda: watching.errors.count("is online") == 2, "it is online again")
        feed, answer = self.end(watching)
        self.assertEqual(feed["nodes"][0]["state"], "online")
        self.assertEqual(answer["applied"], 3 + 3 + 3, "births, their values as stale, births")
        self.assertEqual(self.replayed()["stateHash"], answer["stateHash"])

    def test_a_device_dies_alone(self):
        broker = self.broker()
        watching = self.watch(broker)
        node = self.node(broker)
        watching.says("edge node G/E is online")
        node.publish("DDEATH", "D")
        node.speed(2)
        feed, answer = self.end(watching)
        self.assertEqual((feed["nodes"][0]["state"], feed["nodes"][0]["devices"]), ("online", 0))
        self.assertEqual(answer["applied"], 3 + 2 + 1)

    def test_a_missing_message_is_waited_for_and_then_a_rebirth_requested(self):
        broker = self.broker()
        watching = self.watch(broker, 'reorder_timeout = "200ms"')
        node = self.node(broker)
        watching.says("edge node G/E is online")
        node.speed(3, sequence=3)  # 2 is still to come
        node.speed(2, sequence=2)
        node.sequence = 4
        node.speed(4)
        node.sequence += 1
        node.speed(6)
        wait_until(lambda: node.births == 2, "the node is asked for a rebirth")  # news, now and then, may miss so short a state
        watching.says("samples may be missing .1 gap")
        feed, _ = self.end(watching)
        self.assertEqual((feed["gaps"], feed["dropped"], feed["skipped"], feed["nodes"][0]["state"]), (1, 0, 1, "online"), feed)

    def test_a_duplicate_an_unknown_alias_and_garbage_hurt_nobody(self):
        broker = self.broker()
        watching = self.watch(broker)
        node = self.node(broker)
        watching.says("edge node G/E is online")
        now = int(time.time() * 1000)
        node.speed(5, timestamp=now)
        node.speed(5, sequence=node.sequence - 1, timestamp=now)
        node.publish("NDATA", metrics=["alias: 99 double_value: 1"])
        wait_until(lambda: node.births == 2, "the node is born again")
        self.publish(broker, "spBv1.0/G/NDATA/E", "\x7f garbage")
        self.publish(broker, "spBv1.0/nonsense", "x")
        node.speed(6)
        feed, _ = self.end(watching)
        self.assertEqual(feed["nodes"][0]["state"], "online", feed)
        self.assertEqual(feed["gaps"], 0, feed)
        self.assertEqual(feed["rejected"], 2, "the alias and the garbage")

    def test_historical_values_are_recorded_and_not_applied(self):
        broker = self.broker()
        watching = self.watch(broker)
        node = self.node(broker)
        watching.says("edge node G/E is online")
        node.level(1, f"is_historical: true timestamp: {int(time.time() * 1000) - 60_000}")
        feed, answer = self.end(watching)
        self.assertEqual((answer["applied"], answer["late"], answer["samples"]), (3, 1, 4), feed)
        self.assertEqual(self.replayed()["stateHash"], answer["stateHash"])

    def test_a_capture_is_converted_to_what_was_recorded(self):
        broker = self.broker()
        watching = self.watch(broker)
        capture, converted = self.folder / "capture.txt", self.folder / "converted.mcap"
        with capture.open("w") as file:
            listening = subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-t", "spBv1.0/#", "-t", "marker", "-F", "%U %t %x"], stdout=file)
        self.addCleanup(listening.kill)

        def listens():
            self.publish(broker, "marker", "x")
            return capture.stat().st_size > 0
        wait_until(listens, "mosquitto_sub listens")
        node = self.node(broker)
        watching.says("edge node G/E is online")
        for i in range(300):  # over the end of the sequence numbers
            node.speed(i / 7)
        node.level(55.5)
        node.level(1, f"is_historical: true timestamp: {int(time.time() * 1000) - 60_000}")
        node.publish("DDATA", "D", ["alias: 2 is_null: true", 'alias: 3 string_value: "Held"'])
        node.publish("DDEATH", "D")
        node.die()
        watching.says("edge node G/E is offline")
        wait_until(lambda: "NDEATH" in capture.read_text(), "the capture has the death")
        feed, _ = self.end(watching)
        self.assertEqual((feed["gaps"], feed["skipped"], feed["rejected"]), (0, 0, 0), feed)
        listening.terminate()
        listening.wait()
        answer = self.json_of("log", "convert", capture, "-o", converted, "--json")
        self.assertEqual((answer["inputs"][0]["format"], answer["inputs"][0]["unparsable"], answer["inputs"][0]["notes"]), ("sparkplug", 0, []))
        for topic in ("G/E//Line/Speed", "G/E/D/Level", "G/E/D/State", "late/G/E/D/Level"):
            recorded = self.values(topic, self.folder / "out.mcap")
            self.assertEqual(self.values(topic, converted), recorded, topic)
            self.assertGreater(len(recorded), 0, topic)
        self.assertEqual(self.values("G/E/D/State", converted)[-1], ("Held", "stale"))

    def test_a_broker_that_is_killed_comes_back_and_the_nodes_are_asked(self):
        broker = self.broker()
        watching = self.watch(broker)
        self.node(broker)
        watching.says("edge node G/E is online")
        broker.stop()
        watching.says("connection to .* broke")
        broker.start()
        node = self.node(broker, session=1)
        wait_until(lambda: watching.errors.count("is online") == 2, "the node is online again")
        node.speed(9)
        feed, answer = self.end(watching)
        self.assertEqual((feed["reconnects"], feed["nodes"][0]["state"]), (1, "online"))
        self.assertEqual(self.replayed()["stateHash"], answer["stateHash"])

    def test_a_primary_host_says_that_it_is_there_and_dies_by_its_will(self):
        broker = self.broker()
        node = self.node(broker)
        watching = self.watch(broker, 'primary = true\nhost_id = "hall"')
        wait_until(lambda: node.states, "the host says that it is online")
        watching.process.kill()
        watching.process.wait()
        wait_until(lambda: len(node.states) == 2, "the broker publishes its will")
        (topic, online), (_, offline) = node.states
        online, offline = json.loads(online), json.loads(offline)
        self.assertEqual((topic, online["online"], offline["online"]), ("spBv1.0/STATE/hall", True, False))
        self.assertEqual(online["timestamp"], offline["timestamp"], "birth and will carry the same time")
        (self.folder / "out.mcap").unlink()
        again = self.watch(broker, 'primary = true\nhost_id = "hall"')
        wait_until(lambda: len(node.states) > 2, "it is online again")
        again.rests()  # the broker may show it its old will first, which it contradicts
        self.assertTrue(all(json.loads(text)["online"] for _, text in node.states[2:]), node.states)
        self.assertGreater(json.loads(node.states[2][1])["timestamp"], online["timestamp"])
        again.stop()
        wait_until(lambda: not json.loads(node.states[-1][1])["online"], "it says good-bye itself")

    def test_what_a_plant_gets_wrong_is_said(self):
        broker = self.broker()
        for feed, said in (('metric = "G/E/Level"', "GROUP/EDGE-NODE/DEVICE/METRIC"), ('metric = "G/E/D/Level"', "two signals are the metric"),
                           ('host_id = "a/b"', "host id"), ("qos = 1", "'qos' is for feeds of kind mqtt")):
            done = self.run_program("feed", self.plant(broker, feed))
            self.assertEqual(done.returncode, 2, feed)
            self.assertIn(said, done.stderr)
        plain = (self.folder / "plant.toml").read_text().replace('"sparkplug"', '"mqtt"').replace("qos = 1", "primary = true")
        (self.folder / "plant.toml").write_text(plain)
        self.assertIn("plant.toml:22:11: 'primary' is for feeds of kind sparkplug", self.run_program("feed", self.folder).stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
