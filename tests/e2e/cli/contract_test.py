#!/usr/bin/env python3
"""The command contract as a stranger meets it: exit statuses, error messages, JSON fields, help with an example.

usage: contract_test.py MILLWRIGHT REPOSITORY [TEST…], such as Contract.test_version
"""
import csv
import io
import json
import os
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib
from pathlib import Path

PROGRAM, REPOSITORY = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
PLANT = str(REPOSITORY / "assets/plants/battery")
LOG = str(REPOSITORY / "assets/plants/battery/logs/coating-30min.mcap")
COATING_LINE = ("--no-base", "--scenario", str(REPOSITORY / "assets/plants/battery/scenarios/coating-line.toml"))
COATING_LINE_20 = str(REPOSITORY / "assets/plants/battery/scenarios/coating-line-20.toml")
MODEL = str(next((REPOSITORY / "assets/plants/battery/models").glob("*.glb")))
COMMANDS = ["view", "xr", "render", "import", "replay", "record", "feed", "check", "validate", "kpi", "alarms", "states", "log", "log info", "log convert", "log verify", "log recover", "log diff",
            "log cut", "log merge", "log redact", "simulate", "study", "calibrate", "bench", "bench replay", "bench render", "bench import", "bench hall", "bench sim", "bench ingest", "bench alarms", "bench check", "bench history", "bench feed",
            "condition", "condition learn", "condition score", "browse", "historian", "historian info", "historian import", "historian export", "historian trend", "doctor"]
ISO_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")


def run(*arguments, **options):
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, env=environment, **options)


