//! The slices of API objects that are parsed. serde skips the rest without allocating, which is what makes 10,000 pods cheap.
mod cluster;
mod keda;
mod pod;
mod status_word;
mod strimzi;
mod template;
mod workload;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer};

use crate::net::kube::{
    intern::Interner,
    rows::{Key, Reference},
};

pub(crate) use cluster::{Metrics, quantity_sum};

/// Label keys that joins need; prefixes end with a slash.
const KEPT_LABELS: [&str; 12] = [
    "app",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "k8s-app",
    "platform.confluent.io/type",
    "redpanda.com/name",
    "statefulset.kubernetes.io/pod-name",
    "strimzi.io/",
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];

/// Object metadata without annotations and managedFields, which are most of its weight.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// The name.
    pub name: String,
    /// The namespace; empty for kinds without.
    pub namespace: String,
    pub(crate) uid: String,
    /// Where a watch resumes.
    pub resource_version: String,
    pub(crate) generation: Option<i64>,
    pub(crate) creation_timestamp: Option<jiff::Timestamp>,
    pub(crate) deletion_timestamp: Option<jiff::Timestamp>,
    #[serde(deserialize_with = "kept_labels")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) owner_references: Vec<Owner>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Owner {
    kind: String,
    name: String,
    controller: Option<bool>,
}

impl Meta {
    /// The key of the object's row.
    pub fn key(&self, interner: &mut Interner) -> Key {
        Key {
            namespace: interner.intern(&self.namespace),
            name: self.name.as_str().into(),
        }
    }

    pub(crate) fn owner(&self, interner: &mut Interner) -> Option<Reference> {
        let owner = self
            .owner_references
            .iter()
            .find(|owner| owner.controller == Some(true))?;
        Some(Reference {
            kind: interner.intern(&owner.kind),
            name: interner.intern(&owner.name),
        })
    }

    pub(crate) fn created_at(&self) -> Option<i64> {
        self.creation_timestamp.map(jiff::Timestamp::as_millisecond)
    }
}

pub(crate) fn intern_map(
    map: &BTreeMap<String, String>,
    interner: &mut Interner,
) -> BTreeMap<Arc<str>, Arc<str>> {
    map.iter()
        .map(|(key, value)| (interner.intern(key), interner.intern(value)))
        .collect()
}

/// Go writes `null` for a list or map that was never made.
pub(crate) fn nullable<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn kept_labels<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let mut labels: BTreeMap<String, String> = nullable(from)?;
    labels.retain(|key, _| {
        KEPT_LABELS
            .iter()
            .any(|kept| key == kept || (kept.ends_with('/') && key.starts_with(kept)))
    });
    Ok(labels)
}

/// At most 1 KiB of `text`, cut at a character.
pub(crate) fn cap(text: &str) -> &str {
    const LONGEST: usize = 1024;
    if text.len() <= LONGEST {
        return text;
    }
    let ends = (0..=LONGEST).rev();
    ends.into_iter()
        .find_map(|end| text.get(..end))
        .unwrap_or_default()
}

pub(crate) fn count(value: Option<i64>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}

/// A list, or a page of one.
#[derive(Debug, Deserialize)]
#[serde(bound = "O: Deserialize<'de>")]
pub(crate) struct List<O> {
    #[serde(default)]
    pub(crate) metadata: ListMeta,
    /// May be null, but never absent: another answer that parses is no list.
    #[serde(deserialize_with = "nullable")]
    pub(crate) items: Vec<O>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ListMeta {
    pub(crate) resource_version: String,
    #[serde(rename = "continue")]
    pub(crate) continue_token: String,
    pub(crate) remaining_item_count: Option<u64>,
}
