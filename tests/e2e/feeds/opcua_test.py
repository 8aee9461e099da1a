#!/usr/bin/env python3
"""Live OPC UA feeds with a server that is built on another library (node-opcua): values, faults, security.

usage: opcua_test.py MILLWRIGHT [TEST…]
"""
import os
import subprocess
import sys
import time
import unittest

from broker import FeedTest, wait_until
from opcua_peer import OpcUaTest

FeedTest.program = sys.argv[1]


class OpcUa(OpcUaTest):
    # --- values

    def test_values_arrive_with_their_source_time_and_quality(self):
        server = self.server()
        recording = self.record(server)
        time.sleep(0.5)
        server.set("speed", 20.5, status="UncertainSubNormal")
        time.sleep(0.5)
        server.set("speed", None, status="BadSensorFailure")
        server.set("state", "Execute")
        time.sleep(0.5)
        server.set("speed", 21.5, status="UncertainLastUsableValue")
        server.set("running", False)
        at = time.time()
        time.sleep(0.5)
        server.set("count", -7)
        feed, answer = self.end(recording)
        self.assertEqual((feed["samples"], feed["rejected"], feed["gaps"], feed["notes"]), (10, 0, 0, []))
        self.assertEqual((answer["late"], answer["samples"]), (0, 10))
        samples = self.recorded()
        self.assertEqual([(value, quality) for _, value, quality in samples["line/speed"]],
                         [(1.5, "good"), (20.5, "uncertain"), ("NaN", "bad"), (21.5, "stale")])
        self.assertEqual([value for _, value, _ in samples["line/state"]], ["Idle", "Execute"])
        self.assertEqual([value for _, value, _ in samples["line/running"]], [True, False])
        self.assertEqual([value for _, value, _ in samples["line/count"]], [0, -7])
        self.assertAlmostEqual(samples["line/running"][-1][0], at, delta=0.1, msg="the server's own time of the change, not that of the publishing")
        replayed = self.json_of("replay", self.folder, "--log", self.log, "--json")
        self.assertEqual(replayed["stateHash"], answer["stateHash"])

    def test_types_are_converted_or_refused_with_a_reason(self):
        server = self.server()
        kinds = {"tiny": "float", "huge": "integer", "ratio": "float", "name": "string", "made": "string", "mode": "integer", "profile": "float",
                 "running": "integer", "state": "float", "nowhere": "float"}
        watching = self.watch(server, kinds=kinds)
        watching.says("signal 'line/profile' cannot use node nsu=urn:millwright:test;s=line.profile: its value is an array of 3 Double, and a signal takes one value: say which, index=0;")
        watching.says("signal 'line/state' cannot use node .*: its value is a String, which is no float")
        watching.says("signal 'line/nowhere' gets no values from node .*: BadNodeIdUnknown")
        feed, answer = self.end(watching)
        self.assertEqual((feed["samples"], feed["rejected"], answer["applied"]), (7, 2, 7))
        self.assertEqual(len(feed["notes"]), 3)
        self.assertEqual(feed["health"], "live")

    def test_an_element_of_an_array_is_a_signal(self):
        server = self.server()
        watching = self.watch(server, kinds={"profile": "float"}, node="index=1;nsu=urn:millwright:test;s=line.{signal}")
        feed, _ = self.end(watching)
        self.assertEqual((feed["samples"], feed["rejected"], feed["notes"]), (1, 0, []))
        watching = self.watch(server, kinds={"profile": "float"}, node="index=7;nsu=urn:millwright:test;s=line.{signal}")
        watching.says("signal 'line/profile' cannot use node index=7;.*: its value of .* elements has none with the index 7")
        feed, _ = self.end(watching)
        self.assertEqual((feed["samples"], len(feed["notes"])), (0, 1), "the array has three")
        done = self.run_program("feed", self.opcua_plant(server, node="index=x;nsu=urn:millwright:test;s=line.{signal}"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no index of one element: write index=2;nsu=", done.stderr)

    def test_a_unit_that_is_another_at_the_server_is_told_once(self):
        server = self.server()
        plant = self.opcua_plant(server, kinds={"force": "float", "speed": "float"})
        text = (plant / "plant.toml").read_text()
        for unit, message in (("N", r"is in kN at the server and in 'N' in the plant: its values are taken as they are; write unit = .kN"),
                              ("Cel", "and mean something else"), ("kN", None)):
            (plant / "plant.toml").write_text(text.replace('id = "force"\n', f'id = "force"\nunit = "{unit}"\n'))
            watching = self.start("feed", plant, "--json")
            watching.says(message or "is live")
            feed, _ = self.end(watching)
            self.assertEqual((feed["samples"], len(feed["notes"])), (2, 1 if message else 0), unit)

    def test_a_namespace_is_found_by_its_uri_wherever_it_is(self):
        server = self.server(namespacesBefore=3)
        feed, _ = self.end(self.watch(server))
        self.assertEqual((feed["samples"], feed["notes"]), (4, []))
        watching = self.watch(server, node="nsu=urn:elsewhere;s={signal}")
        watching.says("has no namespace urn:elsewhere, but http://opcfoundation.org/UA/, .*urn:millwright:test")
        feed, _ = self.end(watching)
        self.assertEqual((feed["samples"], len(feed["notes"])), (0, 1), "told once, whatever the number of nodes")

    def test_the_servers_limits_are_kept_to(self):
        server = self.server(perCall=7, many=40, manyRate=1)
        watching = self.watch(server, kinds={f"many.{i}": "float" for i in range(40)}, node="nsu=urn:millwright:test;s={signal}")
        time.sleep(2)
        feed, answer = self.end(watching)
        self.assertGreaterEqual(feed["samples"], 80)
        self.assertEqual((feed["notes"], answer["signals"]), ([], 40))

    def test_values_that_the_server_could_not_keep_are_a_gap(self):
        server = self.server()
        watching = self.watch(server, publishing="1s", feed='security = "none"\nsampling_interval = "0s"\nqueue_size = 2')
        time.sleep(0.5)
        for i in range(20):
            server.set("speed", i)
            time.sleep(0.1)
        watching.says("values of signal 'line/speed' are late or lost, because the queue of node .* is full at the server")
        feed, _ = self.end(watching)
        self.assertGreater(feed["gaps"], 0)

    def test_what_is_no_node_id_is_refused_with_the_forms_there_are(self):
        server = self.server()
        for node in ("{signal}", "ns=2", "ns=x;s={signal}", "i=abc", "nsu=urn:x", "g=12", ""):
            done = self.run_program("feed", self.opcua_plant(server, node=node))
            self.assertEqual(done.returncode, 2, node)
            self.assertIn("is no node id: write nsu=NAMESPACE-URI;s=NAME", done.stderr)

    def test_a_url_that_is_none_is_refused(self):
        server = self.server()
        plant = self.opcua_plant(server) / "plant.toml"
        good = plant.read_text()
        for url, message in (("opc.tcp://", "names no host"), ("http://x", "is no address of an OPC UA server"), ("opc.tcp://x:99999", "has no port"),
                             ("opc.tcp://me:hunter2@x", "password_env")):
            plant.write_text(good.replace(f"opc.tcp://127.0.0.1:{server.port}", url))
            done = self.run_program("feed", self.folder)
            self.assertEqual(done.returncode, 2, url)
            self.assertIn(message, done.stderr)
            self.assertNotIn("hunter2", done.stderr)

    # --- the connection

    def test_a_server_that_is_killed_comes_back_and_the_log_has_everything(self):
        server = self.server()
        recording = self.record(server)
        server.set("speed", 2.5)
        time.sleep(0.5)
        server.stop()
        recording.says("the connection to .* broke")
        time.sleep(0.5)
        server.start()
        wait_until(lambda: recording.errors.count("is live") == 2, "it is live again")
        server.set("speed", 3.5)
        feed, answer = self.end(recording)
        self.assertEqual((feed["reconnects"], feed["gaps"], feed["health"]), (1, 1, "live"))
        samples = self.recorded()
        self.assertEqual([(value, quality) for _, value, quality in samples["line/speed"]],
                         [(1.5, "good"), (2.5, "good"), (2.5, "stale"), (1.5, "good"), (3.5, "good")])
        self.assertEqual([(value, quality) for _, value, quality in samples["line/state"]], [("Idle", "good"), ("Idle", "stale"), ("Idle", "good")])
        self.assertEqual(self.json_of("replay", self.folder, "--log", self.log, "--json")["stateHash"], answer["stateHash"])

    def test_a_server_that_stands_still_is_noticed(self):
        """The connection is open, but nothing comes: a network that swallows everything, or a hung server."""
        server = self.server()
        watching = self.watch(server)
        os.kill(server.process.pid, 19)  # SIGSTOP
        watching.says("broke: the server does not answer any more")
        os.kill(server.process.pid, 18)  # SIGCONT
        wait_until(lambda: watching.errors.count("is live") == 2, "it is live again")
        feed, answer = self.end(watching)
        self.assertEqual((feed["reconnects"], feed["health"]), (1, "live"))

    def test_a_server_that_is_not_there_is_named(self):
        watching = self.start("feed", self.opcua_plant(type("", (), {"port": 1})), "--json")
        watching.says("cannot connect to opc.tcp://127.0.0.1:1")
        feed, _ = self.end(watching)
        self.assertEqual((feed["health"], feed["received"]), ("connecting", 0))

    # --- security

    def certificate(self, name, uri="urn:millwright:client", days=2):
        """A self-signed certificate and its key, as docs/feeds.md says to make them."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName=URI:{uri},DNS:localhost",
                        "-addext", "keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyCertSign",
                        "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem"],
                       check=True, capture_output=True)

    def trust(self, server):
        """Saves the certificate of the server, as someone who has compared the thumbprint would."""
        own = self.folder / "pki/own/certs/certificate.pem"
        self.assertTrue(own.exists())
        (self.folder / "server.pem").write_bytes(own.read_bytes())

    KEYS = 'ca = "server.pem"\ncertificate = "client.pem"\nkey = "client.key"\n'

    def secured(self, **options):
        self.certificate("client")
        server = self.server(modes=["Sign", "SignAndEncrypt"], **options)
        self.trust(server)
        return server

    def test_signed_and_encrypted_connections(self):
        server = self.secured()
        for security in ("sign", "sign-and-encrypt"):
            feed, _ = self.end(self.watch(server, feed=self.KEYS + f'security = "{security}"'))
            self.assertEqual((feed["samples"], feed["health"]), (4, "live"))
        refused = self.start("feed", self.opcua_plant(server), "--json")
        refused.says('offers no security = "none" that is safe today, but sign .Basic256Sha256.')
        self.end(refused)

    def test_a_server_with_another_certificate_is_refused(self):
        server = self.secured()
        self.certificate("other")
        watching = self.start("feed", self.opcua_plant(server, feed=self.KEYS.replace("server.pem", "other.pem")), "--json")
        watching.says("the certificate of opc.tcp://.*, thumbprint [0-9A-F]{40}. is refused: it is not trusted")
        print_of = subprocess.run(["openssl", "x509", "-in", self.folder / "server.pem", "-noout", "-fingerprint", "-sha1"], check=True, capture_output=True, text=True).stdout
        self.assertIn(print_of.split("=")[1].strip().replace(":", ""), watching.errors)
        feed, _ = self.end(watching)
        self.assertEqual((feed["health"], feed["received"]), ("connecting", 0))
        watching = self.watch(server, feed='verify = false\ncertificate = "client.pem"\nkey = "client.key"')
        watching.says("anyone can pose as the server")
        self.assertEqual(self.end(watching)[0]["samples"], 4)

    def test_a_server_that_does_not_know_the_client_is_named(self):
        server = self.secured(accept=False)
        watching = self.start("feed", self.opcua_plant(server, feed=self.KEYS), "--json")
        watching.says("perhaps the server does not trust this client's certificate yet .thumbprint [0-9A-F]{40}.")
        self.assertEqual(self.end(watching)[0]["health"], "connecting")

    def test_security_that_lacks_something_is_refused_at_once(self):
        server = self.secured()
        self.certificate("unnamed", uri="urn:someone:else")
        (self.folder / "empty.pem").write_text("nothing\n")
        for keys, message in (("", "needs 'certificate' and 'key'"), (self.KEYS.replace('ca = "server.pem"\n', ""), "needs 'ca'"),
                              (self.KEYS.replace("client.", "unnamed."), "needs a subjectAltName URI:urn:millwright:client"),
                              (self.KEYS.replace("client.pem", "empty.pem"), "has no certificate"),
                              (self.KEYS.replace('"client.key"', '"empty.pem"'), "no private key in PEM without a password"),
                              (self.KEYS.replace("server.pem", "absent.pem"), "absent.pem")):
            done = self.run_program("feed", self.opcua_plant(server, feed=keys))
            self.assertEqual(done.returncode, 2, keys)
            self.assertIn(message, done.stderr)
        feed, _ = self.end(self.watch(server, feed=self.KEYS.replace("client.", "unnamed.") + 'client_id = "urn:someone:else"'))
        self.assertEqual(feed["samples"], 4)

    def test_users_with_a_password(self):
        server = self.secured(anonymous=False, users={"reader": "s3cret"})
        keys = self.KEYS + 'user_env = "UA_USER"\npassword_env = "UA_PASSWORD"'
        environment = {**os.environ, "UA_USER": "reader", "UA_PASSWORD": "wrong"}
        watching = self.start("feed", self.opcua_plant(server, feed=keys), "--json", env=environment)
        watching.says("the server refuses the user or its password")
        self.assertEqual(self.end(watching)[0]["health"], "connecting")
        watching = self.start("feed", self.folder, "--json", env={**environment, "UA_PASSWORD": "s3cret"})
        watching.says("is live")
        self.assertEqual(self.end(watching)[0]["samples"], 4)
        watching = self.start("feed", self.opcua_plant(server, feed=self.KEYS), "--json")
        watching.says("takes no anonymous users")
        self.end(watching)

    def test_users_with_a_certificate(self):
        server = self.secured(anonymous=False)
        self.certificate("user", uri="urn:millwright:user")
        watching = self.watch(server, feed=self.KEYS + 'user_certificate = "user.pem"\nuser_key = "user.key"')
        self.assertEqual(self.end(watching)[0]["samples"], 4)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
