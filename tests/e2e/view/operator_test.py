#!/usr/bin/env python3
"""What operators do in the desktop window, with keys and clicks, and what is left of it afterwards.

usage: operator_test.py MILLWRIGHT REPOSITORY FOLDER (pictures of the screen are left in FOLDER)
"""
import json
import shutil
import sys
import tomllib
import unittest
from pathlib import Path

import view_test
from view_test import INSPECTOR, PLANT, VIEW

sys.path.insert(0, str(Path(__file__).parent.parent / "feeds"))
from branch_test import NOW, PLANT as LINE, SECOND  # noqa: E402
from broker import FeedTest, wait_until  # noqa: E402

FeedTest.program = sys.argv[1]
LOG = PLANT / "logs/coating-30min.mcap"
CLOCK = (178, 598, 480, 628)  # its digits alone: the timeline below has bookmarks and the playhead


class Bookmarks(view_test.OnScreen):
    """In a window of 1280 x 720 the list of two bookmarks stands at the viewport's bottom right, its rows at 535 and 561."""

    RENAME, CROSS, NAME = 870, 924, 700
    FIRST, SECOND = 535, 561
    ROW = (615, 525, 820, 545)  # of the first, left of its buttons

    def setUp(self):
        super().setUp()
        self.log = Path(self.screen.home.name) / LOG.name
        shutil.copy(LOG, self.log)
        self.file = Path(f"{self.log}.bookmarks.toml")

    def kept(self):
        return [(each["name"], each["time"]) for each in tomllib.loads(self.file.read_text())["bookmark"]] if self.file.exists() else []

    def test_are_set_jumped_to_renamed_and_removed(self):
        self.open(PLANT, "--log", self.log, "--paused", "--at", "+5min")
        self.until("b1-open", lambda p: p.colours(VIEW) > 400, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 300)
        early = self.steady("b1-open", CLOCK).area(CLOCK)
        self.screen.tool("key", "k")
        wait_until(lambda: len(self.kept()) == 1, "K has set a bookmark", view_test.PATIENCE)
        self.screen.tool("key", "End")
        late = self.until("b2-end", lambda p: p.area(CLOCK) != early, "End does not move the clock").area(CLOCK)
        self.screen.tool("key", "k")
        wait_until(lambda: len(self.kept()) == 2, "a second bookmark", view_test.PATIENCE)
        (first, at), (second, end) = self.kept()
        self.assertLess(at, end)
        self.screen.tool("key", "bracketleft")
        self.until("b3-before", lambda p: p.area(CLOCK) == early, "[ does not go to the bookmark before")
        self.screen.tool("key", "bracketright")
        self.until("b4-after", lambda p: p.area(CLOCK) == late, "] does not go to the bookmark after")

        self.steady("b5-list", VIEW)  # K has opened it
        self.click(self.NAME, self.FIRST)
        self.until("b6-there", lambda p: p.area(CLOCK) == early, "a click on a bookmark does not go there")
        row = self.steady("b6-rest", VIEW).area(self.ROW)
        self.click(self.RENAME, self.FIRST)
        self.until("b7-field", lambda p: p.area(self.ROW) != row, "there is no field for the name")  # else keys go to the window
        self.steady("b7-renaming", VIEW)
        self.screen.tool("key", "ctrl+a")
        self.screen.tool("type", "web break")
        self.steady("b7-typed", VIEW)
        self.screen.tool("key", "Return")
        wait_until(lambda: self.kept() == [("web break", at), (second, end)], "it is renamed", view_test.PATIENCE)
        self.steady("b8-renamed", VIEW)
        self.click(self.CROSS, self.SECOND)
        wait_until(lambda: self.kept() == [("web break", at)], "the cross removes it", view_test.PATIENCE)
        self.screen.tool("mousemove", 600, 300)
        self.steady("b9-removed", VIEW)
        self.screen.tool("key", "ctrl+z")
        wait_until(lambda: self.kept() == [("web break", at), (second, end)], "Ctrl+Z brings it back", view_test.PATIENCE)
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()


