"""Opens the reports that Millwright writes in headless Chromium: no complaint on the console, nothing asked of a network, readable at 400 pixels."""
import csv
import html
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
REPOSITORY = pathlib.Path(sys.argv.pop(1))
PLANT = REPOSITORY / "assets/plants/battery"

# What a reader on a narrow screen has before them. The report is in a frame of 400 pixels, because no window of the browser is that narrow.
MEASURE = """<!DOCTYPE html><title>measure</title><iframe style="width:400px;height:900px;border:0" srcdoc="%s"></iframe><script>
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument, drawings = [...page.querySelectorAll(".row svg")].map(d => d.getBoundingClientRect());
  const slider = page.querySelector(".compare input"), before = slider && page.querySelector(".compare").style.getPropertyValue("--at");
  if (slider) { slider.value = 80; slider.dispatchEvent(new Event("input")); }
  const links = [...page.querySelectorAll("a[href^='#']")];
  const texts = [...page.querySelectorAll("h1,h2,h3,p,li,td,th,.row span")].filter(e => e.textContent.trim() && e.getClientRects().length);
  document.body.dataset.found = JSON.stringify({
    scrollWidth: page.documentElement.scrollWidth, drawings: drawings.length, narrowest: Math.min(...drawings.map(d => d.width)),
    smallestText: Math.min(...texts.map(t => parseFloat(getComputedStyle(t).fontSize))), title: page.title,
    slider: slider && [before, page.querySelector(".compare").style.getPropertyValue("--at")], dangling: links.filter(a => !page.querySelector(a.hash)).length,
    bands: [...page.querySelectorAll(".states svg")].map(d => [d.getBoundingClientRect().width, d.querySelectorAll("rect").length]),
    trends: page.querySelectorAll(".chart:not(.states) svg").length, stops: [...page.querySelectorAll(".stops li")].map(e => e.textContent),
    closed: [...page.querySelectorAll("details")].filter(d => !d.open).length,
    pictures: [...page.images].filter(p => p.naturalWidth > 0).length, links: links.length,
    outside: [...page.querySelectorAll("[src],link[href]")].map(e => e.src || e.href).filter(a => !a.startsWith("data:")),
    beyond: texts.filter(t => !t.closest(".wide") && t.getBoundingClientRect().right > 400.5).map(t => t.textContent) }) })
</script>"""


def browse(*arguments, folder):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
               "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@unittest.skipUnless(shutil.which("chromium"), "needs chromium")
