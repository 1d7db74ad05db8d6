"""Fills the cache: downloads from package registries and builds what has to be built. Everything else is offline.

A step is done again when the files that it is made from change: the digest of those files names its stamp.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import paths, prerequisites

# their other libraries are on any Debian or Ubuntu
APT_PACKAGES = ["prometheus", "prometheus-node-exporter", "kcat", "librdkafka1", "libyajl2"]
PIP_PACKAGES = ["confluent-kafka==2.16.*"]
STAMP_VERSION = b"2"  # raise it to build everything again


@dataclass(frozen=True)
class Step:
    name: str
    inputs: list[bytes]
    build: Callable[[], None]
    parts: list[Path]
    """What is there afterwards; without it the stamp does not count."""

    @property
    def stamp(self) -> Path:
        digest = hashlib.sha256(b"".join(self.inputs) + STAMP_VERSION).hexdigest()[:16]
        return paths.CACHE / f".{self.name}-{digest}"

    def done(self) -> bool:
        return self.stamp.exists() and all(part.exists() for part in self.parts)


def _run(*command, **options) -> None:
    subprocess.run([str(word) for word in command], check=True, **options)


def _contents(*files: Path) -> list[bytes]:
    return [file.read_bytes() for file in files]


def _build_bindsrc() -> None:
    new = paths.BINDSRC.with_suffix(".new")
    _run("cc", "-shared", "-fPIC", "-O2", "-o", new, paths.HOME / "tools/bindsrc.c", "-ldl")
    new.replace(paths.BINDSRC)


def _download_debs(directory: Path) -> None:
    command = ["apt-get", "-q", "download", *APT_PACKAGES]
    if subprocess.run(command, cwd=directory).returncode:  # package lists that are empty or old
        _run("apt-get", "-q", "update")
        _run(*command, cwd=directory)


def _unpack_debian() -> None:
    """No root and no service start: the packages are unpacked next to the rest."""
    debs = paths.CACHE / "deb"
    debs.mkdir(exist_ok=True)
    _download_debs(debs)
    tree = paths.CACHE / "apt"
    for deb in debs.glob("*.deb"):
        _run("dpkg", "-x", deb, tree)
    for name in ("prometheus", "promtool", "prometheus-node-exporter"):
        (paths.BIN / name).unlink(missing_ok=True)
        (paths.BIN / name).symlink_to(tree / "usr/bin" / name)
    libraries = next(tree.glob("usr/lib/*/librdkafka.so.1")).parent
    kcat = paths.BIN / "kcat"
    kcat.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {tree}/usr/bin/kcat "$@"\n')
    kcat.chmod(0o755)


def _build_go() -> None:
    _run(paths.HOME / "go/build.sh", paths.BIN)


def _download_jars() -> None:
    shutil.rmtree(paths.CACHE / "kafka", ignore_errors=True)
    pom = paths.HOME / "kafka/pom.xml"
    _run("mvn", "-q", "-B", "-ntp", "-f", pom, f"-Dlab.target={paths.CACHE}/kafka", "package")


def _make_venv() -> None:
    _run(sys.executable, "-m", "venv", paths.VENV)
    _run(paths.VENV / "bin/pip", "install", "-q", *PIP_PACKAGES)


def _generate_crds() -> None:
    env = {**os.environ, "LAB_JAVA": str(prerequisites.newest_java())}
    _run(paths.HOME / "strimzi/gen-crds.sh", paths.STRIMZI_JARS, paths.CRDS, env=env)


def steps() -> list[Step]:
    pom = paths.HOME / "kafka/pom.xml"
    go_files = sorted((paths.HOME / "go").rglob("go.*"))
    go_parts = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "etcd", "etcdctl"]
    go_parts += ["kwok", "metrics-server", "kube-state-metrics"]
    packages = ["\n".join(APT_PACKAGES).encode()]
    wheels = ["\n".join(PIP_PACKAGES).encode()]
    return [
        Step("tools", _contents(paths.HOME / "tools/bindsrc.c"), _build_bindsrc, [paths.BINDSRC]),
        Step("apt", packages, _unpack_debian, [paths.BIN / "prometheus", paths.BIN / "kcat"]),
        Step("go", _contents(*go_files), _build_go, [paths.BIN / name for name in go_parts]),
        Step("mvn", _contents(pom), _download_jars, [paths.JARS, paths.JMX_AGENT, paths.STRIMZI_JARS]),
        Step("pip", wheels, _make_venv, [paths.VENV / "bin/python"]),
        Step("crds", _contents(pom), _generate_crds, [paths.CRDS]),
    ]


def require_parts() -> None:
    missing = [step.name for step in steps() if not step.done()]
    if missing:
        raise SystemExit(f"lab: not built yet, or out of date: {', '.join(missing)}. Run: {sys.argv[0]} fetch")


def run(only: list[str]) -> int:
    """All steps, or those named. 1 when the machine lacks what they need, with every lack named at once."""
    known = steps()
    names = [step.name for step in known]
    for name in only:
        if name not in names:
            raise SystemExit(f"lab: no step {name!r}; there are: {' '.join(names)}")
    todo = [step for step in known if (not only or step.name in only) and not step.done()]
    if todo and prerequisites.run(wanted=False):
        return 1
    paths.BIN.mkdir(parents=True, exist_ok=True)
    for step in known:
        if step not in todo:
            print(f"  {step.name}: {'cached' if step.done() else 'left out'}")
            continue
        begin = time.time()
        step.build()
        for old in paths.CACHE.glob(f".{step.name}-*"):
            old.unlink()
        step.stamp.touch()
        print(f"  {step.name}: {time.time() - begin:.0f} s", flush=True)
    return 0
