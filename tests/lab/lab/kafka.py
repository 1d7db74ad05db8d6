"""Kafka's own command line tools, the formatting of the brokers' storage, and a reassignment that stays in progress."""
import base64
import hashlib
import json
import subprocess
import zipfile

from . import paths, spec

_TOOLS = "org.apache.kafka.tools."
# A main class moves between core and tools from release to release: the first that the jars hold is used.
MAIN_CLASSES = {
    "acls": [_TOOLS + "AclCommand", "kafka.admin.AclCommand"],
    "api-versions": [_TOOLS + "BrokerApiVersionsCommand"],
    "client-metrics": [_TOOLS + "ClientMetricsCommand"],
    "cluster": [_TOOLS + "ClusterTool"],
    "configs": [_TOOLS + "ConfigCommand", "kafka.admin.ConfigCommand"],
    "console-consumer": [_TOOLS + "consumer.ConsoleConsumer"],
    "console-producer": [_TOOLS + "ConsoleProducer", "kafka.tools.ConsoleProducer"],
    "console-share-consumer": [_TOOLS + "consumer.ConsoleShareConsumer"],
    "consumer-groups": [_TOOLS + "consumer.group.ConsumerGroupCommand"],
    "consumer-perf": [_TOOLS + "ConsumerPerformance"],
    "delete-records": [_TOOLS + "DeleteRecordsCommand"],
    "dump-log": [_TOOLS + "DumpLogSegments", "kafka.tools.DumpLogSegments"],
    "election": [_TOOLS + "LeaderElectionCommand"],
    "features": [_TOOLS + "FeatureCommand"],
    "groups": [_TOOLS + "GroupsCommand"],
    "jmx": [_TOOLS + "JmxTool"],
    "log-dirs": [_TOOLS + "LogDirsCommand"],
    "offsets": [_TOOLS + "GetOffsetShell"],
    "producer-perf": [_TOOLS + "ProducerPerformance"],
    "quorum": [_TOOLS + "MetadataQuorumCommand"],
    "reassign": [_TOOLS + "reassign.ReassignPartitionsCommand"],
    "share-groups": [_TOOLS + "consumer.group.ShareGroupCommand"],
    "storage": [_TOOLS + "StorageTool", "kafka.tools.StorageTool"],
    "streams-groups": [_TOOLS + "streams.StreamsGroupCommand"],
    "topics": [_TOOLS + "TopicCommand"],
    "transactions": [_TOOLS + "TransactionsCommand"],
}
OFFLINE_TOOLS = {"storage", "dump-log", "jmx"}
BOOTSTRAP_LAST = {"features", "cluster"}  # these want their subcommand first
USERS = ["admin", "viewer", "app"]


def main_class(tool: str) -> str:
    if tool not in MAIN_CLASSES:
        raise SystemExit(f"lab: no Kafka tool {tool!r}; there are: {' '.join(sorted(MAIN_CLASSES))}")
    held = set()
    for pattern in ("kafka-tools-*.jar", "kafka_2.13-*.jar"):
        for jar in paths.JARS.glob(pattern):
            held |= set(zipfile.ZipFile(jar).namelist())
    for name in MAIN_CLASSES[tool]:
        if name.replace(".", "/") + ".class" in held:
            return name
    return MAIN_CLASSES[tool][-1]


def tool_command(tool: str, args: list[str]) -> list[str]:
    """The command line of one of Kafka's tools; the bootstrap server is added where it is not given."""
    given = any(arg.startswith("--bootstrap") for arg in args)
    if tool not in OFFLINE_TOOLS and not given:
        bootstrap = ["--bootstrap-server", paths.BOOTSTRAP]
        args = args + bootstrap if tool in BOOTSTRAP_LAST else bootstrap + args
    return [*spec.java("tool"), "-cp", spec.class_path(), main_class(tool), *args]


def run_tool(tool: str, args: list[str]) -> int:
    return subprocess.run(tool_command(tool, args)).returncode


def tool_output(tool: str, args: list[str]) -> str:
    """What a tool prints; it has to succeed."""
    return subprocess.run(tool_command(tool, args), check=True, capture_output=True, text=True).stdout


def labload(*args) -> int:
    """tools/labload.py, the lab's own client."""
    command = [paths.VENV / "bin/python", paths.HOME / "tools/labload.py", *args]
    return subprocess.run([str(word) for word in command]).returncode


def uuid(seed: str) -> str:
    """A Kafka uuid that is the same in every run and cannot begin with a dash."""
    digest = hashlib.md5(seed.encode()).digest()
    return base64.urlsafe_b64encode(b"\x11" + digest[1:]).decode().rstrip("=")


def format_storage() -> None:
    """Formats the brokers' directories as one KRaft quorum, with the SCRAM users in the metadata log."""
    if (paths.RUN / "kafka-1/meta/meta.properties").exists():
        return
    voters = [f"{i}@{paths.LOOPBACK}:29{i}93:{uuid(f'lab-dir-{i}')}" for i in spec.BROKER_IDS]
    scram = []
    for user in USERS:
        for bits in ("256", "512"):
            scram += ["--add-scram", f"SCRAM-SHA-{bits}=[name={user},password={user}-secret]"]
    log = paths.RUN / "format.log"
    jobs = []
    for broker_id in spec.BROKER_IDS:
        args = ["format", "--cluster-id", uuid("lab"), "--initial-controllers", ",".join(voters)]
        args += ["--config", f"{paths.RUN}/broker-{broker_id}.properties", *scram]
        command = tool_command("storage", args)
        jobs.append(subprocess.Popen(command, stdout=open(log, "ab"), stderr=subprocess.STDOUT))
    codes = [job.wait() for job in jobs]
    if any(codes):
        raise SystemExit(log.read_text())


def _replicas(topic: str) -> list[dict]:
    """Partition and replicas of a topic, as the tool describes them: tab-separated `Key: value` cells."""
    text = tool_output("topics", ["--describe", "--topic", topic])
    found = []
    for line in text.splitlines():
        cells = {}
        for cell in line.strip().split("\t"):
            key, _, value = cell.partition(":")
            cells[key.strip()] = value.strip()
        if "Partition" in cells:
            replicas = [int(broker) for broker in cells["Replicas"].split(",")]
            found.append({"topic": topic, "partition": int(cells["Partition"]), "replicas": replicas})
    return found


def reassign(topic: str, throttle: int) -> int:
    """Every replica to the next broker id, throttled to bytes/s, so that it stays in progress.

    Needs a topic with data and fewer replicas than brokers: clicks.
    """
    plan = _replicas(topic)
    for entry in plan:
        entry["replicas"] = [broker % len(spec.BROKER_IDS) + 1 for broker in entry["replicas"]]
    file = paths.RUN / "reassign.json"
    file.write_text(json.dumps({"version": 1, "partitions": plan}))
    flags = ["--execute", "--throttle", str(throttle), "--additional"]
    return run_tool("reassign", ["--reassignment-json-file", str(file), *flags])
