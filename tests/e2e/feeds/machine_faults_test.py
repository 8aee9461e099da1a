#!/usr/bin/env python3
"""What machines and their networks do: a link goes down without a word, a disk is full.

Broker and Millwright are in network namespaces of their own, joined by a pair of virtual Ethernet devices of which one is taken down:
neither FIN nor RST is seen, only time tells that nobody is there. The disk is a small file system. Both belong to namespaces of this
test's own, inside a user namespace where the test is not root: no right and no setting of the machine is needed, and none is changed.

usage: machine_faults_test.py MILLWRIGHT [TEST…]
"""
import os
import random
import subprocess
import sys
import time
import unittest

if os.environ.get("MILLWRIGHT_NAMESPACES") != "own":
    os.environ["MILLWRIGHT_NAMESPACES"] = "own"
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.execvp("unshare", ["unshare", *as_root, "--net", "--mount", sys.executable, *sys.argv])
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

from broker import SILENCE, FeedTest, Program, wait_until

FeedTest.program = sys.argv[1]
BROKER, MILLWRIGHT = "10.77.0.1", "10.77.0.2"


class Namespace:
    """A network namespace that lasts as long as its holder, which reads what never comes."""

    def __init__(self, name):
        self.name = name
        self.process = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()  # it is there
        self.run("ip", "link", "set", "lo", "up")

    def command(self, *words):
        return ["nsenter", "--net", f"--target={self.process.pid}", *map(str, words)]

    def run(self, *words, **options):
        return subprocess.run(self.command(*words), check=True, capture_output=True, text=True, timeout=60, **options)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class HalfOpen(FeedTest):
    def setUp(self):
        super().setUp()
        self.plant_floor, self.office = Namespace("floor"), Namespace("office")
        for one in (self.plant_floor, self.office):
            self.addCleanup(one.end)
        subprocess.run(["ip", "link", "add", "wire", "netns", str(self.plant_floor.process.pid), "type", "veth", "peer", "name", "wire",
                        "netns", str(self.office.process.pid)], check=True, capture_output=True)
        for one, address in ((self.plant_floor, BROKER), (self.office, MILLWRIGHT)):
            one.run("ip", "address", "add", f"{address}/24", "dev", "wire")
            one.run("ip", "link", "set", "wire", "up")
        self.config = self.folder / "mosquitto.conf"
        self.config.write_text(f"listener 1883 {BROKER}\nlistener 1883 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nuser root\n")
        self.mosquitto = subprocess.Popen(self.plant_floor.command("mosquitto", "-c", self.config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.mosquitto.wait)
        self.addCleanup(self.mosquitto.kill)
        self.sent = 0

    def start_in(self, namespace, *arguments):
        made = Program(*namespace.command(self.program, *arguments))
        self.running.append(made)
        return made

    def send(self, count):
        """From beside the broker; acknowledged when this returns."""
        lines = "".join(f"{i}\n" for i in range(self.sent, self.sent + count))
        self.plant_floor.run("mosquitto_pub", "-h", "127.0.0.1", "-t", "factory/line/count", "-q", "1", "-l", input=lines)
        self.sent += count

    def recorded(self):
        time.sleep(0.3)
        return {value for one in ("line/count", "late/line/count") for value, quality in self.values(one) if quality == "good"}

    def test_a_link_that_goes_down_is_noticed_and_nothing_is_lost(self):
        self.log = self.folder / "shift.mcap"
        recording = self.start_in(self.office, "record", self.plant(f"mqtt://{BROKER}"), "-o", self.log, "--json")
        recording.says("feed 'broker' is live")
        self.send(100)
        wait_until(lambda: self.recorded() == set(range(100)), "what comes is recorded")
        self.plant_floor.run("ip", "link", "set", "wire", "down")
        self.send(100)
        recording.says(f"feed 'broker': the connection to mqtt://{BROKER} broke", SILENCE)
        self.send(100)
        recording.says(f"cannot connect to mqtt://{BROKER}", SILENCE)
        self.plant_floor.run("ip", "link", "set", "wire", "up")
        wait_until(lambda: recording.errors.count("is live") == 2, "it is live again", SILENCE)
        self.send(100)
        wait_until(lambda: self.recorded() == set(range(400)), "all that was acknowledged is recorded", 60)
        answer = recording.stop()
        feed = answer["feeds"][0]
        self.assertEqual((feed["health"], feed["reconnects"], feed["gaps"], feed["dropped"], answer["lost"]), ("live", 1, 0, 0, 0))
        values = self.values("line/count")
        self.assertEqual([value for value, quality in values if quality == "stale"], [99], "its last value was stale meanwhile")
        self.assertEqual(self.json_of("replay", self.folder, "--log", self.log, "--json")["stateHash"], answer["stateHash"])


class FullDisk(FeedTest):
    def test_recording_goes_on_when_there_is_room_again(self):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "small", disk], check=True, capture_output=True)
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 900_000)
        broker = self.broker()
        recording = self.start("record", self.plant(f"mqtt://127.0.0.1:{broker.port}"), "-o", disk / "shift.mcap", "--json")
        recording.says("feed 'broker' is live")
        dice = random.Random(1)
        sent = 0
        while "recording pauses" not in recording.errors:
            self.assertLess(sent, 1_000_000, "the disk is never full")
            self.publish(broker, "factory/line/speed", *(repr(dice.random()) for _ in range(2000)))
            sent += 2000
        recording.says("recording pauses: .*No space left on device")
        self.publish(broker, "factory/line/speed", *(repr(dice.random()) for _ in range(2000)))
        sent += 2000
        ballast.unlink()
        recording.says("recording goes on")
        recording.rests()
        answer = recording.stop()
        self.assertEqual((answer["samples"], answer["lost"], len(answer["logs"])), (sent, 0, 2))
        kept = 0
        for number, log in enumerate(answer["logs"]):
            whole = self.folder / f"whole-{number}.mcap"
            self.assertIn(self.run_program("log", "recover", log, "-o", whole).returncode, (0, 1))
            self.assertEqual(self.run_program("log", "verify", whole).returncode, 0)
            kept += self.json_of("log", "info", whole, "--json")["samples"]
        self.assertEqual(kept, sent)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
