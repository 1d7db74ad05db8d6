//! What the demo world is made of: a shop, its finances and its logistics.

use crate::model::GroupKind;

/// A line of business: a larger world repeats lines, a smaller one has fewer. What belongs to no line is there once.
pub(super) const LINES: usize = 9;
pub(super) const NODES: usize = 9;
pub(super) const BROKERS: u32 = 6;
pub(super) const ZONES: [&str; 3] = ["eu-1a", "eu-1b", "eu-1c"];
pub(super) const CLUSTER: &str = "demo";
/// The cluster of Connect.
pub(super) const CONNECT: &str = "demo-connect";
pub(super) const KAFKA_NAMESPACE: &str = "kafka";
/// The group that is too slow from the start, and stays so until it has more pods.
pub(super) const SLOW_GROUP: &str = "fraud";
/// Records that the slow group was behind when the world began, for each partition.
pub(super) const SLOW_BACKLOG: i64 = 158_000;

/// A topic. `rate` is in records per second, over all partitions.
pub(super) struct TopicPlan {
    pub line: Option<usize>,
    pub name: &'static str,
    pub partitions: i32,
    pub rate: i64,
    pub record_bytes: i64,
    pub compact: bool,
    pub producer: Option<&'static str>,
}

/// A workload. Limits are in thousandths of a core and in MiB.
pub(super) struct WorkloadPlan {
    pub line: Option<usize>,
    pub namespace: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub replicas: u32,
    pub cpu: u64,
    pub memory: u64,
    pub autoscale: Option<Autoscale>,
}

/// What scales a workload, and the most replicas that it allows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Autoscale {
    /// A `HorizontalPodAutoscaler` of its own.
    Hpa(u32),
    /// A `ScaledObject`, for which KEDA keeps a `HorizontalPodAutoscaler`.
    Keda(u32),
}

impl Autoscale {
    pub(super) fn most(self) -> u32 {
        match self {
            Autoscale::Hpa(most) | Autoscale::Keda(most) => most,
        }
    }
}

/// A group. `pace` is what one member can process, in records per second.
pub(super) struct GroupPlan {
    pub line: Option<usize>,
    pub name: &'static str,
    pub kind: GroupKind,
    pub protocol: &'static str,
    pub assignor: &'static str,
    pub topics: &'static [&'static str],
    pub workload: Option<&'static str>,
    pub pace: i64,
}

macro_rules! topics {
    ($($line:expr, $name:literal, $partitions:literal, $rate:literal, $bytes:literal, $compact:literal,
       $producer:expr;)*) => {
        pub(super) const TOPICS: &[TopicPlan] = &[$(TopicPlan {
            line: $line,
            name: $name,
            partitions: $partitions,
            rate: $rate,
            record_bytes: $bytes,
            compact: $compact,
            producer: $producer,
        },)*];
    };
}

// Line, name, partitions, records a second, bytes of a record, compacted, who writes.
topics! {
    Some(0), "orders",                   12, 500, 420,   false, Some("storefront");
    Some(1), "payments",                 6,  700, 510,   false, Some("payments-api");
    Some(2), "clicks",                   8,  600, 260,   false, Some("clickstream");
    Some(3), "shipments",                6,  120, 640,   false, Some("dispatcher");
    Some(4), "emails",                   3,  60,  2_100, false, Some("notifier");
    Some(5), "inventory",                4,  80,  300,   true,  Some("warehouse-sync");
    Some(6), "audit",                    3,  30,  900,   false, Some("audit-api");
    Some(7), "settlements",              6,  40,  700,   false, Some("payments-api");
    Some(8), "payments-dlq",             3,  0,   510,   false, None;
    Some(5), "pricing-totals-changelog", 12, 90,  120,   true,  Some("pricing");
    None,    "__consumer_offsets",       50, 50,  90,    true,  Some("demo-kafka");
    None,    "__transaction_state",      50, 5,   110,   true,  Some("demo-kafka");
    None,    "__share_group_state",      50, 5,   130,   true,  Some("demo-kafka");
}

const DEPLOYMENT: &str = "Deployment";
const STATEFUL_SET: &str = "StatefulSet";
pub(super) const POD_SET: &str = "StrimziPodSet";
pub(super) const JOB: &str = "Job";

macro_rules! workloads {
    ($($line:expr, $namespace:literal, $kind:expr, $name:literal, $replicas:expr, $cpu:literal, $memory:literal,
       $autoscale:expr;)*) => {
        /// The brokers come first: their pods take the first nodes.
        pub(super) const WORKLOADS: &[WorkloadPlan] = &[$(WorkloadPlan {
            line: $line,
            namespace: $namespace,
            kind: $kind,
            name: $name,
            replicas: $replicas,
            cpu: $cpu,
            memory: $memory,
            autoscale: $autoscale,
        },)*];
    };
}