class Steps(FeedTest, view_test.OnScreen):
    """Each landing is told by the bookmark that K sets there. Of the steps' buttons, that of the next alarm is at 1006, 612."""

    COATER, REWINDER = "electrode/coating/coater-1", "electrode/coating/rewinder-1"
    STATUS = (0, 696, 700, 720)

    def setUp(self):
        FeedTest.setUp(self)
        view_test.OnScreen.setUp(self)
        self.log = Path(self.screen.home.name) / LOG.name
        shutil.copy(LOG, self.log)
        self.file = Path(f"{self.log}.bookmarks.toml")
        self.landings = []

    def kept(self):
        return [each["time"] for each in tomllib.loads(self.file.read_text())["bookmark"]] if self.file.exists() else []

    def lands(self, name, step, time):
        """`step` leads to `time`, and the status line tells another thing than before."""
        self.pictures += 1
        before = self.steady(f"s{self.pictures}-before-{name}", self.STATUS)
        step()
        there = self.until(f"s{self.pictures}-{name}", lambda p: p.area(self.STATUS) != before.area(self.STATUS) and p.area(CLOCK) != before.area(CLOCK),
                           f"{name}: nothing is said")
        self.assertNotEqual(there.area(CLOCK), before.area(CLOCK))
        self.screen.tool("key", "k")
        if time not in self.landings:
            self.landings = sorted([*self.landings, time])
        wait_until(lambda: self.kept() == self.landings, f"{name} leads to {time}, not {self.kept()}", view_test.PATIENCE)

    pictures = 0

    def key(self, *names):
        return lambda: self.screen.tool("key", *names)

    def test_lead_from_alarm_to_alarm_state_to_state_and_sample_to_sample(self):
        told = self.json_of("replay", PLANT, "--log", self.log, "--json")
        raised = sorted({each["time"] for each in told["alarms"] if each["annunciated"] and each["transition"] == "raised"})
        states = self.json_of("states", PLANT, "--log", self.log, "--json")["equipment"]
        changes = {each["equipment"]: [state["from"] for state in each["states"][1:]] for each in states}
        every = sorted({time for times in changes.values() for time in times})
        self.open(PLANT, "--log", self.log, "--paused")
        self.until("s0-open", lambda p: p.colours(VIEW) > 400, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 300)
        self.steady("s0-open", VIEW)
        self.lands("alarm", self.key("Next"), raised[0])
        self.lands("alarm-by-button", lambda: self.click(1006, 612), raised[1])
        self.screen.tool("mousemove", 600, 300)
        self.lands("alarm-back", self.key("Prior"), raised[0])
        self.lands("change", self.key("ctrl+Right"), next(time for time in every if time > raised[0]))
        self.lands("change-back", self.key("End", "ctrl+Left"), every[-1])
        end = self.steady("s-end", CLOCK).area(CLOCK)
        self.screen.tool("key", "Home")
        self.until("s-home", lambda p: p.area(CLOCK) != end, "Home does not move the clock")
        home = self.steady("s-home", self.STATUS)
        self.screen.tool("key", "comma")
        nothing = self.until("s-nothing", lambda p: p.area(self.STATUS) != home.area(self.STATUS), "nothing is said of where there is nothing")
        self.assertEqual(nothing.area(CLOCK), home.area(CLOCK), "it goes nowhere")
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()

    def test_of_what_is_selected(self):
        states = self.json_of("states", PLANT, "--log", self.log, "--equipment", self.COATER, "--json")["equipment"][0]["states"]
        self.open(PLANT, "--log", self.log, "--paused", "--select", self.COATER)
        self.until("t0-open", lambda p: p.colours(VIEW) > 400 and p.colours(INSPECTOR) > 50, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 300)
        self.steady("t0-open", VIEW)
        self.lands("change", self.key("ctrl+Right"), states[1]["from"])
        self.lands("change-again", self.key("ctrl+Right"), states[2]["from"])
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()


