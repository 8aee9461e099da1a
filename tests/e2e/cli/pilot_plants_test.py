#!/usr/bin/env python3
"""The auto-parts plant's shift comes out of its process model, and its checks tell a good shift from a bad one.

usage: pilot_plants_test.py MILLWRIGHT REPOSITORY
"""
import json
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, REPOSITORY = Path(sys.argv.pop(1)), Path(sys.argv.pop(1))
PLANT = REPOSITORY / "assets/plants/autoparts"


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


class AutoParts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "shift.mcap"
        # What assets/generate says.
        command = re.search(r"simulate assets/plants/autoparts (.*?) -o ", (REPOSITORY / "assets/generate").read_text())
        self.assertIsNotNone(command)
        self.options = shlex.split(command[1])

    def test_the_recorded_shift_is_what_the_process_model_makes(self):
        done = run("simulate", PLANT, *self.options, "-o", self.log)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.log.read_bytes(), (PLANT / "logs/shift.mcap").read_bytes(), "make it again: ./mw assets")

    def test_the_checks_find_what_went_wrong_in_a_bad_shift_and_nothing_else(self):
        done = run("simulate", PLANT, *self.options, "--scenario", PLANT / "scenarios/bad-shift.toml", "-o", self.log)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.log.parent / "report"
        done = run("check", PLANT, "--log", self.log, "--expect", PLANT / "checks/shift.toml", "--report", report)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        checks = json.loads((report / "check.json").read_text())["checks"]
        failed = {check["name"] for check in checks if not check["passed"]}
        self.assertEqual(failed, {"the bottleneck runs", "the bottleneck is never held for half an hour", "the plant is as effective as it is planned",
                                  "the press's load is measured all the time"})


if __name__ == "__main__":
    unittest.main()
