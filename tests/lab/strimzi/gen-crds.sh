#!/usr/bin/env bash
# gen-crds.sh JAR_DIR OUT_DIR - Strimzi's CRDs from Maven Central's jars (io.strimzi:api and io.strimzi:crd-generator).
# The operator itself is not published there. crd-generator is a shaded jar: the two jars are the whole class path,
# as in Strimzi's own api/pom.xml. $LAB_JAVA is a java of version 21 or newer (the generator's class files are 65).
# Apply them server-side: a client-side apply overflows the last-applied annotation (Kafka's CRD is 330 KB).
set -euo pipefail
jars=$1
out=$2
mkdir -p "$out"

model=io.strimzi.api.kafka.model
kinds=(
  "$model.kafka.Kafka=$out/040-kafka.yaml"
  "$model.connect.KafkaConnect=$out/041-kafkaconnect.yaml"
  "$model.podset.StrimziPodSet=$out/042-strimzipodset.yaml"
  "$model.topic.KafkaTopic=$out/043-kafkatopic.yaml"
  "$model.user.KafkaUser=$out/044-kafkauser.yaml"
  "$model.nodepool.KafkaNodePool=$out/045-kafkanodepool.yaml"
  "$model.bridge.KafkaBridge=$out/046-kafkabridge.yaml"
  "$model.connector.KafkaConnector=$out/047-kafkaconnector.yaml"
  "$model.mirrormaker2.KafkaMirrorMaker2=$out/048-kafkamirrormaker2.yaml"
  "$model.rebalance.KafkaRebalance=$out/049-kafkarebalance.yaml"
)
"${LAB_JAVA:-java}" -cp "$jars/api.jar:$jars/crd-generator.jar" io.strimzi.crdgenerator.CrdGenerator \
  --label app:strimzi \
  --label strimzi.io/crd-install:true \
  --target-kube 1.16+ \
  --crd-api-version v1 \
  --api-versions v1 \
  --storage-version v1 \
  --yaml "${kinds[@]}"
