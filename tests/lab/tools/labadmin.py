"""What labload.py creates: topics, ACLs, groups without members."""
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

# a controller refuses more than 10,000 partitions or records in one call
PARTITIONS_PER_CALL = 2000


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
