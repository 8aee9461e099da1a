#!/usr/bin/env python3
"""Recording live feeds: what is recorded replays to the state the live twin had, and survives full disks (kill_test.py: and kills).

usage: record_test.py MILLWRIGHT [TEST…]
"""
import random
import resource
import sys
import time
import unittest

from broker import FeedTest

FeedTest.program = sys.argv[1]


class Record(FeedTest):
    def record(self, broker, *more, feed="", **options):
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.plant(f"mqtt://127.0.0.1:{broker.port}", feed), "-o", self.log, "--json", *more, **options)
        recording.says("feed 'broker' is live")
        return recording

    def publish_mix(self, broker, count):
        for topic, payload in [("speed", "{}.25"), ("count", "{}"), ("running", "true"), ("state", "step-{}")]:
            self.publish(broker, f"factory/line/{topic}", *(payload.format(i) for i in range(count)))

    def test_a_recording_replays_to_the_state_of_the_live_twin(self):
        broker = self.broker()
        recording = self.record(broker)
        self.publish_mix(broker, 500)
        recording.rests()
        live = recording.stop()
        self.assertEqual((live["samples"], live["lost"], live["logs"]), (2000, 0, [str(self.log)]))
        self.assertEqual(self.run_program("log", "verify", self.log).returncode, 0)
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["samples"], 2000)
        self.assertEqual(replayed["stateHash"], live["stateHash"])

    def test_kpis_of_the_live_twin_are_those_of_its_recording(self):
        broker = self.broker()
        self.plant(f"mqtt://127.0.0.1:{broker.port}")
        plant = self.folder / "plant.toml"
        kpi = 'path = "line"\nkpi = { state = "state", produced = "count", good = "speed" }\n'
        plant.write_text(plant.read_text().replace('path = "line"\n', kpi))
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.folder, "-o", self.log, "--json")
        recording.says("feed 'broker' is live")
        for state, count in [("Execute", 10), ("Held", 14), ("Execute", 14), ("Idle", 30), ("Execute", 31)]:
            self.publish(broker, "factory/line/state", state)
            self.publish(broker, "factory/line/count", str(count))
            time.sleep(0.1)
        self.publish(broker, "factory/line/state", "Idle")
        recording.rests()
        live = recording.stop()["kpis"][0]
        replayed = self.json_of("kpi", self.folder, "--log", self.log, "--json")["equipment"][0]
        self.assertEqual(live["equipment"], "line")
        self.assertEqual(live["total"]["from"], replayed["total"]["from"])
        self.assertEqual(live["total"]["quantities"]["produced"], 21)
        self.assertEqual(live["total"]["quantities"], replayed["total"]["quantities"])
        self.assertEqual((live["total"]["failures"], replayed["total"]["failures"]), (1, 1))
        self.assertGreater(live["total"]["states"]["Held"], 0)
        for state in ("Held", "Execute"):  # it goes on being idle until it is stopped
            self.assertEqual(live["total"]["states"][state], replayed["total"]["states"][state])
        self.assertGreater(live["total"]["states"]["Idle"], replayed["total"]["states"]["Idle"])

    def test_late_samples_are_recorded_and_replays_still_agree(self):
        broker = self.broker()
        recording = self.record(broker, feed='time = "/t"')
        now = time.time()
        for age in (3, 2, 4, 1, 5, 0.5):
            self.publish(broker, "factory/line/speed", f'{{"value": {age}, "t": {int((now - age) * 1000)}}}')
        recording.rests()
        live = recording.stop()
        self.assertEqual((live["late"], live["samples"]), (2, 6), "late ones are recorded too")
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual((replayed["samples"], replayed["stateHash"]), (4, live["stateHash"]))

    def test_values_of_a_lost_broker_are_recorded_as_stale(self):
        broker = self.broker()
        recording = self.record(broker)
        self.publish_mix(broker, 10)
        recording.rests()
        broker.stop()
        recording.says("connection to .* broke")
        live = recording.stop()
        self.assertEqual(live["samples"], 44)
        self.assertEqual(self.json_of("replay", self.folder, "--log", self.log, "--json")["stateHash"], live["stateHash"])

    def test_nothing_is_overwritten(self):
        broker = self.broker()
        self.log = self.folder / "shift.mcap"
        self.log.write_bytes(b"precious")
        refused = self.run_program("record", self.plant(f"mqtt://127.0.0.1:{broker.port}"), "-o", self.log)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("never overwrites", refused.stderr)
        self.assertEqual(self.log.read_bytes(), b"precious")

    def test_a_full_disk_pauses_recording_and_loses_nothing_that_memory_holds(self):
        """A limit on the size of files is a disk that is full, until another file is begun."""
        broker = self.broker()
        limit = 40_000
        recording = self.record(broker, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        dice = random.Random(1)
        for _ in range(4):
            self.publish(broker, "factory/line/speed", *(repr(dice.random()) for _ in range(3000)))
            recording.rests()
            time.sleep(1.2)
        recording.says("recording pauses: .*cannot be written")
        recording.says("recording goes on")
        live = recording.stop()
        self.assertGreater(len(live["logs"]), 1)
        self.assertEqual((live["samples"], live["lost"]), (12_000, 0))
        kept = 0
        for number, log in enumerate(live["logs"]):
            whole = self.folder / f"whole-{number}.mcap"
            self.run_program("log", "recover", log, "-o", whole)
            kept += self.json_of("log", "info", whole, "--json")["samples"]
        self.assertEqual(kept, 12_000)

    def test_the_oldest_files_go_and_the_newest_stay(self):
        broker = self.broker()
        recording = self.record(broker, "--rotate-size", "1", "--keep-size", "3")
        dice = random.Random(2)
        for _ in range(12):  # some 17 random bytes a sample do not compress
            self.publish(broker, "factory/line/state", *(dice.randbytes(200).hex() for _ in range(3000)))
            time.sleep(1.2)
        recording.rests()
        live = recording.stop()
        self.assertEqual((live["samples"], live["lost"]), (36_000, 0))
        begun = int(live["logs"][-1].removesuffix(".mcap").rsplit("-", 1)[1])
        self.assertLess(len(live["logs"]), begun, "the first are gone")
        self.assertEqual(sorted(map(str, self.folder.glob("shift*.mcap"))), sorted(live["logs"]), "and no others")
        self.assertLess(live["bytes"], 3_000_000 + 2_000_000)
        for log in live["logs"]:
            self.assertEqual(self.run_program("log", "verify", log).returncode, 0, log)

    def test_keeping_needs_files_to_divide_into(self):
        refused = self.run_program("record", self.plant("mqtt://127.0.0.1:1"), "-o", self.folder / "x.mcap", "--keep-size", "1")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--rotate-size", refused.stderr)

    def test_files_rotate_by_age(self):
        broker = self.broker()
        recording = self.record(broker, "--rotate-every", "1s")
        for _ in range(3):
            self.publish_mix(broker, 10)
            time.sleep(1.2)
        recording.rests()
        live = recording.stop()
        self.assertGreaterEqual(len(live["logs"]), 2)
        self.assertEqual(live["logs"][1], str(self.folder / "shift-2.mcap"))
        self.assertEqual(sum(self.json_of("log", "info", log, "--json")["samples"] for log in live["logs"]), 120)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
