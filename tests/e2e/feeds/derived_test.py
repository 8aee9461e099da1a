#!/usr/bin/env python3
"""Signals that the plant computes: states by rules and numbers by expressions, of a log and of live feeds.

usage: derived_test.py MILLWRIGHT [TEST…]
"""
import json
import sys
import time
import unittest

from broker import FeedTest

FeedTest.program = sys.argv[1]

PLANT = """format = 1
[plant]
id = "shop"
[[equipment]]
path = "saw"
kpi = { state = "state", produced = "made" }
signal = [
    { id = "state", rules = [
        { state = "Aborted", when = "stop" },
        { state = "Held", when = "load < 5 '%'" },
        { state = "Execute", when = "speed > 1 'm/min'" },
        { state = "Idle" },
    ] },
    { id = "speed", unit = "m/min" },
    { id = "force", unit = "N" },
    { id = "stop", type = "boolean" },
    { id = "made", type = "integer" },
    { id = "load", unit = "%", expression = "force / 200 'N'" },
    { id = "power", unit = "W", expression = "force * speed" },
]
alarm = [
    { id = "aborted", kind = "state", signal = "state", state = "Aborted", priority = "high", action = "Find out who pressed it" },
    { id = "heavy", kind = "high", signal = "power", limit = 60, priority = "low", action = "Slow down" },
]
"""
FEED = """[[feed]]
id = "broker"
kind = "mqtt"
url = "%s"
topic = "factory/{path}"
"""
# minute, speed, force, stop, made
SHIFT = [(0, 0, 100, "false", 0), (1, 30, 100, "false", 0), (2, 30, 200, "false", 4), (3, 30, 4, "false", 7), (4, 30, 100, "false", 7), (5, 30, 100, "true", 9), (6, 0, 100, "false", 9), (7, 0, 100, "false", 9)]
STATES = [("Idle", 60), ("Execute", 120), ("Held", 60), ("Execute", 60), ("Aborted", 60), ("Idle", 60)]
CHECKS = """format = 1
[[check]]
name = "it goes through these states"
signal = "saw/state"
sequence = ["Idle", "Execute", "Held", "Execute", "Aborted", "Idle"]
[[check]]
name = "cutting takes power"
equipment = "saw"
when = "state != 'Execute' or power > 10 'W'"
expect = "always"
[[check]]
name = "the power is that of force and speed"
signal = "saw/power"
value = 100
tolerance = 1e-9
at = "+120s"
[[check]]
name = "half the time"
kpi = "availability"
equipment = "saw"
most = 0.99
[[check]]
name = "the stop is an alarm"
alarm = "saw/aborted"
expect = "raised"
count = 1
[[check]]
name = "held a minute"
equipment = "saw"
when = "state == 'Held'"
expect = "lasts"
for = "1min"
"""


