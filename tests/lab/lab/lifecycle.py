"""up, down and status: many processes in the right order, and nothing left behind."""
import json
import shutil
import signal
import socket
import sys
import time

from . import fetch, kafka, kube, paths, processes, render, spec

# the last broker has no quorum left to say goodbye to, so that it never ends by TERM alone
QUORUM_STOP_TIMEOUT = 6
CLIENT_PREFIXES = ("load-", "lag-", "workloads", "hang-", "connect")


def _labload_at_last(*args) -> None:
    """A controller that was just elected may refuse the first request."""
    for _ in range(3):
        if kafka.labload(*args) == 0:
            return
        time.sleep(2)
    raise SystemExit(f"lab: failed three times: labload.py {' '.join(map(str, args))}")


def _prepare_kafka(brokers: list[spec.Process]) -> bool:
    if not all(processes.wait_healthy(broker) for broker in brokers):
        return False
    _labload_at_last("topics", paths.HOME / "tools/topics-default.json")
    _labload_at_last("acls")
    return True


def up(names: list[str], heap: str) -> int:
    begin = time.time()
    table = spec.processes(heap)
    wanted = [table[name] for name in spec.expand(names)]
    fetch.require_parts()
    render.run_directory()
    brokers = [process for process in wanted if process.name in broker_names()]
    others = [process for process in wanted if process not in brokers]
    if brokers:
        kafka.format_storage()
    for broker in brokers:
        processes.spawn(broker)  # together: the quorum needs two of three
    waiting = brokers
    for process in others:
        if waiting and process.name in spec.GROUPS["load"]:
            if not _prepare_kafka(waiting):
                return 1
            waiting = []
        if not processes.start(process):
            return 1
        if process.name == "kube-controller-manager":
            kube.seed()
    if not all(processes.wait_healthy(broker) for broker in waiting):
        return 1
    print(f"lab is up in {time.time() - begin:.1f} s")
    print(f"  KUBECONFIG={paths.KUBECONFIG}")
    print("  brokers 127.0.0.1:29192,127.0.0.1:29292,127.0.0.1:29392   prometheus http://127.0.0.1:29090")
    return 0


def broker_names() -> list[str]:
    return [spec.broker_name(broker_id) for broker_id in spec.BROKER_IDS]


def down(names: list[str], keep: bool) -> int:
    """Stops clients, then brokers together, then the rest in reverse order. 1 if anything is left of the whole lab."""
    table = spec.processes()
    wanted = spec.expand(names) if names else list(table)
    sessions = {name: processes.record(name) for name in processes.recorded()}
    for name in reversed(wanted):
        if name.startswith(CLIENT_PREFIXES):
            processes.stop(table[name])
    brokers = [name for name in wanted if name in broker_names() and processes.find(name)]
    together = len(brokers) > 1
    for name in brokers if together else []:
        processes.send(name, signal.SIGCONT)
        processes.send(name, signal.SIGTERM)
    for name in reversed(wanted):
        hurry = together and name in brokers
        processes.stop(table[name], QUORUM_STOP_TIMEOUT if hurry else None)
    if names:
        return 0
    left = leftovers(sessions)
    for line in left:
        print(f"  LEFT: {line}", file=sys.stderr)
    if not keep:
        shutil.rmtree(paths.RUN, ignore_errors=True)
    return 1 if left else 0


def leftovers(sessions: dict[str, dict]) -> list[str]:
    """What a stopped lab must not have: a process of a recorded session, a listener on one of its ports."""
    found = []
    for name, known in sessions.items():
        for pid in processes.session_of(known["pid"]):
            found.append(f"process {pid} of {name}")
        writer = known.get("log_writer")
        if writer and not processes.ended(writer, timeout=3):
            found.append(f"process {writer['pid']}, the log writer of {name}")
    for name, process in spec.processes().items():
        for port in process.ports:
            if _accepts(port):
                found.append(f"port {port} of {name} is in use: `ss -ltnp sport = :{port}` names the process")
    return found


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(0.2)
        return client.connect_ex((paths.LOOPBACK, port)) == 0


def _row(process: spec.Process) -> dict | None:
    running = processes.find(process.name)
    if not running:
        return {"name": process.name, "state": "DEAD"} if processes.record(process.name) else None
    state = "ok" if processes.healthy(process) else "UNHEALTHY"
    return {
        "name": process.name,
        "pid": running.pid,
        "state": "paused" if running.paused else state,
        "rss_mib": running.rss_mib,
        "cpu_s": round(running.cpu_seconds, 1),
        "up_s": round(time.time() - running.started_at),
    }


def status(as_json: bool) -> int:
    """One row per process. 1 when one is not healthy, and when there is no lab at all."""
    rows = [row for process in spec.processes().values() if (row := _row(process))]
    if as_json:
        print(json.dumps(rows))
    else:
        _print_table(rows)
    return 0 if rows and all(row["state"] == "ok" for row in rows) else 1


def _print_table(rows: list[dict]) -> None:
    if not rows:
        print(f"no lab is up (run directory {paths.RUN})")
        return
    for row in rows:
        rest = f"{row['pid']:>8}{row['rss_mib']:>7} MiB{row['cpu_s']:>9} s{row['up_s']:>7} s" if "pid" in row else ""
        print(f"{row['name']:24}{row['state']:11}{rest}")
    print(f"{'total':24}{'':19}{sum(row.get('rss_mib', 0) for row in rows):>7} MiB")
