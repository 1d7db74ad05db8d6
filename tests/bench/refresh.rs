//! One refresh of all lags from the wire to the rows: requests written, answers decoded, turned into rows and applied,
//! samples taken. The brokers are scripted ones behind pipes and work on a thread of their own: what is counted is the time
//! that our thread is on a core.

use std::{io, sync::Arc, time::Duration};

use plimsoll::{
    insight::Picture,
    model::{HealthReport, Source, State, Update},
    net::kafka::{Client, Dial, Dialing, Endpoint},
    source::{Feed, Live},
};
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    Figure,
    common::fake_broker::{FakeCluster, World},
    median, on_core,
};

/// Dials on another runtime, so that brokers run there.
struct Elsewhere {
    fake: FakeCluster,
    there: Handle,
}

impl Dial for Elsewhere {
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a> {
        let (fake, to) = (self.fake.clone(), to.clone());
        let dialing = self
            .there
            .spawn(async move { Dial::dial(&fake, &to).await });
        Box::pin(async move { dialing.await.map_err(io::Error::other)? })
    }
}

pub(crate) fn from_the_wire() -> Figure {
    let brokers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let fake = FakeCluster::new(World::volume(10, 500, 20, 500));
    let dial = Elsewhere {
        fake: fake.clone(),
        there: brokers.handle().clone(),
    };
    let client = Client::new(Arc::new(dial), FakeCluster::config());
    let ours = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let goes = ours.block_on(async {
        let live = Live {
            site: "bench".into(),
            kube: None,
            kafka: Some(plimsoll::net::reach::Way::known(Arc::new(client))),
            prometheus: None,
            refresh: Duration::from_secs(3_600),
            refresh_metrics: Duration::from_secs(3_600),
            everything: false,
        };
        let (to, mut from) = mpsc::channel(Feed::CAPACITY);
        let running = live.start(to);
        let mut picture = Picture::new("bench".into());
        let mut goes = Vec::new();
        for _ in 0..12 {
            let began = on_core();
            loop {
                let envelope = from.recv().await.unwrap();
                let done = matches!(
                    &envelope.update,
                    Update::Health(HealthReport {
                        source: Source::Lag,
                        state: State::Live,
                        ..
                    })
                );
                picture.apply(envelope);
                if done {
                    break;
                }
            }
            goes.push(on_core() - began);
            // What is read seldom follows a round and is none of it.
            while let Ok(Some(envelope)) =
                tokio::time::timeout(Duration::from_millis(300), from.recv()).await
            {
                picture.apply(envelope);
            }
            running.refresh();
        }
        assert_eq!(picture.site.kafka.groups.len(), 500);
        let partitions: usize = picture
            .site
            .kafka
            .topics
            .iter()
            .map(|topic| topic.offsets.iter().filter(|of| of.end.is_some()).count())
            .sum();
        assert_eq!(partitions, 10_000);
        // The first rounds make what later ones find.
        if std::env::var_os("BENCH_GOES").is_some() {
            println!("{goes:.1?}");
        }
        goes.split_off(2)
    });
    Figure {
        name: "refresh of 10,000 partitions and 500 groups, from the wire's bytes to samples taken",
        unit: "ms",
        bound: 20.0,
        measured: median(goes),
        beside: "10,000 commits and 10,000 ends from 10 brokers, 31 requests".to_owned(),
    }
}
