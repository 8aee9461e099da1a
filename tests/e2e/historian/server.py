"""A PostgreSQL server of its own, with databases that have TimescaleDB and such that have not."""
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/bin"))
PASSWORD = "not a secret"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_somebody(folder):
    """What a command is run with so that it is not run by root, whom PostgreSQL refuses to serve. The folder will be somebody's."""
    if os.getuid() != 0:
        return []
    spaces = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if subprocess.run([*spaces, "true"], capture_output=True, check=False).returncode == 0:
        return spaces
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Server:
    """On a port of its own; `more` are further lines of its configuration. Superuser `millwright`, whose password is PASSWORD, but at the socket."""

    def __init__(self, more="", wal_megabytes=16):
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.somebody = as_somebody(self.folder)
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        self.data = self.folder / "data"
        (self.folder / "password").write_text(PASSWORD)
        (self.folder / "password").chmod(0o644)
        self.command(PROGRAMS / "initdb", "-D", self.data, "-U", "millwright", "-E", "UTF8", "-N", f"--wal-segsize={wal_megabytes}",
                     "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={self.folder}/password")
        self.config = self.folder / "server.conf"
        self.config.write_text(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self.folder}'\nfsync = off\n"
                               f"shared_preload_libraries = 'timescaledb'\ntimescaledb.telemetry_level = off\nhba_file = '{self.data}/pg_hba.conf'\n"
                               f"data_directory = '{self.data}'\nident_file = '{self.data}/pg_ident.conf'\nmax_wal_size = 2GB\n{more}\n")
        self.process = None
        self.start()

    def command(self, *command):
        subprocess.run([*self.somebody, *map(str, command)], check=True, capture_output=True, env=self.environment, cwd="/")

    def start(self, file_limit=None):
        def limit():
            if file_limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self.somebody, PROGRAMS / "postgres", "-c", f"config_file={self.config}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env=self.environment, preexec_fn=limit, cwd="/")
        end = time.monotonic() + 60
        while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)], check=False).returncode != 0:
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError("the server does not come up:\n" + (self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends its sessions; SIGKILL also those, once they notice, as a crash does."""
        sessions = [] if how != signal.SIGKILL else self.sessions()
        self.process.send_signal(how)
        self.process.wait(60)
        for session in sessions:  # else they would hold the memory that the next one needs
            try:
                os.kill(session, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for _ in range(1000):
            if not any(Path(f"/proc/{session}").exists() for session in sessions):
                break
            time.sleep(0.01)

    def sessions(self):
        """The server's own processes."""
        return [int(each) for each in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, statement, database="postgres"):
        """The answer's rows, fields between |."""
        done = subprocess.run(["psql", "-h", str(self.folder), "-p", str(self.port), "-U", "millwright", "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", statement, database],
                              capture_output=True, text=True, check=False, env=self.environment)
        if done.returncode != 0:
            raise AssertionError(f"{statement}\n{done.stderr}")
        return done.stdout.splitlines()

    def database(self, name, timescale):
        self.sql(f'create database "{name}"')
        if timescale:
            self.sql("set client_min_messages = error; create extension timescaledb", name)
        return name

    def url(self, database):
        return f"postgresql://127.0.0.1:{self.port}/{database}"
