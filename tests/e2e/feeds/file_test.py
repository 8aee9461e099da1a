#!/usr/bin/env python3
"""Feeds from files, FIFOs and standard input: whatever prints lines can be connected, and what happens to files loses nothing and stops nothing.

usage: file_test.py MILLWRIGHT [TEST…]
"""
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
import unittest

from broker import FeedTest, wait_until

FeedTest.program = os.path.abspath(sys.argv[1])


def rows(first, count, state="Execute"):
    """CSV of now, without a header."""
    return "".join(f"{time.time():.6f},{i},{state}\n" for i in range(first, first + count))


HEADER = "time,line/count,line/state\n"


class FileFeed(FeedTest):
    def plant(self, feed, states=""):
        """A line whose state may be listed."""
        signals = "".join(f'[[equipment.signal]]\nid = "{name}"\ntype = "{kind}"\n{more}\n' for name, kind, more in
                          [("speed", "float", 'unit = "mm/s"'), ("count", "integer", ""), ("running", "boolean", ""), ("state", "string", states)])
        (self.folder / "plant.toml").write_text(f'format = 1\n[plant]\nid = "line"\n[[equipment]]\npath = "line"\n{signals}\n{feed}\n')
        return self.folder

    def follow(self, path="line.csv", feed="", live=True, states=""):
        """Records the file that the plant names."""
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.plant(f'[[feed]]\nid = "file"\nkind = "file"\npath = "{path}"\n{feed}\n', states), "-o", self.log, "--json")
        if live:
            recording.says("feed 'file' is live")
        return recording

    def append(self, text, path="line.csv"):
        with open(self.folder / path, "a", encoding="utf-8") as file:
            file.write(text)

    def ended(self, recording):
        """What it came to: equal to a replay of what it recorded."""
        live = recording.stop()
        self.assertIsNotNone(live, recording.errors)
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["stateHash"], live["stateHash"])
        return live["feeds"][0] | {"log": self.log, "all": live}

    def counted(self):
        return [value for value, quality in self.values("line/count") if quality == "good"]

    def until_counted(self, count):
        """Waits until so many values of `count` are in the growing recording."""
        wait_until(lambda: len(self.counted()) >= count, f"{count} values are recorded")

    def pipe(self, command, *more, feed=""):
        """What `command | millwright record PLANT --feed - …` comes to."""
        self.log = self.folder / "piped.mcap"
        self.plant(feed)
        done = subprocess.run(f"{command} | {self.program} record {self.folder} --feed - -o {self.log} --json {' '.join(more)}", shell=True, capture_output=True,
                              text=True, timeout=120, check=False, cwd=self.folder)
        return done


