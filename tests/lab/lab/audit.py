"""The API server's audit log as an oracle: who asked for what, and whether anything was changed."""
import json
from collections import Counter
from dataclasses import dataclass

from . import paths

MUTATING = {"create", "update", "patch", "delete", "deletecollection"}
# requests that POST without changing anything
HARMLESS = {
    ("create", "selfsubjectaccessreviews"),
    ("create", "selfsubjectrulesreviews"),
    ("create", "selfsubjectreviews"),
    ("create", "tokenreviews"),
    ("create", "pods/portforward"),
}
SHOWN = 40


@dataclass(frozen=True)
class Filter:
    user: str | None = None
    agent: str | None = None
    """Part of the user agent."""
    since: str | None = None
    """RFC 3339; compared as text, as the log writes it."""

    def takes(self, event: dict) -> bool:
        if self.user and event["user"]["username"] != self.user:
            return False
        if self.agent and self.agent not in event.get("userAgent", ""):
            return False
        return not self.since or event["requestReceivedTimestamp"] >= self.since


def _finished(event: dict) -> bool:
    """A watch is counted when it begins, since it may never end; every other request when it is answered."""
    last = "ResponseStarted" if event["verb"] == "watch" else "ResponseComplete"
    return event["stage"] == last


def _resource(event: dict) -> str:
    target = event.get("objectRef") or {}
    name = target.get("resource") or event["requestURI"].split("?")[0]
    return f"{name}/{target['subresource']}" if "subresource" in target else name


def _group(event: dict) -> str:
    return (event.get("objectRef") or {}).get("apiGroup", "")


def report(wanted: Filter, readonly: bool) -> int:
    """Requests by user, verb, resource and API group. With `readonly`, 1 on a request that changes something."""
    counts = Counter()
    changes = set()
    with open(paths.AUDIT_LOG) as log:
        for line in log:
            event = json.loads(line)
            if not _finished(event) or not wanted.takes(event):
                continue
            verb, resource = event["verb"], _resource(event)
            key = (event["user"]["username"], verb, resource, _group(event))
            counts[key] += 1
            if verb in MUTATING and (verb, resource) not in HARMLESS:
                changes.add(key)
    for key, count in counts.most_common(SHOWN):
        print(f"{count:7} {' '.join(key)}".rstrip())
    if readonly and changes:
        print("NOT READ-ONLY:", *(" ".join(key) for key in sorted(changes)), sep="\n  ")
        return 1
    return 0
