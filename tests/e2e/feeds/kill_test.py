#!/usr/bin/env python3
"""A hundred recordings killed with SIGKILL, each at an instant of its own: all but the last second is there, and `log verify` and
`log recover` tell the truth of what is left.

usage: kill_test.py MILLWRIGHT [TEST…]          MILLWRIGHT_SEED picks other instants
"""
import concurrent.futures
import json
import os
import random
import signal
import sys
import threading
import time
import unittest

from broker import FeedTest, Publisher, messages

FeedTest.program = sys.argv[1]
KILLS, AT_ONCE = 100, 10
FLUSH = 1  # seconds between flushes of a recording


class Canary:
    """How late this machine is with what a recording does: waking up, writing, having it on the disk."""

    def __init__(self, folder):
        self.file = os.open(folder / "canary", os.O_CREAT | os.O_WRONLY)
        self.latest, self.going = 0, True
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while self.going:
            due = time.monotonic() + 0.05
            time.sleep(0.05)
            os.write(self.file, b"peep")
            os.fdatasync(self.file)
            self.latest = max(self.latest, time.monotonic() - due)

    def allowed(self):
        """Seconds that a kill may lose: the time between flushes, and from the publisher to the broker, to the recording's memory and to the
        disk each step as late as this machine is."""
        return FLUSH + 0.3 + 3 * self.latest

    def stop(self):
        self.going = False
        self.thread.join()
        os.close(self.file)


class Kill(FeedTest):
    def record_and_kill(self, wave, dice, longest):
        """(log, when its feed was live, when it was killed) of recordings that run side by side."""
        recordings = [(self.start("record", self.folder, "-o", log), log) for log in (self.folder / f"{wave}-{i}.mcap" for i in range(AT_ONCE))]
        runs = []
        for recording, log in recordings:
            recording.says("feed 'broker' is live")
            runs.append((time.monotonic() + dice.uniform(0, longest), time.monotonic(), recording, log))
        killed = []
        for instant, live, recording, log in sorted(runs, key=lambda run: run[0]):
            time.sleep(max(0, instant - time.monotonic()))
            killed.append((log, live, time.monotonic()))
            recording.stop(signal.SIGKILL)
        return killed

    def answer(self, *arguments):
        done = self.run_program(*arguments, "--json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, json.loads(done.stdout)

    def check(self, log):
        """The numbers that are left in the log of a killed recording, once all that is said of it agrees."""
        whole, copy = log.with_suffix(".whole.mcap"), log.with_suffix(".json.mcap")
        status, said = self.answer("log", "verify", log)
        self.assertEqual((status, said["sound"]), (1, False), "it was not closed")
        status, recovered = self.answer("log", "recover", log, "-o", whole)
        self.assertEqual((status, recovered["complete"], recovered["closed"]), (1, False, False))
        self.assertEqual(said["samples"], recovered["samples"], "both found the same")
        self.assertEqual(recovered["bytes"], log.stat().st_size)
        status, said = self.answer("log", "verify", whole)
        self.assertEqual((status, said["sound"], said["samples"]), (0, True, recovered["samples"]), said)
        self.assertEqual(self.run_program("log", "convert", log, "--encoding", "json", "--compression", "none", "-o", copy).returncode, 0)
        values = [sample["value"] for _, sample in messages(copy)]
        self.assertEqual(len(values), recovered["samples"], "a reader of the killed log sees what was recovered")
        self.assertEqual(values, list(range(values[0], values[0] + len(values))) if values else [], "with no hole")
        return values

    def test_a_kill_at_any_instant_loses_at_most_the_last_second(self):
        seed = int(os.environ.get("MILLWRIGHT_SEED", "4"))
        print(f"seed {seed}", file=sys.stderr)
        dice = random.Random(seed)
        broker = self.broker()
        self.plant(f"mqtt://127.0.0.1:{broker.port}")
        publisher, canary = Publisher(broker, "factory/line/count"), Canary(self.folder)
        checks, with_samples = [], 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            try:
                for wave in range(KILLS // AT_ONCE):
                    checks += [(*one, pool.submit(self.check, one[0])) for one in self.record_and_kill(wave, dice, 2 * canary.allowed())]
            finally:
                publisher.stop()
                canary.stop()
            allowed = canary.allowed()
            for log, live, killed, check in checks:
                values = check.result()
                owed = [number for number, at in enumerate(publisher.times) if live < at < killed - allowed]
                with self.subTest(log.name, lived=killed - live, owed=len(owed), kept=len(values), allowed=allowed):
                    self.assertLessEqual(set(owed), set(values))
                with_samples += bool(owed)
        self.assertGreater(with_samples, KILLS // 10, f"the machine is too slow to tell ({canary.latest:.1f} s late)")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
