#!/usr/bin/env python3
"""Branching from what a plant's feeds tell now, and from a recording that still grows.

usage: branch_test.py MILLWRIGHT [TEST…]
"""
import json
import sys
import unittest

from broker import FeedTest, wait_until

FeedTest.program = sys.argv[1]

PLANT = """format = 1
[plant]
id = "line"
[[equipment]]
path = "saw"
signal = [{ id = "state", type = "string" }, { id = "made", type = "integer" }]
[[equipment]]
path = "mill"
signal = [{ id = "state", type = "string" }, { id = "made", type = "integer" }, { id = "speed" }]
[[equipment]]
path = "rack"
signal = [{ id = "parts", type = "integer" }]
[[feed]]
id = "broker"
kind = "mqtt"
url = "%s"
topic = "factory/{path}"
[process]
signal = [
    { signal = "saw/state", shows = "state", station = "saw" },
    { signal = "saw/made", shows = "finished", station = "saw" },
    { signal = "mill/state", shows = "state", station = "mill" },
    { signal = "mill/made", shows = "finished", station = "mill" },
    { signal = "rack/parts", shows = "content", buffer = "rack" },
]
[[process.source]]
id = "blanks"
to = "saw"
[[process.station]]
id = "saw"
cycle = { kind = "gamma", mean = 80, shape = 4 }
failure = [{ id = "blade", between = { kind = "exponential", mean = "2h" }, repair = { kind = "exponential", mean = "12min" } }]
to = "rack"
[[process.buffer]]
id = "rack"
capacity = 10
to = "mill"
[[process.station]]
id = "mill"
cycle = { kind = "gamma", mean = 80, shape = 4 }
to = "done"
"""
SECOND = 'format = 1\n[scenario]\nname = "A second mill"\n[[process.station]]\nid = "mill"\nservers = 2\n'
NOW = {"saw/state": "Execute", "saw/made": "41", "mill/state": "Execute", "mill/made": "36", "rack/parts": "4"}


class Branch(FeedTest):
    def lines(self, broker):
        (self.folder / "plant.toml").write_text(PLANT % f"mqtt://127.0.0.1:{broker.port}")
        (self.folder / "second-mill.toml").write_text(SECOND)
        return self.folder

    def tell(self, broker, signals, **options):
        for path, value in signals.items():
            self.publish(broker, f"factory/{path}", value, **options)

    def answer(self, study):
        """What a study that ends by itself prints."""
        output = study.process.stdout.read()
        study.process.wait(60)
        study.reader.join()
        study.process.stdout.close()
        study.process.stderr.close()
        self.assertEqual(study.process.returncode, 0, study.errors)
        return json.loads(output)

    def test_branches_from_what_the_feeds_tell_now(self):
        broker = self.broker()
        folder = self.lines(broker)
        self.tell(broker, NOW, retain=True)  # the broker says it again to whoever comes
        answer = self.answer(self.start("study", folder, "--live", "--for", "2h", "--target", 84, "--scenario", folder / "second-mill.toml", "--json"))
        forecast = answer["forecast"]
        self.assertEqual((forecast["log"], forecast["feeds"], forecast["hours"]), ("", ["broker"], 2))
        self.assertEqual(forecast["state"]["buffers"], {"rack": 4})
        for station in ("saw", "mill"):
            machine = forecast["state"]["stations"][station][0]
            self.assertEqual((machine["hand"], machine["down"], machine["exact"]), ("work", False, False), "when it began was not seen")
        self.assertFalse(any("told nothing" in each for each in forecast["assumptions"]))
        self.assertGreater(answer["differences"]["second-mill-base"]["throughput"]["mean"], 0, "four wait before the mill: a second one makes more")
        self.assertGreater(forecast["scenarios"]["second-mill"]["target"]["share"], forecast["scenarios"]["base"]["target"]["share"])
        text = self.run_program("study", folder, "--live", "--for", "2h")
        self.assertIn("from live feed broker", text.stdout)

    def test_what_begins_while_it_listens_has_a_known_age(self):
        broker = self.broker()
        folder = self.lines(broker)
        self.tell(broker, {path: NOW[path] for path in ("saw/state", "saw/made", "mill/state", "rack/parts")}, retain=True)
        study = self.start("study", folder, "--live", "--for", "1h", "--json")
        study.says("feed 'broker' is live")
        self.tell(broker, {"saw/state": "Aborted", "mill/made": "37"})  # the last was all it waited for
        stations = self.answer(study)["forecast"]["state"]["stations"]
        self.assertEqual((stations["saw"][0]["down"], stations["saw"][0]["exact"]), (True, True), "it was seen to fail")
        self.assertEqual((stations["mill"][0]["down"], stations["mill"][0]["exact"]), (False, False))

    def test_what_told_nothing_is_named_and_assumed(self):
        broker = self.broker()
        folder = self.lines(broker)
        self.tell(broker, {"rack/parts": "10", "mill/speed": "3"}, retain=True)
        study = self.start("study", folder, "--live", "--listen", "3s", "--json")
        forecast = self.answer(study)["forecast"]
        self.assertEqual(forecast["state"]["buffers"], {"rack": 10})
        self.assertRegex(forecast["assumptions"][0], r"Of 5 signals .*, 4 told nothing in .*: saw/state, saw/made, mill/state, mill/made\.")

    def test_feeds_that_tell_nothing_are_refused(self):
        broker = self.broker()
        folder = self.lines(broker)
        silent = self.run_program("study", folder, "--live", "--listen", "1s")
        self.assertEqual(silent.returncode, 2, silent.stderr)
        self.assertIn("nothing was heard of the 5 signals", silent.stderr)
        broker.stop()
        away = self.run_program("study", folder, "--live", "--listen", "1s")
        self.assertEqual(away.returncode, 2, away.stderr)
        self.assertIn("feed 'broker' is", away.stderr)
        for wrong in (["--listen", "0s"], ["--listen", "soon"]):
            refused = self.run_program("study", folder, "--live", *wrong)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("--listen", refused.stderr)

    def test_branches_from_a_recording_that_still_grows(self):
        broker = self.broker()
        folder = self.lines(broker)
        self.log = folder / "shift.mcap"
        recording = self.start("record", folder, "-o", self.log, "--json")
        recording.says("feed 'broker' is live")
        self.tell(broker, NOW)
        self.tell(broker, {"saw/state": "Aborted", "rack/parts": "3"})

        def state():
            done = self.run_program("study", folder, "--from", self.log, "--for", "1h", "--json")
            return json.loads(done.stdout)["forecast"]["state"] if done.returncode == 0 else {"buffers": {}}
        wait_until(lambda: state()["buffers"] == {"rack": 3}, "the recording has all that was told")
        grown = state()
        self.assertTrue(grown["stations"]["saw"][0]["down"] and grown["stations"]["saw"][0]["exact"])
        self.tell(broker, {"saw/state": "Execute", "rack/parts": "2"})
        wait_until(lambda: state()["buffers"] == {"rack": 2}, "and what was told since")
        self.assertFalse(state()["stations"]["saw"][0]["down"])
        recording.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
