"""What befalls the clients of pods, and with them consumer groups. tools/workloads.py does what annotations say."""
import json
from dataclasses import dataclass, replace
from pathlib import Path

from . import kafka, kube, processes, spec

HOT_LOAD = "load-hot"


@dataclass(frozen=True)
class Pod:
    """A pod that has a real client."""

    name: str
    namespace: str
    workload: str
    group: str
    """Empty of a producer."""
    topic: str
    flaps: bool
    immune: bool


def _pod(item: dict) -> Pod:
    meta = item["metadata"]
    notes = meta.get("annotations", {})
    return Pod(
        name=meta["name"],
        namespace=meta["namespace"],
        workload=meta["labels"].get("app", ""),
        group=notes.get("lab/group", ""),
        topic=notes.get("lab/topic", ""),
        flaps=notes.get("lab/flap") == "true",
        immune=notes.get("lab/immune") == "true",
    )


def _pods() -> list[Pod]:
    query = ["get", "pods", "-A", "-l", "lab/runs", "-o", "json"]
    answer = kube.kubectl(*query, check=False, capture_output=True, text=True)
    if answer.returncode:
        raise SystemExit(f"lab: {answer.stderr.strip()}")
    pods = [_pod(item) for item in json.loads(answer.stdout)["items"]]
    return sorted(pods, key=lambda pod: (pod.namespace, pod.name))


def _choose(what: str, wanted: tuple[str, ...], name_of) -> list[Pod]:
    """The pods whose name, as `name_of` makes it, is wanted; else an error that says which names there are."""
    pods = _pods()
    chosen = [pod for pod in pods if name_of(pod) == wanted]
    if not chosen:
        known = sorted({"/".join(name_of(pod)) for pod in pods} - {"", "/"})
        raise SystemExit(f"lab: no client of {what} {'/'.join(wanted)}; there are: {' '.join(known)}")
    return chosen


def _annotate(pods: list[Pod], value: str) -> None:
    for pod in pods:
        kube.kubectl("-n", pod.namespace, "annotate", "--overwrite", "pod", pod.name, value)


def note(value: str, pod: str, namespace: str) -> None:
    """Annotates a pod that has a client."""
    _annotate(_choose("pod", (namespace, pod), lambda one: (one.namespace, one.name)), value)


def _consumers(deployment: str, namespace: str) -> list[Pod]:
    def name_of(pod: Pod) -> tuple[str, ...]:
        return (pod.namespace, pod.workload) if pod.group else ()

    return _choose("consumer", (namespace, deployment), name_of)


def storm(deployment: str, namespace: str) -> None:
    """One member leaves its group and comes back, for ever: the one that does so already, or the first."""
    pods = _consumers(deployment, namespace)
    _annotate([min(pods, key=lambda pod: (not pod.flaps, pod.name))], "lab/flap=true")


def calm(deployment: str, namespace: str) -> None:
    _annotate(_consumers(deployment, namespace), "lab/flap-")


def _members(group: str) -> list[Pod]:
    return _choose("group", (group,), lambda pod: (pod.group,))


def behind_start(group: str, topic: str) -> int:
    """The offsets of a group before the log start. Its members get stuck, or they would begin anew at the end."""
    pods = _members(group)
    topics = sorted({pod.topic for pod in pods})
    if topic not in topics:
        raise SystemExit(f"lab: {group} reads {' '.join(topics)}, not {topic}")
    _annotate(pods, "lab/stuck=true")
    if code := kafka.labload("unread", group, topic):
        _annotate(pods, "lab/stuck-")
        return code
    return 0


def heal_group(group: str) -> None:
    """New pods for a group: without annotations, and with clients that ask anew where they should read on.

    One that is only unstuck has fetched what is deleted by now, and goes on with that.
    """
    for pod in _members(group):
        kube.kubectl("-n", pod.namespace, "delete", "pod", pod.name, "--wait=false")


def poison(group: str) -> int:
    """A record that no member survives."""
    pods = _members(group)
    if any(pod.immune for pod in pods):
        raise SystemExit(f"lab: {group} was cured, it bears poison: `lab.py chaos heal-group {group}` first")
    return kafka.labload("poison", group, pods[0].topic)


def cure(group: str) -> None:
    """A client that bears the record takes the place of each that died."""
    pods = _members(group)
    _annotate(pods, "lab/immune=true")
    for pod in pods:
        kube.kubectl("-n", pod.namespace, "label", "pod", pod.name, "lab-chaos-")


def _hot_topic() -> str | None:
    """The last word of the load's command line is its topic."""
    running = processes.find(HOT_LOAD)
    return Path(f"/proc/{running.pid}/cmdline").read_text().split("\0")[-2] if running else None


def heat(topic: str) -> None:
    hot = _hot_topic()
    if hot not in (None, topic):
        raise SystemExit(f"lab: {hot} is hot: `lab.py chaos cool {hot}` first")
    topics = kafka.tool_output("topics", ["--list"]).split()
    if topic not in topics:
        raise SystemExit(f"lab: no topic {topic!r}; there are: {' '.join(topics)}")
    load = spec.processes()[HOT_LOAD]
    processes.start(replace(load, command=[*load.command[:-1], topic]))


def cool(topic: str) -> None:
    hot = _hot_topic()
    if hot not in (None, topic):
        raise SystemExit(f"lab: {hot} is hot, not {topic}")
    processes.stop(spec.processes()[HOT_LOAD])
