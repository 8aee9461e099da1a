#!/usr/bin/env python3
"""The historian with a real PostgreSQL, with TimescaleDB and without: what is recorded is kept once and comes back as it was, whatever happens to the server.

usage: historian_test.py MILLWRIGHT TREND_TESTS [TEST…]
"""
import json
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "feeds"))
from broker import FeedTest, wait_until  # noqa: E402
from server import PASSWORD, Server  # noqa: E402

FeedTest.program = sys.argv[1]
TREND_TESTS = sys.argv[2]
os.environ["HISTORIAN_USER"], os.environ["HISTORIAN_PASSWORD"] = "millwright", PASSWORD
DAY = 86_400


class HistorianTest(FeedTest):
    server = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(lambda: cls.server.close())

    def database(self, timescale=True):
        """A new one."""
        return self.server.database(f"{self._testMethodName[-50:]}{'' if timescale else '_plain'}", timescale)

    def historian(self, database, more="", url=None):
        return f'[historian]\nurl = "{url or self.server.url(database)}"\nuser_env = "HISTORIAN_USER"\npassword_env = "HISTORIAN_PASSWORD"\nbatch_interval = "200ms"\n{more}\n'

    def record(self, broker, historian, *more, name="shift", feed="", live=True, **options):
        self.log = self.folder / f"{name}.mcap"
        recording = self.start("record", self.plant(f"mqtt://127.0.0.1:{broker.port}", feed + "\n" + historian), "-o", self.log, "--json", *more, **options)
        recording.says("feed 'broker' is live")
        if live:
            recording.says("historian is live")
        return recording

    def publish_mix(self, broker, first, count):
        for topic, payload in [("speed", "{}.25"), ("count", "{}"), ("running", "true"), ("state", "step \\\\{} é")]:
            text = f'"{payload}"' if topic == "state" else payload
            self.publish(broker, f"factory/line/{topic}", *(text.format(i) for i in range(first, first + count)))

    def settled(self, recording):
        """Waits until it has worked off what arrived, and what it recorded is with the server."""
        recording.rests()
        time.sleep(1.5)  # a flush, and a batch

    def samples(self, database):
        return int(self.server.sql("select count(*) from millwright.samples", database)[0])

    def assertSameLog(self, log, live=None):
        """What the historian has is the log, sample for sample, and replays to the same state."""
        again = self.folder / "again.mcap"
        self.json_of("historian", "export", self.folder, "-o", again, "--force", "--json")
        compared = self.run_program("log", "diff", log, again)
        self.assertEqual(compared.returncode, 0, compared.stdout + compared.stderr)
        replayed = self.json_of("replay", self.folder, "--log", again, "--json")
        self.assertEqual(replayed["stateHash"], (live or self.json_of("replay", self.folder, "--log", log, "--json"))["stateHash"])
        self.assertEqual(replayed["samples"], self.json_of("replay", self.folder, "--log", log, "--json")["samples"])
        return again


