#!/usr/bin/env python3
"""How much memory an import holds at its peak: the program and its import worker together, and what lies in the shared file between
them. Linux; inside `./mw exec`. Example: benchmarks/import_memory.py build/release/bin/millwright import model.glb
"""
import json
import os
import subprocess
import sys
import time


def parts(process):
    """Bytes of a process's own: anonymous memory, and its share of mapped files; the memory file is counted by `shared`."""
    sizes = {}
    with open(f"/proc/{process}/smaps_rollup") as lines:
        for line in lines:
            words = line.split()
            if words[0] in ("Pss_Anon:", "Pss_File:"):
                sizes[words[0][4:-1]] = int(words[1]) * 1024
    return sizes.get("Anon", 0) + sizes.get("File", 0)


def shared(process):
    """Bytes that hold something in the process's memory files, by inode: mapped or not."""
    found = {}
    for name in os.listdir(f"/proc/{process}/fd"):
        path = f"/proc/{process}/fd/{name}"
        if os.readlink(path).startswith("/memfd:millwright"):
            status = os.stat(path)
            found[status.st_ino] = status.st_blocks * 512
    return found


def children(process):
    with open(f"/proc/{process}/task/{process}/children") as file:
        return file.read().split()


def main():
    run = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    peak = {"bytes": 0, "program": 0, "worker": 0, "shared": 0}
    samples = 0
    while run.poll() is None:
        try:
            own, others, files = parts(run.pid), 0, shared(run.pid)
            for child in children(run.pid):
                others += parts(child)
                files |= shared(child)
            now = own + others + sum(files.values())
            samples += 1
            if now > peak["bytes"]:
                peak = {"bytes": now, "program": own, "worker": others, "shared": sum(files.values())}
        except (FileNotFoundError, ProcessLookupError):
            pass  # one has just ended
        time.sleep(0.002)
    print(json.dumps(peak | {"samples": samples}))
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