class TwoLogs(view_test.OnScreen):
    def test_differences_are_listed_and_states_are_jumped_to(self):
        # Ten minutes later in the same log nothing moves alike.
        self.open(PLANT, "--paused", "--at", "+15min", "--compare", LOG, "--offset", "10min", "--select", "electrode/coating/coater-1")
        strip = (250, 642, 1270, 648)
        listed = (490, 350, 945, 580)
        self.until("d1-open", lambda p: p.colours(VIEW) > 400 and p.colours(INSPECTOR) > 50, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 300)
        before = self.steady("d1-open", VIEW).area(listed)
        self.screen.tool("key", "j")
        self.until("d2-list", lambda p: p.area(listed) != before, "J lists no differences")
        clock = self.steady("d2-list", CLOCK).area(CLOCK)
        self.screen.tool("keydown", "shift", "key", "bracketright", "keyup", "shift")
        there = self.until("d3-next", lambda p: p.area(CLOCK) != clock, "Shift + ] goes to no difference").area(CLOCK)
        self.screen.tool("keydown", "shift", "key", "bracketleft", "keyup", "shift")
        self.until("d4-before", lambda p: p.area(CLOCK) != there, "Shift + [ goes to no difference")
        self.assertGreater(self.steady("d4-before", strip).colours(strip), 1, "no strip of differences")
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()


class LiveAlarms(FeedTest, view_test.OnScreen):
    """The list of alarms stands at the viewport's bottom left: rows end at 574, buttons at 847 (Ack) and 905 (Shelve)."""

    ACK, SHELVE, NAME = 847, 905, 450
    LIST = (258, 480, 945, 580)

    def setUp(self):
        FeedTest.setUp(self)
        view_test.OnScreen.setUp(self)
        self.log = self.folder / "shift.mcap"

    def watched(self, port):
        alarm = '[[equipment.alarm]]\nid = "{0}"\nname = "{1}"\nkind = "high"\nsignal = "{2}"\nlimit = 10\nseverity = "{3}"\nrespond_within = "5min"\naction = "Slow it down"\n'
        self.plant(f"mqtt://127.0.0.1:{port}")
        plant = self.folder / "plant.toml"
        alarms = alarm.format("fast", "Line too fast", "speed", "severe") + alarm.format("many", "Too many", "count", "minor")
        plant.write_text(plant.read_text().replace("[[feed]]", alarms + "[[feed]]"))
        return self.folder

    def actions(self):
        """(alarm, what was done, comment) as the recording has them by now."""
        if not self.log.exists():
            return []
        done = [json.loads(text) for text, _ in self.values("millwright/operator-actions")]
        return [(each["alarm"].rsplit("/", 1)[-1], each["do"], each.get("comment", "")) for each in done]

    def recorded(self, *actions):
        wait_until(lambda: self.actions() == list(actions), f"the recording has {actions}", view_test.PATIENCE)

    def test_what_is_done_is_recorded_and_replays_equal(self):
        broker = self.broker()
        self.open(self.watched(broker.port), "--live", "--record", self.log, "--alarms", "--select", "line")
        self.until("a0-live", lambda _: "is live" in self.said(), "the feed is not live")
        self.screen.tool("mousemove", 600, 100)
        none = self.steady("a1-open", self.LIST).area(self.LIST)
        self.publish(broker, "factory/line/speed", "99")
        self.publish(broker, "factory/line/count", "99")
        self.until("a2-raised", lambda p: p.area(self.LIST) != none, "no alarm is listed")
        self.steady("a2-raised", self.LIST)
        self.click(self.SHELVE, 561)  # the less urgent one, below
        shelved = ("many", "shelve", "")
        self.recorded(shelved)
        self.screen.tool("mousemove", 600, 100)
        self.steady("a3-shelved", self.LIST)
        self.click(self.ACK, 561)
        acknowledged = ("fast", "acknowledge", "")
        self.recorded(shelved, acknowledged)
        self.screen.tool("mousemove", 600, 100)
        self.steady("a4-acknowledged", self.LIST)
        self.click(self.NAME, 561)  # chooses it: it moves up, and more is said below it
        self.screen.tool("mousemove", 600, 100)
        self.steady("a5-chosen", (258, 300, 945, 580))
        self.click(self.NAME, self.COMMENT)
        self.screen.tool("type", "belt slips")
        self.steady("a6-typed", (258, 300, 945, 580))
        self.screen.tool("key", "Return")
        commented = ("fast", "comment", "belt slips")
        self.recorded(shelved, acknowledged, commented)
        self.screen.tool("mousemove", 600, 100)
        self.steady("a7-commented", (258, 300, 945, 580))
        self.click(self.SERVICE, self.COMMENT - self.AUDITED)
        out = ("fast", "out_of_service", "")
        self.recorded(shelved, acknowledged, commented, out)
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()

        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        changes = [(each["alarm"].rsplit("/", 1)[-1], each["transition"]) for each in replayed["alarms"]]
        for change in (("many", "shelved"), ("fast", "acknowledged"), ("fast", "out of service")):
            self.assertIn(change, changes)
        self.assertEqual(replayed["stateHash"], self.json_of("replay", self.folder, "--log", self.log, "--json", "--speed", "max")["stateHash"])
        self.assertEqual(self.actions(), [shelved, acknowledged, commented, out])

    COMMENT, SERVICE, AUDITED = 441, 870, 18