class Writing(HistorianTest):
    def test_what_is_recorded_comes_back_sample_for_sample(self):
        for timescale in (True, False):
            with self.subTest(timescale=timescale):
                broker, database = self.broker(), self.database(timescale)
                recording = self.record(broker, self.historian(database), name=f"shift-{timescale}", feed='time = "/t"\ntime_unit = "ns"\nwindow = "60s"')
                self.publish_mix(broker, 0, 300)
                now = time.time_ns()
                exact = [(now, 1), (now + 1, 2), (now + 1, 2), (now + 1, 3), (now + 2, "NaN"), (now + 3, "-Infinity"), (now + 4, -0.0), (now + 5, 5e-324)]
                late = [(now - 2_000_000_000, 4), (now - 1_000_000_000, 5), (now - 1_500_000_000, 6)]
                for when, value in exact + late:
                    self.publish(broker, "factory/line/speed", json.dumps({"value": value, "t": when}))
                self.settled(recording)
                live = recording.stop()
                kept = live["historian"]
                self.assertEqual((kept["health"], kept["behind"], kept["lost"], kept["refused"]), ("live", 0, 0, 0))
                self.assertEqual(kept["written"], live["samples"])
                self.assertEqual("TimescaleDB" in kept["server"], timescale)
                self.assertGreater(live["late"], 0)
                self.assertSameLog(self.log, live)
                info = self.json_of("historian", "info", self.folder, "--json")
                self.assertEqual((info["hypertable"], info["version"], info["plant"]), (timescale, 1, "line"))
                self.assertEqual(info["samplesAbout"], live["samples"])
                self.assertEqual(info["signals"], 5, "four and the late ones of one")
                self.assertEqual(self.server.sql("select count(distinct time) from millwright.samples where time between "
                                                 f"{now} and {now + 5} and signal = (select id from millwright.signals where topic = 'line/speed')", database), ["6"])
                shown = self.server.sql("select value, quality, unit from millwright.readings where topic = 'line/speed' order by time desc limit 1", database)
                self.assertEqual(shown, ["5e-324|good|"])
                self.folder.joinpath("again.mcap").unlink()

    def test_a_server_that_is_killed_gets_what_it_missed(self):
        broker, database = self.broker(), self.database()
        recording = self.record(broker, self.historian(database))
        self.publish_mix(broker, 0, 200)
        self.settled(recording)
        self.server.stop(signal.SIGKILL)
        self.publish_mix(broker, 200, 200)
        recording.says("historian: .*(terminated|refused|closed|lost)")
        self.settled(recording)
        self.server.start()
        wait_until(lambda: len(recording.errors.split("historian is live")) > 2, "the historian is live again")
        self.publish_mix(broker, 400, 200)
        self.settled(recording)
        live = recording.stop()
        self.assertEqual((live["historian"]["written"], live["historian"]["behind"], live["historian"]["reconnects"]), (live["samples"], 0, 1))
        self.assertSameLog(self.log, live)

    def test_sessions_that_are_cut_off_while_they_write_leave_each_sample_once(self):
        """Nobody says whether a batch was written whose connection broke: it is written again, and is there once."""
        broker, database = self.broker(), self.database(timescale=False)
        recording = self.record(broker, self.historian(database, "batch_size = 500").replace("200ms", "10ms"))
        for round_ in range(8):
            self.publish_mix(broker, round_ * 300, 300)
            self.server.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'millwright' and datname = '{database}'")
            time.sleep(0.5)
        wait_until(lambda: recording.errors.rfind("historian is live") > recording.errors.rfind("historian: "), "the historian is live again")
        self.settled(recording)
        live = recording.stop()
        self.assertEqual(live["historian"]["behind"], 0, live)
        self.assertEqual(live["historian"]["written"] + live["historian"]["present"], live["samples"])
        self.assertSameLog(self.log, live)

    def test_a_recording_without_its_historian_can_be_brought_in_later_and_twice(self):
        broker, database = self.broker(), self.database()
        os.environ["WRONG_PASSWORD"] = "guess"
        wrong = self.historian(database).replace("HISTORIAN_PASSWORD", "WRONG_PASSWORD")
        recording = self.record(broker, wrong, live=False)
        recording.says("historian: .*password authentication failed.*password_env")
        self.assertNotIn("guess", recording.errors)
        self.publish_mix(broker, 0, 100)
        recording.rests()
        live = recording.stop()
        self.assertEqual(recording.process.returncode, 1)
        self.assertIn("400 samples are not written", recording.errors)
        self.assertEqual((live["samples"], live["historian"]["behind"], live["historian"]["health"]), (400, 400, "connecting"))
        self.plant(f"mqtt://127.0.0.1:{broker.port}", self.historian(database))
        first = self.json_of("historian", "import", self.folder, self.log, "--json")
        self.assertEqual((first["samples"], first["written"], first["present"]), (400, 400, 0))
        again = self.json_of("historian", "import", self.folder, self.log, "--json")
        self.assertEqual((again["samples"], again["written"], again["present"]), (400, 0, 400))
        self.assertSameLog(self.log, live)

    def test_a_database_that_is_made_later_is_found(self):
        broker = self.broker()
        recording = self.record(broker, self.historian("made_later"), live=False)
        recording.says('historian: .*database "made_later" does not exist.*createdb')
        self.publish_mix(broker, 0, 50)
        self.server.database("made_later", True)
        recording.says("historian is live")
        self.settled(recording)
        live = recording.stop()
        self.assertEqual((live["historian"]["written"], live["historian"]["behind"]), (200, 0))

    def test_a_user_without_rights_is_told_and_goes_on_when_they_are_granted(self):
        broker, database = self.broker(), self.database()
        self.server.sql("create role clerk login password 'clerk'")
        os.environ["CLERK"] = "clerk"
        historian = self.historian(database).replace("HISTORIAN_USER", "CLERK").replace("HISTORIAN_PASSWORD", "CLERK")
        recording = self.record(broker, historian, live=False)
        recording.says("historian: .*permission denied for database.*docs/historian.md")
        self.publish_mix(broker, 0, 50)
        self.server.sql(f'grant create on database "{database}" to clerk')
        recording.says("historian is live")
        self.settled(recording)
        live = recording.stop()
        self.assertEqual((live["historian"]["written"], live["historian"]["behind"]), (200, 0))

    def test_of_two_writers_one_writes_and_the_other_takes_over(self):
        broker, database = self.broker(), self.database()
        feed = 'time = "/t"\ntime_unit = "ns"\nwindow = "60s"'  # else each of them dates by itself what comes too late for it
        first = self.record(broker, self.historian(database), name="first", feed=feed)
        second = self.record(broker, self.historian(database), name="second", feed=feed, live=False)
        second.says("another program writes the samples of plant 'line'")

        def publish(count):
            for i in range(count):
                self.publish(broker, "factory/line/speed", json.dumps({"value": i, "t": time.time_ns()}))
        publish(20)
        self.settled(first)
        first.stop(signal=9)
        publish(20)
        second.says("historian is live")
        publish(20)
        self.settled(second)
        live = second.stop()
        self.assertEqual(live["historian"]["behind"], 0)
        self.assertEqual(self.samples(database), 60, "each once")
        self.assertSameLog(self.folder / "second.mcap", live)

    def test_a_server_that_hangs_holds_nobody_up(self):
        broker, database = self.broker(), self.database()
        recording = self.record(broker, self.historian(database))
        backend = int(self.server.sql(f"select pid from pg_stat_activity where application_name = 'millwright' and datname = '{database}'")[0])
        os.kill(backend, signal.SIGSTOP)
        self.addCleanup(lambda: os.kill(backend, signal.SIGCONT))
        self.publish_mix(broker, 0, 100)
        recording.rests()
        live = recording.stop()
        self.assertEqual((live["samples"], live["lost"], live["historian"]["behind"]), (400, 0, 400))
        self.assertEqual(recording.process.returncode, 1)
        self.assertEqual(self.json_of("replay", self.folder, "--log", self.log, "--json")["stateHash"], live["stateHash"])

    def test_signals_that_change_their_unit_are_left_out_and_named(self):
        broker, database = self.broker(), self.database()
        recording = self.record(broker, self.historian(database))
        self.publish_mix(broker, 0, 10)
        self.settled(recording)
        recording.stop()
        self.server.sql("update millwright.signals set unit = 'K' where topic = 'line/speed'", database)
        recording = self.record(broker, self.historian(database), name="next")
        self.publish_mix(broker, 10, 10)
        recording.says("historian: 'line/speed' is kept as float in K, and comes as float")
        self.settled(recording)
        kept = recording.stop()["historian"]
        self.assertEqual((kept["written"], kept["refused"], kept["behind"]), (30, 10, 0))

    def test_what_is_too_old_goes(self):
        for timescale in (True, False):
            with self.subTest(timescale=timescale):
                broker, database = self.broker(), self.database(timescale)
                plant = self.plant(f"mqtt://127.0.0.1:{broker.port}", self.historian(database))
                old = self.folder / f"old-{timescale}.mcap"
                times = self.folder / "old.csv"
                now = int(time.time())
                times.write_text("t,line/speed,line/count\n" + "".join(f"{now - (9 - i // 100) * DAY + i % 100},{i},{i}\n" for i in range(900)))
                mapping = self.folder / "old.toml"
                mapping.write_text('[time]\nformat = "s"\n[columns."line/speed"]\ntype = "float"\n[columns."line/count"]\ntype = "integer"\n')
                self.json_of("log", "convert", times, "-o", old, "--mapping", mapping, "--json")
                self.assertEqual(self.json_of("historian", "import", plant, old, "--json")["written"], 1800)
                recording = self.record(broker, self.historian(database, 'retention = "5d"'), name=f"new-{timescale}")
                wait_until(lambda: self.samples(database) <= 1000 + 200 * timescale, "the old ones are gone")
                recording.stop()
                self.assertEqual(self.server.sql(f"select count(*) from millwright.samples where time >= {(now - 5 * DAY + 200) * 10**9}", database), ["800"])

    def test_a_full_disk_of_the_server_is_told_and_costs_nothing(self):
        server = Server(wal_megabytes=1)
        self.addCleanup(server.close)
        database = server.database("small", False)
        plant = self.plant("mqtt://127.0.0.1:1", self.historian(database, url=server.url(database)))
        rows = self.folder / "rows.csv"
        rows.write_text("t,line/speed\n" + "".join(f"{1_790_000_000 + i},{i * 7 % 1000}\n" for i in range(100_000)))
        log = self.folder / "rows.mcap"
        mapping = self.folder / "rows.toml"
        mapping.write_text('[time]\nformat = "s"\n[columns."line/speed"]\ntype = "float"\n')
        self.json_of("log", "convert", rows, "-o", log, "--mapping", mapping, "--json")
        server.stop()
        server.start(file_limit=3_000_000)  # what no file may exceed there; nothing else can fill a disk here
        failed = self.run_program("historian", "import", plant, log)
        self.assertEqual(failed.returncode, 2, failed.stdout)
        self.assertRegex(failed.stderr, "millwright: error: postgresql://.*could not (extend|write)")
        server.stop()
        server.start()
        done = self.json_of("historian", "import", plant, log, "--json")
        self.assertEqual((done["written"] + done["present"], done["samples"]), (100_000, 100_000))
        self.assertEqual(server.sql("select count(*) from millwright.samples", database), ["100000"])


