"""What labload.py runs until it is stopped: producers, consumers, transactions."""
import os
import signal
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer

STOP = threading.Event()
GOODBYE_SECONDS = 3  # a goodbye to a broker that is gone never ends
TRANSACTIONS_PER_ABORT = 5
RECORDS_PER_COLD_KEY = 10
POISONED = 70
"""Exit code of a member that has met the record that it cannot bear."""


def _on_signal(*_) -> None:
    exit_anyway = threading.Timer(GOODBYE_SECONDS, lambda: os._exit(0))
    exit_anyway.daemon = True
    exit_anyway.start()
    STOP.set()


signal.signal(signal.SIGINT, _on_signal)
signal.signal(signal.SIGTERM, _on_signal)


def spread_key(number: int) -> str:
    return str(number % 1000)


def hot_key(number: int) -> str:
    """Nearly always the same, so that one partition gets nearly all."""
    return spread_key(number) if number % RECORDS_PER_COLD_KEY == 0 else "hot"


def produce(conf: dict, topic: str, rate: float, seconds: float, size: int, key_of=spread_key) -> None:
    """Messages at a rate; for ever when `seconds` is 0."""
    batching = {"linger.ms": 250, "compression.type": "lz4", "sticky.partitioning.linger.ms": 250}
    # a broker that was paused must not hold up the load for a minute after it is back
    patience = {"request.timeout.ms": 8000, "socket.timeout.ms": 10000}
    producer = Producer({**conf, **batching, **patience})
    body = b"x" * size
    sent = 0
    begin = time.time()
    while not STOP.is_set() and (not seconds or time.time() - begin < seconds):
        due = int((time.time() - begin) * rate)
        while sent < due:
            try:
                producer.produce(topic, body, key=key_of(sent))
                sent += 1
            except BufferError:
                producer.poll(0.1)
        producer.poll(0.05)
    producer.flush(10)
    print(f"produced {sent} in {time.time() - begin:.1f} s")


def _consumer(conf: dict, group: str, client: str, proto: str, **more) -> Consumer:
    settings = {
        **conf,
        "group.id": group,
        "client.id": client,
        "group.protocol": proto,
        "auto.commit.interval.ms": 1000,
        "fetch.min.bytes": 8192,
        "fetch.wait.max.ms": 500,
        **more,
    }
    if proto != "consumer":
        settings["session.timeout.ms"] = 10000
        settings["partition.assignment.strategy"] = "cooperative-sticky"
    return Consumer(settings)


def _take_one(consumer: Consumer, slow: float, poison: bytes | None = None) -> None:
    message = consumer.poll(0.5)
    if message is None or message.error():
        return
    if poison and message.value() == poison:
        os._exit(POISONED)  # at once: the record is not committed, so the next to get it dies of it too
    if slow:
        time.sleep(slow)


def run_groups(conf: dict, count: int, topic: str, proto: str, members: int, slow: float) -> None:
    def run(group: int, member: int) -> None:
        name = f"lab-{proto}-{group:03d}"
        more = {"auto.offset.reset": "earliest"}
        consumer = _consumer(conf, name, f"{name}-{member}", proto, **more)
        consumer.subscribe([topic])
        while not STOP.is_set():
            _take_one(consumer, slow)
        consumer.close()

    threads = [
        threading.Thread(target=run, args=(group, member))
        for group in range(count)
        for member in range(members)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _poison(group: str) -> bytes:
    """A record that kills the members of one group; other groups read it like any other."""
    return f"poison of {group}".encode()


def poison(conf: dict, group: str, topic: str) -> None:
    producer = Producer(conf)
    producer.produce(topic, _poison(group), key="poison")
    producer.flush(10)


def run_member(conf: dict, group: str, topic: str, proto: str, slow: float, immune: bool) -> None:
    """One consumer. USR1 makes it stuck: no poll and no commit, but librdkafka's heartbeats go on; USR2 ends that."""
    stuck = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: stuck.set())
    signal.signal(signal.SIGUSR2, lambda *_: stuck.clear())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1, signal.SIGUSR2})
    more = {"auto.offset.reset": "latest", "max.poll.interval.ms": 900000}
    consumer = _consumer(conf, group, f"{group}-client", proto, **more)
    consumer.subscribe([topic])
    while not STOP.is_set():
        if stuck.is_set():
            time.sleep(0.2)
        else:
            _take_one(consumer, slow, None if immune else _poison(group))
    consumer.close()


def _transactional(conf: dict, name: str, timeout_ms: int) -> Producer:
    settings = {"transactional.id": name, "transaction.timeout.ms": timeout_ms}
    producer = Producer({**conf, **settings})
    producer.init_transactions(30)
    return producer


def _transact(conf: dict, topic: str, rate: int, size: int, abort: bool) -> None:
    producer = _transactional(conf, f"lab-txn-{topic}", 15000)
    count = 0
    while not STOP.is_set():
        producer.begin_transaction()
        for _ in range(rate):
            producer.produce(topic, b"t" * size)
        count += 1
        if abort and count % TRANSACTIONS_PER_ABORT == 0:
            producer.abort_transaction()
        else:
            producer.commit_transaction()
        STOP.wait(1)


def run_transactions(conf: dict, topic: str, rate: int, size: int, abort: bool) -> None:
    """A fenced or failed producer is thrown away for a new one: the lab's brokers come and go."""
    while not STOP.is_set():
        try:
            _transact(conf, topic, rate, size, abort)
        except KafkaException as error:
            print(error, flush=True)
            STOP.wait(2)


def hang(conf: dict, topic: str) -> None:
    producer = _transactional(conf, "lab-hanging", 900000)
    producer.begin_transaction()
    producer.produce(topic, b"never committed")
    producer.flush(10)
    print("transaction lab-hanging is open", flush=True)
    STOP.wait()