class Contract(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def assertRefused(self, done, *words):
        """Exit status 2, nothing on standard output, one clear line on standard error that names what is wrong."""
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = [line for line in done.stderr.splitlines() if not line.startswith("millwright: warning: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("millwright: error: "), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn("terminate called", done.stderr)

    def json_of(self, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    # --- help and usage

    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            with self.subTest(command):
                done = run(*command.split(), "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stdout, r"Example: .*millwright " + command.split()[0])

    def test_wrong_usage_ends_with_2(self):
        for arguments in ([], ["bogus"], ["render"], ["render", PLANT], ["replay", PLANT, "--speed", "fast"], ["replay", PLANT, "--bogus"], ["log"]):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertTrue(done.stderr)

    def test_a_misspelt_word_is_named_with_what_was_meant(self):
        self.assertRefused(run("rendr", PLANT), "'rendr'", "'render'", "millwright --help")
        self.assertRefused(run("log", "inof", LOG), "'inof'", "'info'", "millwright log --help")
        self.assertRefused(run("replay", PLANT, "--util", "end"), "'--util'", "'--until'", "millwright replay --help")
        self.assertRefused(run("replay", PLANT, "--log"), "--log needs a value")

    def test_wrong_usage_is_told_in_plain_words(self):
        self.assertRefused(run("replay", PLANT, "extra"), "'extra' is one argument too many", "millwright replay --help")
        self.assertRefused(run("log", "--bogus", "info", LOG), "'--bogus' is no option", "millwright log --help")
        self.assertRefused(run("kpi", PLANT, "--by", "hours"), "--by is one of shift, hour, day, order, not 'hours': did you mean 'hour'?")
        self.assertRefused(run("bench", "check", "--machines", "many"), "--machines is a number from 1 to 900, not 'many'")
        self.assertRefused(run("simulate", PLANT, "--seed", "-3"), "--seed is a whole number from 0, not '-3'")
        self.assertRefused(run("states", PLANT, "--json", "--csv"), "--json and --csv do not go together: leave one of them out")
        self.assertRefused(run("study", PLANT, "--listen", "1s"), "--listen goes with --live alone: add it")
        self.assertRefused(run("study", PLANT, "--for", "1h"), "--for", "add --from LOG or --live")
        self.assertRefused(run("replay", PLANT, "--until", "1s", "--until", "2s"), "--until is given 2 times: give it once")

    def test_the_state_hash_can_be_had_at_every_second(self):
        answer = self.json_of("replay", PLANT, "--until", "+3s", "--hash-every", "1s", "--json")
        self.assertEqual([each["time"][17:19] for each in answer["stateHashes"]], ["00", "01", "02", "03"])
        self.assertEqual(len({each["stateHash"] for each in answer["stateHashes"]}), 4)
        self.assertEqual(answer["stateHashes"][-1]["stateHash"], answer["stateHash"])
        self.assertEqual(answer["stateHashes"][2]["stateHash"], self.json_of("replay", PLANT, "--until", "+2s", "--json")["stateHash"])
        self.assertRefused(run("replay", PLANT, "--hash-every", "0s"), "--hash-every", "above 0")
        self.assertRefused(run("replay", PLANT, "--hash-every", "1s", "--speed", "2"), "--speed max")

    def test_an_empty_value_is_not_the_default(self):
        self.assertRefused(run("replay", PLANT, "--log", ""), "--log is empty")
        self.assertRefused(run("import", ""), "MODEL is empty")

    def test_version(self):
        self.assertRegex(run("--version").stdout, r"^millwright \d+\.\d+\.\d+$")

    # --- JSON fields others rely on

    def test_replay_json(self):
        answer = self.json_of("replay", PLANT, "--speed", "max", "--json")
        self.assertGreater(answer["samples"], 100_000)
        self.assertGreaterEqual(answer["signals"], 50)
        self.assertRegex(answer["stateHash"], r"^[0-9a-f]{32}$")
        self.assertRegex(answer["from"], ISO_TIME)
        self.assertRegex(answer["to"], ISO_TIME)
        for field in ("plant", "log", "wallSeconds", "samplesPerSecond", "peakBytes", "alarms"):
            self.assertIn(field, answer)
        first = answer["alarms"][0]
        self.assertRegex(first["time"], ISO_TIME)
        raised = [each for each in answer["alarms"] if each["annunciated"]]
        self.assertEqual(raised[0]["alarm"], "electrode/coating/rewinder-1/web-break")
        self.assertEqual(raised[0]["transition"], "raised")
        self.assertEqual(raised[0]["state"], "unacknowledged")

    def test_check_blesses_what_differs_and_nothing_else(self):
        expectations = self.folder / "expect.toml"
        before = "0123456789abcdef0123456789abcdef"
        expectations.write_text(f'''# kept
format = 1
[[check]]
name = "hash"
state_hash = "{before}"  # kept too
[[check]]
name = "picture"
picture = "seen.png"
size = [64, 36]
at = "+10min"
[[check]]
name = "samples"
samples = 1
''')
        command = ["check", PLANT, "--expect", expectations]
        self.assertRefused(run(*command, "--bless"), "--report")
        command += ["--report", self.folder / "report"]
        self.assertEqual(json.loads(run(*command, "--json").stdout)["failed"], 3)
        self.assertFalse((self.folder / "seen.png").exists())
        blessed = run(*command, "--json", "--bless")
        self.assertEqual(blessed.returncode, 1, blessed.stderr)
        self.assertEqual([check["passed"] for check in json.loads(blessed.stdout)["checks"]], [True, True, False])
        for word in (before, "seen.png"):
            self.assertIn(word, blessed.stderr)
        text = expectations.read_text()
        self.assertNotIn(before, text)
        self.assertTrue(text.startswith("# kept\n") and "# kept too" in text)
        again = json.loads(run(*command, "--json").stdout)
        self.assertEqual([check["passed"] for check in again["checks"]], [True, True, False])
        self.assertEqual(again["checks"][0]["found"], again["stateHash"])

    def test_a_picture_shows_the_values_of_text_bindings_or_leaves_them_out(self):
        pictures = []
        for more in ([], ["--no-labels"]):
            done = run("render", PLANT, "--camera", "coater", "--at", "+10min", "--size", "320x180", "--quality", "low", "-o", self.folder / "picture.png", *more)
            self.assertEqual(done.returncode, 0, done.stderr)
            pictures.append((self.folder / "picture.png").read_bytes())
        self.assertNotEqual(*pictures)

    def test_operators_act_by_a_file(self):
        actions = self.folder / "actions.toml"
        alarm = "electrode/coating/rewinder-1/web-break"
        actions.write_text(f'''format = 1
[[action]]
at = "+17min30s"
alarm = "{alarm}"
do = "acknowledge"
user = "kim"
[[action]]
at = "+1min"
alarm = "{alarm}"
do = "reset"
''')
        done = run("replay", PLANT, "--json", "--actions", actions)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("had no effect", done.stderr)  # nothing to reset a minute after the start
        answer, without = json.loads(done.stdout), self.json_of("replay", PLANT, "--json")
        changes = [each["transition"] for each in answer["alarms"] if each["alarm"] == alarm]
        self.assertIn("acknowledged", changes)
        self.assertNotIn("acknowledged", [each["transition"] for each in without["alarms"]])
        self.assertNotEqual(answer["stateHash"], without["stateHash"])
        self.assertEqual(json.loads(run("replay", PLANT, "--json", "--actions", actions).stdout)["stateHash"], answer["stateHash"])
        actions.write_text("format = 1\n[[action]]\nat = '+99h'\nalarm = 'electrode/coating/rewinder-1/web-break'\ndo = 'reset'\n")
        self.assertRefused(run("alarms", PLANT, "--actions", actions), "actions.toml:3:6")
        self.assertRefused(run("check", PLANT, "--expect", REPOSITORY / "tests/golden/battery.toml", "--actions", self.folder / "none.toml"), "none.toml")

    def test_kpi_json(self):
        answer = self.json_of("kpi", PLANT, "--every", "10min", "--json")
        self.assertEqual([answer["plant"], answer["log"]], ["battery", LOG])
        self.assertRegex(answer["from"], ISO_TIME)
        line = next(each for each in answer["equipment"] if each["equipment"] == "electrode/coating")
        self.assertTrue(line["measured"])
        self.assertEqual(len(line["bins"]), 3)
        for key in ("apt", "asut", "adet", "adot", "pbt", "unplanned", "unknown"):
            self.assertAlmostEqual(line["total"]["times"][key], sum(each["times"][key] for each in line["bins"]), places=6)
        self.assertEqual(line["total"]["failures"], sum(each["failures"] for each in line["bins"]))
        kpis = line["total"]["kpis"]
        self.assertAlmostEqual(kpis["availability"], line["total"]["times"]["apt"] / line["total"]["times"]["pbt"])
        self.assertIsNone(kpis["qualityRatio"])
        self.assertRefused(run("kpi", PLANT, "--every", "0s"), "--every")
        self.assertRefused(run("kpi", PLANT, "--from", "end"), "--from", "is not before")

    def test_kpi_by_shift_and_as_csv(self):
        answer = self.json_of("kpi", PLANT, "--by", "hour", "--json")
        self.assertEqual(answer["currency"], "KRW")
        quality = answer["capability"][0]
        self.assertEqual([quality["signal"], quality["lower"], quality["upper"]], ["electrode/coating/outfeed-1/areal-mass", 216.7, 223.3])
        self.assertEqual(quality["total"]["measured"], sum(each["measured"] for each in quality["bins"]))
        self.assertGreater(quality["total"]["measured"], 100)
        self.assertLessEqual(quality["total"]["cpk"], quality["total"]["cp"])
        line = next(each for each in answer["equipment"] if each["equipment"] == "electrode/coating")
        self.assertEqual([each["from"][11:16] for each in line["bins"]], ["06:00"])
        self.assertGreater(line["total"]["kpis"]["costPerItem"], 0)
        self.assertGreater(line["total"]["cost"], 0)
        shifts = self.json_of("kpi", PLANT, "--by", "shift", "--json")
        self.assertEqual([each["period"] for each in shifts["equipment"][0]["bins"]], ["late"], "15:00 in Korea")
        table = run("kpi", PLANT, "--by", "shift", "--csv")
        self.assertEqual(table.returncode, 0, table.stderr)
        rows = list(csv.DictReader(io.StringIO(table.stdout)))
        self.assertEqual({each["period"] for each in rows}, {"late", "total"})
        row = next(each for each in rows if each["equipment"] == "electrode/coating" and each["period"] == "total")
        self.assertAlmostEqual(float(row["oee"]), line["total"]["kpis"]["oee"])
        self.assertEqual(row["qualityRatio"], "")
        self.assertRefused(run("kpi", PLANT, "--by", "order"), "no 'kpi' table", "'order'")
        self.assertEqual(run("kpi", PLANT, "--by", "week").returncode, 2)

    def test_kpi_by_order(self):
        (self.folder / "plant.toml").write_text("""format = 1
[plant]
id = "shop"
[[equipment]]
path = "press"
signal = [{ id = "state", type = "string" }, { id = "made", type = "integer" }, { id = "order", type = "string" }]
kpi = { state = "state", produced = "made", order = "order" }
""")
        table = self.folder / "run.csv"
        table.write_text("time,press/state,press/made,press/order\n"
                         "2026-03-02T06:00:00Z,Execute,0,A-17\n2026-03-02T06:30:00Z,Execute,60,\"B, rush\"\n2026-03-02T06:40:00Z,Execute,90,A-17\n"
                         "2026-03-02T07:00:00Z,Idle,100,A-17\n")
        log = self.folder / "run.mcap"
        self.assertEqual(run("log", "convert", table, "-o", log).returncode, 0)
        answer = self.json_of("kpi", self.folder, "--log", log, "--by", "order", "--json")
        orders = {each["period"]: each for each in answer["equipment"][0]["bins"]}
        self.assertEqual(list(orders), ["A-17", "B, rush"])
        self.assertEqual([each["quantities"]["produced"] for each in orders.values()], [70, 30])
        self.assertEqual([each["times"]["aoet"] for each in orders.values()], [3600, 600])
        self.assertAlmostEqual(orders["B, rush"]["kpis"]["throughputRate"], 180)
        self.assertAlmostEqual(orders["A-17"]["kpis"]["productionProcessRate"], 50 / 60)
        rows = list(csv.DictReader(io.StringIO(run("kpi", self.folder, "--log", log, "--by", "order", "--csv").stdout)))
        self.assertEqual([each["period"] for each in rows], ["A-17", "B, rush", "total"])
        self.assertIn("B, rush", run("kpi", self.folder, "--log", log, "--by", "order").stdout)
        self.assertRefused(run("kpi", self.folder, "--log", log, "--by", "shift"), "[calendar]")

    def test_alarms_json(self):
        answer = self.json_of("alarms", PLANT, "--json")
        self.assertEqual([answer["plant"], answer["log"], answer["operators"]], ["battery", LOG, 1])
        self.assertEqual([each["name"] for each in answer["metrics"]],
                         ["average", "peak", "floodShare", "topTenShare", "chattering", "fleeting", "stale"])
        replayed = [each for each in self.json_of("replay", PLANT, "--json")["alarms"] if each["annunciated"]]
        self.assertGreater(len(replayed), 0)
        self.assertEqual(answer["calls"], len(replayed))
        self.assertEqual(answer["calls"], sum(answer["callsByPriority"].values()))
        self.assertEqual(answer["calls"], sum(each["calls"] for each in answer["tenMinutes"]))
        self.assertEqual(answer["calls"], sum(each["calls"] for each in answer["alarms"]))
        self.assertRefused(run("alarms", PLANT, "--from", "+5min", "--to", "+5min"), "--from", "is not before")

    def test_replay_until_stops_there_and_hashes_differently(self):
        half = self.json_of("replay", PLANT, "--speed", "max", "--until", "+15min", "--json")
        whole = self.json_of("replay", PLANT, "--speed", "max", "--json")
        self.assertLess(half["samples"], whole["samples"])
        self.assertNotEqual(half["stateHash"], whole["stateHash"])

    def test_simulate_json(self):
        first, again, other = (self.json_of("simulate", PLANT, "--hours", 400, "--seed", seed, "--json") for seed in (1, 1, 2))
        self.assertEqual((first["hours"], first["seed"]), (400, 1))
        self.assertGreater(first["events"], 1000)
        self.assertGreater(first["eventsPerSecond"], 0)
        made = first["products"]["cell"]
        self.assertGreater(made["made"], 1000)
        self.assertGreater(made["scrapped"], 10)
        self.assertGreater(made["meanTimeInSystem"], 3600)
        for station in first["stations"].values():
            self.assertAlmostEqual(sum(station[state] for state in ("working", "starved", "blocked", "down", "setup", "idle",
                                                                               "unattended")), 1)
        self.assertEqual({"mean", "max", "meanWait"}, set(first["buffers"]["wound"]))
        for answer in (first, again, other):
            del answer["eventsPerSecond"]
        self.assertEqual(first, again)
        self.assertNotEqual(first["products"], other["products"])

    def test_simulate_tells_of_people_maintenance_orders_and_conveyors(self):
        plant = self.folder / "workshop"
        plant.mkdir()
        (plant / "plant.toml").write_text("""format = 1
[plant]
id = "workshop"
[process]
length = "240h"
[[process.crew]]
id = "operators"
response = "30s"
travel = "1min"
[[process.source]]
id = "plan"
order = [{ id = "A-17", at = "6h", count = 100, due = "8h" }]
order_period = "24h"
to = "queue"
[[process.buffer]]
id = "queue"
to = "lathe"
[[process.station]]
id = "lathe"
servers = 2
load = "1min"
cycle = "4min"
need = [{ crew = "operators", during = ["load"] }]
maintenance = [{ id = "oil", every = "10h", lasts = "1h", clock = "working" }]
to = "roller"
[[process.conveyor]]
id = "roller"
length = 12
speed = 0.2
pitch = 1
to = "done"
""")
        answer = self.json_of("simulate", plant, "--json")
        self.assertEqual([(order["order"], order["released"], order["finished"], order["late"]) for order in answer["orders"]], [("A-17", 10, 10, 10)])
        text = run("simulate", plant).stdout
        table = text[text.index("station, %"):].splitlines()
        self.assertEqual(table[0].split()[2:], ["working", "starved", "blocked", "down", "setup", "idle", "maintenance", "unattended"])
        shares = [float(share) for share in table[1].split()[1:]]
        self.assertEqual(len(shares), 8)
        self.assertAlmostEqual(sum(shares), 100, delta=0.4)
        self.assertGreater(shares[6], 0.1)
        self.assertGreater(shares[7], 1)
        for section in ("conveyor, parts", "orders", "crew, %"):
            self.assertIn(f"\n{section}", text)

    def test_simulated_log_replays(self):
        log = self.folder / "run.mcap"
        scenario = REPOSITORY / "assets/plants/battery/scenarios/bad-afternoon.toml"
        answer = self.json_of("simulate", PLANT, "--hours", 0.5, "--scenario", scenario, "-o", log, "--start", "2026-03-01T06:00:00", "--json")
        replayed = self.json_of("replay", PLANT, "--log", log, "--speed", "max", "--json")
        self.assertEqual(replayed["samples"], answer["samples"])
        self.assertGreater(answer["samples"], 50_000)
        self.assertEqual(replayed["from"], "2026-03-01T06:00:00.000000000Z")
        self.assertEqual(answer["stations"]["coater"]["failures"], 1)

    def test_study_json(self):
        scenario = str(REPOSITORY / "assets/plants/battery/scenarios/speed-20.toml")
        answers = [self.json_of("study", PLANT, "--scenario", scenario, "--replications", 5, "--threads", threads, "--json") for threads in (1, 2)]
        self.assertEqual(*answers)
        throughput = answers[0]["scenarios"]["speed-20"]["throughput"]
        self.assertEqual((throughput["replications"], throughput["confidence"]), (5, 0.95))
        difference = answers[0]["differences"]["speed-20-base"]["throughput"]
        self.assertGreater(difference["mean"], 2)
        # The same random numbers: the difference is more certain than either mean.
        self.assertLess(difference["halfWidth"], throughput["halfWidth"])

    def test_parts_of_a_study_merge_to_the_whole(self):
        scenario = str(REPOSITORY / "assets/plants/battery/scenarios/speed-20.toml")
        study = ("study", PLANT, "--scenario", scenario, "--hours", 100)
        parts = [self.folder / f"part-{i}.shard" for i in (1, 2)]
        for i, part in enumerate(parts, 1):
            ran = run(*study, "--replications", 5, "--shard", f"{i}/2", "-o", part)
            self.assertEqual((ran.returncode, ran.stdout), (0, ""), ran.stderr)
        whole = run(*study, "--replications", 5, "--json")
        self.assertEqual(run(*study[:4], "--merge", *parts, "--json").stdout, whole.stdout)
        self.assertRefused(run(*study[:4], "--merge", parts[1]), "part 1 of 2 is missing")
        self.assertRefused(run(*study, "--replications", 5, "--shard", "3/2", "-o", parts[0]), "'3/2' is no part")
        # What would be ignored is refused.
        self.assertRefused(run(*study, "--merge", *parts), "--hours says nothing with --merge", "leave it out")
        self.assertRefused(run(*study[:4], "--merge", *parts, "--seed", 2), "--seed says nothing with --merge")
        for option in (["--json"], ["--csv", parts[0]], ["--report", self.folder / "r.html"]):
            self.assertRefused(run(*study, "--shard", "1/2", "-o", parts[0], *option), f"{option[0]} says nothing with --shard")

    def test_parts_of_a_branch_from_now_merge_to_the_whole(self):
        log = self.folder / "shift.mcap"
        self.json_of("simulate", PLANT, "--hours", 2, "-o", log, "--json")
        study = ("study", PLANT, "--scenario", COATING_LINE_20, "--from", log, "--at", "+80min")
        how = ("--for", "1h", "--replications", 41)
        parts = [self.folder / f"now-{i}.shard" for i in (1, 2)]
        for i, part in enumerate(parts, 1):
            ran = run(*study, *how, "--shard", f"{i}/2", "-o", part)
            self.assertEqual((ran.returncode, ran.stdout), (0, ""), ran.stderr)
        whole = run(*study, *how, "--target", 5, "--json")
        self.assertEqual(run(*study, "--merge", *parts, "--target", 5, "--json").stdout, whole.stdout)
        self.assertRefused(run(*study, "--merge", parts[0]), "part 2 of 2 is missing")
        self.assertRefused(run(*study[:-1], "+70min", "--merge", *parts), "it begins in another state of the plant", "--at")
        self.assertRefused(run(*study[:4], "--merge", *parts), "parts with --from are merged with --from")
        self.assertRefused(run(*study, *how, "--merge", *parts), "says nothing with --merge")
        self.assertRefused(run(*study, "--target", 5, "--shard", "1/2", "-o", parts[0]), "--target says nothing with --shard")
        self.assertRefused(run(*study[:4], "--live", "--shard", "1/2", "-o", parts[0]), "do not go together")

    def test_study_says_what_matters(self):
        csv_file, factors = self.folder / "runs.csv", self.folder / "factors.txt"
        factors.write_text("# a fifth up and down\nstation.coater.cycle=80%..120%\n")
        study = ("study", PLANT, *COATING_LINE, "--vary", factors, "crew.technicians.size=1..3", "--hours", 200, "--warm-up", 24, "--replications", 4)
        answers = [self.json_of(*study, "--csv", csv_file, "--threads", threads, "--json") for threads in (1, 2)]
        self.assertEqual(*answers)
        answer = answers[0]["sensitivity"]
        self.assertEqual((answer["design"], answer["metric"], answer["points"]), ("one-at-a-time", "throughput", 5))
        coater, crew = answer["factors"]
        self.assertEqual((coater["key"], coater["low"], coater["base"], coater["high"]), ("station.coater.cycle", 320, 400, 480))
        self.assertLess(coater["highMinusLow"]["mean"] + coater["highMinusLow"]["halfWidth"], 0)
        self.assertAlmostEqual(coater["lowMinusBase"]["mean"], coater["atLow"]["mean"] - answer["base"]["mean"])
        self.assertLess(abs(crew["highMinusLow"]["mean"]), abs(coater["highMinusLow"]["mean"]) / 10)
        with open(csv_file, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if (row["point"], row["metric"]) == ("station.coater.cycle=high", "throughput")]
        self.assertEqual([(row["station.coater.cycle"], row["crew.technicians.size"]) for row in rows], [("480", "1")] * 4)
        self.assertAlmostEqual(sum(float(row["value"]) for row in rows) / 4, coater["atHigh"]["mean"])
        text = run(*study)
        self.assertIn("Good parts, per hour", text.stdout)
        self.assertLess(text.stdout.index("station.coater.cycle"), text.stdout.index("crew.technicians.size"))
        hypercube = self.json_of("study", PLANT, *COATING_LINE, "--vary", factors, "--design", "lhs", "--points", 12, "--hours", 100, "--warm-up", 24, "--json")["sensitivity"]
        self.assertEqual((hypercube["design"], len(hypercube["settings"])), ("lhs", 12))
        self.assertLess(hypercube["factors"][0]["standardised"]["high"], 0)
        self.assertGreater(hypercube["rSquared"], 0.7)

    def test_study_chooses(self):
        study = ("study", PLANT, *COATING_LINE, "--choose", "buffer.wound.capacity=20,40", "station.coater.cycle=400s,440s", "--maximise", "throughput", "--hours", 200,
                 "--warm-up", 24, "--indifference", 0.2)
        answers = [self.json_of(*study, "--threads", threads, "--json") for threads in (1, 2)]
        self.assertEqual(*answers)
        answer = answers[0]["selection"]
        candidates = {each["id"]: each for each in answer["candidates"]}
        self.assertTrue(answer["decided"])
        self.assertEqual(len(candidates), 4)
        self.assertIn("station.coater.cycle=6 min 40 s", candidates[answer["best"]]["name"])
        self.assertEqual(answer["replications"], sum(each["replications"] for each in candidates.values()))
        self.assertEqual({each["outAfter"] is None for each in candidates.values() if "7 min 20 s" in each["name"]}, {False})
        text = run(*study).stdout
        self.assertIn("with 95 % confidence, if it is better than every other by 0.2 per hour or more", text)
        # Scenarios are chosen among just so.
        answer = self.json_of("study", PLANT, *COATING_LINE, "--scenario", COATING_LINE_20, "--minimise", "timeInSystem", "--hours", 200, "--warm-up", 24, "--indifference", 60,
                              "--json")["selection"]
        self.assertEqual((answer["goal"], answer["best"]), ("minimise", "coating-line-20"))

    def test_study_of_the_plant_alone_and_what_it_warns_of(self):
        process = """format = 1
[plant]
id = "shop"
[process]
length = "20h"
warm_up = 0
source = [{ id = "in", every = 60, to = "rack" }]
buffer = [{ id = "rack", to = "saw" }]
station = [{ id = "saw", cycle = CYCLE, ways = [{ to = "done", share = SHARE }, { to = "scrap", share = 0.05 }] }]
"""
        plant = self.folder / "plant.toml"
        plant.write_text(process.replace("CYCLE", "50").replace("SHARE", "0.95"))
        alone = run("study", self.folder, "--replications", 3)
        self.assertEqual((alone.returncode, alone.stderr), (0, ""))
        self.assertIn("3 runs (seed 1)", alone.stdout)
        answer = self.json_of("study", self.folder, "--replications", 3, "--report", self.folder / "report", "--json")
        self.assertEqual((list(answer["scenarios"]), answer["differences"]), (["base"], {}))
        self.assertIn("<b>Good parts</b>: ", (self.folder / "report" / "study.html").read_text())
        # 60 an hour come, 3600 / 80 = 45 can be made.
        plant.write_text(process.replace("CYCLE", "80").replace("SHARE", "0.95"))
        for command in ["simulate"], ["study", "--replications", 2]:
            warned = run(command[0], self.folder, *command[1:])
            self.assertEqual(warned.returncode, 0, warned.stderr)
            self.assertIn("station 'saw'", warned.stderr)
            self.assertIn("60 parts an hour arrive, and it can make 45 (133.3 % of its time)", warned.stderr)
        self.assertIn("60 parts an hour", self.json_of("validate", self.folder, "--json")["warnings"][0]["message"])
        # A typing mistake.
        plant.write_text(process.replace("CYCLE", "50").replace("SHARE", "0.93"))
        self.assertRefused(run("simulate", self.folder), "plant.toml:9", "the shares add up to 0.98, not to 1: where does the rest go?")

    def test_vehicles_as_the_documentation_has_them(self):
        blocks = re.findall(r"```toml\n(.*?)```", (REPOSITORY / "docs/simulation.md").read_text(), re.S)
        line = next(b for b in blocks if "[plant]" in b).replace('to = "before-check"', 'to = "pressed"', 1)
        line = line.replace('id = "before-check"', 'id = "before-check"\nnode = "check-dock"')
        vehicles = next(b for b in blocks if "[[process.fleet]]" in b)
        plant = self.folder / "plant.toml"
        plant.write_text(line + vehicles)
        answer = self.json_of("simulate", self.folder, "--json")
        fleet = answer["fleets"]["amr"]
        self.assertAlmostEqual(sum(fleet[k] for k in ("loaded", "handling", "empty", "waiting", "blocked", "charging", "down")), 1)
        self.assertGreater(fleet["charging"], 0)
        self.assertAlmostEqual(answer["energy"]["total"], fleet["charged"])
        self.assertAlmostEqual(4 * fleet["loads"], answer["stations"]["check"]["finished"], delta=20)
        self.assertIn("vehicles, %", run("simulate", self.folder).stdout)
        study = self.json_of("study", self.folder, "--replications", 3, "--report", self.folder / "report", "--json")["scenarios"]["base"]
        self.assertAlmostEqual(sum(study[f"vehicle{k}/amr"]["mean"] for k in ("Loaded", "Handling", "Empty", "Waiting", "Blocked", "Charging")), 1)
        self.assertIn("What vehicles did with their time", (self.folder / "report" / "study.html").read_text())
        plant.write_text((line + vehicles).replace('parking = ["yard"]', 'parking = ["yart"]'))
        self.assertRefused(run("simulate", self.folder), "plant.toml", "there is no node 'yart': did you mean 'yard'?")

    def test_what_a_good_part_costs(self):
        # A part every 100 s, 60 s of work at 10 kW, else 1 kW: in 100 h 3600 parts come and 3599 are done.
        (self.folder / "plant.toml").write_text("""format = 1
[plant]
id = "shop"
currency = "EUR"
[process]
length = "100h"
warm_up = 0
cost = { energy = 0.2 }
source = [{ id = "in", every = 100, to = "rack", cost = { item = 2 } }]
buffer = [{ id = "rack", to = "saw" }]
station = [{ id = "saw", cycle = 60, to = "done", cost = { hour = 36, item = 0.5 }, power = { working = 10, otherwise = 1 } }]
""")
        answer = self.json_of("simulate", self.folder, "--json")
        energy = 10 * 3599 / 60 + 100 - 3599 / 60
        self.assertAlmostEqual(answer["energy"]["total"], energy)
        cost = answer["cost"]
        self.assertEqual((cost["currency"], cost["hours"], cost["material"], cost["scrap"]), ("EUR", 3600, 7200, 0))
        self.assertAlmostEqual(cost["work"], 3599 / 2)
        self.assertAlmostEqual(cost["total"], 3600 + 7200 + 3599 / 2 + energy / 5)
        self.assertAlmostEqual(cost["perItem"], cost["total"] / 3599)
        self.assertIn("a good part", run("simulate", self.folder).stdout)
        # A saw twice as fast costs as much an hour and draws as much: idle time costs, so the part costs the same but for energy.
        answer = self.json_of("study", self.folder, "--choose", "station.saw.cycle=60,30", "--minimise", "costPerItem", "--indifference", "0.001", "--json")["selection"]
        self.assertEqual((answer["best"], answer["metric"]), ("choice-2", "costPerItem"))
        self.assertNotIn("cost", self.json_of("simulate", PLANT, "--hours", 50, "--json"))

    def test_study_refuses_what_it_cannot_vary_or_choose(self):
        scenario = str(REPOSITORY / "assets/plants/battery/scenarios/speed-20.toml")
        for arguments, words in [
                (["--vary", "station.coater.cycel=1..2"], ["did you mean 'station.coater.cycle'?"]),
                (["--vary", "station.coater.cycle=9..2"], ["station.coater.cycle=9..2", "must lie below"]),
                (["--vary", self.folder / "none.txt"], ["none.txt"]),
                (["--vary", "station.coater.cycle=1..2", "station.coater.cycle=1..3"], ["varied twice"]),
                (["--vary", "station.coater.cycle=80%..120%", "--metric", "thruput"], ["no quantity 'thruput'"]),
                (["--vary", "station.coater.cycle=80%..120%", "--scenario", scenario], ["one model is varied", "--no-base"]),
                (["--vary", "crew.technicians.size=0..2"], ["crew.technicians.size=0", "at least 1"]),
                (["--choose", "crew.technicians.size=1,2"], ["--maximise or --minimise"]),
                (["--choose", "crew.technicians.size=1,2", "--maximise", "throughput"], ["--indifference 0.1"]),
                (["--maximise", "throughput", "--indifference", "1"], ["nothing to choose between"]),
                (["--choose", "crew.technicians.size=1,2", "--maximise", "throughput", "--indifference", "1", "--procedure", "best"], ["--procedure is one of kn, ocba, not 'best'"]),
                (["--choose", "crew.technicians.size=1,2", "--maximise", "throughput", "--shard", "1/2", "-o", self.folder / "x"], ["do not go together"])]:
            self.assertRefused(run("study", PLANT, *arguments), *words)

    def test_study_branches_from_a_moment_of_a_log(self):
        log = self.folder / "shift.mcap"
        self.json_of("simulate", PLANT, "--hours", 2, "-o", log, "--json")
        study = ("study", PLANT, "--from", log, "--at", "+80min", "--for", "4h", "--target", 40)
        answers = [self.json_of(*study, *COATING_LINE[1:], "--scenario", COATING_LINE_20, "--threads", threads, "--json") for threads in (1, 2)]
        self.assertEqual(*answers)
        answer, forecast = answers[0], answers[0]["forecast"]
        self.assertEqual(answer["scenarios"]["coating-line"]["throughput"]["replications"], 199)
        self.assertGreater(answer["differences"]["coating-line-20-base"]["throughput"]["mean"], 0)
        slow, fast = (answer["scenarios"][each]["throughput"]["mean"] for each in ("coating-line", "coating-line-20"))
        self.assertGreater(fast, slow)
        self.assertNotIn("timeInSystem", answer["scenarios"]["coating-line"])
        self.assertEqual(forecast["at"], "2026-01-01T01:20:00.000000000Z")
        self.assertEqual(forecast["times"][-1], "2026-01-01T05:20:00.000000000Z")
        self.assertEqual(forecast["state"]["stations"]["coater"], [{"hand": "work", "down": False, "elapsed": forecast["state"]["stations"]["coater"][0]["elapsed"], "exact": False}])
        self.assertEqual(forecast["state"]["stations"]["rewinder"][0]["hand"], "nothing")
        self.assertTrue(0 < forecast["state"]["buffers"]["wound"] < 20)
        self.assertTrue(any("signal lags by 5 min" in each for each in forecast["assumptions"]))
        base, fast = (forecast["scenarios"][each] for each in ("coating-line", "coating-line-20"))
        for course in ("made", "content/wound"):
            lengths = {len(base[course][each]) for each in ("mean", "low", "high")}
            self.assertEqual(lengths, {len(forecast["times"])})
        self.assertTrue(all(low <= high for low, high in zip(base["made"]["low"], base["made"]["high"])))
        self.assertEqual(base["made"]["mean"], sorted(base["made"]["mean"]))
        self.assertGreater(fast["target"]["share"], base["target"]["share"])
        self.assertEqual([turn["becomes"] for turn in base["turns"] if turn["buffer"] == "wound"], ["empty"])
        # Without a scenario: what comes if nothing changes.
        alone = run(*study)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        self.assertIn("Not shown by any signal, so assumed", alone.stdout)

    def test_study_refuses_what_it_cannot_branch_from(self):
        log = LOG
        self.assertRefused(run("study", PLANT, "--no-base"), "--no-base", "leaves nothing to run")
        self.assertRefused(run("study", PLANT, "--from", self.folder / "none.mcap"), "none.mcap")
        self.assertRefused(run("study", PLANT, "--from", log, "--at", "+9h"), "+9h")
        self.assertRefused(run("study", PLANT, "--from", log, "--for", "0h"), "--for", "not a time above 0")
        self.assertRefused(run("study", PLANT, "--from", log, "--replications", 20), "39 are needed")
        self.assertRefused(run("study", PLANT, "--from", log, "--shifts-from", "2099-01-01"), "--shifts-from", "name one before it")
        self.assertEqual(run("study", PLANT, "--from", log, "--hours", 5).returncode, 2)
        self.assertRefused(run("study", PLANT, "--from", log, "--live"), "do not go together")
        self.assertRefused(run("study", PLANT, "--live"), "the plant has no [[feed]]")

    def shop(self, between="20h"):
        """A plant of two machines; the log of a run of 2000 h."""
        (self.folder / "plant.toml").write_text(f"""format = 1
[plant]
id = "shop"
[[equipment]]
path = "saw"
signal = [{{ id = "state", type = "string" }}, {{ id = "made", type = "integer" }}]
kpi = {{ state = "state", produced = "made" }}
[[equipment]]
path = "press"
signal = [{{ id = "state", type = "string" }}]
[process]
[[process.source]]
id = "blanks"
to = "saw"
[[process.station]]
id = "saw"
equipment = "saw"
cycle = {{ kind = "gamma", mean = 120, shape = 4 }}
failure = [{{ id = "blade", between = {{ kind = "exponential", mean = "{between}" }}, repair = {{ kind = "lognormal", mean = "40min", sigma = 0.8 }} }}]
to = "press"
[[process.station]]
id = "press"
cycle = "90s"
failure = [{{ id = "die", between = {{ kind = "weibull", scale = "30h", shape = 2 }}, repair = "25min" }}]
to = "done"
[[process.signal]]
signal = "saw/state"
shows = "state"
station = "saw"
[[process.signal]]
signal = "saw/made"
shows = "finished"
station = "saw"
[[process.signal]]
signal = "press/state"
shows = "state"
station = "press"
""")
        log = self.folder / "run.mcap"
        self.json_of("simulate", self.folder, "--hours", 2000, "--seed", 2, "-o", log, "--json")
        return log

    def test_calibrate_finds_what_a_run_was_made_with(self):
        log, scenario = self.shop(), self.folder / "calibrated.toml"
        answer = self.json_of("calibrate", self.folder, "--log", log, "-o", scenario, "--validate", "--json")
        self.assertEqual([answer["plant"], answer["log"]], ["shop", str(log)])
        found = {(each["station"], each["what"]): each for each in answer["findings"]}
        self.assertEqual(len(found), 6)
        for key, kind, mean in ((("saw", "time to failure"), None, 72_000), (("saw", "repair"), None, 2400), (("saw", "cycle"), "gamma", 120),
                                (("press", "time to failure"), "weibull", 30 * 3600 * 0.886227), (("press", "repair"), "constant", 1500)):
            with self.subTest(key):
                fit = found[key]["fit"]
                if kind:  # of some ninety times, one kind looks like another by chance
                    self.assertEqual(fit["kind"], kind)
                # Within three standard errors, which are half the width of the 95 % interval over 1.96.
                error = max((fit["meanHigh"] - fit["meanLow"]) / 2 / 1.96, 1e-6 * mean)
                self.assertLess(abs(fit["mean"] - mean), 3 * error)
                self.assertGreaterEqual(fit["complete"], 30)
                self.assertLessEqual(fit["cutOff"], 1)
        self.assertAlmostEqual(found[("press", "time to failure")]["fit"]["shape"], 2, delta=0.8)
        self.assertAlmostEqual(found[("saw", "cycle")]["fit"]["shape"], 4, delta=0.1)
        cycle = found[("press", "cycle")]
        self.assertEqual((cycle["fit"], cycle["why"]), (None, "no signal counts its cycles"))
        # The run that the estimates come from is one that they explain.
        self.assertEqual(answer["replications"], 199)
        self.assertEqual(len(answer["comparisons"]), 5)
        for each in answer["comparisons"]:
            self.assertEqual(each["agrees"], each["low"] <= each["observed"] <= each["high"])
            self.assertTrue(each["agrees"], each)
        # The scenario stands for itself.
        study = self.json_of("study", self.folder, "--scenario", scenario, "--hours", 500, "--replications", 5, "--json")
        self.assertIn("calibrated", study["scenarios"])
        text = scenario.read_text()
        self.assertIn("run.mcap", text)
        self.assertIn("# cycle: not estimated, no signal counts its cycles", text)
        self.assertEqual(answer, self.json_of("calibrate", self.folder, "--log", log, "--validate", "--json"))

    def test_calibrate_says_when_the_plant_is_not_as_the_estimates(self):
        log = self.shop(between="2h")
        # Calibrated on its first 200 h, but validated against a plant whose press is slower than the log's.
        plant = self.folder / "plant.toml"
        plant.write_text(plant.read_text().replace('cycle = "90s"', 'cycle = "200s"'))
        answer = self.json_of("calibrate", self.folder, "--log", log, "--to", "+200h", "--validate", "--replications", 39, "--json")
        rate = next(each for each in answer["comparisons"] if each["what"] == "cycles an hour")
        self.assertFalse(rate["agrees"])
        self.assertGreater(rate["observed"], rate["high"])

    def test_calibrate_says_what_it_cannot_do(self):
        log = self.shop()
        self.assertRefused(run("calibrate", self.folder, "--log", log, "--to", "+3min", "-o", self.folder / "s.toml"), "nothing can be estimated")
        self.assertFalse((self.folder / "s.toml").exists())
        self.assertRefused(run("calibrate", self.folder, "--log", log, "--from", "end"), "--from", "is not before")
        self.assertRefused(run("calibrate", self.folder), "--log")
        few = self.json_of("calibrate", self.folder, "--log", log, "--to", "+1h", "--json")["findings"]
        self.assertIn("no failure was seen", next(each["why"] for each in few if each["what"] == "time to failure"))
        bare = self.folder / "bare"
        bare.mkdir()
        (bare / "plant.toml").write_text('format = 1\n[plant]\nid = "p"\n[process]\n[[process.source]]\nid = "in"\nto = "m"\n'
                                         '[[process.station]]\nid = "m"\ncycle = 10\nto = "done"\n')
        self.assertRefused(run("calibrate", bare, "--log", log), "no signal shows what a station", "shows = \"state\"")

    def test_simulation_says_what_it_cannot_do(self):
        plant = self.folder / "plant.toml"
        plant.write_text('format = 1\n[plant]\nid = "p"\n')
        self.assertRefused(run("simulate", plant), "the plant has no [process]")
        plant.write_text(plant.read_text() + '[process]\n[[process.source]]\nid = "in"\nevery = 5\nto = "m"\n'
                         '[[process.station]]\nid = "m"\ncycle = 10\nto = "done"\n')
        self.assertRefused(run("simulate", plant, "--hours", 90000), "more than 1000000 parts in progress", "source 'in'")
        scenario = self.folder / "s.toml"
        scenario.write_text('format = 1\n[process]\n[[process.station]]\nid = "n"\nservers = 2\n')
        self.assertRefused(run("study", plant, "--scenario", scenario), "s.toml:4:6: the plant has no station 'n'")
        self.assertRefused(run("study", plant, "--scenario", self.folder / "none.toml"), "none.toml")
        scenario.write_text('format = 1\n[process]\nmaximum_parts = 50\n[[process.station]]\nid = "m"\ncycle = 4\n')
        # The plant itself fails in its pilot run, and says in which replication.
        plant.write_text(plant.read_text().replace("[process]", "[process]\nmaximum_parts = 50", 1))
        self.assertRefused(run("study", plant, "--scenario", scenario), "scenario 'base', replication 1 (--seed ", "more than 50 parts")
        self.assertRefused(run("bench", "sim", "--model", "mm2"), "there is no model 'mm2'")

    def test_import_json(self):
        answer = self.json_of("import", MODEL, "--json")
        for field in ("format", "unit", "upAxis", "nodes", "parts", "instances", "uniqueTriangles", "triangles", "materials", "colours", "warnings",
                      "seconds", "peakBytes"):
            self.assertIn(field, answer)
        self.assertEqual(answer["unit"], "m")
        self.assertEqual(len(answer["bounds"]["min"]), 3)
        self.assertGreaterEqual(answer["triangles"], answer["uniqueTriangles"])

    def test_import_reports_follow_their_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3 with jsonschema is missing")
        schema = json.loads((REPOSITORY / "docs/import-report.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        plate = self.folder / "plate.stl"
        plate.write_text("solid\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
                        "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 0 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid\n")
        models = [MODEL, plate, *sorted((REPOSITORY / "assets/plants/battery/models").glob("*.step"))[:1],
                  *sorted((REPOSITORY / "../shared/data/cad").glob("cax_if_ap214/dm1*.stp"))]
        for model in models:
            with self.subTest(model):
                jsonschema.validate(self.json_of("import", model, "--json"), schema)
        self.assertEqual(self.json_of("import", plate, "--json")["repaired"]["degenerateTriangles"], 1)

    def test_import_takes_a_tolerance(self):
        self.assertRefused(run("import", MODEL, "--tolerance", "wide"), "wide", "0.1%")
        self.assertEqual(self.json_of("import", MODEL, "--tolerance", "0.2mm", "--json")["faces"], 0)

    def test_pictures_are_png_and_windows_have_room_for_panels(self):
        self.assertRefused(run("render", PLANT, "-o", self.folder / "picture.jpg"), "'.jpg'", ".png")
        self.assertRefused(run("view", PLANT, "--screenshot", self.folder / "picture.jpeg"), "'.jpeg'", ".png")
        self.assertRefused(run("view", PLANT, "--screenshot", self.folder / "picture.png", "--size", "10x10"), "at least 320x180")

    def test_feeds_that_were_never_live_are_no_success(self):
        (self.folder / "plant.toml").write_text("format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'a'\nsignal = [{ id = 's' }]\n"
                                                "[[feed]]\nid = 'f'\nkind = 'mqtt'\nurl = 'mqtt://127.0.0.1:1'\n")
        done = run("record", self.folder, "-o", self.folder / "run.mcap", "--for", "300ms")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("feed 'f' was never live", done.stderr)
        self.assertRefused(run("feed", self.folder, "--for", "0s"), "--for", "more than 0")
        self.assertRefused(run("log", "info", self.folder / "plant.toml"), "log convert")

    def test_log_info_json(self):
        answer = self.json_of("log", "info", LOG, "--json")
        for field in ("messages", "samples", "channels", "schemas", "attachments", "metadata", "chunks", "compression", "from", "to", "bytes"):
            self.assertIn(field, answer)
        self.assertEqual(answer["bytes"], Path(LOG).stat().st_size)

    def test_log_info_lists_the_topics(self):
        done = run("log", "info", LOG)
        self.assertEqual(done.returncode, 0, done.stderr)
        topics = self.json_of("log", "info", LOG, "--json")["topics"]
        self.assertGreater(len(topics), 50)
        self.assertIn(f"    {topics[0]['topic']}: {topics[0]['type']}", done.stdout)

    def test_bookmarks_are_named_moments(self):
        log = self.folder / "shift.mcap"
        os.symlink(Path(LOG).resolve(), log)
        beside = self.folder / "shift.mcap.bookmarks.toml"
        beside.write_text('format = 1\n[[bookmark]]\nname = "web break"\ntime = "2026-03-17T06:16:42Z"\n')
        self.assertEqual(self.json_of("log", "info", log, "--json")["bookmarks"], [{"name": "web break", "time": "2026-03-17T06:16:42.000000000Z"}])
        self.assertIn("web break", run("log", "info", log).stdout)
        pictures = [self.folder / f"{name}.png" for name in ("named", "timed")]
        for moment, picture in zip(("web break", "2026-03-17T06:16:42Z"), pictures):
            done = run("render", PLANT, "--log", log, "--at", moment, "--size", "160x90", "-o", picture)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(pictures[0].read_bytes(), pictures[1].read_bytes())
        self.assertRefused(run("render", PLANT, "--log", log, "--at", "web braek", "-o", pictures[0]), "did you mean 'web break'?")
        beside.write_text("format = 1\n[[bookmark]]\n")
        self.assertRefused(run("log", "info", log), "bookmarks.toml:2:1", "'name'")

    # --- states

    def test_states_say_why_machines_stood(self):
        answer = self.json_of("states", PLANT, "--equipment", "electrode/coating/coater-1", "--json")
        self.assertEqual([each["equipment"] for each in answer["equipment"]], ["electrode/coating/coater-1"])
        coater = answer["equipment"][0]
        for before, after in zip(coater["states"], coater["states"][1:]):
            self.assertEqual(before["to"], after["from"])
            self.assertRegex(before["from"], ISO_TIME)
        held = next(each for each in coater["states"] if each["state"] == "Held")
        self.assertEqual((held["reason"], held["alarm"]), ("Web break", "electrode/coating/rewinder-1/web-break"))
        self.assertAlmostEqual(sum(coater["seconds"].values()), sum(each["seconds"] for each in coater["states"]), places=6)
        run_time = next(each for each in coater["states"] if each["state"] == "Execute")
        self.assertEqual((run_time["reason"], run_time["alarm"]), ("", None))
        self.assertIn("Web break", run("states", PLANT).stdout)

    def test_states_cut_to_a_window_and_as_csv(self):
        part = self.json_of("states", PLANT, "--from", "+17min", "--to", "+18min", "--json")
        for each in part["equipment"]:
            if each["states"]:
                self.assertLessEqual(sum(each["seconds"].values()), 60 + 1e-9)
        lines = run("states", PLANT, "--csv").stdout.splitlines()
        self.assertEqual(lines[0], "equipment,from,to,seconds,state,word,reason,alarm")
        self.assertGreater(len(lines), 5)
        self.assertRefused(run("states", PLANT, "--equipment", "electrode/coating/coatr-1"), "did you mean 'electrode/coating/coater-1'?")
        self.assertEqual(run("states", PLANT, "--csv", "--json").returncode, 2)

    def test_log_info_of_a_huge_log_reads_its_summary_only(self):
        # The log with a private record of 15 GB before its data: a hole, so that the file takes no room.
        log, hole = bytearray(Path(LOG).read_bytes()), 15_000_000_000
        head = 8 + 9 + struct.unpack_from("<Q", log, 9)[0]
        shift = 9 + hole
        start = struct.unpack_from("<Q", log, len(log) - 8 - 20)[0]

        def moved(at):
            struct.pack_into("<Q", log, at, struct.unpack_from("<Q", log, at)[0] + shift)

        at, footer = start, len(log) - 8 - 29
        while at <= footer:
            opcode, length = struct.unpack_from("<BQ", log, at)
            if opcode == 0x08:  # ChunkIndex: where its chunk and the message indexes are
                moved(at + 9 + 16)
                for entry in range(struct.unpack_from("<I", log, at + 9 + 32)[0] // 10):
                    moved(at + 9 + 36 + 10 * entry + 2)
            elif opcode in (0x0A, 0x0D):
                moved(at + 9)
            elif opcode == 0x0E:
                moved(at + 9 + 1)
            elif opcode == 0x02:
                moved(at + 9)
                moved(at + 9 + 8)
                struct.pack_into("<I", log, at + 9 + 16, zlib.crc32(log[start : at + 9 + 16]))
            at += 9 + length
        huge = self.folder / "huge.mcap"
        with huge.open("wb") as file:
            file.write(log[:head] + struct.pack("<BQ", 0x80, hole))
            file.seek(hole, 1)
            file.write(log[head:])
        begun = time.monotonic()
        answer = self.json_of("log", "info", huge, "--json")
        print(f"log info of {huge.stat().st_size} bytes: {1000 * (time.monotonic() - begun):.0f} ms with starting the program", file=sys.stderr)
        self.assertEqual(answer["bytes"], len(log) + shift)
        small = self.json_of("log", "info", LOG, "--json")
        self.assertEqual(answer["warnings"], [])
        for field in ("messages", "samples", "channels", "chunks", "from", "to"):
            self.assertEqual(answer[field], small[field])
        self.assertEqual(answer["topics"], [{key: topic[key] for key in ("topic", "type", "unit")} for topic in small["topics"]], "counting would mean reading")

    # --- condition

    def test_condition_learns_from_a_plant_and_finds_the_web_break(self):
        model = self.folder / "battery.json"
        learnt = self.json_of("condition", "learn", PLANT, "--to", "+15min", "--step", "1s", "-o", model, "--json")
        self.assertEqual((learnt["step"], learnt["window"], learnt["falseAlarmRate"]), (1, 20, 0.01))
        self.assertIn("electrode/coating/rewinder-1", [each["equipment"] for each in learnt["equipment"]])
        self.assertIn({"name": "electrode/coating/good-length", "reason": "a count of KPIs"}, learnt["notWatched"])
        written = json.loads(model.read_text())
        self.assertEqual((written["kind"], written["format"]), ("millwright-condition", 1))
        answer = self.json_of("condition", "score", LOG, "--model", model, "--json")
        rewinder = next(each for each in answer["equipment"] if each["equipment"] == "electrode/coating/rewinder-1")
        [anomaly] = rewinder["anomalies"]
        self.assertRegex(anomaly["from"], r"^2026-03-17T06:16:")
        self.assertGreater(anomaly["peak"], 10)
        self.assertEqual(rewinder["peak"], anomaly["peak"])
        self.assertGreater(rewinder["steps"], rewinder["stepsInAnomaly"])
        self.assertEqual(anomaly["signals"][0]["signal"], "electrode/coating/rewinder-1/web-tension")
        self.assertAlmostEqual(sum(each["share"] for each in anomaly["signals"]), 1)
        text = run("condition", "score", LOG, "--model", model)
        self.assertIn("electrode/coating/rewinder-1/web-tension level 0, normally 160 N", text.stdout)
        calm = self.json_of("condition", "score", LOG, "--model", model, "--to", "+15min", "--json")
        line = [each for each in calm["equipment"] if each["equipment"].startswith("electrode/coating/")]
        self.assertGreater(len(line), 5)
        self.assertEqual([each["equipment"] for each in line if each["anomalies"]], [])

    def test_condition_learns_from_a_table_without_a_plant(self):
        table, model = self.folder / "pump.csv", self.folder / "pump.json"
        rows = [f"2026-01-01T00:{second // 60:02}:{second % 60:02},{second * second % 17},{20 if second < 500 else 40}.{second % 7}" for second in range(600)]
        table.write_text("time,flow,temperature\n" + "\n".join(rows) + "\n")
        learnt = self.json_of("condition", "learn", table, "--to", "+8min", "-o", model, "--json")
        self.assertEqual([each["equipment"] for each in learnt["equipment"]], ["log"])
        [equipment] = self.json_of("condition", "score", table, "--model", model, "--json")["equipment"]
        [anomaly] = equipment["anomalies"]
        self.assertRegex(anomaly["from"], r"^2026-01-01T00:08:2")
        self.assertEqual(anomaly["signals"][0]["signal"], "temperature")
        self.assertTrue(anomaly["open"])

    def test_condition_names_the_bands_of_a_vibration_and_their_units(self):
        table, model = self.folder / "motor.csv", self.folder / "motor.json"
        noise = random.Random(1)
        rows = [f"2026-01-01T00:00:{k // 1000:02}.{k % 1000:03},{noise.gauss(0, 1 if k < 48_000 else 4)}" for k in range(60_000)]
        table.write_text("time,vibration [m/s2]\n" + "\n".join(rows) + "\n")
        self.json_of("condition", "learn", table, "--to", "+48s", "--window", "5", "-o", model, "--json")
        self.assertEqual(json.loads(model.read_text())["signals"][0]["block"], 512)
        [equipment] = self.json_of("condition", "score", table, "--model", model, "--json")["equipment"]
        signals = [each for anomaly in equipment["anomalies"] for each in anomaly["signals"]]
        bands = sorted((each["fromHertz"], each["toHertz"]) for each in signals if each["measure"] == "band")
        self.assertEqual(len(bands) % 8, 0)
        self.assertAlmostEqual(bands[0][0], 0)
        self.assertAlmostEqual(bands[0][1], 62.5, delta=0.1)
        self.assertAlmostEqual(bands[-1][1], 500, delta=0.5)
        for each in signals:
            self.assertEqual("fromHertz" in each, each["measure"] == "band")
            if each["measure"] in ("kurtosis", "crest", "envelope"):
                self.assertEqual(each["unit"], "", "it has none")

    def test_condition_says_what_it_cannot_do(self):
        model = self.folder / "m.json"
        self.assertRefused(run("condition", "learn", PLANT, "--to", "+30s", "--step", "1s", "-o", model), "steps of 1 s are too few", "at least 100")
        self.assertRefused(run("condition", "learn", PLANT, "--raise", "5", "-o", model), "--raise '5'", "5/10")
        self.assertRefused(run("condition", "learn", PLANT, "--step", "soon", "-o", model), "--step: 'soon' is not a duration")
        self.assertRefused(run("condition", "learn", PLANT, "--window", "1", "-o", model), "a window of 1 steps")
        self.assertRefused(run("condition", "learn", PLANT, "--false-alarms", "2", "-o", model), "a false-alarm rate of 2")
        self.assertRefused(run("condition", "learn", LOG, "--log", LOG, "-o", model), "is a log itself")
        self.assertRefused(run("condition", "learn", PLANT), "--output is required")
        self.assertRefused(run("condition", "score", LOG, "--model", model), "m.json")
        model.write_text("{}")
        self.assertRefused(run("condition", "score", LOG, "--model", model), "m.json", "millwright-condition")
        table = self.folder / "other.csv"
        table.write_text("time,a\n" + "".join(f"2026-01-01T00:{i // 60:02}:{i % 60:02},{i % 3}\n" for i in range(200)))
        self.json_of("condition", "learn", table, "-o", model, "--json")
        self.assertRefused(run("condition", "score", LOG, "--model", model), "has none of the 1 topics", "'a'")

    # --- logs: verify, recover, compare, copy

    def test_a_damaged_log_is_found_recovered_and_compared(self):
        self.assertTrue(self.json_of("log", "verify", LOG, "--json")["sound"])
        self.assertEqual(self.json_of("log", "recover", LOG, "-o", self.folder / "same.mcap", "--json")["messagesLost"], 0)
        self.assertTrue(self.json_of("log", "diff", LOG, self.folder / "same.mcap", "--json")["equal"])
        damaged, saved = self.folder / "damaged.mcap", self.folder / "saved.mcap"
        content = bytearray(Path(LOG).read_bytes())
        content[len(content) // 2] ^= 0x10
        damaged.write_bytes(content)
        verified = run("log", "verify", damaged, "--json")
        self.assertEqual(verified.returncode, 1, verified.stderr)
        self.assertIn("checksum", json.loads(verified.stdout)["problems"][0]["message"])
        recovered = run("log", "recover", damaged, "-o", saved, "--json")
        self.assertEqual(recovered.returncode, 1, recovered.stderr)
        report = json.loads(recovered.stdout)
        self.assertEqual((report["complete"], report["messagesLost"], len(report["damage"])), (False, 1, 1))
        self.assertTrue(self.json_of("log", "verify", saved, "--json")["sound"])
        compared = run("log", "diff", LOG, saved, "--json")
        self.assertEqual(compared.returncode, 1, compared.stderr)
        difference = json.loads(compared.stdout)
        self.assertEqual(difference["firstSamples"] - difference["secondSamples"], sum(s["onlyFirst"] for s in difference["signals"]))
        self.assertEqual(sum(s["changed"] + s["onlySecond"] for s in difference["signals"]), 0)

    def test_a_log_is_cut_merged_and_redacted(self):
        topic = self.json_of("log", "info", LOG, "--json")["topics"][0]["topic"]
        first, second, both = (self.folder / name for name in ("first.mcap", "second.mcap", "both.mcap"))
        self.json_of("log", "cut", LOG, "-o", first, "--to", "+20min", "--json")
        self.json_of("log", "cut", LOG, "-o", second, "--from", "+10min", "--json")
        self.assertGreater(self.json_of("log", "merge", first, second, "-o", both, "--json")["duplicates"], 0)
        self.assertTrue(self.json_of("log", "diff", LOG, both, "--json")["equal"])
        self.json_of("log", "redact", LOG, "-o", first, "--force", "--hide-topics", "--without", topic, "--shift", "-400d", "--json")
        answer = self.json_of("log", "info", first, "--json")
        self.assertTrue(all(t["topic"].startswith("signal-") for t in answer["topics"]))
        self.assertLess(answer["to"], self.json_of("log", "info", LOG, "--json")["from"])
        other = self.folder / "other.mcap"
        self.assertRefused(run("log", "cut", LOG, "-o", other, "--signal", "no/such"), "no/such")
        self.assertRefused(run("log", "cut", LOG, "-o", other, "--from", "+31min"), "+31min")
        self.assertRefused(run("log", "recover", "nowhere.mcap", "-o", other), "nowhere.mcap")

    def test_no_command_writes_over_a_log_unless_told_to(self):
        kept, scrap = self.folder / "kept.mcap", self.folder / "scrap.mcap"
        kept.write_bytes(b"precious")
        scrap.write_bytes(Path(LOG).read_bytes()[:-1000])
        table = self.folder / "t.csv"
        table.write_text("time,a\n2026-03-01T00:00:00Z,1\n")
        for command in (["log", "convert", table], ["log", "cut", LOG], ["log", "merge", LOG, LOG], ["log", "redact", LOG], ["log", "recover", scrap],
                        ["simulate", PLANT, "--hours", "0.1"]):
            self.assertRefused(run(*command, "-o", kept), "kept.mcap", "exists already", "--force")
            self.assertEqual(kept.read_bytes(), b"precious")
            written = self.folder / "written.mcap"
            written.write_bytes(b"old")
            self.assertLess(run(*command, "-o", written, "--force").returncode, 2)
            self.assertTrue(self.json_of("log", "verify", written, "--json")["sound"])
        self.assertEqual(sorted(each.name for each in self.folder.iterdir()), ["kept.mcap", "scrap.mcap", "t.csv", "written.mcap"])

    def test_a_log_becomes_text_and_the_same_log_again(self):
        for name, more in (("wide.csv", []), ("long.csv", ["--long"]), ("all.jsonl", [])):
            text, again = self.folder / name, self.folder / f"{name}.mcap"
            answer = self.json_of("log", "convert", LOG, "-o", text, *more, "--json")
            self.assertEqual(answer["samples"], self.json_of("log", "info", LOG, "--json")["samples"])
            self.json_of("log", "convert", text, "-o", again, "--json")
            self.assertTrue(self.json_of("log", "diff", LOG, again, "--json")["equal"], name)
        with (self.folder / "wide.csv").open() as file:
            rows = csv.DictReader(file)
            self.assertIn("electrode/coating/coater-1/state", rows.fieldnames)
            self.assertRegex(next(rows)["time"], ISO_TIME)
        self.assertRefused(run("log", "convert", LOG, "-o", self.folder / "x.jsonl", "--long"), "--long", ".csv")
        self.assertRefused(run("log", "convert", LOG, "-o", self.folder / "x.csv", "--encoding", "json"), "--encoding", "leave them out")
        (self.folder / "x.csv.mapping.toml").write_text("# mine\n")
        self.assertRefused(run("log", "convert", LOG, "-o", self.folder / "x.csv"), "x.csv.mapping.toml", "--force")

    def test_log_info_counts_the_samples_of_each_topic(self):
        answer = self.json_of("log", "info", LOG, "--json")
        self.assertEqual(sum(topic["samples"] for topic in answer["topics"]), answer["samples"])
        speed = next(topic for topic in answer["topics"] if topic["topic"] == "electrode/coating/coater-1/web-speed")
        self.assertRegex(speed["from"], ISO_TIME)
        self.assertGreater(speed["rate"], 0)
        self.assertRegex(run("log", "info", LOG).stdout, r"electrode/\S+: float, \S+, [\d ]+ samples, [\d.e+-]+/s")

    def test_a_measurement_is_not_taken_for_the_time(self):
        table = self.folder / "current.csv"
        table.write_text("current,noise\n292,12\n315,24\n")
        log = self.folder / "current.mcap"
        self.assertRefused(run("log", "convert", table, "-o", log), "current.csv", "no column can be told to be the time (current, noise)", "--mapping")
        self.assertFalse(log.exists())
        mapping = self.folder / "current.toml"
        mapping.write_text('[time]\ncolumn = 1\nformat = "s"\nstart = "2026-03-01T00:00:00Z"\n')
        self.assertEqual(run("log", "convert", table, "-o", log, "--mapping", mapping).stderr, "")
        table.write_text("time,noise\n292,12\n315,24\n")
        done = run("log", "convert", table, "-o", self.folder / "1970.mcap")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("taken for the time", done.stderr)

    def test_json_becomes_a_log(self):
        records = self.folder / "press.jsonl"
        records.write_text('{"time": "2026-03-01T00:00:00Z", "force": 812.5, "state": "Execute"}\n{"time": "2026-03-01T00:00:01Z", "force": 1.5}\n{broken\n')
        answer = self.json_of("log", "convert", records, "-o", self.folder / "press.mcap", "--json")
        self.assertEqual([answer["samples"], answer["inputs"][0]["format"], answer["inputs"][0]["timeColumn"], answer["inputs"][0]["unparsable"]], [3, "json", "time", 1])
        self.assertIn("press.jsonl:3:1", answer["inputs"][0]["problems"][0])
        self.assertEqual([(each["topic"], each["type"]) for each in self.json_of("log", "info", self.folder / "press.mcap", "--json")["topics"]],
                         [("force", "float"), ("state", "string")])
        records.write_text('{"force": 1}\n')
        self.assertRefused(run("log", "convert", records, "-o", self.folder / "no.mcap"), "press.jsonl:1:1", "no member can be told to be the time (force)")

    # --- bad input

    def test_missing_things_are_named(self):
        self.assertRefused(run("replay", "nowhere"), "nowhere", "no such")
        self.assertRefused(run("replay", PLANT, "--log", "nowhere.mcap"), "nowhere.mcap", "no such")
        self.assertRefused(run("render", "nowhere.glb", "-o", self.folder / "x.png"), "nowhere.glb", "no such")
        self.assertRefused(run("import", "nowhere.glb"), "nowhere.glb", "no such")
        self.assertRefused(run("log", "info", "nowhere.mcap"), "nowhere.mcap", "no such")
        self.assertRefused(run("check", PLANT, "--log", LOG, "--expect", "nowhere.toml"), "nowhere.toml", "no such")

    def test_render_says_what_it_cannot_do(self):
        picture = self.folder / "x.png"
        self.assertRefused(run("render", PLANT, "-o", picture, "--camera", "overvew"), "overvew", "overview")
        self.assertRefused(run("render", PLANT, "-o", picture, "--size", "0x0"), "0x0")
        self.assertRefused(run("render", PLANT, "-o", picture, "--size", "banana"), "banana")
        self.assertRefused(run("render", PLANT, "-o", picture, "--size", "100000x100000"), "100000x100000")
        self.assertRefused(run("render", PLANT, "-o", picture, "--at", "+31min"), "+31min", "outside the log")
        self.assertRefused(run("render", PLANT, "-o", picture, "--gpu", "nonesuch"), "nonesuch")
        for plane in ("w=1", "x=", "x=1furlong", "x=1,flop", "1,2,3", "0,0,0,1", "x=nan"):
            self.assertRefused(run("render", PLANT, "-o", picture, "--section", plane), plane, "plane")
        self.assertRefused(run("render", PLANT, "-o", picture, *["--section", "x=1"] * 4), "at most 3")
        self.assertRefused(run("render", PLANT, "-o", picture, "--xray", "no-such-part"), "no-such-part")
        self.assertRefused(run("render", PLANT, "-o", picture, "--explode", "1.5"), "1.5")
        self.assertRefused(run("render", PLANT, "-o", "/proc/x.png"), "/proc/x.png")
        self.assertFalse(picture.exists())

    def test_broken_logs_and_models(self):
        for name, content in (("empty", b""), ("text", b"hello\n"), ("magic", b"\x89MCAP0\r\n"), ("zeros", bytes(4096))):
            for command, suffix in (("log info", ".mcap"), ("import", ".glb"), ("import", ".obj"), ("import", ".stl"), ("import", ".step"), ("import", ".igs")):
                with self.subTest(f"{command} {name}{suffix}"):
                    file = self.folder / (name + suffix)
                    file.write_bytes(content)
                    self.assertRefused(run(*command.split(), file), file.name)

    def test_a_log_that_was_cut_off_is_replayed_with_a_warning(self):
        cut = self.folder / "cut.mcap"
        cut.write_bytes(Path(LOG).read_bytes()[: Path(LOG).stat().st_size // 2])
        done = run("replay", PLANT, "--log", cut, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(json.loads(done.stdout)["samples"], 0)
        self.assertIn("incomplete", done.stderr)

    def test_a_model_has_nothing_to_replay(self):
        self.assertRefused(run("replay", MODEL, "--log", LOG), MODEL, "no signals")

    def test_a_folder_or_a_device_is_not_a_log(self):
        self.assertRefused(run("log", "info", self.folder), str(self.folder))
        self.assertRefused(run("log", "info", "/dev/zero"), "/dev/zero")

    def test_a_device_is_written_to_and_never_replaced(self):
        device = self.folder / "null"  # a link, so that a failure harms nothing
        device.symlink_to("/dev/null")
        self.assertEqual(run("render", MODEL, "-o", device, "--size", "64x64", "--quality", "low").returncode, 0)
        self.assertTrue(device.is_symlink())
        self.assertRefused(run("log", "convert", LOG, "-o", device), "null", "not a regular file")

    def test_an_answer_that_cannot_be_printed_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "log", "info", LOG], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard output", done.stderr)

    def test_a_name_cannot_write_to_the_terminal(self):
        self.assertRefused(run("import", "no\nsuch\x1b[31m.glb"), "no?such?[31m.glb")

    def test_view_without_a_display_says_what_to_do(self):
        done = run("view", PLANT, env={"DISPLAY": "", "WAYLAND_DISPLAY": ""})
        self.assertRefused(done, "display", "render")

    # --- pictures and signals

    def test_render_model_and_plant(self):
        for name in (PLANT, MODEL):
            picture = self.folder / "picture.png"
            done = run("render", name, "-o", picture, "--size", "320x180", "--quality", "low")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            picture.unlink()

    def test_memory_that_is_not_needed_does_not_change_a_picture(self):
        pictures = []
        for memory in ([], ["--memory", "64"]):
            picture = self.folder / "picture.png"
            done = run("render", MODEL, "-o", picture, "--size", "320x180", "--quality", "low", *memory)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("detail is reduced", done.stderr)
            pictures.append(picture.read_bytes())
        self.assertEqual(*pictures)
        self.assertRefused(run("render", MODEL, "-o", self.folder / "picture.png", "--memory", "0"), "--memory")

    def test_the_cache_of_models_never_changes_a_picture(self):
        cache, nowhere = self.folder / "cache", self.folder / "file"
        nowhere.write_text("caches cannot be below a file")

        def drawn(home):
            picture = self.folder / "picture.png"
            done = run("render", MODEL, "-o", picture, "--size", "320x180", "--quality", "low", env={"XDG_CACHE_HOME": str(home)})
            self.assertEqual(done.returncode, 0, done.stderr)
            return picture.read_bytes(), done.stderr

        first, _ = drawn(cache)
        [entry] = (cache / "millwright/cooked").glob("*.cooked")
        written = entry.stat().st_ino
        self.assertEqual(drawn(cache)[0], first)
        self.assertEqual(entry.stat().st_ino, written, "cooked again although it was there")
        spoilt = bytearray(entry.read_bytes())
        spoilt[len(spoilt) // 2] ^= 0x10
        entry.write_bytes(spoilt)
        self.assertEqual(drawn(cache)[0], first)
        self.assertNotEqual(entry.read_bytes(), spoilt, "a broken entry is made again")
        picture, said = drawn(nowhere)
        self.assertEqual(picture, first)
        self.assertIn("not kept for next time", said)

    def test_what_is_known_of_alarms_is_kept_for_later_openings(self):
        home = {"XDG_CACHE_HOME": str(self.folder / "cache"), "MILLWRIGHT_HOME": str(self.folder)}
        done = run("bench", "check", "--hours", "0.02", "--machines", "2", "--jumps", env=home)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(json.loads(done.stdout)["laterFirstP99Ms"], 0)
        [entry] = (self.folder / "cache/millwright/alarms").iterdir()
        self.assertTrue(entry.read_bytes().startswith(b"millwright alarms 1\n"))

    def test_interrupt_stops_cleanly(self):
        process = subprocess.Popen([PROGRAM, "replay", PLANT, "--speed", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)  # it plays thirty minutes in real time, so it is certainly still at it
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)

    def test_doctor_tells_what_this_machine_has(self):
        done = run("doctor")
        self.assertIn(done.returncode, (0, 1))
        for word in ("Vulkan", "OpenXR", "fonts", "disk"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
