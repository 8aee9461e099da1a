#!/usr/bin/env python3
"""What the historian takes: a shift of made-up signals written to a PostgreSQL of its own, with TimescaleDB and without, and read again.

usage: historian.py MILLWRIGHT [--signals N] [--hours H]    prints JSON
"""
import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/e2e/historian"))
from server import PASSWORD, Server  # noqa: E402


def made_up(folder, signals, hours):
    """A log of temperatures with two decimals, at 10 Hz."""
    dice, rows = random.Random(1), folder / "rows.csv"
    with open(rows, "w", encoding="utf-8") as out:
        out.write("t," + ",".join(f"line/s{i}" for i in range(signals)) + "\n")
        for row in range(int(hours * 36_000)):
            values = (20 + 5 * math.sin(row / 9000 + i) + dice.gauss(0, 0.3) for i in range(signals))
            out.write(f"{1_790_000_000 + row / 10:.1f}," + ",".join(f"{value:.2f}" for value in values) + "\n")
    mapping = folder / "mapping.toml"
    mapping.write_text('[time]\ncolumn = "t"\nformat = "s"\n')
    return rows, mapping


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("millwright")
    parser.add_argument("--signals", type=int, default=10)
    parser.add_argument("--hours", type=float, default=8)
    options = parser.parse_args()
    environment = {**os.environ, "HISTORIAN_USER": "millwright", "HISTORIAN_PASSWORD": PASSWORD}

    def answer(*arguments):
        return json.loads(subprocess.run([options.millwright, *map(str, arguments), "--json"], check=True, capture_output=True, text=True, env=environment).stdout)

    result = {"signals": options.signals, "hours": options.hours}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows, mapping = made_up(folder, options.signals, options.hours)
        log = folder / "shift.mcap"
        result["samples"] = answer("log", "convert", rows, "-o", log, "--mapping", mapping)["samples"]
        server = Server()
        try:
            for timescale in (False, True):
                database = server.database(f"bench_{timescale}".lower(), timescale)
                signals = "".join(f'[[equipment.signal]]\nid = "s{i}"\n' for i in range(options.signals))
                (folder / "plant.toml").write_text(f'format = 1\n[plant]\nid = "line"\n[[equipment]]\npath = "line"\n{signals}\n[historian]\nurl = "{server.url(database)}"\n'
                                                   'user_env = "HISTORIAN_USER"\npassword_env = "HISTORIAN_PASSWORD"\n')
                written = answer("historian", "import", folder, log)
                size = answer("historian", "info", folder)["bytes"]
                trends = [answer("historian", "trend", folder, "line/s3", "--columns", "1000")["wallSeconds"] for _ in range(5)]
                again = answer("historian", "export", folder, "-o", folder / "again.mcap")
                result["timescale" if timescale else "plain"] = {
                    "writtenPerSecond": written["samplesPerSecond"], "bytesPerSample": size / written["written"], "trendSamples": options.hours * 36_000,
                    "trendMs": statistics.median(trends) * 1e3, "exportedPerSecond": again["samplesPerSecond"]}
        finally:
            server.close()
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
