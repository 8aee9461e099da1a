#!/usr/bin/env python3
"""Live MQTT feeds with a real broker: payloads, faults of the connection, hostile messages.

usage: mqtt_test.py MILLWRIGHT [TEST…]
"""
import json
import os
import socket
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from broker import FeedTest, wait_until

FeedTest.program = sys.argv[1]


class Mqtt(FeedTest):
    def watch(self, plant, **options):
        return self.start("feed", plant, "--json", **options)

    def live(self, broker, feed="", **plant):
        watching = self.watch(self.plant(f"mqtt://127.0.0.1:{broker.port}", feed, **plant))
        watching.says("feed 'broker' is live")
        return watching

    def end(self, watching):
        """What it says of its one feed, once it has worked off what was published."""
        watching.rests()
        answer = watching.stop()
        self.assertEqual(watching.process.returncode, 0, watching.errors)
        return answer["feeds"][0], answer

    # --- payloads

    def test_payloads_of_every_kind_become_samples(self):
        broker = self.broker()
        watching = self.live(broker)
        self.publish(broker, "factory/line/speed", "12.5", '{"value": 13}', '{"value": 14.25, "quality": "uncertain"}', "null")
        self.publish(broker, "factory/line/count", "7", "8.0", '"9"')
        self.publish(broker, "factory/line/running", "true", "0", '"true"')
        self.publish(broker, "factory/line/state", "Execute", '"Held"', '{"value": "Aborted"}')
        feed, answer = self.end(watching)
        self.assertEqual((feed["received"], feed["samples"], feed["rejected"], feed["unmatched"]), (13, 13, 0, 0))
        self.assertEqual((answer["applied"], answer["late"]), (13, 0))
        self.assertEqual(feed["health"], "live")

    def test_one_message_brings_many_signals_with_their_source_time(self):
        broker = self.broker()
        watching = self.live(broker, 'value = "/v/{signal}"\ntime = "/t"\nquality = "/q"', topic="cells/{equipment}")
        now = time.time() - 2
        self.publish(broker, "cells/line", *[f'{{"t": {int((now + i / 10) * 1000)}, "q": 192, "v": {{"speed": {i}, "count": {i}, "state": "Execute"}}}}' for i in range(10)])
        feed, answer = self.end(watching)
        self.assertEqual(feed["samples"], 30)
        self.assertAlmostEqual(feed["clockOffset"], 1.1, delta=5, msg="the source's clock is about a second behind")
        self.assertGreater(feed["clockOffset"], 0.5)

    def test_garbage_is_counted_and_hurts_nobody(self):
        broker = self.broker()
        watching = self.live(broker)
        hostile = ["{", "[" * 5000, '{"value":', "12abc", "1e999999", '{"value": {"value": 1}}', '"\\ud800"', "NaN(1)", "-", "{}" * 1000]
        self.publish(broker, "factory/line/speed", *hostile)
        subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", "factory/line/state", "-s"], input=os.urandom(3000), check=True)
        self.publish(broker, "factory/line/nobody", "1", "2")
        self.publish(broker, "factory/line/speed", "1")
        feed, answer = self.end(watching)
        self.assertEqual(feed["received"], len(hostile) + 4)
        self.assertEqual(feed["unmatched"], 2)
        self.assertEqual(feed["samples"] + feed["rejected"], len(hostile) + 2, feed)
        self.assertGreaterEqual(feed["samples"], 1)

    def test_a_message_of_ten_megabytes_is_dropped_and_the_next_is_not(self):
        broker = self.broker()
        watching = self.live(broker)
        subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", "factory/line/state", "-s"], input=b"x" * 10_000_000, check=True)
        self.publish(broker, "factory/line/speed", "1")
        watching.says("messages are dropped")
        feed, _ = self.end(watching)
        self.assertEqual((feed["dropped"], feed["gaps"], feed["samples"]), (1, 1, 1))

    def test_a_flood_is_counted_to_the_last_message(self):
        broker = self.broker()
        watching = self.live(broker, "queue = 1")
        many, at_once = 100_000, 20_000  # one mosquitto_pub loses what exceeds 65 535 messages in flight
        for first in range(0, many, at_once):
            self.publish(broker, "factory/line/speed", *(str(i) for i in range(first, first + at_once)))
        self.publish(broker, "factory/line/state", "end")
        feed, answer = self.end(watching)
        self.assertEqual(feed["received"], many + 1, "QoS 1 loses nothing")
        self.assertEqual(feed["samples"] + feed["dropped"], many + 1, feed)
        self.assertEqual(answer["applied"], feed["samples"])

    # --- times

    def dated(self, seconds):
        return f'{{"value": 1, "t": {int(seconds * 1000)}}}'

    def test_samples_out_of_order_by_5_s_are_late_and_the_others_are_not(self):
        broker = self.broker()
        watching = self.live(broker, 'time = "/t"')
        now = time.time()
        self.publish(broker, "factory/line/speed", self.dated(now - 1))
        self.publish(broker, "factory/line/speed", self.dated(now - 6))
        self.publish(broker, "factory/line/count", self.dated(now - 6))
        feed, answer = self.end(watching)
        self.assertEqual(answer["late"], 1, "another signal's sample of the same time is not")
        self.assertEqual(answer["applied"], 2)

    def test_a_clock_set_back_an_hour_is_noticed(self):
        broker = self.broker()
        watching = self.live(broker, 'time = "/t"')
        self.publish(broker, "factory/line/speed", self.dated(time.time()))
        publisher = subprocess.Popen(["mosquitto_pub", "-p", str(broker.port), "-t", "factory/line/speed", "-q", "1", "-l"], stdin=subprocess.PIPE, text=True)
        for _ in range(50):
            publisher.stdin.write(self.dated(time.time() - 3600) + "\n")
            publisher.stdin.flush()
            time.sleep(0.1)
        publisher.stdin.close()
        publisher.wait()
        feed, answer = self.end(watching)
        self.assertEqual(feed["samples"], 51)
        self.assertGreater(answer["late"], 5, "at first they are taken for old news")
        self.assertGreater(answer["redated"], 5, "then for a clock that was set back")
        self.assertEqual(answer["late"] + answer["applied"], 51)

    # --- the window

    def test_the_window_follows_a_feed(self):
        """Its inspector, which shows no clock above the curves, without a value and twice with the same."""
        broker = self.broker()
        plant = self.plant(f"mqtt://127.0.0.1:{broker.port}")
        inspectors, curves = [], []

        def part(picture, where):
            return subprocess.run(["convert", picture, "-crop", where, "rgb:-"], check=True, capture_output=True).stdout
        for name in ("before", "after", "again"):
            picture = self.folder / f"{name}.png"
            done = self.run_program("view", plant, "--live", "--select", "line", "--frames", 60, "--size", "900x600", "--screenshot", picture,
                                    "--record", self.folder / f"{name}.mcap")
            self.assertEqual(done.returncode, 0, done.stderr)
            inspectors.append(part(picture, "320x132+580+30"))  # down to the value of the first signal
            curves.append(part(picture, "320x24+580+163"))  # the curve below it
            self.publish(broker, "factory/line/speed", "123.5", retain=True)
        self.assertNotEqual(inspectors[0], inspectors[1])
        self.assertEqual(inspectors[1], inspectors[2])
        self.assertNotEqual(curves[0], curves[1], "the curve begins with the first value")
        self.assertEqual(self.json_of("log", "info", self.folder / "before.mcap", "--json")["samples"], 0)
        self.assertEqual(self.json_of("log", "info", self.folder / "after.mcap", "--json")["samples"], 1, "the retained value")

    # --- the connection

    def test_a_broker_that_is_killed_comes_back(self):
        broker = self.broker()
        watching = self.live(broker)
        self.publish(broker, "factory/line/speed", "1")
        time.sleep(0.3)
        broker.stop()
        watching.says("connection to .* broke")
        broker.start()
        wait_until(lambda: watching.errors.count("is live") == 2, "it is live again")
        self.publish(broker, "factory/line/speed", "2")
        feed, answer = self.end(watching)
        self.assertEqual((feed["reconnects"], feed["gaps"], feed["samples"], feed["health"]), (1, 1, 2, "live"))
        self.assertEqual(answer["applied"], 3, "two values, and the first once more as stale")

    def test_another_client_of_the_same_id_ends_the_connection_and_it_comes_back(self):
        """The broker says so in a DISCONNECT of its own."""
        broker = self.broker()
        watching = self.live(broker, 'client_id = "press-shop"')
        self.publish(broker, "factory/line/speed", "1")
        watching.rests()
        other = subprocess.run(["mosquitto_sub", "-p", str(broker.port), "-V", "5", "-i", "press-shop", "-t", "x", "-W", "1"], check=False, capture_output=True)
        self.assertNotEqual(other.returncode, 1, other.stderr)
        watching.says("ended the connection: .*taken over")
        wait_until(lambda: watching.errors.count("is live") == 2, "it is live again")
        self.publish(broker, "factory/line/speed", "2")
        feed, answer = self.end(watching)
        self.assertEqual((feed["reconnects"], feed["samples"], feed["health"]), (1, 2, "live"))
        self.assertEqual(answer["applied"], 3, "two values, and the first once more as stale")

    def test_a_subscription_that_is_refused_is_named(self):
        rights = self.folder / "rights.json"
        rights.write_text(json.dumps({"defaultACLAccess": {
            "publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True}}))
        rights.chmod(0o600)
        plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
        broker = self.broker(more=f"allow_anonymous true\nplugin {plugin}\nplugin_opt_config_file {rights}")
        for feed, refused in ("", "factory/#"), ('subscribe = ["a/#", "b/#"]', "a/#"):
            watching = self.watch(self.plant(f"mqtt://127.0.0.1:{broker.port}", feed))
            watching.says(f"the broker refused the subscription '{refused}' .Not authorized.")
            answer, _ = self.end(watching)
            self.assertNotEqual(answer["health"], "live")

    def test_a_url_with_a_password_is_refused_and_not_repeated(self):
        for url in ("mqtt://user:hunter2@127.0.0.1", "tcp://user:hunter2@127.0.0.1"):
            done = self.run_program("feed", self.plant(url))
            self.assertEqual(done.returncode, 2)
            self.assertIn("password_env", done.stderr)
            self.assertNotIn("hunter2", done.stderr)

    def test_a_broker_that_is_not_there_is_named(self):
        watching = self.watch(self.plant("mqtt://127.0.0.1:1"))
        watching.says("cannot connect to mqtt://127.0.0.1:1")
        feed, _ = self.end(watching)
        self.assertEqual((feed["health"], feed["received"]), ("connecting", 0))
        self.assertIn("cannot connect", feed["problem"])

    def test_passwords_come_from_the_environment_or_a_file(self):
        passwords = self.folder / "passwords"
        passwords.touch(mode=0o600)
        subprocess.run(["mosquitto_passwd", "-b", passwords, "reader", "s3cret"], check=True, capture_output=True)
        passwords.chmod(0o644)
        broker = self.broker(more=f"allow_anonymous false\npassword_file {passwords}")
        url = f"mqtt://127.0.0.1:{broker.port}"
        keys = 'user_env = "MQTT_USER"\npassword_env = "MQTT_PASSWORD"'
        environment = {**os.environ, "MQTT_USER": "reader", "MQTT_PASSWORD": "wrong"}
        watching = self.watch(self.plant(url, keys), env=environment)
        watching.says("the broker says: ([Nn]ot authori|[Bb]ad user)")
        self.assertEqual(self.end(watching)[0]["health"], "connecting")
        watching = self.watch(self.plant(url, keys), env={**environment, "MQTT_PASSWORD": "s3cret"})
        watching.says("is live")
        self.end(watching)
        (self.folder / "secret").write_text("s3cret\n")
        watching = self.watch(self.plant(url, 'user_env = "MQTT_USER"\npassword_file = "secret"'), env=environment)
        watching.says("is live")
        self.end(watching)
        refused = self.run_program("feed", self.plant(url, keys), env={k: v for k, v in os.environ.items() if k != "MQTT_USER"})
        self.assertEqual(refused.returncode, 2)
        self.assertIn("MQTT_USER", refused.stderr)

    def test_a_3_1_1_broker_is_understood(self):
        """A broker that refuses MQTT 5 as the 3.1.1 specification says, then speaks 3.1.1 and sends one message."""
        versions = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    data = connection.recv(4096)
                    versions.append(data[8])  # the protocol level
                    if versions[-1] != 4:
                        connection.sendall(bytes([0x20, 2, 0, 1]))
                        continue
                    connection.sendall(bytes([0x20, 2, 0, 0]))
                    subscription = connection.recv(4096)
                    connection.sendall(bytes([0x90, 3, subscription[2], subscription[3], 1]))
                    topic = b"factory/line/speed"
                    connection.sendall(bytes([0x30, 2 + len(topic) + 2, 0, len(topic)]) + topic + b"42")
                    while connection.recv(4096):
                        pass

        threading.Thread(target=serve, daemon=True).start()
        watching = self.watch(self.plant(f"mqtt://127.0.0.1:{listener.getsockname()[1]}"))
        watching.says("is live")
        feed, _ = self.end(watching)
        self.assertEqual(versions, [5, 4])
        self.assertEqual(feed["samples"], 1)

    # --- TLS

    def listener(self, *arguments, **options):
        return "certfile {}\nkeyfile {}".format(*self.certificate(*arguments, **options))

    def test_a_valid_certificate_is_accepted(self):
        broker = self.broker(listener=self.listener("good", "IP:127.0.0.1,DNS:localhost"))
        watching = self.watch(self.plant(f"mqtts://localhost:{broker.port}", 'ca = "ca.pem"'))
        watching.says("is live")
        self.publish(broker, "factory/line/speed", "1", extra=("--cafile", str(self.folder / "ca.pem"), "-h", "localhost"))
        self.assertEqual(self.end(watching)[0]["samples"], 1)

    def refused(self, listener, feed='ca = "ca.pem"'):
        broker = self.broker(listener=listener)
        watching = self.watch(self.plant(f"mqtts://localhost:{broker.port}", feed))
        watching.says("cannot connect to mqtts://localhost")
        answer = self.end(watching)[0]
        self.assertEqual((answer["health"], answer["received"]), ("connecting", 0))
        return answer["problem"]

    def test_another_hosts_certificate_is_refused(self):
        self.refused(self.listener("other", "DNS:elsewhere.example"))

    def test_an_expired_certificate_is_refused(self):
        problem = self.refused(self.listener("old", "DNS:localhost", start=time.time() - 10 * 86400))
        self.assertIn("certificate verify failed", problem)

    def test_an_unknown_authority_is_refused_unless_verification_is_off(self):
        listener = self.listener("good", "DNS:localhost")
        self.refused(listener, feed="")
        broker = self.broker(listener=listener)
        watching = self.watch(self.plant(f"mqtts://localhost:{broker.port}", "verify = false"))
        watching.says("anyone can pose as the broker")
        watching.says("is live")
        self.end(watching)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
