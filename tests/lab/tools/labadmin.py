"""What labload.py creates: topics, ACLs, groups without members; and records that it deletes unread."""
import time

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
)

# a controller refuses more than 10,000 partitions or records in one call
PARTITIONS_PER_CALL = 2000
# a partition whose records are deleted unread keeps so many: its log is not empty, and the lag is above zero
RECORDS_KEPT = 3
UNREAD_SECONDS = 40


def _planned(plan: list[dict]) -> list[NewTopic]:
    topics = []
    for entry in plan:
        for number in range(entry.get("count", 1)):
            suffix = f"{number:04d}" if "count" in entry else ""
            topic = NewTopic(
                entry["prefix"] + suffix,
                num_partitions=entry["partitions"],
                replication_factor=entry.get("rf", 3),
                config=entry.get("config", {}),
            )
            topics.append(topic)
    return topics


def _batches(topics: list[NewTopic]):
    batch, partitions = [], 0
    for topic in topics:
        if batch and partitions + topic.num_partitions > PARTITIONS_PER_CALL:
            yield batch
            batch, partitions = [], 0
        batch.append(topic)
        partitions += topic.num_partitions
    if batch:
        yield batch


def create_topics(conf: dict, plan: list[dict]) -> None:
    """Creates the topics of a plan; one that exists already is left as it is."""
    admin = AdminClient(conf)
    made = 0
    for batch in _batches(_planned(plan)):
        for future in admin.create_topics(batch, request_timeout=60).values():
            try:
                future.result()
                made += 1
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise
    print(f"{made} topics", flush=True)


def _allow(kind: ResourceType, name: str, pattern: ResourcePatternType, user: str, operation: AclOperation):
    principal = f"User:{user}"
    return AclBinding(kind, name, pattern, principal, "*", operation, AclPermissionType.ALLOW)


def _acls() -> list[AclBinding]:
    literal, prefixed = ResourcePatternType.LITERAL, ResourcePatternType.PREFIXED
    topic, group, broker = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.BROKER
    transaction = ResourceType.TRANSACTIONAL_ID
    read, write = AclOperation.READ, AclOperation.WRITE
    describe, describe_configs = AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS
    return [
        _allow(topic, "*", literal, "viewer", describe),
        _allow(topic, "*", literal, "viewer", describe_configs),
        _allow(group, "*", literal, "viewer", describe),
        _allow(broker, "kafka-cluster", literal, "viewer", describe),
        _allow(broker, "kafka-cluster", literal, "viewer", describe_configs),
        _allow(topic, "orders", prefixed, "app", read),
        _allow(topic, "orders", prefixed, "app", write),
        _allow(topic, "orders", prefixed, "app", describe),
        _allow(group, "lab-", prefixed, "app", read),
        _allow(transaction, "lab-", prefixed, "app", write),
    ]


def create_acls(conf: dict) -> None:
    acls = _acls()
    admin = AdminClient(conf)
    for future in admin.create_acls(acls).values():
        future.result()
    print(f"{len(acls)} ACLs")


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def create_ghosts(conf: dict, count: int, pattern: str) -> None:
    admin = AdminClient(conf)
    known = admin.list_topics(timeout=10).topics
    topics = sorted(name for name in known if _matches(name, pattern))
    for number in range(count):
        topic = topics[number % len(topics)]
        offsets = [TopicPartition(topic, partition, 0) for partition in known[topic].partitions]
        group = ConsumerGroupTopicPartitions(f"lab-ghost-{number:04d}", offsets)
        for future in admin.alter_consumer_group_offsets([group]).values():
            future.result()
    print(f"{count} empty groups")


def _committed(admin: AdminClient, group: str, topic: str) -> dict[int, int]:
    """By partition; a partition without a commit is left out."""
    asked = [ConsumerGroupTopicPartitions(group)]
    answer = admin.list_consumer_group_offsets(asked)[group].result().topic_partitions
    return {at.partition: at.offset for at in answer if at.topic == topic and at.offset >= 0}


def _ends(admin: AdminClient, topic: str, partitions) -> dict[int, int]:
    wanted = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in partitions}
    return {at.partition: future.result().offset for at, future in admin.list_offsets(wanted).items()}


def _delete_before(admin: AdminClient, starts: list[TopicPartition]) -> None:
    try:
        for future in admin.delete_records(starts).values():
            future.result()
    except KafkaException as error:  # a topic that is compacted and nothing else refuses
        raise SystemExit(f"the records of {starts[0].topic} stay: {error.args[0].str()}") from None


def delete_unread(conf: dict, group: str, topic: str) -> None:
    """Lets the log of every partition that the group reads start after the group's offset.

    Its members have to be stuck: waits until they commit no more, and until enough has come that they have not read.
    """
    admin = AdminClient(conf)
    before = _committed(admin, group, topic)
    if not before:
        raise SystemExit(f"group {group!r} has committed nothing of a topic {topic!r}")
    give_up_at = time.time() + UNREAD_SECONDS
    while time.time() < give_up_at:
        time.sleep(2)  # twice the interval of commits
        now = _committed(admin, group, topic)
        starts = {at: end - RECORDS_KEPT for at, end in _ends(admin, topic, now).items()}
        behind = [at for at in now if now[at] >= starts[at]]
        if now == before and not behind:
            cut = [TopicPartition(topic, at, start) for at, start in starts.items()]
            _delete_before(admin, cut)
            print(f"{topic} begins after the offsets of {group} in {len(cut)} partitions")
            return
        before = now
    raise SystemExit(f"nothing deleted: {group} still commits, or too little comes to {topic}: partitions {behind}")
