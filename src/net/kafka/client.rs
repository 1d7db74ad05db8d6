//! One cluster.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Api, ClusterDescription, Config, DescribedGroup, Dial, FetchSpec, Fetched, GroupOffsets,
    LeaderPartition, ListedGroup, ListedOffset, LogDir, Metadata, OffsetSpec, PerBroker, Quorum,
    Reassignment, ResourceConfigs, Result, ShareGroupOffsets, Traffic,
};

/// A cluster and the connections to it. Cheap to share behind an `Arc`; all calls take `&self`.
pub struct Client {
    _todo: (),
}

/// Groups by the id of the broker that listed them, which is their coordinator.
pub type ByCoordinator = BTreeMap<i32, Vec<Arc<str>>>;

impl Client {
    /// Opens nothing yet.
    pub fn new(_dial: Arc<dyn Dial>, _config: Config) -> Self {
        todo!()
    }

    /// The configuration it was made with.
    pub fn config(&self) -> &Config {
        todo!()
    }

    /// The metadata of the last call that asked for all topics.
    pub fn last_metadata(&self) -> Option<Arc<Metadata>> {
        todo!()
    }

    /// Totals since the client was made.
    pub fn traffic(&self) -> Traffic {
        todo!()
    }

    /// Requests written, by kind.
    pub fn requests(&self) -> BTreeMap<Api, u64> {
        self.traffic().requests
    }

    /// All brokers and all topics. Later calls take broker addresses and topic names from it, so it comes first.
    pub async fn metadata(&self, _within: Duration) -> Result<Arc<Metadata>> {
        todo!()
    }

    /// All brokers, and these topics only; a topic that does not exist comes with error 3. Not kept.
    pub async fn metadata_of(&self, _topics: &[Arc<str>], _within: Duration) -> Result<Metadata> {
        todo!()
    }

    /// What every known broker coordinates; the union is all groups.
    pub async fn list_groups(&self, _within: Duration) -> PerBroker<Vec<ListedGroup>> {
        todo!()
    }

    /// All committed offsets of these groups.
    pub async fn offset_fetch(
        &self,
        _groups: &ByCoordinator,
        _within: Duration,
    ) -> PerBroker<Vec<GroupOffsets>> {
        todo!()
    }

    /// One kind of offset of these partitions, one request per leader. Partitions named twice are asked once.
    pub async fn list_offsets(
        &self,
        _spec: OffsetSpec,
        _partitions: &[LeaderPartition],
        _within: Duration,
    ) -> PerBroker<Vec<ListedOffset>> {
        todo!()
    }

    /// Groups of the classic protocol.
    pub async fn describe_classic(
        &self,
        _groups: &ByCoordinator,
        _within: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        todo!()
    }

    /// Groups of the KIP-848 protocol.
    pub async fn describe_consumer(
        &self,
        _groups: &ByCoordinator,
        _within: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        todo!()
    }

    /// Share groups.
    pub async fn describe_share(
        &self,
        _groups: &ByCoordinator,
        _within: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        todo!()
    }

    /// Streams groups.
    pub async fn describe_streams(
        &self,
        _groups: &ByCoordinator,
        _within: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        todo!()
    }

    /// Start offsets and lags of share groups.
    pub async fn share_offsets(
        &self,
        _groups: &ByCoordinator,
        _within: Duration,
    ) -> PerBroker<Vec<ShareGroupOffsets>> {
        todo!()
    }

    /// These keys of these topics' configurations (no keys: all of them).
    pub async fn describe_topic_configs(
        &self,
        _topics: &[Arc<str>],
        _keys: &[&str],
        _within: Duration,
    ) -> Result<Vec<ResourceConfigs>> {
        todo!()
    }

    /// These keys of every known broker's configuration (no keys: all of them).
    pub async fn describe_broker_configs(
        &self,
        _keys: &[&str],
        _within: Duration,
    ) -> PerBroker<ResourceConfigs> {
        todo!()
    }

    /// The log directories of every known broker with all replicas.
    pub async fn describe_log_dirs(&self, _within: Duration) -> PerBroker<Vec<LogDir>> {
        todo!()
    }

    /// The brokers, fenced ones included.
    pub async fn describe_cluster(&self, _within: Duration) -> Result<ClusterDescription> {
        todo!()
    }

    /// The `KRaft` quorum; its leader is the active controller.
    pub async fn describe_quorum(&self, _within: Duration) -> Result<Quorum> {
        todo!()
    }

    /// Partitions that are being moved.
    pub async fn list_reassignments(&self, _within: Duration) -> Result<Vec<Reassignment>> {
        todo!()
    }

    /// Records of one partition.
    pub async fn fetch(&self, _spec: &FetchSpec, _within: Duration) -> Result<Fetched> {
        todo!()
    }
}
