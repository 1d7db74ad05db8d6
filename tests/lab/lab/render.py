"""Writes the run directory of a lab: certificates, configuration with real paths, kubeconfigs."""
import os
import subprocess

from . import paths

CONFIGURATION = {
    "prometheus/prometheus.yml": "prometheus.yml",
    "prometheus/rules.yml": "rules.yml",
    "kwok/kwok.yaml": "kwok.yaml",
    "kafka/jmx-kafka.yml": "jmx-kafka.yml",
}


def _with_real_paths(text: str) -> str:
    return text.replace("@RUN@", str(paths.RUN)).replace("@PKI@", str(paths.PKI))


def _run(script: str, *args) -> None:
    env = {**os.environ, "PATH": f"{paths.BIN}:{os.environ['PATH']}"}
    subprocess.run([str(paths.HOME / script), *map(str, args)], check=True, env=env)


def run_directory() -> None:
    paths.RUN.mkdir(parents=True, exist_ok=True)
    os.chmod(paths.RUN, 0o700)
    paths.CONTAINER_LOGS.mkdir(exist_ok=True)
    paths.CLIENTS.mkdir(exist_ok=True)
    _run("pki/pki.sh", paths.PKI)
    _run("kafka/render.sh", paths.RUN, paths.PKI)
    for source, target in CONFIGURATION.items():
        (paths.RUN / target).write_text(_with_real_paths((paths.HOME / source).read_text()))
    with (paths.RUN / "kwok.yaml").open("a") as file:
        file.write("---\n" + (paths.HOME / "strimzi/rebalance-stages.yaml").read_text())
    for file in (paths.HOME / "kafka/clients").glob("*.properties"):
        (paths.CLIENTS / file.name).write_text(_with_real_paths(file.read_text()))
    if not paths.KUBECONFIG.exists():
        _run("kube/kubeconfigs.sh", paths.PKI, paths.KUBECONFIGS, paths.API_SERVER)
