#!/usr/bin/env python3
"""`validate` finds what is wrong with a plant before anything is replayed: in its text, its models, its log, its process and its files.

usage: validate_test.py MILLWRIGHT REPOSITORY
"""
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, REPOSITORY = Path(sys.argv.pop(1)), Path(sys.argv.pop(1))
PLANTS = REPOSITORY / "assets/plants"
MODEL = PLANTS / "battery/models/coater.glb"


def run(*arguments):
    return subprocess.run([PROGRAM, "validate", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


class Validate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.plant = Path(folder.name)

    def write(self, text, name="plant.toml"):
        (self.plant / name).write_text(text)
        return self.plant

    def cell(self, node="backing-roll", more=""):
        """A coater whose roll turns, with a signal of its own."""
        shutil.copy(MODEL, self.plant / "coater.glb")
        return self.write(f'''format = 1
[plant]
id = "cell"
[[equipment]]
path = "coater"
model = "coater.glb"
[[equipment.signal]]
id = "turn"
unit = "deg"
[[equipment.binding]]
signal = "turn"
kind = "rotation"
node = "{node}"
axis = [0, 1, 0]
{more}''')

    def problems(self, *arguments, status=1):
        done = run(*arguments, "--json")
        self.assertEqual(done.returncode, status, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["valid"], status == 0)
        for problem in answer["problems"]:
            self.assertIn(problem["message"], done.stderr)
        return answer["problems"], answer["warnings"]

    def test_the_pilot_plants_are_valid(self):
        for plant in ("battery", "autoparts"):
            with self.subTest(plant):
                expectations = [argument for file in sorted((PLANTS / plant).glob("checks/*.toml")) for argument in ("--expect", file)]
                scenarios = [argument for file in sorted((PLANTS / plant).glob("scenarios/*.toml")) for argument in ("--scenario", file)]
                self.assertEqual(self.problems(PLANTS / plant, *expectations, *scenarios, status=0), ([], []))

    def test_a_node_that_no_model_has_is_named_with_the_ones_it_has(self):
        problems, _ = self.problems(self.cell(node="no-such-joint"))
        self.assertEqual(len(problems), 1)
        self.assertEqual(problems[0]["place"], "coater")
        self.assertIn("no-such-joint", problems[0]["message"])
        self.assertEqual(self.problems(self.plant, "--no-models", status=0), ([], []))

    def test_every_mistake_of_the_text_is_told_with_its_line(self):
        self.write('format = 1\n[plant]\nid = "p"\n[[equipment]]\npath = "a"\nmodl = "x.glb"\n[[equipment.signal]]\nid = "s"\nunit = "parsec?"\n')
        problems, _ = self.problems(self.plant)
        self.assertGreaterEqual(len(problems), 2)
        self.assertTrue(any("plant.toml:6" in problem["place"] and "model" in problem["message"] for problem in problems), problems)
        self.assertTrue(any("plant.toml:9" in problem["place"] for problem in problems), problems)

    def test_a_signal_that_the_log_does_not_have_is_told_with_the_topic_that_was_meant(self):
        self.write('format = 1\n[plant]\nid = "p"\n[[equipment]]\npath = "a"\n[[equipment.signal]]\nid = "speed"\n'
                   '[[equipment.signal]]\nid = "force"\ntopic = "a/fource"\n')
        (self.plant / "log.csv").write_text("time,a/speed,a/force\n2026-01-01T00:00:00Z,1,2\n2026-01-01T00:00:01Z,2,3\n")
        log = self.plant / "log.mcap"
        done = subprocess.run([PROGRAM, "log", "convert", self.plant / "log.csv", "-o", log], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        problems, warnings = self.problems(self.plant, "--log", log, status=0)
        self.assertEqual(problems, [])
        self.assertEqual([warning["place"] for warning in warnings], [str(log)])
        self.assertIn("did you mean 'a/force'", warnings[0]["message"])
        done = subprocess.run([PROGRAM, "validate", self.plant, "--log", log, "--json"], capture_output=True, text=True, check=False)
        self.assertEqual(json.loads(done.stdout)["unreadTopics"], ["a/force"])
        done = subprocess.run([PROGRAM, "validate", self.plant, "--log", log], capture_output=True, text=True, check=False)
        self.assertIn("1 topic of the log: a/force", done.stdout)

    def test_files_beside_the_plant_are_validated_with_it(self):
        self.cell()
        expectations = self.plant / "expect.toml"
        expectations.write_text('format = 1\n[[check]]\nname = "x"\nalways = "coater/trun > 1"\n')
        problems, _ = self.problems(self.plant, "--no-models", "--expect", expectations)
        self.assertTrue(all(str(expectations) in problem["place"] for problem in problems), problems)
        problems, _ = self.problems(self.plant, "--no-models", "--scenario", self.plant / "none.toml")
        self.assertIn("none.toml", problems[0]["place"] + problems[0]["message"])

    def test_no_plant_is_wrong_usage(self):
        done = run(self.plant / "nowhere")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no such plant or model", done.stderr)
        done = run(self.write("hello", "notes.txt") / "notes.txt")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_people_read_what_was_looked_at(self):
        done = run(PLANTS / "battery")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(": valid\n", done.stdout)
        for word in ("signals", "models", "log", "process"):
            self.assertRegex(done.stdout, rf"(?m)^  {word} +\S")


if __name__ == "__main__":
    unittest.main()
