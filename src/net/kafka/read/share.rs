//! Where share groups stand.
use std::{sync::Arc, time::Duration};

use crate::net::kafka::{
    ByCoordinator, Client, PerBroker, ShareGroupOffsets, client::within,
    wire::share_offsets::DescribeShareOffsets,
};

impl Client {
    /// Start offsets and lags of share groups, all their partitions. The lag needs version 1 (brokers from 4.2).
    pub async fn share_offsets(
        &self,
        groups: &ByCoordinator,
        time: Duration,
    ) -> PerBroker<Vec<ShareGroupOffsets>> {
        let build = |chunk: &[Arc<str>]| DescribeShareOffsets {
            groups: chunk.to_vec(),
        };
        self.describe(groups, within(time), build, |answer| answer.groups)
            .await
    }
}
