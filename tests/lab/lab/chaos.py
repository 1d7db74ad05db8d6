"""What can go wrong, by name. Every scenario acts at once; the README says how each is undone."""
import signal

from . import clients, kafka, kube, processes, spec

REASSIGN_BYTES_PER_SECOND = 2000


def _process(name: str) -> spec.Process:
    return spec.processes()[name]


def _restart(name: str) -> None:
    processes.stop(_process(name))
    processes.start(_process(name))


def _signal(number: signal.Signals, *names: str) -> None:
    for name in names:
        if not processes.send(name, number):
            raise SystemExit(f"lab: {name} does not run")


def _rolling() -> None:
    for broker_id in spec.BROKER_IDS:
        _restart(spec.broker_name(broker_id))


def _gone_410() -> None:
    """Old resource versions are gone, and the watch cache is new."""
    kube.compact_etcd()
    _restart("kube-apiserver")


def _heal_brokers() -> int:
    """Starts and resumes every broker, and lets the leaders that went elsewhere come home.

    The lab's brokers do not do so by themselves (auto.leader.rebalance.enable=false). 1 while replicas lag behind.
    """
    for broker_id in spec.BROKER_IDS:
        process = _process(spec.broker_name(broker_id))
        processes.send(process.name, signal.SIGCONT)
        processes.start(process)
    behind = kafka.tool_output("topics", ["--describe", "--under-replicated-partitions"])
    if behind.strip():
        print(behind)
        return 1
    kafka.tool_output("election", ["--election-type", "PREFERRED", "--all-topic-partitions"])
    return 0


def _label_pod(value: str, pod: str, namespace: str = "kafka") -> None:
    kube.kubectl("-n", namespace, "label", "--overwrite", "pod", pod, value)


def _label_node(value: str, node: str) -> None:
    kube.kubectl("label", "--overwrite", "node", node, value)


SCENARIOS = {
    "broker-kill N": lambda n: _signal(signal.SIGKILL, f"kafka-{n}"),
    "broker-pause N": lambda n: _signal(signal.SIGSTOP, f"kafka-{n}"),
    "broker-resume N": lambda n: _signal(signal.SIGCONT, f"kafka-{n}"),
    "heal-brokers": _heal_brokers,
    "rolling": _rolling,
    "quorum-loss": lambda: _signal(signal.SIGKILL, "kafka-2", "kafka-3"),
    "api-pause": lambda: _signal(signal.SIGSTOP, "kube-apiserver"),
    "api-resume": lambda: _signal(signal.SIGCONT, "kube-apiserver"),
    "api-restart": lambda: _restart("kube-apiserver"),
    "etcd-pause": lambda: _signal(signal.SIGSTOP, "etcd"),
    "etcd-resume": lambda: _signal(signal.SIGCONT, "etcd"),
    "gone-410": _gone_410,
    "prom-pause": lambda: _signal(signal.SIGSTOP, "prometheus"),
    "prom-resume": lambda: _signal(signal.SIGCONT, "prometheus"),
    "hang-txn": lambda: processes.start(_process("hang-txn")),
    "reassign-slow [TOPIC]": lambda topic="clicks": kafka.reassign(topic, REASSIGN_BYTES_PER_SECOND),
    "stuck POD NS": lambda *pod: clients.note("lab/stuck=true", *pod),
    "unstuck POD NS": lambda *pod: clients.note("lab/stuck-", *pod),
    "dead POD NS": lambda *pod: clients.note("lab/dead=true", *pod),
    "undead POD NS": lambda *pod: clients.note("lab/dead-", *pod),
    "storm DEPLOY NS": clients.storm,
    "calm DEPLOY NS": clients.calm,
    "hot-partition TOPIC": clients.heat,
    "cool TOPIC": clients.cool,
    "behind-start GROUP TOPIC": clients.behind_start,
    "heal-group GROUP": clients.heal_group,
    "poison GROUP": clients.poison,
    "cure GROUP": clients.cure,
    "crashloop POD [NS]": lambda *pod: _label_pod("lab-chaos=crashloop", *pod),
    "oom POD [NS]": lambda *pod: _label_pod("lab-chaos=oom", *pod),
    "evict POD [NS]": lambda *pod: _label_pod("lab-chaos=evicted", *pod),
    "heal-pod POD [NS]": lambda *pod: _label_pod("lab-chaos-", *pod),
    "node-notready NODE": lambda node: _label_node("lab-chaos=notready", node),
    "heal-node NODE": lambda node: _label_node("lab-chaos-", node),
}


def _arguments_fit(usage: str, args: list[str]) -> bool:
    places = usage.split()[1:]
    needed = [place for place in places if not place.startswith("[")]
    return len(needed) <= len(args) <= len(places)


def run(words: list[str]) -> int:
    name, args = (words[0], words[1:]) if words else ("", [])
    for usage, scenario in SCENARIOS.items():
        if usage.split()[0] == name:
            if not _arguments_fit(usage, args):
                print(f"usage: lab.py chaos {usage}")
                return 2
            result = scenario(*args)
            return result if type(result) is int else 0
    print("scenarios:", *SCENARIOS, sep="\n  ")
    return 2
