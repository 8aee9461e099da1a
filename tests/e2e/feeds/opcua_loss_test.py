#!/usr/bin/env python3
"""What an OPC UA feed makes of a lost connection: history, and conditions; with a server on another library (node-opcua).

usage: opcua_loss_test.py MILLWRIGHT [TEST…]
"""
import sys
import time
import unittest

from broker import FeedTest, wait_until
from opcua_peer import Link, OpcUaTest

FeedTest.program = sys.argv[1]


class History(OpcUaTest):
    def recorded_through(self, server, kinds):
        link = Link(server)
        self.addCleanup(link.stop)
        return link, self.record(link, kinds=kinds)

    def lose(self, link, recording, meanwhile, budget=None):
        """Cuts the link, lets something happen at the server, and mends it."""
        time.sleep(0.5)  # what was set before is published by then
        before = recording.errors.count("is live")
        link.cut()
        recording.says("the connection to .* broke")
        meanwhile()
        link.mend(budget)
        return lambda: recording.errors.count("is live") > before

    def test_what_happened_meanwhile_is_recorded_from_history(self):
        """2 500 values of each of three nodes: more than one answer brings, and, at two nodes a call, more than one call."""
        server = self.server(history=["speed", "count", "ratio"], perCall=2)
        link, recording = self.recorded_through(server, {"speed": "float", "count": "integer", "ratio": "float"})
        server.set("speed", 2.5)
        live_again = self.lose(link, recording, lambda: (time.sleep(3), server.command(ramp=["speed", "count", "ratio"], **{"from": 100}, count=2500)))
        wait_until(live_again, "it is live again")
        server.set("speed", 3.5)
        feed, answer = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["gaps"], feed["rejected"], feed["notes"]), (1, 0, 0, []))
        self.assertEqual(answer["late"], 3 * 2499)
        samples = self.recorded()
        self.assertEqual([value for _, value, _ in samples["line/speed"]], [1.5, 2.5, 2.5, 2599, 3.5], "what is applied: how it is, and stale meanwhile")
        for signal in ("speed", "count", "ratio"):
            late = samples[f"late/line/{signal}"]
            self.assertEqual([value for _, value, _ in late], list(range(100, 2599)), "every value that the connection did not bring")
            self.assertAlmostEqual(late[-1][0] - late[0][0], 2.498, delta=1e-6, msg="at the times that the source gave them")
            self.assertEqual({quality for _, _, quality in late}, {"good"})
        self.assertEqual(self.json_of("replay", self.folder, "--log", self.log, "--json")["stateHash"], answer["stateHash"])

    def test_a_loss_while_history_is_read_does_not_lose_it(self):
        server = self.server(history=["speed"])
        link, recording = self.recorded_through(server, {"speed": "float"})
        server.set("speed", 2.5)
        self.lose(link, recording, lambda: (time.sleep(6), server.command(ramp=["speed"], **{"from": 100}, count=5500)), budget=60_000)
        wait_until(lambda: not link.whole, "60 000 bytes have come, which are no five thousand values")
        time.sleep(1)
        server.set("speed", 7.5)
        lives = recording.errors.count("is live")
        link.mend()
        wait_until(lambda: recording.errors.count("is live") > lives, "it is live again")
        feed, answer = self.end(recording)
        self.assertEqual((feed["gaps"], feed["health"]), (0, "live"))
        everything = sorted((at, value) for topic in ("line/speed", "late/line/speed") for at, value, quality in self.recorded()[topic] if quality == "good")
        values = [value for _, value in everything]
        self.assertEqual(sorted(set(values) - {1.5, 2.5, 7.5}), list(range(100, 5600)))
        self.assertEqual(len(values), len(set(values)), "and none twice")

    def test_what_a_full_queue_lost_is_recorded_from_history(self):
        server = self.server(history=["speed"], atOnce=True)
        recording = self.record(server, kinds={"speed": "float"}, publishing="1s", feed='security = "none"\nsampling_interval = "0s"\nqueue_size = 2')
        for begin in (100, 200):
            server.command(ramp=["speed"], **{"from": begin}, count=40)
            recording.rests()
        recording.says("values of signal 'line/speed' are late or lost, because the queue of node .* is full at the server: raise 'queue_size'")
        feed, answer = self.end(recording)
        self.assertEqual((feed["gaps"], feed["reconnects"], feed["rejected"]), (0, 0, 0))
        samples = self.recorded()
        applied, late = ([value for _, value, _ in samples[topic]] for topic in ("line/speed", "late/line/speed"))
        self.assertEqual(sorted(applied + late), [1.5, *range(100, 140), *range(200, 240)], "every value once")
        self.assertEqual(len(late), answer["late"])
        self.assertGreater(len(late), 60, "which the queue had no room for")

    def test_where_there_is_no_history_the_gap_is_told(self):
        server = self.server(history=["speed"])
        link, recording = self.recorded_through(server, {"speed": "float", "count": "integer", "state": "string"})
        server.set("speed", 2.5)
        live_again = self.lose(link, recording, lambda: (time.sleep(0.5), server.command(ramp=["speed", "count"], **{"from": 10}, count=100)))
        wait_until(live_again, "it is live again")
        recording.says("samples may be missing .1 gaps so far.")
        feed, answer = self.end(recording)
        self.assertEqual((feed["gaps"], answer["late"]), (1, 99), "of the one that has a history, everything")

    def test_nothing_is_missing_where_nothing_changed(self):
        server = self.server()
        link, recording = self.recorded_through(server, {"speed": "float", "state": "string"})
        wait_until(self.lose(link, recording, lambda: None), "it is live again")
        feed, answer = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["gaps"], answer["late"]), (1, 0, 0), "the values have the source times that they had")