use Autoscale::{Hpa, Keda};

// Line, namespace, kind, name, replicas, CPU limit, memory limit, what scales it and its most replicas.
workloads! {
    None,    "kafka",     POD_SET,      "demo-kafka",               BROKERS, 2_000, 6_144, None;
    None,    "kafka",     POD_SET,      "demo-connect-connect",     2,       1_000, 2_048, None;
    None,    "kafka",     DEPLOYMENT,   "strimzi-cluster-operator", 1,       1_000, 384,   None;
    None,    "finance",   JOB,          "ledger-backup",            1,       500,   256,   None;
    Some(0), "shop",      DEPLOYMENT,   "storefront",               3,       500,   512,   Some(Hpa(8));
    Some(0), "shop",      DEPLOYMENT,   "checkout",                 3,       500,   512,   Some(Hpa(12));
    Some(0), "logistics", DEPLOYMENT,   "shipping",                 2,       500,   512,   None;
    Some(1), "finance",   DEPLOYMENT,   "payments-api",             2,       500,   384,   Some(Hpa(6));
    Some(1), "finance",   STATEFUL_SET, "ledger",                   3,       400,   768,   None;
    Some(1), "finance",   DEPLOYMENT,   "fraud",                    1,       500,   256,   None;
    Some(2), "shop",      DEPLOYMENT,   "clickstream",              2,       250,   128,   None;
    Some(2), "shop",      DEPLOYMENT,   "analytics",                2,       800,   1_024, Some(Keda(8));
    Some(3), "logistics", DEPLOYMENT,   "dispatcher",               2,       250,   256,   None;
    Some(3), "logistics", DEPLOYMENT,   "tracking",                 3,       300,   256,   None;
    Some(4), "shop",      DEPLOYMENT,   "notifier",                 1,       200,   128,   None;
    Some(4), "shop",      DEPLOYMENT,   "mailer",                   2,       200,   192,   None;
    Some(5), "logistics", STATEFUL_SET, "warehouse-sync",           1,       300,   384,   None;
    Some(5), "shop",      STATEFUL_SET, "stock-view",               2,       250,   384,   None;
    Some(5), "shop",      STATEFUL_SET, "pricing",                  2,       600,   1_024, None;
    Some(6), "finance",   DEPLOYMENT,   "audit-api",                1,       200,   192,   None;
    Some(6), "finance",   DEPLOYMENT,   "archive",                  1,       200,   256,   None;
    Some(7), "finance",   DEPLOYMENT,   "settlement",               2,       250,   256,   None;
}

use GroupKind::{Classic, Consumer, Share, Streams};

macro_rules! groups {
    ($($line:expr, $name:expr, $kind:expr, $protocol:literal, $assignor:literal, $topics:expr, $workload:expr,
       $pace:literal;)*) => {
        pub(super) const GROUPS: &[GroupPlan] = &[$(GroupPlan {
            line: $line,
            name: $name,
            kind: $kind,
            protocol: $protocol,
            assignor: $assignor,
            topics: &$topics,
            workload: $workload,
            pace: $pace,
        },)*];
    };
}

// Line, name, kind, protocol type, assignor, topics, whose pods are its members, records a second and member.
groups! {
    Some(0), "checkout",          Classic,  "consumer", "cooperative-sticky", ["orders"],       Some("checkout"),             320;
    Some(0), "shipping",          Consumer, "consumer", "uniform",            ["orders"],       Some("shipping"),             480;
    Some(1), "ledger",            Consumer, "consumer", "uniform",            ["payments"],     Some("ledger"),               430;
    Some(1), SLOW_GROUP,          Consumer, "consumer", "range",              ["payments"],     Some("fraud"),                200;
    Some(2), "analytics",         Classic,  "consumer", "range",              ["clicks"],       Some("analytics"),            560;
    Some(2), "connect-warehouse", Classic,  "consumer", "range",              ["clicks"],       Some("demo-connect-connect"), 640;
    Some(3), "tracking",          Consumer, "consumer", "uniform",            ["shipments"],    Some("tracking"),             90;
    Some(4), "mailer",            Share,    "share",    "simple",             ["emails"],       Some("mailer"),               60;
    Some(5), "stock-view",        Classic,  "consumer", "range",              ["inventory"],    Some("stock-view"),           90;
    Some(5), "pricing",           Streams,  "streams",  "sticky",             ["inventory"],    Some("pricing"),              80;
    Some(6), "archive",           Classic,  "consumer", "range",              ["audit"],        Some("archive"),              70;
    Some(7), "settlement",        Classic,  "consumer", "range",              ["settlements"],  Some("settlement"),           50;
    Some(8), "dlq-review",        Classic,  "consumer", "",                   ["payments-dlq"], None,                         0;
    None,    "demo-connect",      Classic,  "connect",  "sessioned",          [],               Some("demo-connect-connect"), 0;
}
