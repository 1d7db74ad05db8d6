//! The rows of the catalogue. Metric names are those of the published rules of each dialect.
use super::{
    Dialect::{
        self, Bitnami, Confluent, Jvm, KafkaExporter, Kminion, Kubelet, Redpanda, StrimziJmx,
        StrimziReporter,
    },
    Entry,
    Form::{self, Max, Min, Of, Sum, SumRate, Text},
    Labelled::{self, Broker, Cluster},
    Signal::{
        self, ActiveControllers, BytesIn, BytesOut, FetchP99, GcShare, GroupLag, HandlerIdle,
        HeapUsed, IsrShrinks, LogSize, MessagesIn, NetworkIdle, OfflineLogDirs, OfflinePartitions,
        PodCpu, PodMemory, PodThrottled, ProduceP99, UnderMinIsr, UnderReplicated,
    },
};

const POD: Labelled = Labelled::Pod("namespace", "pod");
const EXPORTER_GROUP: Labelled = Labelled::Group("consumergroup", "topic");
const KMINION_GROUP: Labelled = Labelled::Group("group_id", "topic_name");
const REDPANDA_GROUP: Labelled = Labelled::Group("redpanda_group", "redpanda_topic");

/// A broker's total is the series without topic.
const TOTAL: &str = r#"topic="""#;
/// No matcher besides those that choose the cluster.
const ALL: &str = "";

const fn row(
    signal: Signal,
    dialect: Dialect,
    needs: &'static str,
    labelled: Labelled,
    form: Form,
) -> Entry {
    Entry {
        signal,
        dialect,
        needs,
        labelled,
        form,
    }
}