class Derived(FeedTest):
    def shift(self, plant=PLANT, extra=""):
        """A folder with a plant, and a log of a few minutes of what it measures."""
        (self.folder / "plant.toml").write_text(plant)
        header = "time,saw/speed,saw/force,saw/stop,saw/made" + (",saw/state,saw/load" if extra else "") + "\n"
        lines = "".join(f"2026-03-02T08:{minute:02}:00Z,{speed},{force},{stop},{made}{extra}\n" for minute, speed, force, stop, made in SHIFT)
        (self.folder / "shift.csv").write_text(header + lines)
        self.log = self.folder / "shift.mcap"
        done = self.run_program("log", "convert", self.folder / "shift.csv", "-o", self.log, "--force")
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder

    def states(self, folder):
        machine = self.json_of("states", folder, "--log", self.log, "--json")["equipment"][0]
        self.assertEqual((machine["equipment"], machine["signal"]), ("saw", "saw/state"))
        return machine["states"]

    def test_states_kpis_and_alarms_are_as_of_measured_signals(self):
        folder = self.shift()
        states = self.states(folder)
        self.assertEqual([(each["state"], round(each["seconds"], 6)) for each in states][:6], STATES)
        self.assertEqual(states[4]["reason"], "", "its own alarm is no reason")
        total = self.json_of("kpi", folder, "--log", self.log, "--json")["equipment"][0]["total"]
        self.assertEqual({name: round(total["states"][name], 6) for name in ("Execute", "Held", "Aborted", "Idle")},
                         {"Execute": 180, "Held": 60, "Aborted": 60, "Idle": 120})
        self.assertEqual(total["quantities"]["produced"], 9)
        replayed = self.json_of("replay", folder, "--log", self.log, "--json")
        raised = [(each["alarm"], each["time"][14:16]) for each in replayed["alarms"] if each["transition"] == "raised"]
        self.assertEqual(raised, [("saw/heavy", "02"), ("saw/aborted", "05")], "100 W from minute 2")
        again = self.json_of("replay", folder, "--log", self.log, "--json", "--hash-every", "1min")
        self.assertEqual(again["stateHash"], replayed["stateHash"])
        self.assertEqual(len({each["stateHash"] for each in again["stateHashes"]}), len(again["stateHashes"]))

    def test_checks_judge_them(self):
        folder = self.shift()
        checks = folder / "checks.toml"
        checks.write_text(CHECKS)
        verdict = self.json_of("check", folder, "--log", self.log, "--expect", checks, "--json")
        self.assertEqual((verdict["passed"], verdict["failed"]), (6, 0))
        checks.write_text(CHECKS.replace("value = 100", "value = 101").replace('for = "1min"', 'for = "61s"'))
        done = self.run_program("check", folder, "--log", self.log, "--expect", checks, "--json")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["failed"], 2)

    def test_a_log_that_has_their_paths_is_not_believed(self):
        clean = self.states(self.shift())
        folder = self.shift(extra=",Complete,77")
        done = self.run_program("states", folder, "--log", self.log, "--json")
        self.assertIn("2 topics of signals that the plant computes (saw/state, …): not read", done.stderr)
        self.assertEqual(json.loads(done.stdout)["equipment"][0]["states"], clean)
        valid = self.run_program("validate", folder, "--log", self.log)
        self.assertEqual(valid.returncode, 0, valid.stderr)
        self.assertIn("4 of 4 signals have samples", valid.stdout)
        self.assertIn("3 signals computed from others", valid.stdout)
        self.assertIn("saw/state", valid.stdout)

    def test_circles_and_topics_are_refused_with_their_line(self):
        circle = PLANT.replace('expression = "force * speed"', 'expression = "load * 1 \'W\'"').replace("force / 200 'N'", "power / 1 'W'")
        for plant, line, message in [(circle, 18, "'saw/load' reads 'saw/power' reads 'saw/load'"),
                                     (PLANT.replace('"load", unit', '"load", topic = "x", unit'), 18, "this signal is computed"),
                                     (PLANT.replace("load < 5 '%'", "load < 5 'm'"), 10, "measure different things")]:
            (self.folder / "plant.toml").write_text(plant)
            self.assertEqual(self.run_program("validate", self.folder).returncode, 1)
            done = self.run_program("states", self.folder, "--log", "shift.mcap")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertRegex(done.stderr, rf"plant\.toml:{line}:\d+: .*{message}")

    def test_live_they_are_what_their_recording_gives_and_are_not_recorded(self):
        broker = self.broker()
        (self.folder / "plant.toml").write_text(PLANT + FEED % f"mqtt://127.0.0.1:{broker.port}")
        self.log = self.folder / "live.mcap"
        recording = self.start("record", self.folder, "-o", self.log, "--json")
        recording.says("feed 'broker' is live")
        for _, speed, force, stop, made in SHIFT:
            for name, value in [("speed", speed), ("force", force), ("stop", stop), ("made", made)]:
                self.publish(broker, f"factory/saw/{name}", str(value))
            time.sleep(0.1)
        recording.rests()
        live = recording.stop()
        self.assertEqual(live["samples"], 4 * len(SHIFT))
        info = self.json_of("log", "info", self.log, "--json")
        self.assertEqual(info["channels"] >= 4, True)
        topics = self.run_program("log", "info", self.log).stdout
        for path in ("saw/state", "saw/load", "saw/power"):
            self.assertNotIn(path, topics)
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["stateHash"], live["stateHash"])
        words = [each["state"] for each in self.states(self.folder)]
        self.assertEqual([word for i, word in enumerate(words) if word != "Unknown" and (i == 0 or word != words[i - 1])].count("Aborted"), 1)
        self.assertGreater(live["kpis"][0]["total"]["states"]["Held"], 0)
        self.assertGreater(live["kpis"][0]["total"]["states"]["Aborted"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