class Files(FileFeed):
    def test_a_file_that_grows_is_followed_line_by_line(self):
        self.append(HEADER)
        recording = self.follow()
        self.append(rows(0, 50))
        self.until_counted(50)
        self.append(f"{time.time():.6f},50,Ex")  # a line that is still being written
        time.sleep(0.3)
        self.append("ecute\n" + rows(51, 49))
        self.until_counted(100)
        feed = self.ended(recording)
        self.assertEqual(self.counted(), list(range(100)))
        self.assertEqual((feed["kind"], feed["health"], feed["samples"], feed["rejected"], feed["gaps"]), ("file", "live", 200, 0, 0))
        self.assertEqual(feed["url"], str(self.folder / "line.csv"))
        self.assertEqual({state for state, _ in self.values("line/state")}, {"Execute"})

    def test_a_file_that_is_missing_is_waited_for(self):
        recording = self.follow(live=False)
        recording.says("feed 'file': .*line.csv: there is no such file yet; it is waited for")
        self.append(HEADER + rows(0, 10))
        recording.says("feed 'file' is live")
        self.until_counted(10)
        self.assertEqual(self.ended(recording)["samples"], 20, "what came while it was waited for is new")

    def test_what_a_file_holds_already_tells_how_things_are(self):
        self.append(HEADER + rows(0, 20_000))
        recording = self.follow()
        self.until_counted(1)
        self.append(rows(20_000, 3))
        self.until_counted(4)
        self.ended(recording)
        self.assertEqual(self.counted(), [19_999, 20_000, 20_001, 20_002])

    def test_files_that_are_rotated_lose_nothing(self):
        self.append(HEADER)
        recording = self.follow()
        for turn in range(5):
            self.append(rows(turn * 20, 20))
            os.rename(self.folder / "line.csv", self.folder / f"line.csv.{turn}")
            self.append((HEADER if turn % 2 else "") + rows(turn * 20 + 20, 0))  # with a header, or without
            time.sleep(0.3)
        self.append(rows(100, 5))
        self.until_counted(105)
        feed = self.ended(recording)
        self.assertEqual(self.counted(), list(range(105)))
        self.assertEqual((feed["gaps"], feed["rejected"]), (0, 0))

    def test_a_file_that_is_cut_goes_on_with_a_gap(self):
        self.append(HEADER + rows(0, 5))
        recording = self.follow()
        self.append(rows(5, 5))
        self.until_counted(6)
        shutil.copy(self.folder / "line.csv", self.folder / "line.csv.1")
        os.truncate(self.folder / "line.csv", 0)
        recording.says("samples may be missing")
        self.append(rows(10, 5))
        self.until_counted(11)
        feed = self.ended(recording)
        self.assertEqual((self.counted(), feed["gaps"]), (list(range(4, 15)), 1))

    def test_a_file_that_is_removed_leaves_stale_values_and_is_waited_for(self):
        self.append(HEADER)
        recording = self.follow()
        self.append(rows(0, 1))
        self.until_counted(1)
        os.remove(self.folder / "line.csv")
        recording.says("line.csv: was removed or renamed; another is waited for")
        self.append(HEADER + rows(1, 1))
        wait_until(lambda: len(recording.errors.split("feed 'file' is live")) > 2, "it is live again")
        self.until_counted(2)
        feed = self.ended(recording)
        self.assertEqual(self.values("line/count"), [(0, "good"), (0, "stale"), (1, "good")])
        self.assertEqual(feed["reconnects"], 1)

    def test_lines_that_cannot_be_read_are_counted_and_stop_nothing(self):
        self.append(HEADER)
        recording = self.follow()
        with open(self.folder / "line.csv", "ab") as file:
            file.write(b"\x00\xff\x01binary\n" + b"x" * 3_000_000 + b"\n" + b'1,2\n"never closed,3,Held\n')
            file.write(f"{time.time()},many,Held\nnot a time,4,Held\n".encode())
        self.append(rows(7, 3))
        self.until_counted(3)
        feed = self.ended(recording)
        self.assertEqual(self.counted(), [7, 8, 9])
        self.assertEqual(feed["dropped"], 1, "what is longer than 1 MiB")
        self.assertGreaterEqual(feed["rejected"], 5)
        self.assertTrue(any("'many' is not a value of 'line/count'" in note for note in feed["notes"]), feed["notes"])

    def test_lines_of_json_and_a_mapping(self):
        (self.folder / "out.mapping.toml").write_text('[columns."motor.v"]\ntopic = "line/speed"\nunit = "m/min"\n[columns.n]\ntopic = "line/count"\n')
        self.append("", "out.jsonl")
        recording = self.follow("out.jsonl", 'mapping = "out.mapping.toml"')
        self.append("".join(f'{{"ts": {time.time():.6f}, "motor": {{"v": {i}}}, "n": {i}, "other": "x"}}\n' for i in (6, 12)), "out.jsonl")
        self.until_counted(2)
        feed = self.ended(recording)
        self.assertEqual([round(value, 9) for value, _ in self.values("line/speed")], [100, 200], "mm/s, of m/min")
        self.assertEqual(feed["unmatched"], 2)

    def test_columns_are_named_by_a_pattern(self):
        self.append("speed,state\n", "short.csv")
        recording = self.follow("short.csv", 'topic = "{signal}"')
        self.append("1.5,Held\n", "short.csv")
        wait_until(lambda: self.values("line/speed") == [(1.5, "good")], "it is recorded")
        feed = self.ended(recording)
        self.assertIn("nothing can be told to be the time: samples are dated by their reception", feed["notes"])
        self.assertLess(feed["all"]["redated"], 1)

    def test_states_that_are_not_listed_are_told(self):
        self.append(HEADER)
        recording = self.follow(states='states = ["Execute", "Held"]')
        self.append(rows(0, 2) + rows(2, 3, "Runing") + rows(5, 1, "Held"))
        recording.says("feed 'file': line/state is 'Runing', which its 'states' in plant.toml do not list")
        self.until_counted(6)
        feed = self.ended(recording)
        self.assertEqual(feed["unlisted"], [{"signal": "line/state", "value": "'Runing'", "times": 3}])
        self.assertRegex(recording.errors, r"line/state: 'Runing' \(3 times\), which its 'states' in plant.toml do not list")
        replayed = self.run_program("replay", self.folder, "--log", self.log)
        self.assertIn("line/state: 'Runing' (3 times)", replayed.stderr, "as a replay tells it")


