#!/usr/bin/env python3
"""The desktop window as a person uses it: the real program under Xvfb, driven by xdotool, judged by pictures of the screen.

usage: view_test.py MILLWRIGHT REPOSITORY FOLDER (pictures of the screen are left in FOLDER)
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM, REPOSITORY, PICTURES = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
PLANT = REPOSITORY / "assets/plants/battery"
WIDTH, HEIGHT = 1280, 720
PATIENCE = 120  # seconds until something that must happen counts as not happening; never a measure of speed

SELECTED_ROW = (190, 204, 216)
PANEL = (224, 224, 224)
TREE = (0, 0, 240, 580)
VIEW = (260, 50, 940, 600)
INSPECTOR = (965, 30, 1275, 600)
CLOCK = (210, 620, 480, 660)


class Screen:
    """A display of its own, ended by its process id."""

    def __init__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"],
                                       pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = ":" + pipe.readline().strip()
        self.environment = {**os.environ, "DISPLAY": self.name, "MILLWRIGHT_VALIDATION": "1"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.home = tempfile.TemporaryDirectory()
        self.environment["XDG_CONFIG_HOME"] = self.home.name

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.home.cleanup()

    def tool(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(file)], env=self.environment, check=True)
        raw = subprocess.run(["convert", str(file), "-depth", "8", "rgb:-"], check=True, capture_output=True).stdout
        return Picture(raw)


class Picture:
    def __init__(self, raw):
        self.raw = raw

    def area(self, box):
        left, top, right, bottom = box
        return b"".join(self.raw[(y * WIDTH + left) * 3:(y * WIDTH + right) * 3] for y in range(top, bottom))

    def share(self, box, colour):
        """How much of the box has exactly this colour."""
        bytes_, wanted = self.area(box), bytes(colour)
        pixels = len(bytes_) // 3
        return sum(1 for i in range(0, len(bytes_), 3) if bytes_[i:i + 3] == wanted) / pixels

    def colours(self, box):
        bytes_ = self.area(box)
        return len({bytes_[i:i + 3] for i in range(0, len(bytes_), 3)})


class OnScreen(unittest.TestCase):
    """One window on a display of its own."""

    def setUp(self):
        for tool in ("Xvfb", "xdotool", "import", "convert"):
            if not shutil.which(tool):
                self.skipTest(f"{tool} is not installed")
        if not (PLANT / "plant.toml").exists():
            self.skipTest(f"{PLANT / 'plant.toml'} is not there")
        self.screen = Screen()
        self.addCleanup(self.screen.close)
        self.window = None
        self.addCleanup(self.end)

    def end(self):
        if self.window and self.window.poll() is None:
            self.window.kill()
            self.window.wait()

    def open(self, *arguments):
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.addCleanup(self.errors.close)
        self.window = subprocess.Popen([PROGRAM, "view", *map(str, arguments), "--size", f"{WIDTH}x{HEIGHT}"], env=self.screen.environment,
                                        stdout=subprocess.DEVNULL, stderr=self.errors)

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def until(self, name, holds, message):
        """Takes pictures until one satisfies; returns it."""
        end = time.monotonic() + PATIENCE
        while True:
            self.assertIsNone(self.window.poll(), f"the program ended by itself: {self.said()}")
            picture = self.screen.picture(name)
            if holds(picture):
                return picture
            self.assertLess(time.monotonic(), end, f"{message} (see {PICTURES / name}.png)")
            time.sleep(0.3)

    def assertEndsWell(self):
        self.assertEqual(self.window.wait(PATIENCE), 0, self.said())
        self.assertNotIn("alidation", self.said())

    def steady(self, name, box):
        """A picture in which this box no longer changes."""
        last = [b""]

        def same(picture):
            now = picture.area(box)
            unchanged, last[0] = now == last[0], now
            return unchanged

        return self.until(name, same, "the window does not come to rest")

    def click(self, x, y):
        self.screen.tool("mousemove", x, y, "click", 1)


class Window(OnScreen):
    def test_replays_selects_pauses_resizes_and_closes(self):
        self.open(PLANT, "--at", "+5min")
        drawn = self.until("1-open", lambda p: p.colours(VIEW) > 400 and p.share(TREE, PANEL) > 0.2, "the plant is not drawn")
        self.assertEqual(drawn.share(TREE, SELECTED_ROW), 0, "nothing is selected yet")

        # It plays by itself; Space stops the clock.
        before = drawn.area(CLOCK)
        self.until("2-playing", lambda p: p.area(CLOCK) != before, "the clock stands still")
        self.screen.tool("mousemove", 600, 300, "key", "space")
        self.steady("3-paused", CLOCK)

        # A click on the machine selects it: its row lights up and the inspector shows something else.
        inspector = self.screen.picture("3-paused").area(INSPECTOR)
        for x, y in ((600, 330), (600, 380), (500, 350), (700, 350), (600, 280), (450, 380), (760, 380)):
            self.screen.tool("mousemove", x, y)
            self.steady("4-hover", VIEW)
            self.screen.tool("click", 1)
            selected = self.steady("4-selected", VIEW)
            if selected.share(TREE, SELECTED_ROW) > 0.01:
                break
            time.sleep(0.6)  # two clicks at one place would be a double click
        self.assertGreater(selected.share(TREE, SELECTED_ROW), 0.01, "no click on the machine selected it")
        self.assertNotEqual(selected.area(INSPECTOR), inspector)

        # Escape clears the selection; dragging turns the view.
        self.screen.tool("key", "Escape")
        cleared = self.until("5-cleared", lambda p: p.share(TREE, SELECTED_ROW) == 0, "Escape does not clear the selection")
        self.screen.tool("mousemove", 500, 300, "mousedown", 1, "mousemove", 560, 310, "mousemove", 620, 320, "mouseup", 1)
        self.until("6-turned", lambda p: p.area(VIEW) != cleared.area(VIEW), "dragging does not turn the view")
        self.assertEqual(self.steady("6-turned", VIEW).share(TREE, SELECTED_ROW), 0, "a drag is not a click")

        # Help opens and closes; another size of window is filled.
        self.screen.tool("key", "F1")
        self.until("7-help", lambda p: p.area(VIEW) != cleared.area(VIEW) and p.share((300, 150, 980, 570), (236, 236, 236)) > 0.5, "F1 shows no help")
        self.screen.tool("key", "Escape")
        window = subprocess.run(["xdotool", "search", "--class", "millwright"], env=self.screen.environment, capture_output=True, text=True,
                                check=True).stdout.split()[-1]
        self.screen.tool("windowsize", window, 900, 600)
        self.until("8-smaller", lambda p: p.share((0, 610, WIDTH, HEIGHT), (0, 0, 0)) > 0.99 and p.colours((0, 0, 890, 590)) > 200,
                   "the smaller window is not filled")
        self.screen.tool("windowsize", window, WIDTH, HEIGHT)
        self.until("9-larger", lambda p: p.colours(VIEW) > 400, "the larger window is not filled")

        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()

    def test_measures_between_two_clicks_and_takes_it_back(self):
        self.open(PLANT, "--paused", "--camera", "coater")
        panel = (250, 60, 560, 260)  # where the measuring panel opens
        grey = (224, 224, 224)
        self.until("m1-open", lambda p: p.colours(VIEW) > 400, "the plant is not drawn")
        self.screen.tool("mousemove", 620, 350, "key", "m")
        self.until("m2-panel", lambda p: p.share(panel, grey) > 0.2, "M opens no measuring panel")
        self.steady("m2-panel", VIEW)
        empty = self.steady("m3-empty", panel).area(panel)
        for x, y in ((620, 350), (760, 420)):
            self.screen.tool("mousemove", x, y)
            self.steady("m4-caught", VIEW)
            self.screen.tool("click", 1)
            time.sleep(0.6)  # two clicks at one place would be a double click
        measured = self.until("m5-measured", lambda p: p.share((250, 60, 560, 330), grey) > 0.3 and p.area(panel) != empty, "two clicks measure nothing")
        self.assertEqual(measured.share(TREE, SELECTED_ROW), 0, "clicks select while they measure")
        self.screen.tool("key", "ctrl+z")
        self.until("m6-undone", lambda p: p.area(panel) == empty, "Ctrl+Z does not take the measurement back")
        self.screen.tool("key", "Escape")
        self.until("m7-closed", lambda p: p.share(panel, grey) < 0.1, "Escape does not put the tool away")
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()

    def test_cuts_sees_through_and_takes_apart(self):
        self.open(PLANT, "--paused", "--camera", "coater", "--select", "electrode/coating/coater-1")
        panel = (620, 60, 950, 250)  # where the look panel opens
        grey = (224, 224, 224)
        self.until("s1-open", lambda p: p.colours(VIEW) > 400, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 420)
        whole = self.steady("s1-open", (260, 260, 940, 600))
        self.screen.tool("key", "c")
        self.until("s2-panel", lambda p: p.share(panel, grey) > 0.3, "C opens no panel")
        view = (260, 280, 940, 600)
        opened = self.steady("s2-panel", panel)
        self.screen.tool("mousemove", 647, 167, "click", 1)  # Z
        self.until("s2-across", lambda p: p.area(panel) != opened.area(panel), "Z puts no plane across the plant")
        self.screen.tool("mousemove", 684, 160, "click", 1)  # the plane in the middle of the line, not of the whole plant
        self.screen.tool("mousemove", 600, 420)
        self.until("s3-cut", lambda p: p.area(view) != whole.area(view), "the section cuts nothing")
        cut = self.steady("s3-cut", view)
        self.screen.tool("key", "x")
        self.until("s4-xray", lambda p: p.area(view) != cut.area(view), "X sees through nothing")
        seen = self.steady("s4-xray", view)
        self.screen.tool("mousemove", 780, 199, "click", 1)  # the middle of the slider for taking apart
        self.screen.tool("mousemove", 600, 420)
        self.until("s5-apart", lambda p: p.area(view) != seen.area(view), "nothing is taken apart")
        self.steady("s5-apart", view)
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()

    def test_hides_what_is_selected_and_shows_only_it(self):
        self.open(PLANT, "--paused", "--select", "electrode/coating/unwinder-1")
        whole = self.until("h1-open", lambda p: p.colours(VIEW) > 400 and p.share(TREE, SELECTED_ROW) > 0.01, "the plant is not drawn")
        self.screen.tool("mousemove", 600, 300)
        whole = self.steady("h1-open", VIEW)
        self.screen.tool("key", "o")
        alone = self.until("h2-alone", lambda p: p.colours(VIEW) < whole.colours(VIEW) / 2, "O does not hide the rest of the plant")
        self.screen.tool("keydown", "shift", "key", "h", "keyup", "shift")
        self.until("h3-all", lambda p: p.colours(VIEW) > alone.colours(VIEW) * 1.5, "Shift+H does not show everything again")
        self.screen.tool("key", "ctrl+q")
        self.assertEndsWell()

    def test_an_interrupt_closes_it_cleanly(self):
        self.open(PLANT)
        self.until("interrupt", lambda p: p.share(TREE, PANEL) > 0.2, "no window appears")
        self.window.send_signal(signal.SIGINT)
        self.assertEndsWell()

    def test_a_given_number_of_frames_ends_it(self):
        self.open(PLANT, "--frames", 5, "--paused")
        self.assertEndsWell()


class NoWindow(unittest.TestCase):
    def run_without_display(self, *arguments):
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment["MILLWRIGHT_VALIDATION"] = "1"
        return subprocess.run([PROGRAM, "view", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 2, check=False, env=environment)

    def test_without_a_display_it_says_so_and_what_to_use(self):
        if not (PLANT / "plant.toml").exists():
            self.skipTest(f"{PLANT / 'plant.toml'} is not there")
        done = self.run_without_display(PLANT)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("no display", done.stderr)
        self.assertIn("render", done.stderr)

    def test_a_screenshot_needs_no_display_and_is_the_same_every_time(self):
        if not (PLANT / "plant.toml").exists():
            self.skipTest(f"{PLANT / 'plant.toml'} is not there")
        PICTURES.mkdir(parents=True, exist_ok=True)
        files = [PICTURES / "screenshot-1.png", PICTURES / "screenshot-2.png"]
        for file in files:
            done = self.run_without_display(PLANT, "--at", "+10min", "--screenshot", file, "--size", "1280x720")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr, "")
        self.assertEqual(files[0].read_bytes(), files[1].read_bytes())

    def test_unusable_input_ends_with_2_and_one_error(self):
        for arguments, word in (((REPOSITORY / "nothing-here",), "nothing-here"), ((PLANT, "--size", "huge"), "huge"), ((PLANT, "--quality", "best"), "best"),
                                ((PLANT, "--camera", "nowhere", "--screenshot", PICTURES / "none.png"), "nowhere")):
            with self.subTest(word):
                done = self.run_without_display(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(word, done.stderr)


class Stopping(unittest.TestCase):
    """Pictures are long work: Ctrl-C must end them, leave no half a picture behind, and say so in one line."""

    def interrupt(self, *arguments):
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        program = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(program.kill)
        end = time.monotonic() + PATIENCE
        while not self.catches(program.pid, signal.SIGINT):  # before that it would die of the signal as any program
            self.assertIsNone(program.poll(), "it ended before it could be interrupted")
            self.assertLess(time.monotonic(), end, "it never gets ready to be interrupted")
            time.sleep(0.005)
        program.send_signal(signal.SIGINT)
        output, errors = program.communicate(timeout=PATIENCE)
        self.assertEqual(program.returncode, 130, errors)
        self.assertEqual(output, "")
        self.assertEqual(len(errors.strip().splitlines()), 1, errors)

    @staticmethod
    def catches(pid, number):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return int(line.split()[1], 16) >> (number - 1) & 1 == 1
        return False

    def test_a_picture_that_is_interrupted_is_not_written(self):
        for arguments in (("render", PLANT, "-o"), ("view", PLANT, "--screenshot")):
            with self.subTest(arguments[0]), tempfile.TemporaryDirectory() as folder:
                picture = Path(folder) / "picture.png"
                self.interrupt(*arguments, picture)
                self.assertEqual(list(Path(folder).iterdir()), [])


class Refusals(unittest.TestCase):
    def test_a_camera_that_is_not_there_is_refused_before_the_models_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "broken.glb").write_bytes(b"this is no model")
            (Path(folder) / "plant.toml").write_text(
                'format = 1\n[plant]\nid = "p"\nname = "P"\n[[camera]]\nid = "front"\nname = "Front"\neye = [0, 1, 5]\ntarget = [0, 1, 0]\n'
                '[[equipment]]\npath = "m"\nname = "M"\nmodel = "broken.glb"\n')
            for arguments in (("render", folder, "-o", Path(folder) / "picture.png"), ("view", folder, "--screenshot", Path(folder) / "picture.png")):
                with self.subTest(arguments[0]):
                    done = subprocess.run([PROGRAM, *map(str, arguments), "--camera", "frnt"], capture_output=True, text=True, timeout=PATIENCE, check=False)
                    self.assertEqual(done.returncode, 2)
                    self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                    self.assertIn("did you mean 'front'", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