class Conditions(OpcUaTest):
    SOURCE = "nsu=urn:millwright:test;s=press"

    def condition_plant(self, link, name="Overheated"):
        signals = [("state", "string", f"2:press/{name}"), ("active", "boolean", f"{self.SOURCE}/{name}/active"), ("severity", "integer", f"{self.SOURCE}/{name}/severity"),
                   ("message", "string", f"{self.SOURCE}/{name}/message")]
        rows = "".join(f"[[equipment.signal]]\nid = '{one}'\ntype = '{kind}'\ntopic = 'condition={topic}'\n" + ("states = ['off', 'on']\n" if kind == "boolean" else "")
                       for one, kind, topic in signals)
        alarm = "[[equipment.alarm]]\nid = 'hot'\nkind = 'state'\nsignal = 'active'\nstate = 'on'\npriority = 'high'\naction = 'Let it cool'\n"
        (self.folder / "plant.toml").write_text(
            f'format = 1\n[plant]\nid = "line"\n[[equipment]]\npath = "press"\n{rows}{alarm}\n'
            f'[[feed]]\nid = "plc"\nkind = "opcua"\nsecurity = "none"\nurl = "opc.tcp://127.0.0.1:{link.port}"\npublishing_interval = "50ms"\n')
        return self.folder

    def values(self, samples, part):
        name = {"state": "condition=2:press/Overheated"}.get(part, f"condition={self.SOURCE}/Overheated/{part}")
        return [(value, quality) for _, value, quality in samples[name]]

    def test_conditions_are_signals(self):
        server = self.server(conditions=True)
        link = Link(server)
        self.addCleanup(link.stop)
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.condition_plant(link), "-o", self.log, "--json")
        recording.says("feed 'plc' is live")

        def lose(meanwhile):
            lives = recording.errors.count("is live")
            link.cut()
            wait_until(lambda: recording.errors.count("broke") == lives, "it is told")
            meanwhile()
            link.mend()
            wait_until(lambda: recording.errors.count("is live") > lives, "it is live again")

        for step in (lambda: server.set("temperature", 120), lambda: server.command(acknowledge=True), lambda: lose(lambda: None),
                     lambda: server.set("temperature", 20), lambda: server.set("temperature", 170), lambda: lose(lambda: server.set("temperature", 20))):
            step()
            time.sleep(0.5)
        feed, answer = self.end(recording)
        self.assertEqual((feed["rejected"], feed["notes"], feed["gaps"]), (0, [], 2), "events have no history, so a loss is a gap")
        samples = self.recorded()
        states = self.values(samples, "state")
        self.assertEqual(states[0], ("normal", "uncertain"), "nothing told of it yet")
        words = [value for value, quality in states if quality == "good"]
        once = [word for i, word in enumerate(words) if i == 0 or words[i - 1] != word]
        self.assertEqual(once, ["unacknowledged", "acknowledged", "normal", "unacknowledged", "normal"])
        self.assertEqual([value for value, quality in states if quality == "stale"], ["acknowledged", "unacknowledged"], "while the connection was away")
        self.assertIn((True, "good"), self.values(samples, "active"))
        self.assertEqual(self.values(samples, "active")[-1], (False, "good"))
        self.assertGreater(max(value for value, _ in self.values(samples, "severity")), 0)
        self.assertNotEqual({value for value, _ in self.values(samples, "message")}, {"-"})
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["stateHash"], answer["stateHash"])
        self.assertEqual({each["alarm"] for each in replayed["alarms"] if each["transition"] == "raised"}, {"press/hot"}, "an alarm of ours is made of it")

    def test_a_condition_that_nobody_has_heard_of_stays_uncertain(self):
        server = self.server(conditions=True)
        watching = self.start("feed", self.condition_plant(server, "Frozen"), "--json")
        watching.says("feed 'plc' is live")
        feed, answer = self.end(watching)
        self.assertEqual((feed["samples"], feed["notes"]), (4, []))

    def test_a_server_without_conditions_is_named(self):
        server = self.server()
        watching = self.start("feed", self.condition_plant(server), "--json")
        watching.says("how conditions are is not known until they change: the server's ConditionRefresh answers Bad")
        self.assertEqual(self.end(watching)[0]["samples"], 0)

    def test_what_is_no_condition_is_refused(self):
        server = self.server()
        plant = self.condition_plant(server) / "plant.toml"
        good = plant.read_text()
        for wrong in ("condition=Overheated", "condition=/Overheated", "condition=Press/"):
            plant.write_text(good.replace("condition=2:press/Overheated", wrong))
            done = self.run_program("feed", self.folder)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn("is no condition: write condition=SOURCE/NAME", done.stderr)
        plant.write_text(good + 'notifier = "Server"\n')
        self.assertIn("'notifier' is 'Server', which is no node id", self.run_program("feed", self.folder).stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
