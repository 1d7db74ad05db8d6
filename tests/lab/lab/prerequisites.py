"""What a machine must have before the lab can be built, and how to get each."""
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

RUN_JAVA = 17  # brokers and tools
GENERATOR_JAVA = 21  # Strimzi's CRD generator
OLDEST_GO = (1, 21)  # an older one cannot download the toolchain that the modules ask for


@dataclass(frozen=True)
class Need:
    what: str
    packages: list[str]
    """Any one of these Debian or Ubuntu packages has it; the first that the machine's lists hold is taken."""
    otherwise: str = ""

    def __str__(self) -> str:
        how = f"apt-get install {' or '.join(self.packages)}"
        return f"{self.what}: {how}" + (f"; {self.otherwise}" if self.otherwise else "")


COMPILER = Need("a C compiler (cc)", ["gcc"])
GO = Need("Go 1.21 or newer", ["golang-go"], "or from https://go.dev/dl")
MAVEN = Need("Maven 3.8 or newer (mvn)", ["maven"])
OPENSSL = Need("OpenSSL (openssl)", ["openssl"])
VENV = Need("Python's venv", ["python3-venv"])
DEBIAN = Need("Debian or Ubuntu (dpkg, apt-get): Prometheus is taken from their packages", ["dpkg"])
JDK = Need(f"a JDK {RUN_JAVA} or newer (java on the PATH)", ["default-jdk-headless", "openjdk-17-jdk-headless"])
NEW_JDK = Need(
    f"a JDK {GENERATOR_JAVA} or newer in /usr/lib/jvm (it may stand beside another)",
    ["openjdk-25-jdk-headless", "openjdk-21-jdk-headless", "temurin-25-jdk"],
    "Temurin is in Adoptium's repository, https://adoptium.net",
)
COMMANDS = {"cc": COMPILER, "go": GO, "mvn": MAVEN, "openssl": OPENSSL, "dpkg": DEBIAN, "apt-get": DEBIAN}


def _output(*command: str) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return ""
    return answer.stdout + answer.stderr


def java_version(java: Path | str) -> int:
    """The major version of a java command; 0 when there is none."""
    text = _output(str(java), "-XshowSettings:properties", "-version")
    found = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", text)
    return int(found[1]) if found else 0


def newest_java() -> Path | str:
    """The newest JDK of this machine, whatever `java` on the PATH is."""
    return max(["java", *Path("/usr/lib/jvm").glob("*/bin/java")], key=java_version)


def _go_version() -> tuple[int, int]:
    found = re.search(r"go(\d+)\.(\d+)", _output("go", "version"))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def missing() -> list[Need]:
    """Every need that is not met. A JDK must have its compiler: StreamsApp.java is run from source."""
    needs = [need for command, need in COMMANDS.items() if not shutil.which(command)]
    if java_version("java") < RUN_JAVA or "jdk.compiler" not in _output("java", "--list-modules"):
        needs.append(JDK)
    if java_version(newest_java()) < GENERATOR_JAVA:
        needs.append(NEW_JDK)
    if GO not in needs and _go_version() < OLDEST_GO:
        needs.append(GO)
    if not importlib.util.find_spec("ensurepip"):
        needs.append(VENV)
    return [need for number, need in enumerate(needs) if need not in needs[:number]]


def _candidate(need: Need) -> str | None:
    for package in need.packages:
        found = re.search(r"Candidate: (\S+)", _output("apt-cache", "policy", package))
        if found and found[1] != "(none)":
            return package
    return None


def install(needs: list[Need]) -> None:
    """Installs what is missing with apt-get: as root, or through sudo. `missing()` tells whether it was enough."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*root, "apt-get", "-q", "update"], env=env)
    packages = [package for need in needs if (package := _candidate(need))]
    if packages:
        subprocess.run([*root, "apt-get", "-q", "install", "-y", *packages], env=env)


def run(wanted: bool) -> int:
    """Says what is missing, all of it; with `wanted` it is installed first. 1 when something is still missing."""
    needs = missing()
    if needs and wanted:
        install(needs)
        needs = missing()
    if needs:
        print("The lab needs what this machine does not have:", *needs, sep="\n  ")
    return 1 if needs else 0
