#!/usr/bin/env python3
"""What a plant of a million signals takes: like machines of one pattern, and a log of two of their signals, replayed.

usage: benchmarks/signals.py MILLWRIGHT [MACHINES [SIGNALS]]    (called by `./mw bench signals`; default 9 999 machines of 100; prints JSON)
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import load

UNITS = ["kN", "Cel", "mm/s", "bar", "%"]


def plant(machines: int, signals: int) -> str:
    """One pattern, many times, as a plant engineer writes it: names, units, and a range of every other signal."""
    text = 'format = 1\n[plant]\nid = "works"\n[[pattern]]\nid = "machine"\n'
    for i in range(signals):
        text += f'[[pattern.signal]]\nid = "signal-{i:03}"\nname = "Signal {i}"\nunit = "{UNITS[i % len(UNITS)]}"\n'
        if i % 2 == 0:
            text += f"range = [0, {100 + i}]\n"
    return text + f'[[equipment]]\npath = "works/hall/machine"\nlike = "machine"\nrepeat = {{ count = {machines}, step = [2, 0, 0] }}\n'


def measure(program: Path, machines: int = 9999, signals: int = 100) -> dict:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plant.toml").write_text(plant(machines, signals))
        topics = [f"works/hall/machine-{machine}/signal-{signal:03}" for machine, signal in ((1, 0), (machines, signals - 1))]
        rows = "".join(f"{1_790_000_000 + i},{i * 0.5},{i * 0.25}\n" for i in range(60))
        (folder / "two.csv").write_text(f"time,{topics[0]},{topics[1]}\n{rows}")
        log = folder / "two.mcap"
        subprocess.run([program, "log", "convert", folder / "two.csv", "-o", log], check=True, stdout=subprocess.DEVNULL)
        # Standard error warns, rightly, of the signals without samples. The child's times and memory are the kernel's.
        answer, seconds, peak = load.timed([program, "replay", folder, "--log", log, "--json"])
        count = json.loads(answer)["signals"]
        return {"what": "signals", "device": load.machine(), "signals": count, "seconds": seconds, "peakBytes": peak, "bytesASignal": peak / count,
                "samples": json.loads(answer)["samples"]}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), *(int(text) for text in sys.argv[2:])), indent=2))
