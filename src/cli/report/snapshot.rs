//! The views of `plimsoll snapshot`: which items, which keys, which columns.

mod home;
mod kafka;
mod kube;

use crate::{cli::args::View, insight::Picture, model::Time};

use super::{Item, table::Column};

/// The items of a view. `namespace` leaves out what is of another one.
pub(super) fn items(
    view: View,
    picture: &Picture,
    namespace: Option<&str>,
    now: Time,
) -> Vec<Item> {
    let site = &picture.site;
    match view {
        View::Home => home::findings(picture, namespace, now),
        View::Sources => home::sources(site),
        View::Groups => kafka::groups(picture, now),
        View::Topics => kafka::topics(site),
        View::Partitions => kafka::partitions(site),
        View::Brokers => kafka::brokers(site),
        View::Workloads => kube::workloads(picture, namespace),
        View::Pods => kube::pods(site, namespace),
        View::Nodes => kube::nodes(picture),
    }
}

/// The keys of an item that a line of CSV can hold, in order.
pub(super) fn keys(view: View) -> &'static [&'static str] {
    match view {
        View::Home => home::FINDING,
        View::Sources => home::SOURCE,
        View::Groups => kafka::GROUP,
        View::Topics => kafka::TOPIC,
        View::Partitions => kafka::PARTITION,
        View::Brokers => kafka::BROKER,
        View::Workloads => kube::WORKLOAD,
        View::Pods => kube::POD,
        View::Nodes => kube::NODE,
    }
}

/// The columns of a table.
pub(super) fn columns(view: View) -> &'static [Column] {
    match view {
        View::Home => &[
            ("SEVERITY", "severity"),
            ("KIND", "kind"),
            ("NAME", "name"),
            ("LAG", "lag"),
            ("WHAT", "what"),
            ("WHY", "why"),
        ],
        View::Sources => &[
            ("SYSTEM", "system"),
            ("SOURCE", "source"),
            ("STATE", "state"),
            ("LAST-OK", "last_ok"),
            ("REQUESTS", "requests"),
            ("ERRORS", "errors"),
            ("BYTES", "bytes"),
            ("WHY", "why"),
        ],
        View::Groups => &[
            ("GROUP", "group"),
            ("TYPE", "type"),
            ("STATE", "state"),
            ("COORDINATOR", "coordinator"),
            ("MEMBERS", "members"),
            ("LAG", "lag"),
            ("WORKLOAD", "workload"),
            ("CONFIDENCE", "confidence"),
        ],
        View::Topics => &[
            ("TOPIC", "topic"),
            ("PARTITIONS", "partitions"),
            ("REPLICATION", "replication"),
            ("MIN-ISR", "min_isr"),
            ("UNDER-REPLICATED", "under_replicated"),
            ("UNDER-MIN-ISR", "under_min_isr"),
            ("OFFLINE", "offline"),
            ("BYTES", "bytes"),
            ("INTERNAL", "internal"),
        ],
        View::Partitions => &[
            ("TOPIC", "topic"),
            ("PARTITION", "partition"),
            ("LEADER", "leader"),
            ("REPLICAS", "replicas"),
            ("ISR", "isr"),
            ("OFFLINE", "offline"),
            ("START", "start"),
            ("END", "end"),
            ("BYTES", "bytes"),
        ],
        View::Brokers => &[
            ("ID", "id"),
            ("HOST", "host"),
            ("PORT", "port"),
            ("RACK", "rack"),
            ("CONTROLLER", "controller"),
            ("LEADERS", "leaders"),
            ("REPLICAS", "replicas"),
            ("UNDER-REPLICATED", "under_replicated"),
            ("BYTES", "bytes"),
            ("POD", "pod"),
            ("NODE", "node"),
            ("ZONE", "zone"),
        ],
        View::Workloads => &[
            ("NAMESPACE", "namespace"),
            ("KIND", "kind"),
            ("NAME", "name"),
            ("DESIRED", "desired"),
            ("READY", "ready"),
            ("UPDATED", "updated"),
            ("CPU(m)", "cpu_milli"),
            ("MEMORY(bytes)", "memory_bytes"),
        ],
        View::Pods => &[
            ("NAMESPACE", "namespace"),
            ("NAME", "name"),
            ("READY", "ready"),
            ("CONTAINERS", "containers"),
            ("STATUS", "status"),
            ("RESTARTS", "restarts"),
            ("IP", "ip"),
            ("NODE", "node"),
            ("OWNER-KIND", "owner_kind"),
            ("OWNER-NAME", "owner_name"),
            ("CPU(m)", "cpu_milli"),
            ("MEMORY(bytes)", "memory_bytes"),
        ],
        View::Nodes => &[
            ("NAME", "name"),
            ("READY", "ready"),
            ("ZONE", "zone"),
            ("PODS", "pods"),
            ("CPU(m)", "cpu_milli"),
            ("MEMORY(bytes)", "memory_bytes"),
            ("CONDITIONS", "conditions"),
        ],
    }
}
