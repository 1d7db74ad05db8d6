//! What a pod template says that may be the id of a consumer group. Environment and arguments are looked through while they are
//! decoded and dropped: arguments may be whole scripts, and values of the environment are nobody's business.
use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::nullable;

/// Kept of one workload. More than one is rare, and each costs memory.
const MOST: usize = 4;
/// Of a name in Kafka; ids of groups are held to it by habit.
const LONGEST: usize = 249;
/// Parts of names of variables whose values are not looked at, whatever else the name says.
const CREDENTIALS: [&str; 5] = ["PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Template {
    #[serde(deserialize_with = "nullable")]
    spec: PodSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodSpec {
    #[serde(deserialize_with = "nullable")]
    containers: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    #[serde(deserialize_with = "of_environment")]
    env: Literals,
    #[serde(deserialize_with = "of_words")]
    command: Literals,
    #[serde(deserialize_with = "of_words")]
    args: Literals,
}

/// Texts that may be ids of groups, each once, at most [`MOST`].
#[derive(Debug, Default)]
pub(super) struct Literals(Vec<String>);

impl Literals {
    pub(super) fn add(&mut self, value: &str) {
        // What is put together when the container starts is not written here.
        let whole = !value.trim().is_empty() && value.len() <= LONGEST && !value.contains('$');
        if whole && self.0.len() < MOST && !self.0.iter().any(|known| known == value) {
            self.0.push(value.to_owned());
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Template {
    /// What its containers say, in their order.
    pub(super) fn groups(&self) -> Literals {
        let mut all = Literals::default();
        for container in &self.spec.containers {
            for said in [&container.env, &container.command, &container.args] {
                said.iter().for_each(|value| all.add(value));
            }
        }
        all
    }
}

/// A variable; one whose value comes from elsewhere has none here.
#[derive(Deserialize)]
struct Variable<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
}

fn of_environment<'de, D: Deserializer<'de>>(from: D) -> Result<Literals, D::Error> {
    let variables: Vec<Variable<'de>> = nullable(from)?;
    let mut found = Literals::default();
    for variable in variables {
        let name = variable.name.to_ascii_uppercase();
        if name.contains("GROUP") && !CREDENTIALS.iter().any(|part| name.contains(part)) {
            found.add(&variable.value);
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct Argument<'a>(#[serde(borrow)] Cow<'a, str>);

/// A word without what a shell would take off it.
fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\'', ';'])
}

/// `--group X`, `--consumer-group=X`, `group.id=X`, alone or within the script of a shell.
fn of_words<'de, D: Deserializer<'de>>(from: D) -> Result<Literals, D::Error> {
    let arguments: Vec<Argument<'de>> = nullable(from)?;
    let mut found = Literals::default();
    let mut awaited = false;
    for word in arguments
        .iter()
        .flat_map(|argument| argument.0.split_whitespace())
    {
        if std::mem::take(&mut awaited) && !word.starts_with('-') {
            found.add(bare(word));
            continue;
        }
        match bare(word).split_once('=') {
            Some((name, value)) if names_a_group(name) => found.add(bare(value)),
            Some(_) => {}
            None => awaited = word.starts_with("--") && names_a_group(word),
        }
    }
    Ok(found)
}

/// `--group`, `--group-id`, `--consumer-group`, `group.id`, and what ends in the last, as Java's properties do.
fn names_a_group(option: &str) -> bool {
    let name = option.trim_start_matches('-').to_ascii_lowercase();
    let plain = name.replace(['-', '_', '.'], "");
    matches!(&*plain, "group" | "consumergroup") || plain.ends_with("groupid")
}
