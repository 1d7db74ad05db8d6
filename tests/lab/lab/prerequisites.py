"""What a machine must have before the lab can be built, and how to get each."""
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

RUN_JAVA = 17  # brokers and tools
GENERATOR_JAVA = 21  # Strimzi's CRD generator
OLDEST_GO = (1, 21)  # older ones cannot download the toolchain that the modules ask for

COMMANDS = {
    "cc": "a C compiler: apt-get install gcc",
    "go": "Go 1.21 or newer: https://go.dev/dl (apt-get install golang-go where that is new enough)",
    "mvn": "Maven 3.8 or newer: apt-get install maven",
    "openssl": "OpenSSL: apt-get install openssl",
    "dpkg": "dpkg and apt-get: the lab takes Prometheus from Debian's or Ubuntu's packages",
    "apt-get": "dpkg and apt-get: the lab takes Prometheus from Debian's or Ubuntu's packages",
}


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


def _has_compiler() -> bool:
    return "jdk.compiler" in _output("java", "--list-modules")


def missing() -> list[str]:
    lacks = {how for command, how in COMMANDS.items() if not shutil.which(command)}
    if java_version("java") < RUN_JAVA or not _has_compiler():
        lacks.add(f"a JDK {RUN_JAVA} or newer as `java`: apt-get install openjdk-{RUN_JAVA}-jdk-headless")
    if java_version(newest_java()) < GENERATOR_JAVA:
        lacks.add(
            f"a JDK {GENERATOR_JAVA} or newer in /usr/lib/jvm (it may stand beside another): "
            f"apt-get install openjdk-{GENERATOR_JAVA}-jdk-headless, or temurin-25-jdk from Adoptium"
        )
    found = re.search(r"go(\d+)\.(\d+)", _output("go", "version"))
    if found and (int(found[1]), int(found[2])) < OLDEST_GO:
        lacks.add(COMMANDS["go"])
    if not importlib.util.find_spec("ensurepip"):
        lacks.add("Python's venv: apt-get install python3-venv")
    return sorted(lacks)
