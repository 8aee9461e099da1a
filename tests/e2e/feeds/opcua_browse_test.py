#!/usr/bin/env python3
"""Browsing an OPC UA server that is built on another library (node-opcua), and plants made of what it offers.

usage: opcua_browse_test.py MILLWRIGHT [TEST…]
"""
import re
import signal
import sys
import tomllib
import unittest
from pathlib import Path

from broker import FeedTest, wait_until
from opcua_peer import OpcUaTest

FeedTest.program = sys.argv[1]
NAMESPACE = "nsu=urn:millwright:test;"


class Browse(OpcUaTest):
    def url(self, server):
        return f"opc.tcp://127.0.0.1:{server.port}"

    def nodes(self, server, *options):
        answer = self.json_of("browse", self.url(server), "--security", "none", "--json", *options)
        return {node["id"]: node for node in answer["nodes"]}

    def refused(self, *arguments):
        done = self.run_program("browse", *arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr

    def test_what_a_server_offers(self):
        nodes = self.nodes(self.server(namespacesBefore=2, history=["ratio"]))
        root = nodes["i=85"]
        self.assertEqual((root["name"], root["class"], root["depth"]), ("Objects", "object", 0))
        self.assertNotIn("i=2253", nodes, "the server itself is no part of a plant")
        speed = nodes[NAMESPACE + "s=line.speed"]
        self.assertEqual({key: speed[key] for key in ("name", "path", "type", "signal", "value", "status", "unit", "range", "history")},
                         {"name": "speed", "path": "Objects/line/speed", "type": "Double", "signal": "float", "value": "1.5", "status": "Good",
                          "unit": "", "range": None, "history": False})
        self.assertRegex(speed["time"], r"^20\d\d-")
        self.assertTrue(nodes[NAMESPACE + "s=line.ratio"]["history"])
        force, warmth = nodes[NAMESPACE + "s=line.force"], nodes[NAMESPACE + "i=77"]
        self.assertEqual((force["unit"], force["ucum"], force["range"]), ("kN", "kN", [0, 1000]))
        self.assertEqual((warmth["name"], warmth["unit"], warmth["ucum"], warmth["range"], warmth["value"]), ("온도", "°C", "Cel", [-20, 180.5], "36.6"))
        self.assertEqual([nodes[NAMESPACE + f"s=line.{name}"]["signal"] for name in ("count", "running", "state", "mode", "profile", "name")],
                         ["integer", "boolean", "string", "integer", None, "string"])
        self.assertEqual([nodes[NAMESPACE + f"s=line.{name}"]["type"] for name in ("profile", "mode")], ["Double[3]", "Mode"])
        self.assertEqual(nodes[NAMESPACE + "s=line.profile"]["value"], "1, 2, 3")
        self.assertEqual(nodes[NAMESPACE + "b=AQID"]["value"], "(7 bytes)")
        self.assertFalse([node for node in nodes.values() if node["name"] in ("EURange", "EngineeringUnits", "HA Configuration")], "they are told with what they are of")

    def test_a_person_sees_a_tree(self):
        server = self.server()
        server.set("speed", None, status="BadSensorFailure")
        shown = self.run_program("browse", self.url(server), "--security", "none", "--node", NAMESPACE + "s=line", "--filter", "SPEED")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        lines = [line.split() for line in shown.stdout.splitlines()]
        self.assertEqual(lines, [["name", "type", "value", "node"], ["line", NAMESPACE + "s=line"],
                                 ["└", "speed", "Double", "[BadSensorFailure]", NAMESPACE + "s=line.speed"]])
        whole = self.run_program("browse", self.url(server), "--security", "none").stdout
        force = next(line for line in whole.splitlines() if " force " in line)
        self.assertIn("12.5 kN", force)
        self.assertIn("0 … 1000", force)
        self.assertTrue(force.endswith(NAMESPACE + "s=line.force"))

    def test_the_servers_limits_are_kept_to(self):
        """2 500 references are more than one answer brings; 7 nodes a call make many calls."""
        server = self.server(perCall=7, many=2500, manyRate=0.001)
        nodes = self.nodes(server)
        many = [node for node in nodes.values() if node["path"].startswith("Objects/many/")]
        self.assertEqual(len(many), 2500)
        self.assertEqual({node["type"] for node in many}, {"Double"})
        few = self.run_program("browse", self.url(server), "--security", "none", "--json", "--limit", 50)
        self.assertIn("only the first 50 nodes", few.stderr)
        self.assertEqual(self.nodes(server, "--depth", "1").keys() & {NAMESPACE + "s=many.1", NAMESPACE + "s=line"}, {NAMESPACE + "s=line"})

    def test_a_plant_made_of_what_was_browsed_records(self):
        server = self.server(namespacesBefore=1)
        fragment = self.folder / "signals.toml"
        done = self.run_program("browse", self.url(server), "--security", "none", "-o", fragment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("12 signals of 2 equipment", done.stdout)
        (self.folder / "plant.toml").write_text('format = 1\n[plant]\nid = "made"\n' + fragment.read_text())
        described = tomllib.loads((self.folder / "plant.toml").read_text())
        signals = {f"{one['path']}/{signal['id']}": signal for one in described["equipment"] for signal in one["signal"]}
        self.assertEqual(signals["line/force"], {"id": "force", "unit": "kN", "range": [0, 1000], "topic": NAMESPACE + "s=line.force"})
        self.assertEqual([one.get("name") for one in described["equipment"]], [None, 'Press "1"'])
        warmth = signals["line/press-1/i-77"]
        self.assertEqual((warmth["name"], warmth["unit"], warmth["range"]), ("온도", "Cel", [-20, 180.5]))
        self.assertNotIn("line/profile", signals, "no signal takes an array")
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.folder, "-o", self.log, "--json")
        recording.says("feed 'plc' is live")
        server.set("speed", 7.25)
        feed, answer = self.end(recording)
        self.assertEqual((feed["samples"], feed["rejected"], feed["notes"]), (13, 0, []))
        self.assertEqual([value for _, value, _ in self.recorded()[NAMESPACE + "s=line.speed"]], [1.5, 7.25])

    def test_conditions_are_picked_as_signals_are(self):
        server = self.server(conditions=True)
        server.set("temperature", 120)
        nodes = self.nodes(server)
        condition = nodes["condition=2:press/Overheated"]
        self.assertEqual((condition["class"], condition["signal"], condition["value"], condition["path"]), ("condition", "string", "Active", 'Objects/line/Press "1"/Overheated'))
        self.assertFalse([node for node in nodes.values() if node["name"] in ("ActiveState", "Severity", "Retain")], "they are told with what they are of")
        fragment = self.folder / "signals.toml"
        done = self.run_program("browse", self.url(server), "--security", "none", "--filter", "overheated", "-o", fragment)
        self.assertIn("1 signal of 1 equipment", done.stdout, done.stderr)
        (self.folder / "plant.toml").write_text('format = 1\n[plant]\nid = "made"\n' + fragment.read_text())
        self.log = self.folder / "shift.mcap"
        recording = self.start("record", self.folder, "-o", self.log, "--json")
        recording.says("feed 'plc' is live")
        feed, _ = self.end(recording)
        self.assertEqual((feed["rejected"], feed["notes"]), (0, []))
        self.assertEqual({value for _, value, _ in self.recorded()["condition=2:press/Overheated"]}, {"unacknowledged"})

    def test_a_plants_feed_is_browsed_as_it_is_connected(self):
        server = self.server()
        plant = self.opcua_plant(server)
        nodes = {node["id"] for node in self.json_of("browse", plant, "--json", "--filter", "press")["nodes"]}
        self.assertEqual(nodes, {"i=85", NAMESPACE + "s=line", NAMESPACE + "s=press", NAMESPACE + "i=77", NAMESPACE + "b=AQID"})
        fragment = self.folder / "signals.toml"
        done = self.run_program("browse", plant, "--feed", "plc", "-o", fragment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[[feed]]", fragment.read_text(), "the plant has it already")
        self.assertIn("has a pattern as 'node'", done.stderr)
        self.assertIn("exists: browse overwrites no file", self.refused(plant, "-o", fragment))
        self.assertIn("has no feed 'other' of kind \"opcua\", but plc", self.refused(plant, "--feed", "other"))

    def test_what_cannot_be_is_said(self):
        server = self.server()
        url = self.url(server)
        self.assertIn("or give --security none", self.refused(url))
        self.assertIn("is no node id: write nsu=", self.refused(url, "--security", "none", "--node", "line"))
        self.assertIn("BadNodeIdUnknown", self.refused(url, "--security", "none", "--node", NAMESPACE + "s=absent"))
        self.assertIn("its namespaces are http://opcfoundation.org/UA/", self.refused(url, "--security", "none", "--node", "nsu=urn:x;s=line"))
        self.assertIn("no node of", self.refused(url, "--security", "none", "--filter", "unheard of"))
        self.assertIn("cannot connect to opc.tcp://127.0.0.1:1", self.refused("opc.tcp://127.0.0.1:1", "--security", "none"))
        self.assertIn("chooses among a plant's feeds", self.refused(url, "--security", "none", "--feed", "plc"))
        self.assertIn("UA_USER", self.refused(url, "--security", "none", "--user-env", "UA_USER_THAT_IS_NOT_SET"))

    def test_ctrl_c_ends_it(self):
        """At one node a call, the server takes 20 000 calls, so that it cannot be done before."""
        server = self.server(perCall=1, many=5000, manyRate=0.001)
        browsing = self.start("browse", self.url(server), "--security", "none", "--json")
        status = Path(f"/proc/{browsing.process.pid}/status")
        wait_until(lambda: int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16) & 1 << signal.SIGINT - 1, "it catches the signal")
        browsing.process.send_signal(signal.SIGINT)
        browsing.process.wait(60)
        self.assertEqual((browsing.process.returncode, browsing.process.stdout.read()), (130, ""))
        browsing.reader.join()
        browsing.process.stdout.close()
        browsing.process.stderr.close()
        self.assertIn("browsing was stopped", browsing.errors)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