class Ahead:
    """What may come next. In a window of 1280 x 720 the panel fills the viewport once it has an answer, or says why there is none;
    before, it stands at the bottom. An answer has a legend: a blue line, and a brown one where a scenario is beside no change."""

    BRANCH, BEGIN, SECOND_ROW = (840, 93), (840, 339), (350, 413)
    TITLE, CHART, LEGEND, BESIDE = (560, 58, 900, 74), (530, 180, 920, 300), (486, 139, 511, 150), (486, 157, 511, 168)
    BLUE, BROWN = (26, 86, 132), (150, 75, 0)

    def has_answer(self, picture):
        return picture.share(self.LEGEND, self.BLUE) > 0.1


class NextHours(Ahead, view_test.OnScreen):
    def test_are_branched_from_the_cursor_and_laid_beside_a_scenario(self):
        self.open(PLANT, "--paused", "--at", "+10min")
        self.until("n1-open", lambda p: p.colours(VIEW) > 400, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 150)
        self.screen.tool("key", "p")
        self.until("n2-panel", lambda p: p.share((262, 300, 480, 575), view_test.PANEL) > 0.5, "P opens no panel")
        self.click(*self.SECOND_ROW)
        self.steady("n3-ticked", VIEW)
        self.click(*self.BEGIN)
        self.until("n4-answer", lambda p: self.has_answer(p) and p.share(self.BESIDE, self.BROWN) > 0.05, "no answer with a scenario beside no change")
        self.screen.tool("mousemove", 600, 40)
        made = self.steady("n4-answer", VIEW).area(self.CHART)
        self.click(497, 124)  # another quantity
        self.until("n5-buffer", lambda p: p.area(self.CHART) != made, "the chart shows no other quantity")
        heading = (350, 58, 700, 74)
        four = self.steady("n5-buffer", VIEW).area(heading)
        self.click(292, 93)  # an hour
        self.click(*self.BRANCH)
        self.until("n6-an-hour", lambda p: p.area(heading) != four and self.has_answer(p), "an hour is not branched")
        self.screen.tool("key", "p")
        self.until("n7-closed", lambda p: not self.has_answer(p) and p.colours(VIEW) > 400, "P does not close the panel")
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()


class LiveNextHours(Ahead, FeedTest, view_test.OnScreen):
    def setUp(self):
        FeedTest.setUp(self)
        view_test.OnScreen.setUp(self)

    def test_are_branched_from_now_once_something_was_heard(self):
        broker = self.broker()
        (self.folder / "plant.toml").write_text(LINE % f"mqtt://127.0.0.1:{broker.port}")
        (self.folder / "scenarios").mkdir()
        (self.folder / "scenarios/second-mill.toml").write_text(SECOND)
        self.open(self.folder, "--live")
        self.until("m0-live", lambda _: "is live" in self.said(), "the feed is not live")
        self.screen.tool("mousemove", 600, 150)
        self.screen.tool("key", "p")
        self.until("m1-panel", lambda p: p.share((262, 300, 480, 575), view_test.PANEL) > 0.5, "P opens no panel")
        self.steady("m1-panel", VIEW)
        self.click(*self.BEGIN)
        nothing = self.until("m2-nothing", lambda p: p.share(self.TITLE, view_test.PANEL) > 0.9, "it does not say why there is no answer")
        self.assertFalse(self.has_answer(nothing))
        for path, value in NOW.items():
            self.publish(broker, f"factory/{path}", value)
        # A click while it is busy falls on the bar, which does nothing.
        self.until("m3-answer", lambda p: self.has_answer(p) or self.click(*self.BRANCH), "what was heard is not branched from")
        self.screen.tool("mousemove", 600, 40)
        self.steady("m3-answer", VIEW)
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
