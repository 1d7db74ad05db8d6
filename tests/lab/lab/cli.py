"""The command line of the lab."""
import argparse
import fcntl
import signal
import sys
from contextlib import contextmanager

from . import audit, chaos, collect, fetch, kafka, kube, lifecycle, paths, prerequisites, processes, spec

USAGE = """lab.py COMMAND ...   a laboratory of real servers on loopback (README.md)

  prerequisites [--install]     what the machine lacks, all of it; --install gets it with apt-get
  fetch [--only STEP,...]       fill the cache: tools apt go mvn pip crds (network; everything else is offline)
  up [GROUP|NAME ...]           default groups: kube kafka metrics load   [--heap 768m] [--dry-run]
  status [--json]               each process with its state; exit 1 if one is not healthy, or none is there
  env                           shell lines: KUBECONFIG, and where the lab keeps what (LAB_RUN, LAB_CACHE)
  down [NAME ...] [--keep]      stop; without a name everything, and exit 1 if a process or a port is left
  stop|start|restart|kill|pause|resume NAME ...
  chaos [SCENARIO ARG ...]      without a scenario: the list of them
  kafka TOOL ARG ...            Kafka's own tools: topics groups consumer-groups share-groups quorum ...
  k ARG ...                     kubectl with the lab's kubeconfig
  audit [--user U] [--agent TEXT] [--since RFC3339] [--readonly]
                                API requests by user, verb, resource, group; --readonly: exit 1 on a change
  collect FILE.tar.gz           logs, configuration and audit log, to look at later
"""


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lab.py", usage=USAGE, add_help=False)
    parser.add_argument("command")
    parser.add_argument("names", nargs="*")
    for flag in ("--json", "--keep", "--dry-run", "--readonly", "--install"):
        parser.add_argument(flag, action="store_true")
    for option in ("--only", "--user", "--agent", "--since"):
        parser.add_argument(option)
    parser.add_argument("--heap", default=spec.DEFAULT_HEAP)
    return parser.parse_intermixed_args(argv)


@contextmanager
def _alone():
    """Two of fetch, up and down at the same time would undo each other: the second waits."""
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    with open(paths.CACHE / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _signal_all(names: list[str], number: signal.Signals) -> int:
    missing = [name for name in names if not processes.send(name, number)]
    for name in missing:
        print(f"lab: {name} does not run", file=sys.stderr)
    return 1 if missing else 0


def _each(names: list[str], *actions) -> int:
    known = spec.processes()
    for name in names:
        if name not in known:
            raise SystemExit(f"lab: no process is called {name!r}; there are: {' '.join(known)}")
    results = [action(known[name]) for name in names for action in actions]
    return 1 if False in results else 0


def _dry_run(args: argparse.Namespace) -> int:
    table = spec.processes(args.heap)
    for name in spec.expand(args.names):
        print(name, " ".join(table[name].command), sep="\t")
    return 0


def _print_env() -> int:
    """For `eval "$(tests/lab/lab.py env)"`, and for programs."""
    places = {"KUBECONFIG": paths.KUBECONFIG, "LAB_RUN": paths.RUN, "LAB_CACHE": paths.CACHE}
    for name, path in places.items():
        print(f"export {name}={path}")
    return 0


def _alone_run(action, *args) -> int:
    with _alone():
        return action(*args)


def _dispatch(args: argparse.Namespace) -> int:
    names = args.names
    match args.command:
        case "prerequisites":
            return prerequisites.run(args.install)
        case "fetch":
            return _alone_run(fetch.run, args.only.split(",") if args.only else [])
        case "up" if args.dry_run:
            return _dry_run(args)
        case "up":
            return _alone_run(lifecycle.up, names, args.heap)
        case "down":
            return _alone_run(lifecycle.down, names, args.keep)
        case "env":
            return _print_env()
        case "status":
            return lifecycle.status(args.json)
        case "start":
            return _each(names, processes.start)
        case "stop":
            return _each(names, processes.stop)
        case "restart":
            return _each(names, processes.stop, processes.start)
        case "kill":
            return _signal_all(names, signal.SIGKILL)
        case "pause":
            return _signal_all(names, signal.SIGSTOP)
        case "resume":
            return _signal_all(names, signal.SIGCONT)
        case "chaos":
            return chaos.run(names)
        case "audit":
            return audit.report(audit.Filter(args.user, args.agent, args.since), args.readonly)
        case "collect" if len(names) == 1:
            return collect.pack(names[0])
    print(USAGE, file=sys.stderr)
    return 2


def main(argv: list[str]) -> int:
    if argv[:1] in ([], ["help"], ["-h"], ["--help"]):
        print(USAGE)
        return 0 if argv else 2
    if argv[0] == "k":
        return kube.kubectl(*argv[1:], check=False).returncode
    if argv[0] == "kafka":
        if len(argv) < 2:
            raise SystemExit(f"lab: which tool? {' '.join(sorted(kafka.MAIN_CLASSES))}")
        return kafka.run_tool(argv[1], argv[2:])
    return _dispatch(_parse(argv))
