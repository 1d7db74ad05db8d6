//! What is kept of a site within a bound makes the site that it was.

use plimsoll::{
    model::{Envelope, Reel, SECOND, Site, Time, read_recording},
    source::demo::World,
};

use crate::START;

/// Every table of a site as text, and what is known of groups, offsets and sources.
fn told(site: &Site) -> Vec<String> {
    let kafka = &site.kafka;
    let mut told = vec![
        format!("{:?}", site.pods.iter().collect::<Vec<_>>()),
        format!("{:?}", site.pods.usages().collect::<Vec<_>>()),
        format!("{:?}", site.nodes.iter().collect::<Vec<_>>()),
        format!("{:?}", site.workloads().collect::<Vec<_>>()),
        format!("{:?}", site.replica_sets.iter().collect::<Vec<_>>()),
        format!("{:?}", site.autoscalers.iter().collect::<Vec<_>>()),
        format!("{:?}", site.scaled_objects.iter().collect::<Vec<_>>()),
        format!("{:?}", site.warnings.iter().collect::<Vec<_>>()),
        format!("{:?}", site.strimzi.iter().collect::<Vec<_>>()),
        format!("{:?} {:?}", site.node_usage, site.node_usage_at),
        format!("{:?}", kafka.cluster),
        format!("{:?} {:?}", kafka.disks, kafka.reassignments),
        format!("{:?} {:?} {:?}", kafka.stamps, kafka.listed_at, kafka.round),
    ];
    for (of, ring) in &site.series {
        told.push(format!("{of:?} {:?}", ring.iter().collect::<Vec<_>>()));
    }
    for topic in kafka.topics.iter() {
        let (meta, config) = (&topic.meta, &topic.config);
        told.push(format!(
            "{meta:?} {config:?} {:?} {:?}",
            topic.offsets, topic.bytes
        ));
    }
    for group in kafka.groups.iter() {
        let mut members = group.members.clone();
        // When a member was first seen was let go with the beginning.
        for member in members.iter_mut().flat_map(|read| &mut read.value.members) {
            member.since = None;
        }
        let commits = group.commits(kafka);
        told.push(format!(
            "{:?} {commits:?} {members:?} {}",
            group.listed, group.owners_stale
        ));
    }
    for (source, health) in &site.health {
        let (report, since, last_ok) = (&health.report, health.since, health.last_ok);
        told.push(format!("{source} {report:?} {since:?} {last_ok:?}"));
    }
    told
}

fn made(envelopes: &[Envelope], until: Time) -> Site {
    let mut site = Site::new("demo".into());
    for envelope in envelopes.iter().filter(|envelope| envelope.at <= until) {
        site.apply(envelope.clone());
    }
    site
}

#[test]
fn what_is_left_of_a_recording_makes_the_site_that_it_was() {
    for seed in [1, 6] {
        let mut world = World::new(seed, 1.0, START);
        let mut said = world.opening();
        let mut reel = Reel::new(48 << 10);
        for envelope in &said {
            reel.take(envelope).unwrap();
        }
        for second in 1..=600 {
            let step = world.step(START.plus(second * SECOND));
            for envelope in &step {
                reel.take(envelope).unwrap();
            }
            said.extend(step);
            if second % 60 != 0 {
                continue;
            }
            assert!(reel.bytes() <= 48 << 10, "{} bytes", reel.bytes());
            let read = read_recording(&reel.text().unwrap()).unwrap();
            let from = read.from.unwrap();
            assert!(from > START, "its beginning was let go");
            // At its beginning, in the middle and at its end.
            let end = START.plus(second * SECOND);
            for until in [Time(i64::midpoint(from.0, end.0)), end] {
                let (kept, all) = (made(&read.envelopes, until), made(&said, until));
                for (kept, all) in told(&kept).iter().zip(&told(&all)) {
                    assert_eq!(kept, all, "seed {seed}, second {second}, until {until:?}");
                }
            }
        }
    }
}

#[test]
fn a_reel_that_holds_everything_is_the_whole_recording() {
    let said = World::new(3, 1.0, START).opening();
    let mut reel = Reel::new(Reel::MOST);
    for envelope in &said {
        reel.take(envelope).unwrap();
    }
    assert_eq!(
        read_recording(&reel.text().unwrap()).unwrap().envelopes,
        said
    );
}

#[test]
fn of_a_site_that_says_too_much_in_a_minute_nothing_is_kept() {
    let said = World::new(3, 1.0, START).opening();
    let mut reel = Reel::of_late();
    let mut taken = 0;
    while !reel.gave_up() {
        for envelope in &said {
            reel.take(envelope).unwrap();
            assert!(reel.bytes() <= Reel::MOST);
        }
        taken += 1;
        assert!(taken < 1_000, "{} bytes", reel.bytes());
    }
    assert_eq!(reel.bytes(), 0);
    assert_eq!(reel.text().unwrap().lines().count(), 1, "the header");
}
