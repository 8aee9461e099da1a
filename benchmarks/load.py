"""What the benchmarks of live feeds share: free ports, processor time of processes, a plant of many signals."""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, what: str, patience: float = 120) -> None:
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            sys.exit(f"waited {patience:.0f} s in vain until {what}")
        time.sleep(0.05)


def processor_seconds(pid: int) -> float:
    """Of all threads of a process since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle_share(begin: list[int], end: list[int]) -> float:
    """Of all cores, between two calls of `machine_ticks`."""
    spent = [b - a for a, b in zip(begin, end)]
    return (spent[3] + spent[4]) / max(1, sum(spent[:8]))


def machine_ticks() -> list[int]:
    return [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{model.group(1) if model else 'unknown processor'}, {os.cpu_count()} cores"


def timed(command: list) -> tuple[str, float, int]:
    """What a command prints, how many seconds it takes, and its peak resident memory in bytes, by the kernel's account."""
    begun = time.monotonic()
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        output = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]} {command[1]} ended with status {child.returncode}")
    return output, time.monotonic() - begun, used.ru_maxrss * 1024


def plant(folder: Path, equipment: dict[str, list[str]], feeds: str) -> Path:
    """Signals, all floats, by equipment."""
    text = 'format = 1\n[plant]\nid = "bench"\n'
    for path, signals in equipment.items():
        text += f'[[equipment]]\npath = "{path}"\n' + "".join(f'[[equipment.signal]]\nid = "{one}"\n' for one in signals)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plant.toml").write_text(text + feeds)
    return folder


class Program:
    """millwright, running, until it is stopped; what it says on standard error is passed on."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([*map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.errors = ""
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.errors += line
            sys.stderr.write(line)

    def stop(self) -> dict:
        self.process.send_signal(2)
        output = self.process.stdout.read()
        self.process.wait()
        self.reader.join()
        if self.process.returncode != 0:
            sys.exit(f"it ended with status {self.process.returncode}")
        return json.loads(output)
