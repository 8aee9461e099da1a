"""The schema of expectation files says the same as the program: usage: check_schema_test.py MILLWRIGHT REPOSITORY"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

import jsonschema

PROGRAM, REPOSITORY = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
PLANT = REPOSITORY / "assets/plants/battery"
with open(REPOSITORY / "docs/check.schema.json", encoding="utf-8") as file:
    SCHEMA = json.load(file)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TENSION = "electrode/coating/rewinder-1/web-tension"
STATE = "electrode/coating/coater-1/state"
LEARNT = tempfile.TemporaryDirectory()
MODEL = pathlib.Path(LEARNT.name) / "battery.condition.json"
subprocess.run([PROGRAM, "condition", "learn", PLANT, "--to", "+10min", "--step", "1s", "-o", MODEL], check=True, capture_output=True, timeout=120)
# One of every kind, for the battery plant.
CHECKS = [
    {"signal": TENSION, "when": {"op": "<", "value": 1}, "expect": "sometimes", "from": "+1min", "to": "-1min"},
    {"equipment": "electrode/coating/rewinder-1", "when": f"{TENSION} < 1 'N'", "expect": "always"},
    {"signal": STATE, "when": {"op": "==", "state": "Held"}, "expect": "count", "count": [0, 3]},
    {"signal": TENSION, "when": {"op": ">", "value": 1}, "expect": "lasts", "for": "5min"},
    {"signal": TENSION, "when": {"op": ">", "value": 1}, "expect": "at", "at": "end"},
    {"when": f"{TENSION} > 1", "expect": "until", "until": f"{STATE} == 'Held'"},
    {"when": f"{TENSION} < 1", "expect": "then", "then": f"{STATE} == 'Held'", "within": 5},
    {"signal": TENSION, "value": 180, "tolerance": 20, "at": "+5min"},
    {"samples": [1, 1000000]},
    {"signal": TENSION, "rate": [-10, 10]},
    {"signal": TENSION, "monotone": "falling", "tolerance": 5},
    {"signal": STATE, "sequence": ["Execute", "Held"]},
    {"equipment": "electrode", "quality": "usable", "silence": "5s"},
    {"state_hash": "0123456789abcdef0123456789abcdef", "at": "start"},
    {"picture": "none.png", "camera": "overview", "size": [64, 32], "tolerance": 0.5, "at": "start"},
    {"alarm": "electrode/coating/rewinder-1/web-break", "expect": "raised", "count": 1},
    {"alarm": "electrode/coating/rewinder-1/web-break", "expect": "never"},
    {"anomalies": [0, 2], "model": str(MODEL), "equipment": "electrode/coating/rewinder-1", "from": "+1min"},
    {"score": 2.5, "model": str(MODEL), "equipment": "electrode/coating/rewinder-1", "to": "+15min"},
    {"kpi": "mttr", "equipment": "electrode/coating", "most": "10min"},
]


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


class Schema(unittest.TestCase):
    def program_accepts(self, check):
        """Whether the program finds nothing wrong with the form: it then goes on to a log, which is not there."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "expect.toml"
            file.write_text("format = 1\n[[check]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in check.items()))
            done = subprocess.run([PROGRAM, "check", PLANT, "--expect", file, "--log", pathlib.Path(folder) / "none.mcap"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            return "none.mcap" in done.stderr

    def agree(self, check, expected=None):
        accepted = VALIDATOR.is_valid({"format": 1, "check": [check]})
        self.assertEqual(accepted, self.program_accepts(check), check)
        if expected is not None:
            self.assertEqual(accepted, expected, check)

    def test_it_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_every_kind_is_accepted_by_both(self):
        for check in CHECKS:
            self.agree({"name": "it", **check}, True)

    def test_a_key_that_is_missing_or_too_many_is_judged_alike(self):
        for check in CHECKS:
            check = {"name": "it", **check}
            for key in check:
                self.agree({k: v for k, v in check.items() if k != key})
            self.agree({**check, "colour": 1}, False)
            self.agree({**check, "name": ""}, False)

    def test_values_of_the_wrong_kind_are_judged_alike(self):
        for check in CHECKS:
            for key in check:
                wrong = copy.deepcopy(check)
                wrong[key] = {"x": 1}
                self.agree({"name": "it", **wrong}, False)

    def test_shipped_files_are_accepted(self):
        """But for the corpus of mistakes; what is wrong in limits.toml, such as a bound that is no number, JSON cannot say."""
        for file in [REPOSITORY / "tests/golden/battery.toml", *(REPOSITORY / "tests/fuzz/corpus/expectation").glob("*.toml")]:
            with open(file, "rb") as opened:
                document = tomllib.load(opened)
            with self.subTest(file):
                self.assertEqual(VALIDATOR.is_valid(document), file.name != "mistakes.toml")


if __name__ == "__main__":
    unittest.main(verbosity=2)