/// Of the rows of one signal the first is used whose metric exists.
pub(super) const ENTRIES: &[Entry] = &[
    row(
        BytesIn,
        StrimziJmx,
        "kafka_server_brokertopicmetrics_bytesin_total",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesIn,
        StrimziReporter,
        "kafka_server_brokertopicmetrics_bytesinpersec_total",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesIn,
        Confluent,
        "kafka_server_brokertopicmetrics_bytesinpersec",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesIn,
        Bitnami,
        "kafka_server_brokertopicmetrics_bytesinpersec_count",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesIn,
        Redpanda,
        "redpanda_kafka_request_bytes_total",
        Broker,
        SumRate(r#"redpanda_request="produce""#),
    ),
    row(
        BytesOut,
        StrimziJmx,
        "kafka_server_brokertopicmetrics_bytesout_total",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesOut,
        StrimziReporter,
        "kafka_server_brokertopicmetrics_bytesoutpersec_total",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesOut,
        Confluent,
        "kafka_server_brokertopicmetrics_bytesoutpersec",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesOut,
        Bitnami,
        "kafka_server_brokertopicmetrics_bytesoutpersec_count",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        BytesOut,
        Redpanda,
        "redpanda_kafka_request_bytes_total",
        Broker,
        SumRate(r#"redpanda_request="consume""#),
    ),
    row(
        MessagesIn,
        StrimziJmx,
        "kafka_server_brokertopicmetrics_messagesin_total",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        MessagesIn,
        StrimziReporter,
        "kafka_server_brokertopicmetrics_messagesinpersec_total",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        MessagesIn,
        Confluent,
        "kafka_server_brokertopicmetrics_messagesinpersec",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        MessagesIn,
        Bitnami,
        "kafka_server_brokertopicmetrics_messagesinpersec_count",
        Broker,
        SumRate(TOTAL),
    ),
    row(
        ProduceP99,
        StrimziJmx,
        "kafka_network_requestmetrics_totaltimems",
        Broker,
        Max(r#"quantile="0.99",request="Produce""#),
    ),
    row(
        ProduceP99,
        Redpanda,
        "redpanda_kafka_handler_latency_seconds_bucket",
        Broker,
        Text(
            r#"1000 * histogram_quantile(0.99, sum by (le,$by) (rate($m{$shandler="produce"}[$w])))"#,
        ),
    ),
    row(
        FetchP99,
        StrimziJmx,
        "kafka_network_requestmetrics_totaltimems",
        Broker,
        Max(r#"quantile="0.99",request="FetchConsumer""#),
    ),
    row(
        FetchP99,
        Redpanda,
        "redpanda_kafka_handler_latency_seconds_bucket",
        Broker,
        Text(
            r#"1000 * histogram_quantile(0.99, sum by (le,$by) (rate($m{$shandler="fetch"}[$w])))"#,
        ),
    ),
    row(
        HandlerIdle,
        StrimziJmx,
        "kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_count_total",
        Broker,
        Text("clamp_max(max by ($by) (rate($m{$s}[$w])) / 1e9, 1)"),
    ),
    row(
        HandlerIdle,
        StrimziJmx,
        "kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_count",
        Broker,
        Text("clamp_max(max by ($by) (rate($m{$s}[$w])) / 1e9, 1)"),
    ),
    row(
        HandlerIdle,
        StrimziReporter,
        "kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_total",
        Broker,
        Text("clamp_max(max by ($by) (rate($m{$s}[$w])) / 1e9, 1)"),
    ),
    row(
        HandlerIdle,
        Confluent,
        "kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_oneminuterate",
        Broker,
        Max(ALL),
    ),
    row(
        HandlerIdle,
        Redpanda,
        "redpanda_cpu_busy_seconds_total",
        Broker,
        Text("1 - avg by ($by) (rate($m{$s}[$w]))"),
    ),
    row(
        NetworkIdle,
        StrimziJmx,
        "kafka_network_socketserver_networkprocessoravgidle_percent",
        Broker,
        Min(ALL),
    ),
    row(
        NetworkIdle,
        StrimziReporter,
        "kafka_network_socketserver_networkprocessoravgidlepercent",
        Broker,
        Min(ALL),
    ),
    row(
        UnderReplicated,
        StrimziJmx,
        "kafka_server_replicamanager_underreplicatedpartitions",
        Broker,
        Max(ALL),
    ),
    row(
        UnderReplicated,
        Bitnami,
        "kafka_server_replicamanager_underreplicatedpartitions_value",
        Broker,
        Max(ALL),
    ),
    row(
        UnderMinIsr,
        StrimziJmx,
        "kafka_server_replicamanager_underminisrpartitioncount",
        Broker,
        Max(ALL),
    ),
    row(
        UnderMinIsr,
        Confluent,
        "kafka_cluster_partition_underminisr",
        Broker,
        Sum(ALL),
    ),
    row(
        OfflinePartitions,
        StrimziJmx,
        "kafka_controller_kafkacontroller_offlinepartitionscount",
        Cluster,
        Of("max"),
    ),
    row(
        OfflinePartitions,
        Bitnami,
        "kafka_controller_kafkacontroller_offlinepartitionscount_value",
        Cluster,
        Of("max"),
    ),
    row(
        OfflinePartitions,
        Redpanda,
        "redpanda_cluster_unavailable_partitions",
        Cluster,
        Of("max"),
    ),
    row(
        ActiveControllers,
        StrimziJmx,
        "kafka_controller_kafkacontroller_activecontrollercount",
        Cluster,
        Of("sum"),
    ),
    row(
        OfflineLogDirs,
        StrimziJmx,
        "kafka_log_logmanager_offlinelogdirectorycount",
        Broker,
        Max(ALL),
    ),
    row(
        OfflineLogDirs,
        StrimziReporter,
        "kafka_server_replicamanager_offlinereplicacount",
        Broker,
        Max(ALL),
    ),
    row(
        IsrShrinks,
        StrimziJmx,
        "kafka_server_replicamanager_isrshrinks_total",
        Broker,
        SumRate(ALL),
    ),
    row(
        IsrShrinks,
        StrimziReporter,
        "kafka_server_replicamanager_isrshrinkspersec_total",
        Broker,
        SumRate(ALL),
    ),
    row(
        IsrShrinks,
        Confluent,
        "kafka_server_replicamanager_isrshrinkspersec",
        Broker,
        SumRate(ALL),
    ),
    row(
        IsrShrinks,
        Bitnami,
        "kafka_server_replicamanager_total_isrshrinkspersec_count",
        Broker,
        SumRate(ALL),
    ),
    row(LogSize, StrimziJmx, "kafka_log_log_size", Broker, Sum(ALL)),
    row(
        HeapUsed,
        Jvm,
        "jvm_memory_used_bytes",
        Broker,
        Sum(r#"area="heap"}) / sum by ($by) (jvm_memory_max_bytes{$sarea="heap""#),
    ),
    row(
        HeapUsed,
        Jvm,
        "jvm_memory_bytes_used",
        Broker,
        Sum(r#"area="heap"}) / sum by ($by) (jvm_memory_bytes_max{$sarea="heap""#),
    ),
    row(
        GcShare,
        Jvm,
        "jvm_gc_collection_seconds_sum",
        Broker,
        SumRate(ALL),
    ),
    row(
        GroupLag,
        KafkaExporter,
        "kafka_consumergroup_lag_sum",
        EXPORTER_GROUP,
        Text("max by (consumergroup,topic) ($m{$s})"),
    ),
    row(
        GroupLag,
        KafkaExporter,
        "kafka_consumergroup_lag",
        EXPORTER_GROUP,
        Text("sum by (consumergroup,topic) (max by (consumergroup,topic,partition) ($m{$s}) >= 0)"),
    ),
    row(
        GroupLag,
        Kminion,
        "kminion_kafka_consumer_group_topic_lag",
        KMINION_GROUP,
        Text("max by (group_id,topic_name) ($m{$s})"),
    ),
    row(
        GroupLag,
        Redpanda,
        "redpanda_kafka_consumer_group_lag_sum",
        REDPANDA_GROUP,
        Text("max by (redpanda_group,redpanda_topic) ($m{$s})"),
    ),
    row(
        PodCpu,
        Kubelet,
        "container_cpu_usage_seconds_total",
        POD,
        Text(
            r#"sum by (namespace,pod) (max by (namespace,pod,container) (rate($m{container!="",container!="POD"}[$w])))"#,
        ),
    ),
    row(
        PodMemory,
        Kubelet,
        "container_memory_working_set_bytes",
        POD,
        Text(
            r#"sum by (namespace,pod) (max by (namespace,pod,container) ($m{container!="",container!="POD"}))"#,
        ),
    ),
    row(
        PodThrottled,
        Kubelet,
        "container_cpu_cfs_periods_total",
        POD,
        Text(
            r#"sum by (namespace,pod) (increase(container_cpu_cfs_throttled_periods_total{container!="",container!="POD"}[$w])) / sum by (namespace,pod) (increase($m{container!="",container!="POD"}[$w]))"#,
        ),
    ),
];
