"""One process of the lab: started in a session of its own, found again by its pid file, signalled and stopped.

A pid file holds the pid and the kernel's start time of that pid, so that a recycled pid is never signalled.
"""
import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass

from . import paths, spec

TICKS = os.sysconf("SC_CLK_TCK")
OOM_SCORE = "500"  # under memory pressure the lab dies before the shell
MAX_ANSWER = 4 << 20

_ANY_CERTIFICATE = ssl.create_default_context()
_ANY_CERTIFICATE.check_hostname = False
_ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE


@dataclass(frozen=True)
class Running:
    """What a pid file says, of a process that is still the one it speaks of."""

    pid: int
    started_at: float
    paused: bool
    cpu_seconds: float
    rss_mib: int


def pid_file(name: str):
    return paths.PIDS / f"{name}.json"


def record(name: str) -> dict | None:
    try:
        return json.loads(pid_file(name).read_text())
    except (OSError, ValueError):
        return None


def recorded() -> list[str]:
    return sorted(file.stem for file in paths.PIDS.glob("*.json"))


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the third on (state first); the name before them may hold any character."""
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def _start_time(pid: int) -> str | None:
    stat = _stat(pid)
    return stat[19] if stat else None


def find(name: str) -> Running | None:
    """The process called `name`, when it is alive."""
    known = record(name)
    if not known:
        return None
    stat = _stat(known["pid"])
    if not stat or stat[19] != known["start"] or stat[0] == "Z":
        return None
    return Running(
        pid=known["pid"],
        started_at=known["at"],
        paused=stat[0] == "T",
        cpu_seconds=(int(stat[11]) + int(stat[12])) / TICKS,
        rss_mib=int(stat[21]) * os.sysconf("SC_PAGE_SIZE") >> 20,
    )


def session_of(leader: int) -> list[int]:
    """Every live process of the session that `leader` began, the leader itself included."""
    members = []
    for entry in os.listdir("/proc"):
        stat = _stat(int(entry)) if entry.isdigit() else None
        if stat and stat[3] == str(leader) and stat[0] != "Z":
            members.append(int(entry))
    return members


def ended(known: dict, timeout: float) -> bool:
    """Whether the process of a record (pid and start) that is about to end has ended within the timeout."""
    end = time.time() + timeout
    while (stat := _stat(known["pid"])) and stat[0] != "Z" and stat[19] == known["start"]:
        if time.time() > end:
            return False
        time.sleep(0.05)
    return True


def healthy(process: spec.Process) -> bool:
    check = process.health
    if not check:
        return find(process.name) is not None
    if "tcp" in check:
        try:
            socket.create_connection(tuple(check["tcp"]), 2).close()
        except OSError:
            return False
        return find(process.name) is not None
    context = _ANY_CERTIFICATE if check["http"].startswith("https") else None
    try:
        with urllib.request.urlopen(check["http"], timeout=3, context=context) as answer:
            answer.read(MAX_ANSWER)
    except (OSError, ValueError):
        return False
    return True


def _container_log_writer(process: spec.Process) -> subprocess.Popen:
    """kubelets (and KWOK) read logs in CRI format: tools/crilog.py converts what the process prints."""
    return subprocess.Popen(
        [sys.executable, str(paths.HOME / "tools/crilog.py"), str(process.container_log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _limits() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    open("/proc/self/oom_score_adj", "w").write(OOM_SCORE)


def spawn(process: spec.Process) -> subprocess.Popen | None:
    """Starts a process unless it runs, and writes its pid file. None when it ran already."""
    if find(process.name):
        return None
    paths.PIDS.mkdir(parents=True, exist_ok=True)
    paths.LOGS.mkdir(exist_ok=True)
    writer = _container_log_writer(process) if process.container_log else None
    output = writer.stdin if writer else open(process.log, "ab")
    started_at = time.time()
    child = subprocess.Popen(
        process.command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **process.env},
        cwd=paths.RUN,
        start_new_session=True,
        preexec_fn=_limits,
    )
    output.close()
    entry = {"pid": child.pid, "start": _start_time(child.pid), "at": started_at}
    if writer:
        entry["log_writer"] = {"pid": writer.pid, "start": _start_time(writer.pid)}
    pid_file(process.name).write_text(json.dumps(entry))
    return child


def show_log_end(process: spec.Process, lines: int = 25) -> None:
    if process.log.exists():
        last = process.log.read_text(errors="replace").splitlines()[-lines:]
        print("\n".join("    | " + line for line in last), file=sys.stderr)


def wait_healthy(process: spec.Process) -> bool:
    """Waits until a started process is healthy; says why not, with the end of its log."""
    begin = time.time()
    while time.time() - begin < process.start_timeout:
        running = find(process.name)
        if not running:
            print(f"  {process.name}: ended while starting", file=sys.stderr)
            show_log_end(process)
            return False
        if healthy(process):
            print(f"  {process.name:24} ready {time.time() - running.started_at:5.1f} s after start", flush=True)
            return True
        time.sleep(0.1)
    print(f"  {process.name}: not healthy after {process.start_timeout} s", file=sys.stderr)
    show_log_end(process)
    return False


def start(process: spec.Process) -> bool:
    return spawn(process) is None or wait_healthy(process)


def send(name: str, number: signal.Signals) -> Running | None:
    """Signals the whole group of a process, so that what it has started gets the signal too."""
    running = find(name)
    if running:
        os.killpg(running.pid, number)
    return running


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass


def stop(process: spec.Process, timeout: float | None = None) -> None:
    """TERM, and KILL after the timeout; a paused process is resumed first. What it leaves behind is killed."""
    limit = process.stop_timeout if timeout is None else timeout
    known = record(process.name)
    begin = time.time()
    killed = False
    if send(process.name, signal.SIGCONT):
        send(process.name, signal.SIGTERM)
        while running := find(process.name):
            _reap(running.pid)
            if not killed and time.time() - begin > limit:
                send(process.name, signal.SIGKILL)
                killed = True
                print(f"  {process.name}: KILL after {limit} s")
            time.sleep(0.05)
        print(f"  {process.name:24} stopped in {time.time() - begin:4.1f} s", flush=True)
    if known:
        for pid in session_of(known["pid"]):
            os.kill(pid, signal.SIGKILL)
        pid_file(process.name).unlink(missing_ok=True)
