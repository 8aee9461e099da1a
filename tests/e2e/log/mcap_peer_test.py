"""The official MCAP library for JavaScript reads our logs and we read its: usage: mcap_peer_test.py MILLWRIGHT"""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

PROGRAM = sys.argv.pop(1)
PEER = pathlib.Path(__file__).with_name("mcap_peer.js")
COMPRESSIONS = ("zstd", "lz4", "none")
START = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z, ns


def run(*arguments):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def millwright(*arguments):
    return run(PROGRAM, *arguments)


def read_by_peer(file):
    return json.loads(run("node", PEER, "read", file))


def samples_by_peer(read, prefix=""):
    """(topic, time in ns, value) of each JSON message on a topic that begins with `prefix`, in the order of the indexed reader."""
    topics = {channel["id"]: channel["topic"] for channel in read["channels"]}
    return [(topics[each["channel"]], int(each["logTime"]), json.loads(base64.b64decode(each["data"]))["value"]) for each in read["messages"]
            if topics[each["channel"]].startswith(prefix) and topics[each["channel"]] != "millwright/keyframe"]


class McapPeer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def table(self):
        """A CSV of 20 000 rows of two numbers, a flag and a word; what it says, as samples."""
        rows = [(START + index * 10_000_000, index / 8, index % 100 == 7, ("Idle", "Execute")[index // 500 % 2]) for index in range(20_000)]
        lines = [f"{time},{force},{str(alarm).lower()},{state}\n" for time, force, alarm, state in rows]
        file = self.folder / "press.csv"
        file.write_text("time,force,alarm,state\n" + "".join(lines))
        mapping = self.folder / "press.toml"
        mapping.write_text('[time]\ncolumn = "time"\nformat = "ns"\n')
        said = [(topic, row[0], value) for row in rows for topic, value in zip(("force", "alarm", "state"), row[1:])]
        return file, mapping, said

    def assert_sound(self, read):
        """Both readers deliver the same messages, the statistics and the summary count them, no checksum differs."""
        self.assertTrue(read["streamed"]["complete"])
        by_place = sorted(map(json.dumps, read["streamed"]["messages"]))
        self.assertEqual(by_place, sorted(map(json.dumps, read["messages"])))
        self.assertEqual(int(read["statistics"]["messageCount"]), len(read["messages"]))
        self.assertEqual(read["statistics"]["chunkCount"], len(read["chunks"]))
        times = [int(message["logTime"]) for message in read["messages"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual([int(read["statistics"]["messageStartTime"]), int(read["statistics"]["messageEndTime"])], [times[0], times[-1]])
        self.assertTrue(read["summaryOffsets"])

    def test_peer_reads_json_logs_of_every_compression(self):
        file, mapping, said = self.table()
        for compression in COMPRESSIONS:
            with self.subTest(compression):
                log = self.folder / f"{compression}.mcap"
                millwright("log", "convert", file, "--mapping", mapping, "--encoding", "json", "--compression", compression, "-o", log)
                read = read_by_peer(log)
                self.assert_sound(read)
                self.assertEqual(read["header"]["profile"], "millwright")
                self.assertEqual({chunk["compression"] for chunk in read["chunks"]}, {"" if compression == "none" else compression})
                self.assertGreater(len(read["chunks"]), 1)
                self.assertEqual(sorted(samples_by_peer(read), key=repr), sorted(said, key=repr))

    def test_every_json_message_keeps_to_its_schema(self):
        file, mapping, _ = self.table()
        log = self.folder / "json.mcap"
        millwright("log", "convert", file, "--mapping", mapping, "--encoding", "json", "-o", log)
        read = read_by_peer(log)
        schemas = {schema["id"]: schema for schema in read["schemas"]}
        for channel in read["channels"]:
            if channel["messageEncoding"] != "json":
                continue
            schema = schemas[channel["schemaId"]]
            self.assertEqual(schema["encoding"], "jsonschema")
            validator = jsonschema.Draft202012Validator(json.loads(schema["data"]))
            for message in read["messages"]:
                if message["channel"] == channel["id"]:
                    validator.validate(json.loads(base64.b64decode(message["data"])))

    def test_peer_reads_columns_and_what_is_cut_and_merged_of_them(self):
        file, mapping, said = self.table()
        whole, early, late, merged = (self.folder / name for name in ("whole.mcap", "early.mcap", "late.mcap", "merged.mcap"))
        millwright("log", "convert", file, "--mapping", mapping, "-o", whole)
        millwright("log", "cut", whole, "--to", "+100s", "-o", early)
        millwright("log", "cut", whole, "--from", "+90s", "-o", late)
        millwright("log", "merge", early, late, "-o", merged)
        for log in (whole, early, late, merged):
            with self.subTest(log.name):
                read = read_by_peer(log)
                self.assert_sound(read)
                counted = {each["name"]: each["metadata"] for each in read["metadata"]}["millwright.log"]["samples"]
                self.assertEqual(int(counted), json.loads(millwright("log", "info", log, "--json"))["samples"])
        self.assertEqual(json.loads(millwright("log", "info", merged, "--json"))["samples"], len(said))

    def test_we_read_what_the_peer_writes(self):
        for compression in ("zstd", "none"):
            with self.subTest(compression):
                theirs, ours = self.folder / f"theirs-{compression}.mcap", self.folder / f"ours-{compression}.mcap"
                run("node", PEER, "write", theirs, compression)
                millwright("log", "verify", theirs)
                millwright("log", "convert", theirs, "--encoding", "json", "-o", ours)
                written, kept = read_by_peer(theirs), read_by_peer(ours)
                self.assert_sound(kept)
                self.assertEqual(len(written["messages"]), 3000)
                for topic in ("press-1/force", "press-1/stroke"):
                    values = [each[1:] for each in samples_by_peer(written, topic)]
                    self.assertEqual(len(values), 1500)
                    self.assertEqual([each[1:] for each in samples_by_peer(kept, topic)], values)
                self.assertEqual(kept["attachments"], written["attachments"])
                self.assertIn({"name": "shift", "metadata": {"crew": "early"}}, kept["metadata"])


if __name__ == "__main__":
    unittest.main()
