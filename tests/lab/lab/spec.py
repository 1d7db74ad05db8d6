"""lab.toml as typed data: every process with its command, environment, ports and health check."""
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from . import paths

_FILE = tomllib.loads((paths.HOME / "lab.toml").read_text())

BROKER_IDS: list[int] = _FILE["brokers"]["ids"]
DEFAULT_HEAP: str = _FILE["java"]["heap"]
GROUPS: dict[str, list[str]] = _FILE["groups"]
DEFAULT_GROUPS = ["kube", "kafka", "metrics", "load"]


@dataclass(frozen=True)
class Process:
    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    health: dict | None = None
    stop_timeout: float = _FILE["defaults"]["stop_timeout"]
    container_log: Path | None = None
    """Where the output goes in CRI format, so that `kubectl logs` of the pod that it plays can show it."""

    @property
    def start_timeout(self) -> float:
        return self.health["timeout"] if self.health else 5

    @property
    def log(self) -> Path:
        return self.container_log or paths.LOGS / f"{self.name}.log"


def broker_name(broker_id: int) -> str:
    return f"kafka-{broker_id}"


def java(kind: str, heap: str = DEFAULT_HEAP) -> list[str]:
    """The start of a Java command line; `kind` is a list of flags in lab.toml: broker or tool."""
    return ["java"] + [paths.fill(flag).replace("{HEAP}", heap) for flag in _FILE["java"][kind]]


def class_path() -> str:
    return ":".join(sorted(str(jar) for jar in paths.JARS.glob("*.jar")))


def _broker(broker_id: int, heap: str) -> Process:
    ports = [int(f"29{broker_id}{suffix}") for suffix in _FILE["brokers"]["port_suffixes"]]
    jmx_port, client_port = ports[0], ports[1]
    agent = f"-javaagent:{paths.JMX_AGENT}={paths.LOOPBACK}:{jmx_port}:{paths.RUN}/jmx-kafka.yml"
    name = broker_name(broker_id)
    return Process(
        name=name,
        command=[
            *java("broker", heap),
            agent,
            "-cp",
            class_path(),
            "kafka.Kafka",
            f"{paths.RUN}/broker-{broker_id}.properties",
        ],
        ports=ports,
        health={"tcp": [paths.LOOPBACK, client_port], "timeout": 90},
        stop_timeout=20,
        container_log=paths.CONTAINER_LOGS / f"{name}.log",
    )


def _process(entry: dict) -> Process:
    command = [paths.fill(word) for word in entry["cmd"]]
    if kind := entry.get("java"):
        command = [*java(kind), "-cp", class_path(), *command]
    env = {key: paths.fill(value) for key, value in entry.get("env", {}).items()}
    rest = {key: entry[key] for key in ("ports", "health", "stop_timeout") if key in entry}
    return Process(name=entry["name"], command=command, env=env, **rest)


def processes(heap: str = DEFAULT_HEAP) -> dict[str, Process]:
    """Every process by name, in the order in which they start: brokers first, since they take longest."""
    every = [_broker(broker_id, heap) for broker_id in BROKER_IDS]
    every += [_process(entry) for entry in _FILE["proc"]]
    return {process.name: process for process in every}


def expand(names: list[str]) -> list[str]:
    """Names of groups become the names of their processes; no name means the default groups."""
    wanted = []
    for name in names or DEFAULT_GROUPS:
        wanted += GROUPS.get(name, [name])
    known = list(processes())
    for name in wanted:
        if name not in known:
            raise SystemExit(f"lab: no process and no group is called {name!r}; processes: {' '.join(known)}")
    return wanted if names else [name for name in known if name in wanted]
