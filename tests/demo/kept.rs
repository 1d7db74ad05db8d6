//! What is kept from change to change is what would be made anew.

use plimsoll::{
    insight::{Picture, Ranking, rank},
    model::SECOND,
    source::demo::World,
};

use crate::START;

/// All that an index and a ranking say of a picture.
fn said(picture: &Picture) -> Vec<String> {
    let (site, index) = (&picture.site, &picture.index);
    let mut said = Vec::new();
    for workload in site.workloads() {
        let pods: Vec<_> = index.workload_pods(site, &workload.id).collect();
        let pods: Vec<_> = pods.iter().map(|pod| &pod.id).collect();
        said.push(format!("{} runs {pods:?}", workload.id));
    }
    for node in site.nodes.iter() {
        let pods: Vec<_> = index.node_pods(site, &node.name).map(|p| &p.id).collect();
        let brokers = index.node_brokers(&node.name);
        said.push(format!("{} has {pods:?} {brokers:?}", node.name));
    }
    for (number, group) in site.kafka.groups.numbered() {
        let link = index.group_workload(number);
        said.push(format!("{} is {link:?}", group.listed.id));
    }
    for pod in site.pods.iter() {
        let groups: Vec<_> = index.pod_groups(site, pod).map(|g| &g.listed.id).collect();
        said.push(format!("{} works for {groups:?}", pod.id));
    }
    said
}

#[test]
fn an_index_and_a_ranking_that_follow_say_what_new_ones_would() {
    for seed in [1, 5] {
        let mut world = World::new(seed, 1.0, START);
        let mut picture = Picture::new("demo".into());
        let mut ranking = Ranking::default();
        let mut worst = Vec::new();
        let mut envelopes = world.opening();
        for second in 1..=900 {
            let now = START.plus(second * SECOND);
            envelopes.extend(world.step(now));
            for envelope in envelopes.drain(..) {
                picture.apply(envelope);
            }
            // Sometimes much comes between two looks.
            if second % 7 > 3 {
                continue;
            }
            picture.refresh();
            if let Some(found) = ranking.refresh(&picture, now) {
                worst = found;
            }
            let (anew, changes) = rank(&picture, now);
            assert_eq!(worst, anew, "seed {seed}, {second} s");
            assert_eq!(ranking.changes(), changes, "seed {seed}, {second} s");
            let mut other = picture.clone();
            other.index = plimsoll::insight::Index::default();
            other.refresh();
            assert_eq!(said(&picture), said(&other), "seed {seed}, {second} s");
        }
        assert!(!worst.is_empty());
    }
}
