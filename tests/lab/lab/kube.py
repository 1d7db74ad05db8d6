"""kubectl, and the objects that a new cluster is filled with."""
import json
import os
import subprocess
import sys
import time

from . import kafka, paths

KAFKA_VERSION = "4.3.1"
LISTENER_PORTS = {"plain": 9092, "tls": 9093}
_QUIET = {"stdout": subprocess.DEVNULL}


def kubectl(*args, check: bool = True, **options) -> subprocess.CompletedProcess:
    command = [paths.BIN / "kubectl", "--kubeconfig", paths.KUBECONFIG, *args]
    return subprocess.run([str(word) for word in command], check=check, **options)


def _apply_when_served(file) -> None:
    """CRDs need a moment until they are served."""
    for _ in range(20):
        answer = kubectl("apply", "--server-side", "-f", file, check=False, capture_output=True, text=True)
        if answer.returncode == 0:
            return
        time.sleep(0.5)
    raise SystemExit(f"lab: {file} was not accepted:\n{answer.stderr}")


def _wait_for_service_account(namespace: str) -> None:
    """A pod needs the account `default` of its namespace, which a controller makes."""
    for _ in range(100):
        query = ["-n", namespace, "get", "serviceaccount", "default"]
        if kubectl(*query, check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit(f"lab: namespace {namespace} got no service account in 10 s")


def _listener_status(name: str) -> dict:
    host, port = "lab-kafka-bootstrap.kafka.svc", LISTENER_PORTS[name]
    status = {
        "name": name,
        "bootstrapServers": f"{host}:{port}",
        "addresses": [{"host": host, "port": port}],
    }
    if name == "tls":
        status["certificates"] = [(paths.PKI / "kafka-ca.crt").read_text()]
    return status


def _kafka_status() -> dict:
    """The status that Strimzi's operator would write: no operator runs here."""
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    return {
        "clusterId": kafka.uuid("lab"),
        "kafkaVersion": KAFKA_VERSION,
        "observedGeneration": 1,
        "conditions": [ready],
        "kafkaNodePools": [{"name": "broker"}],
        "listeners": [_listener_status(name) for name in LISTENER_PORTS],
    }


def seed() -> None:
    """Fills a new cluster once; what a test has changed since stays changed."""
    done = paths.RUN / "seeded"
    if done.exists():
        return
    here = paths.HOME
    kubectl("apply", "--server-side", "-f", paths.CRDS, **_QUIET)
    kubectl("apply", "-f", here / "kube/rbac.yaml", "-f", here / "kube/metrics-server.yaml", **_QUIET)
    _apply_when_served(here / "strimzi/objects.yaml")
    for namespace in ("kafka", "monitoring"):
        _wait_for_service_account(namespace)
    kubectl("apply", "--server-side", "-f", here / "kube/workloads.yaml", **_QUIET)
    _apply_when_served(here / "kube/keda.yaml")
    status = json.dumps({"status": _kafka_status()})
    patch = ["--subresource=status", "--type=merge", "-p", status]
    kubectl("-n", "kafka", "patch", "kafka", "lab", *patch, **_QUIET)
    script = [sys.executable, str(here / "strimzi/broker-pods.py"), str(paths.PKI / "kafka-ca.crt")]
    pods = subprocess.run(script, check=True, capture_output=True, text=True).stdout
    kubectl("apply", "--server-side", "-f", "-", input=pods, text=True, **_QUIET)
    done.touch()


def compact_etcd() -> None:
    """Compacts etcd at its newest revision: an older resourceVersion gets 410 Gone afterwards."""
    command = [str(paths.BIN / "etcdctl"), f"--endpoints={paths.ETCD}"]
    env = {**os.environ, "ETCDCTL_API": "3"}
    query = [*command, "endpoint", "status", "-w", "json"]
    text = subprocess.run(query, check=True, capture_output=True, env=env).stdout
    revision = json.loads(text)[0]["Status"]["header"]["revision"]
    subprocess.run([*command, "compact", str(revision)], check=True, env=env)