class Browser(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)

    def measured(self, page):
        wrapper = self.folder / "measure.html"
        wrapper.write_text(MEASURE % html.escape(page.read_text(encoding="utf-8")), encoding="utf-8")
        ran = browse("--dump-dom", wrapper.as_uri(), folder=self.folder)
        self.assertNotIn("CONSOLE", ran.stderr)
        return json.loads(html.unescape(re.search(r'data-found="([^"]*)"', ran.stdout).group(1)))

    def test_forecast_report(self):
        report = self.folder / "report"
        ran = subprocess.run([PROGRAM, "study", PLANT, "--from", PLANT / "logs/coating-30min.mcap", "--for", "4h", "--target", "30",
                              "--scenario", PLANT / "scenarios/speed-20.toml", "--report", report, "--json"], capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(json.loads((report / "study.json").read_text()), json.loads(ran.stdout))
        self.assertIn("throughput", (report / "study.csv").read_text())
        found = self.measured(report / "study.html")
        self.assertEqual(found["title"], "What comes next: Battery cell plant")
        self.assertEqual((found["outside"], found["beyond"]), ([], []))
        self.assertLessEqual(found["scrollWidth"], 400)
        self.assertGreaterEqual(found["smallestText"], 12)
        page = (report / "study.html").read_text()
        forecast = json.loads(ran.stdout)["forecast"]
        self.assertIn("wound", forecast["state"]["buffers"])
        self.assertEqual(page.count("<polygon"), 2 * (1 + len(forecast["state"]["buffers"])))  # parts made and the buffers, of two scenarios
        for sentence in forecast["assumptions"]:
            self.assertIn(html.escape(sentence, quote=True).replace("&#x27;", "&#39;"), page)

    def test_study_report(self):
        report = self.folder / "report"
        scenario = PLANT / "scenarios/speed-20.toml"
        ran = subprocess.run([PROGRAM, "study", PLANT, "--scenario", scenario, "--replications", "8", "--hours", "100", "--report", report, "--json"],
                             capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        found = self.measured(report / "study.html")
        self.assertEqual(found["title"], "What-if study: Battery cell plant")
        self.assertEqual(found["outside"], [])
        self.assertLessEqual(found["scrollWidth"], 400)
        self.assertEqual(found["beyond"], [])
        self.assertGreaterEqual(found["smallestText"], 12)
        self.assertGreaterEqual(found["drawings"], 2 * 3 + 3 + 2 * 5)  # means, differences, stations
        self.assertGreaterEqual(found["narrowest"], 300)
        picture = self.folder / "picture.png"
        ran = browse(f"--screenshot={picture}", "--window-size=1100,2400", (report / "study.html").as_uri(), folder=self.folder)
        self.assertNotIn("CONSOLE", ran.stderr)
        self.assertGreater(picture.stat().st_size, 50_000)
        # The table and the JSON beside it say the same.
        answer = json.loads((report / "study.json").read_text())
        self.assertEqual(answer, json.loads(subprocess.run([PROGRAM, "study", PLANT, "--scenario", scenario, "--replications", "8", "--hours", "100", "--json"],
                                                           capture_output=True, text=True, timeout=120).stdout))
        with open(report / "study.csv", newline="", encoding="utf-8") as file:
            values = [float(row["value"]) for row in csv.DictReader(file) if (row["scenario"], row["metric"]) == ("speed-20", "throughput")]
        self.assertEqual(len(values), 8)
        self.assertAlmostEqual(sum(values) / 8, answer["scenarios"]["speed-20"]["throughput"]["mean"])

    def read_by_people(self, report, title, *arguments):
        """The report of a study, measured on a narrow screen and drawn on a wide one."""
        ran = subprocess.run([PROGRAM, "study", PLANT, "--no-base", "--scenario", PLANT / "scenarios/coating-line.toml", *arguments, "--hours", "150", "--warm-up", "24", "--report", report, "--json"],
                             capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(json.loads((report / "study.json").read_text()), json.loads(ran.stdout))
        found = self.measured(report / "study.html")
        self.assertEqual((found["title"], found["outside"], found["beyond"]), (title, [], []))
        self.assertLessEqual(found["scrollWidth"], 400)
        self.assertGreaterEqual(found["smallestText"], 12)
        picture = self.folder / "picture.png"
        ran = browse(f"--screenshot={picture}", "--window-size=1100,1600", (report / "study.html").as_uri(), folder=self.folder)
        self.assertNotIn("CONSOLE", ran.stderr)
        self.assertGreater(picture.stat().st_size, 50_000)
        return found

    def test_reports_of_what_matters_and_of_what_is_best(self):
        factors = ["--vary", "station.coater.cycle=80%..120%", "station.coater.failure.web-break-or-die.repair=50%..200%", "crew.technicians.size=1..2"]
        found = self.read_by_people(self.folder / "tornado", "What matters: Battery cell plant", *factors, "--replications", "4")
        self.assertEqual(found["drawings"], 3)
        page = (self.folder / "tornado/study.html").read_text(encoding="utf-8")
        # The longest bar is on top, as in every tornado.
        swings = [abs(each["highMinusLow"]["mean"]) for each in json.loads((self.folder / "tornado/study.json").read_text())["sensitivity"]["factors"]]
        self.assertEqual(swings[0], max(swings))
        self.assertIn('<div class="row"><span>station.coater.cycle<', page)
        self.assertLess(page.index('<div class="row"><span>station.coater.cycle<'), page.index('<div class="row"><span>crew.technicians.size<'))
        found = self.read_by_people(self.folder / "cube", "What matters: Battery cell plant", *factors, "--design", "lhs", "--points", "15", "--replications", "2")
        self.assertEqual(found["drawings"], 3)
        found = self.read_by_people(self.folder / "best", "Which is best: Battery cell plant", "--choose", "station.coater.cycle=380,400,440", "--maximise", "throughput",
                                    "--indifference", "0.2")
        self.assertEqual(found["drawings"], 3)

    def test_check_report(self):
        """A deliberate fault in a log: the web break is expected not to be, and the reference picture is of another camera."""
        folder = self.folder / ("long" * 20)  # and nowhere to break a line
        folder.mkdir()
        expectations = folder / "none of this.toml"
        shutil.copy(REPOSITORY / "tests/golden/coater.png", folder / "reference.png")
        signal = "electrode/coating/rewinder-1/web-tension"
        expectations.write_text(f'''format = 1
[[check]]
name = "the web <b>never</b> breaks"
signal = "{signal}"
when = {{ op = ">", value = 100 }}
expect = "always"
from = "+2min"
[[check]]
name = "the line was available"
kpi = "availability"
equipment = "electrode/coating"
least = 0.85
[[check]]
name = "it looks right"
picture = "reference.png"
camera = "calender"
size = [960, 540]
at = "+10min"
[[check]]
name = "a full log"
samples = [300000, 400000]
''')
        report = self.folder / "a report"
        ran = subprocess.run([PROGRAM, "check", PLANT, "--expect", expectations, "--report", report, "--json"], capture_output=True, text=True, timeout=200)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        found = self.measured(report / "check.html")
        self.assertEqual(found["title"], "Failed: Battery cell plant")
        self.assertEqual(found["outside"], [])
        self.assertLessEqual(found["scrollWidth"], 400)
        self.assertEqual(found["beyond"], [])
        self.assertGreaterEqual(found["smallestText"], 12)
        self.assertEqual(found["drawings"], 5)  # four checks and the alarms on the timeline
        self.assertEqual(found["slider"], ["", "80%"])
        self.assertEqual(found["pictures"], 3)
        self.assertEqual([found["links"], found["dangling"]], [4, 0])
        self.assertEqual(found["closed"], 2)  # only what passed, and the list of alarms
        picture = self.folder / "picture.png"
        ran = browse(f"--screenshot={picture}", "--window-size=1100,2400", (report / "check.html").as_uri(), folder=self.folder)
        self.assertNotIn("CONSOLE", ran.stderr)
        self.assertGreater(picture.stat().st_size, 100_000)
        page = (report / "check.html").read_text(encoding="utf-8")
        answer = json.loads((report / "check.json").read_text())
        for check in answer["checks"]:
            self.assertIn(html.escape(check["found"]), page)
            if not check["passed"]:
                self.assertIn(html.escape(check["see"]), page)
        # What the report says to look at can be looked at: the command is a shell's.
        see = answer["checks"][0]["see"]
        words = shlex.split(see)
        self.assertEqual(words[:2], ["millwright", "view"])
        self.assertEqual(words[words.index("--select") + 1], "electrode/coating/rewinder-1")
        shot = self.folder / "seen.png"
        ran = subprocess.run([PROGRAM, *words[1:], "--quality", "low", "--screenshot", shot], capture_output=True, text=True, timeout=200)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertGreater(shot.stat().st_size, 50_000)


    def millwright(self, *arguments, status=0):
        ran = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return ran.stdout

    def faulty_log(self, temperature, level):
        """The recorded half hour with two faults put in: from 06:10 on a dryer zone gets 12 K too hot and comes back, from 06:05 on a level is not measured."""
        log = PLANT / "logs/coating-30min.mcap"
        parts = {name: self.folder / f"{name}.mcap" for name in ("rest", "before", "level", "hot")}
        self.millwright("log", "cut", log, "-o", parts["rest"], "--without", temperature, "--without", level)
        self.millwright("log", "cut", log, "-o", parts["before"], "--signal", temperature, "--to", "+10min")
        self.millwright("log", "cut", log, "-o", parts["level"], "--signal", level, "--to", "+5min")
        lines = []
        for second in range(1200):
            above = 12 * min(1, second / 120) * max(0, min(1, (420 - second) / 60))
            lines.append(json.dumps({"time": f"2026-03-17T06:{10 + second // 60:02}:{second % 60:02}.500Z", "topic": temperature, "type": "float",
                                     "unit": "Cel", "value": 115 + above}))
        (self.folder / "hot.jsonl").write_text("\n".join(lines))
        self.millwright("log", "convert", self.folder / "hot.jsonl", "-o", parts["hot"])
        faulty = self.folder / "faulty.mcap"
        self.millwright("log", "merge", *parts.values(), "-o", faulty)
        return faulty

    def test_a_fault_put_into_a_log_is_caught_by_the_shipped_checks_and_explained(self):
        zone, tank = "electrode/coating/dryer-1/zone-2", "electrode/coating/coater-1/tank-level"
        checks = PLANT / "checks/coating.toml"
        self.millwright("check", PLANT, "--expect", checks)  # the log as it was recorded
        report = self.folder / "report"
        self.millwright("check", PLANT, "--log", self.faulty_log(f"{zone}/temperature", tank), "--expect", checks, "--report", report, status=1)
        answer = json.loads((report / "check.json").read_text())
        failed = {check["name"]: check for check in answer["checks"] if not check["passed"]}
        self.assertEqual(set(failed), {"zone 2 dries at its temperature", "every sensor is there, all the time"})
        hot, silent = failed["zone 2 dries at its temperature"], failed["every sensor is there, all the time"]
        self.assertRegex(hot["time"], "^2026-03-17T06:10:5")  # 5 K of 12 K in two minutes
        self.assertIn(f"{zone}/temperature = 120.1 °C", hot["found"])
        self.assertIn(tank, silent["found"])
        self.assertIn("silent for 25 min", silent["found"])
        page = (report / "check.html").read_text(encoding="utf-8")
        # What a colleague needs: which alarm called, what usually leads to it, what to do, what the machine did meanwhile and why it stood.
        for words in (f"Zone 2 off its temperature ({zone}/off-temperature)", "cause: A heater or its sensor", "what to do: Look at the zone&#39;s heater",
                      f"{zone}/temperature, °C", f"{zone}/set-point, °C", "states of electrode/coating/dryer-1", f"{tank}, %", "Which alarms called"):
            self.assertIn(words, page)
        found = self.measured(report / "check.html")
        self.assertEqual([found["outside"], found["beyond"], found["dangling"]], [[], [], 0])
        self.assertLessEqual(found["scrollWidth"], 400)
        self.assertGreaterEqual(found["smallestText"], 12)
        self.assertGreaterEqual(min(width for width, _ in found["bands"]), 300)
        self.assertEqual(max(states for _, states in found["bands"]), 5)  # Execute, Holding, Held, Unholding, Execute
        self.assertTrue(any("Web break (alarm electrode/coating/rewinder-1/web-break)" in stop for stop in found["stops"]), found["stops"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