class Pipes(FileFeed):
    def test_a_fifo_has_one_writer_after_the_other(self):
        os.mkfifo(self.folder / "pipe")
        recording = self.follow("pipe", live=False)
        recording.says("pipe: nothing writes to it; it is waited for")
        for turn in range(2):
            with open(self.folder / "pipe", "w", encoding="utf-8") as pipe:
                pipe.write(HEADER + rows(turn * 10, 10))
                pipe.flush()
                self.until_counted(turn * 10 + 10)
            recording.says("pipe: what wrote to it has ended; another is waited for")
        feed = self.ended(recording)
        self.assertEqual((self.counted(), feed["reconnects"], feed["health"]), (list(range(20)), 1, "disconnected"))

    def test_what_a_tool_prints_is_recorded_until_it_ends(self):
        tool = "for i in 1 2 3 4 5; do echo \"{\\\"line\\\": {\\\"count\\\": $i, \\\"running\\\": true}}\"; sleep 0.1; done"
        done = self.pipe(f"sh -c '{tool}'")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.counted(), self.run_program("log", "verify", self.log).returncode), ([1, 2, 3, 4, 5], 0))
        self.assertIn('"health": "ended"', done.stdout)
        self.assertEqual([value for value, quality in self.values("line/running") if quality == "good"], [True] * 5)

    def test_a_tool_that_prints_nothing_is_told(self):
        done = self.pipe("true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("feed '-' was never live: standard input: ended before anything came", done.stderr)

    def test_streams_over_http_are_connected_with_curl(self):
        """A real server that sends a line now and then: as lines of JSON, and as server-sent events."""
        class Stream(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                events = self.path == "/events"
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream" if events else "application/x-ndjson")
                self.end_headers()
                for i in range(20):
                    line = f'{{"time": {time.time()}, "line": {{"count": {i}}}}}\n'
                    self.wfile.write((f"event: count\ndata: {line}\n" if events else line).encode())
                    self.wfile.flush()
                    time.sleep(0.05)

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stream)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        # Where there is no curl, Python does what `curl -sN` does.
        curl = "curl -sN" if shutil.which("curl") else "python3 -uc 'import sys, urllib.request as web; [print(line.decode(), end=\"\") for line in web.urlopen(sys.argv[1])]'"
        for path, more in (("lines", ""), ("events", " | sed -un 's/^data: *//p'")):
            with self.subTest(path):
                done = self.pipe(f"{curl} http://127.0.0.1:{server.server_port}/{path}{more}")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.counted(), list(range(20)))
                self.assertIn('"rejected": 0', done.stdout)
                self.log.unlink()

    def test_a_flood_is_held_back_and_nothing_is_lost(self):
        with open(self.folder / "flood.csv", "w", encoding="utf-8") as file:
            file.write(HEADER + "".join(f"{1_790_000_000 + i},{i},s\n" for i in range(200_000)))
        done = self.pipe("cat flood.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.counted(), list(range(200_000)))


class Mistakes(FileFeed):
    def refused(self, feed, *words):
        done = self.run_program("feed", self.plant(f'[[feed]]\nid = "file"\nkind = "file"\n{feed}\n'), "--for", "1s")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_what_is_wrong_is_named_with_its_place(self):
        self.refused("", "plant.toml:", "a feed of this kind needs 'path'")
        self.refused('path = "a.csv"\nurl = "mqtt://broker"', "plant.toml:", "'url' is for feeds that have a server")
        self.refused('path = "a.csv"\nqos = 1', "'qos' is for feeds of kind mqtt")
        self.refused('path = "a.csv"\nmapping = "none.toml"', "mapping 'none.toml' does not exist")
        (self.folder / "wrong.toml").write_text('[time]\ncolum = "t"\n')
        self.refused('path = "a.csv"\nmapping = "wrong.toml"', "feed 'file'", "wrong.toml:2:1", "did you mean 'column'")
        (self.folder / "wrong.toml").write_text('format = "mtconnect"\n')
        self.refused('path = "a.csv"\nmapping = "wrong.toml"', "lines of 'csv', 'json' or 'shdr'")
        self.refused('path = "-"\n[[feed]]\nid = "other"\nkind = "file"\npath = "-"', "standard input can be read by one feed only")
        done = self.run_program("feed", self.plant(""), "--mapping", "x.toml")
        self.assertEqual((done.returncode, "goes with --feed" in done.stderr), (2, True), done.stderr)

    def test_a_folder_is_told_and_waited_for(self):
        (self.folder / "line.csv").mkdir()
        recording = self.follow(live=False)
        recording.says("line.csv: is a folder, where a file was expected")
        recording.stop()
        self.assertEqual(recording.process.returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
