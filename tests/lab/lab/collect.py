"""Packs what explains a failure: logs, configuration, the audit log."""
import tarfile

from . import paths

LARGEST = 32 << 20
KEPT = ["log", "cri", "audit.log", "format.log", "prometheus.yml", "kwok.yaml"]


def _small(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return entry if entry.size < LARGEST else None


def pack(file: str) -> int:
    with tarfile.open(file, "w:gz") as archive:
        found = [paths.RUN / name for name in KEPT] + sorted(paths.RUN.glob("broker-*.properties"))
        for path in found:
            if path.exists():
                archive.add(path, arcname=f"lab/{path.name}", filter=_small)
    return 0
