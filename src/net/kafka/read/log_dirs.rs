//! Log directories: what lies on the brokers' disks.
use std::time::Duration;

use kafka_protocol::{
    messages::{
        DescribeLogDirsRequest,
        describe_log_dirs_response::{DescribeLogDirsPartition, DescribeLogDirsResult},
    },
    protocol::Request,
};

use crate::net::kafka::{
    Api, Client, Code, LogDir, LogReplica, PerBroker,
    client::{Names, check, each, within},
    pool::Lane,
};

impl Client {
    /// The log directories of every known broker with all replicas. Without the right to see them, brokers from 3.2
    /// say so, older ones list nothing.
    pub async fn describe_log_dirs(&self, time: Duration) -> PerBroker<Vec<LogDir>> {
        let deadline = within(time);
        let names = &self.names();
        let brokers = self.broker_ids().into_iter().map(|id| (id, ()));
        each(brokers, |id, ()| async move {
            // Null topics ask for all, an empty list for none.
            let build = |_| DescribeLogDirsRequest::default().with_topics(None);
            let asked = self.ask(id, Lane::Slow, deadline, build).await?;
            let api = Api(DescribeLogDirsRequest::KEY);
            check(
                asked.answer.error_code,
                &asked.server,
                api,
                "the cluster",
                None,
            )?;
            Ok(asked
                .answer
                .results
                .iter()
                .map(|answer| log_dir(answer, names))
                .collect())
        })
        .await
    }
}

fn log_dir(answer: &DescribeLogDirsResult, names: &Names) -> LogDir {
    let mut replicas = Vec::new();
    for topic in &answer.topics {
        let name = names.of(topic.name.as_str());
        let replica = |partition: &DescribeLogDirsPartition| LogReplica {
            topic: name.clone(),
            partition: partition.partition_index,
            bytes: u64::try_from(partition.partition_size).unwrap_or(0),
            offset_lag: partition.offset_lag,
            future: partition.is_future_key,
        };
        replicas.extend(topic.partitions.iter().map(replica));
    }
    LogDir {
        path: answer.log_dir.as_str().into(),
        total_bytes: u64::try_from(answer.total_bytes).ok(),
        usable_bytes: u64::try_from(answer.usable_bytes).ok(),
        error: Code::of(answer.error_code),
        replicas,
    }
}
