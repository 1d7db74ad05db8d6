//! The page of one partition: its replicas, and the groups that read it.

use crate::{
    app::{Cell, Column, Cx, Fact, Page, Role, Section, SortKey},
    insight::{broker_pod, partition_health},
    model::{Key, Partition, PartitionId, PartitionOffsets, Topic},
};

use super::{
    super::{
        cells::{self, Listed, words},
        groups::partition_state,
    },
    health, ids, readers,
};

fn facts<'a>(topic: &'a Topic, partition: &Partition, offsets: PartitionOffsets) -> Vec<Fact<'a>> {
    let offset = |fact: Option<crate::model::Fact<i64>>| {
        fact.map_or_else(Cell::unknown, |f| Cell::text(f.value.to_string()))
    };
    vec![
        Fact::new("topic", vec![Cell::text(&*topic.meta.name)])
            .link(Some(Key::Topic(topic.meta.name.clone()))),
        Fact::new("health", vec![health(partition_health(topic, partition)).0]),
        Fact::new(
            "leader",
            vec![match partition.leader {
                Some(leader) => Cell::text(format!("broker {leader}, epoch {}", partition.epoch)),
                None => Cell::new("none", Role::Bad),
            }],
        )
        .link(partition.leader.map(Key::Broker)),
        Fact::new(
            "offsets",
            vec![
                Cell::dim("start"),
                offset(offsets.start),
                Cell::dim("end"),
                offset(partition.leader.and(offsets.end)),
            ],
        ),
        Fact::new(
            "bytes",
            vec![
                cells::bytes(offsets.bytes).0,
                Cell::dim("of the leader's log"),
            ],
        ),
    ]
}

pub(super) fn page<'a>(
    cx: &'a Cx<'a>,
    topic: &'a Topic,
    partition: &'a Partition,
    offsets: PartitionOffsets,
) -> Page<'a> {
    const REPLICAS: &[Column] = &[
        Column::right("BROKER", 7),
        Column::left("ROLE", 18),
        Column::left("POD", 22).flex(1),
        Column::left("NODE", 14).flex(1),
    ];
    const READERS: &[Column] = &[
        Column::left("GROUP", 16).flex(1),
        Column::right("COMMITTED", 10),
        Column::right("LAG", 9),
        Column::left("STATE", 11),
        Column::left("OWNER", 16).flex(1),
    ];
    let id = PartitionId {
        topic: topic.meta.name.clone(),
        partition: partition.index,
    };
    let mut facts = facts(topic, partition, offsets);
    let moving = cx
        .picture
        .site
        .kafka
        .reassignments
        .iter()
        .find(|moving| moving.id == id);
    facts.extend(moving.map(|moving| {
        let words = format!("to {}; from {}", ids(&moving.adding), ids(&moving.removing));
        Fact::new("moves", vec![Cell::new(words, Role::Warn)])
    }));
    let replicas = Listed {
        columns: REPLICAS,
        rows: partition.replicas.clone(),
        key: |broker| Key::Broker(*broker),
        cell: Box::new(move |broker, column| {
            let here = cx.picture.site.kafka.broker(*broker);
            let join = here.map(|here| broker_pod(&cx.picture.site, here));
            match column {
                0 => cells::number(Some(i64::from(broker.0))),
                1 if here.is_none() => words("not in the cluster", Role::Bad),
                1 if partition.leader == Some(*broker) => words("leader", Role::Good),
                1 if partition.isr.contains(broker) => words("in sync", Role::Good),
                1 => words("out of sync", Role::Warn),
                2 => join.map_or((Cell::unknown(), SortKey::Unknown), |join| {
                    cells::linked(cx, &join.pod, |pod| pod.id.to_string())
                }),
                _ => cells::name(
                    join.and_then(|join| join.pod.to)
                        .and_then(|pod| pod.node.as_ref()),
                ),
            }
        }),
    };
    let index = partition.index;
    let groups = Listed {
        columns: READERS,
        rows: readers(cx, |row| row.id.partition == index, &topic.meta.name),
        key: |(group, _)| Key::Group(group.clone()),
        cell: Box::new(|(group, rows), column| {
            let Some(row) = rows.first() else {
                return (Cell::unknown(), SortKey::Unknown);
            };
            match column {
                0 => words(group.to_string(), Role::Text),
                1 => cells::exact(row.committed),
                2 => cells::number(row.lag),
                3 => partition_state(row.state, row.marks),
                _ => cells::name(row.owner.map(|owner| &owner.client_id)),
            }
        }),
    };
    Page {
        title: format!("partition {id}").into(),
        facts,
        sections: vec![
            Section {
                title: "replicas, preferred first".into(),
                list: Box::new(replicas),
                empty: "no replicas".into(),
                sort: None,
            },
            Section {
                title: format!("groups: {}", groups.rows.len()).into(),
                list: Box::new(groups),
                empty: "no group reads this partition".into(),
                sort: Some((2, true)),
            },
        ],
    }
}
