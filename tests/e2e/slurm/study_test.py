#!/usr/bin/env python3
"""The job array of docs/simulation.md, as it stands there, on a real Slurm cluster of one node: its parts merge to the very answer of the whole study.

usage: study_test.py MILLWRIGHT REPOSITORY
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, REPOSITORY = (Path(argument).resolve() for argument in sys.argv[1:3])
DOCS = (REPOSITORY / "docs/simulation.md").read_text(encoding="utf-8")
STUDY = ["study", "line", "--scenario", "line/scenarios/second-press.toml"]
REPLICATIONS = "200"  # in place of the page's, which take minutes


def block(language, mark):
    """The one block of code of the page that holds `mark`."""
    return next(text for text in re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL) if mark in text)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Cluster:
    """munged, slurmctld and slurmd of their own, in a folder of their own; ended by their process ids."""

    def __init__(self, folder):
        self.folder, self.daemons, host = folder, [], socket.gethostname().split(".")[0]
        controller, node = free_ports(2)
        for name in ("state", "spool", "munge"):
            (folder / name).mkdir(mode=0o755)
        (folder / "munge/key").write_bytes(os.urandom(1024))
        (folder / "munge/key").chmod(0o400)
        (folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        (folder / "slurm.conf").write_text(f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=0
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=32 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
""")
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{PROGRAM.parent}:/usr/sbin:{os.environ['PATH']}"}
        munge = [f"--{key}={folder}/munge/{name}" for key, name in (("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))]
        self.start("munged", "--foreground", "--force", *munge)
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D", "-N", host)

    def start(self, *command):
        with open(self.folder / f"{command[0]}.out", "wb") as out:
            self.daemons.append(subprocess.Popen(command, env=self.environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL))

    def told(self):
        """What the daemons said, for a failure."""
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}" for path in sorted(self.folder.glob("*.[lo]*")) if path.is_file())

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


class Slurm(unittest.TestCase):
    def test_the_job_array_of_the_page_merges_to_the_whole_study(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        folder = Path(scratch.name)
        (folder / "line/scenarios").mkdir(parents=True)
        (folder / "line/plant.toml").write_text(block("toml", 'id = "line"'))
        (folder / "line/scenarios/second-press.toml").write_text(block("toml", 'name = "A second press"'))
        script, given = re.subn(r"--replications \d+", f"--replications {REPLICATIONS}", block("sh", "#SBATCH"))
        self.assertEqual(given, 1)
        (folder / "job.sh").write_text(script)

        (folder / "cluster").mkdir()
        cluster = Cluster(folder / "cluster")
        self.addCleanup(cluster.stop)
        # It asks again by itself until the controller answers, and waits until all jobs of the array are done.
        ran = subprocess.run(["sbatch", "--wait", "job.sh"], cwd=folder, env=cluster.environment, capture_output=True, text=True, timeout=240)
        outputs = "\n".join(path.read_text() for path in sorted(folder.glob("slurm-*.out")))
        self.assertEqual(ran.returncode, 0, f"{ran.stderr}\n{outputs}\n{cluster.told()}")

        parts = sorted(folder.glob("part-*.shard"))
        self.assertEqual(len(parts), 8)
        merged = subprocess.run([PROGRAM, *STUDY, "--merge", *parts, "--json"], cwd=folder, capture_output=True, text=True, check=True)
        whole = subprocess.run([PROGRAM, *STUDY, "--replications", REPLICATIONS, "--json"], cwd=folder, capture_output=True, text=True, check=True)
        self.assertEqual(merged.stdout, whole.stdout)
        self.assertIn('"second-press-base"', whole.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
