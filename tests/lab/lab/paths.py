"""Where things are: the lab's sources, the cache of built parts, and the run directory of a running lab."""
import os
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
"""The directory of the lab's own files: lab.toml, kafka/, kube/, tools/ and the rest."""


def _cache() -> Path:
    if chosen := os.environ.get("LAB_CACHE"):
        return Path(chosen)
    xdg = os.environ.get("XDG_CACHE_HOME")
    return (Path(xdg) if xdg else Path.home() / ".cache") / "plimsoll-lab"


CACHE = _cache()
RUN = Path(os.environ.get("LAB_RUN") or CACHE / "run")

# parts that `fetch` builds
BIN = CACHE / "bin"
VENV = CACHE / "venv"
JARS = CACHE / "kafka/lib"
JMX_AGENT = CACHE / "kafka/agent/jmx_prometheus_javaagent.jar"
STRIMZI_JARS = CACHE / "kafka/strimzi"
CRDS = CACHE / "crds"
BINDSRC = BIN / "bindsrc.so"

# state of one running lab; `down` removes it
PIDS = RUN / "pids"
LOGS = RUN / "log"
CONTAINER_LOGS = RUN / "cri"
PKI = RUN / "pki"
KUBECONFIGS = RUN / "kc"
KUBECONFIG = KUBECONFIGS / "lab.kubeconfig"
CLIENTS = RUN / "clients"
AUDIT_LOG = RUN / "audit.log"

LOOPBACK = "127.0.0.1"
API_SERVER = "https://127.0.0.1:26443"
ETCD = "http://127.0.0.1:23790"
BOOTSTRAP = "127.0.0.1:29192"


def fill(text: str) -> str:
    """Replaces {RUN}, {PKI}, {BIN}, {LAB}, {KC} and {VENV} of lab.toml with the real directories."""
    places = {"RUN": RUN, "PKI": PKI, "BIN": BIN, "LAB": HOME, "KC": KUBECONFIGS, "VENV": VENV}
    for name, path in places.items():
        text = text.replace("{" + name + "}", str(path))
    return text