class Access(HistorianTest):
    def refused(self, historian, *words):
        done = self.run_program("historian", "info", self.plant("mqtt://127.0.0.1:1", historian))
        self.assertEqual(done.returncode, 2, done.stdout)
        for word in words:
            self.assertIn(word, done.stderr)
        return done.stderr

    def test_what_is_wrong_is_named_with_its_place(self):
        database = self.database()
        told = self.refused(self.historian(database).replace("postgresql://", "postgresql://clerk:hunter2@"), "plant.toml:", "user_env")
        self.assertNotIn("hunter2", told)
        self.refused(self.historian(database).replace("HISTORIAN_USER", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE", "user_env")
        self.refused(self.historian("nowhere"), "does not exist", "createdb")
        self.refused("", "has no [historian]")
        without = self.historian(database).replace('password_env = "HISTORIAN_PASSWORD"', 'password_file = "none.txt"')
        validated = self.run_program("validate", self.plant("mqtt://127.0.0.1:1", without))
        self.assertIn(validated.returncode, (1, 2), validated.stderr)
        self.assertIn("password_file 'none.txt' does not exist", validated.stdout + validated.stderr)
        latin = self.server.sql('create database latin encoding latin1 template template0 lc_collate "C" lc_ctype "C"') or "latin"
        self.refused(self.historian(latin), "LATIN1", "createdb -E UTF8")
        exported = self.run_program("historian", "export", self.plant("mqtt://127.0.0.1:1", self.historian(database)), "-o", self.folder / "x.mcap")
        self.assertEqual(exported.returncode, 2)
        self.assertIn("has no tables of Millwright", exported.stderr)
        self.assertFalse((self.folder / "x.mcap").exists())

    def test_tables_of_a_later_version_are_left_alone(self):
        database = self.database()
        self.server.sql("create schema millwright; create table millwright.version (version integer); insert into millwright.version values (7)", database)
        self.refused(self.historian(database), "version 7", "another 'schema'")

    def test_a_certificate_is_verified(self):
        certificate, key = self.certificate("server", "DNS:localhost,IP:127.0.0.1")
        other, other_key = self.certificate("other", "DNS:elsewhere.example")
        for name, pair, works in (("own", (certificate, key), True), ("other", (other, other_key), False)):
            with self.subTest(name):
                server = Server()
                self.addCleanup(server.close)
                server.stop()
                for source, target in zip(pair, ("tls.pem", "tls.key")):
                    server.command("cp", source, server.data / target)
                server.command("chmod", "600", server.data / "tls.key")
                server.config.write_text(server.config.read_text() + f"ssl = on\nssl_cert_file = '{server.data}/tls.pem'\nssl_key_file = '{server.data}/tls.key'\n")
                server.start()
                database = server.database("tls", False)
                historian = self.historian(database, 'ca = "ca.pem"', url=server.url(database))
                if works:
                    self.json_of("historian", "info", self.plant("mqtt://127.0.0.1:1", historian), "--json")
                    continue
                self.refused(historian, "does not match host name")
                unverified = self.run_program("historian", "info", self.plant("mqtt://127.0.0.1:1", historian + "verify = false\n"))
                self.assertEqual(unverified.returncode, 0, unverified.stderr)
                self.assertIn("anyone can pose as the server", unverified.stderr)


class Reading(HistorianTest):
    def test_trends_are_those_of_the_history_in_memory(self):
        """A test program of its own compares them column by column."""
        for timescale in (True, False):
            with self.subTest(timescale=timescale):
                database = self.database(timescale)
                done = subprocess.run([TREND_TESTS], env={**os.environ, "MILLWRIGHT_HISTORIAN_HOST": str(self.server.folder), "MILLWRIGHT_HISTORIAN_PORT": str(self.server.port),
                                                          "MILLWRIGHT_HISTORIAN_DATABASE": database}, capture_output=True, text=True, check=False, timeout=300)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("PASSED", done.stdout)

    def test_a_stretch_is_exported_and_a_trend_printed(self):
        database = self.database()
        plant = self.plant("mqtt://127.0.0.1:1", self.historian(database))
        rows = self.folder / "rows.csv"
        rows.write_text("t,line/speed,line/state\n" + "".join(f"{1_790_000_000 + i},{i},s{i % 3}\n" for i in range(1000)))
        log, whole, part, cut = (self.folder / f"{name}.mcap" for name in ("rows", "whole", "part", "cut"))
        mapping = self.folder / "rows.toml"
        mapping.write_text('[time]\nformat = "s"\n[columns."line/speed"]\ntype = "float"\n[columns."line/state"]\ntype = "string"\n')
        self.json_of("log", "convert", rows, "-o", log, "--mapping", mapping, "--json")
        self.json_of("historian", "import", plant, log, "--json")
        exported = self.json_of("historian", "export", plant, "-o", part, "--from", "+100s", "--to", "+199s", "--json")
        self.assertEqual((exported["samples"], exported["from"]), (200, "2026-09-21T14:15:00.000000000Z"))
        self.json_of("historian", "export", plant, "-o", whole, "--json")
        self.json_of("log", "cut", whole, "-o", cut, "--from", "+100s", "--to", "+199s", "--json")
        compared = self.run_program("log", "diff", cut, part)
        self.assertEqual(compared.returncode, 0, compared.stdout)
        trend = self.json_of("historian", "trend", plant, "line/speed", "--columns", "10", "--json")
        self.assertEqual([column["samples"] for column in trend["columns"]], [100] * 10)
        self.assertEqual([column["maximum"] for column in trend["columns"]], [99.0 + 100 * i for i in range(10)])
        self.assertIsNone(trend["before"])
        table = self.run_program("historian", "trend", plant, "line/speed", "--columns", "2", "--from", "+1s").stdout.splitlines()
        self.assertEqual((len(table), table[0].split(",")[:3]), (3, ["from", "samples", "minimum"]))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
