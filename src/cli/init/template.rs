//! The text of a new config file: what is known stands there, all else in comments, each key with what it is for.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    cli::{
        config::{
            Layer,
            keys::{KEYS, Key, Place, write_name, write_value},
        },
        exit::printable,
    },
    net::discover::Cluster,
};

/// What is known of the place that the file is for.
pub(super) struct Found {
    pub(super) context: Option<String>,
    /// None where nothing was looked for.
    pub(super) clusters: Option<Vec<Cluster>>,
    /// Why the only cluster cannot be entered as things are.
    pub(super) login: Option<String>,
}

const HEADING: &str = "\
# The settings of plimsoll. Flags and the environment win over this file, and the section of the kubeconfig context in use
# over the rest of it. All is optional: a line that begins with # says what holds anyway, or how it is written.
# `plimsoll config show --origin` says what holds and where it is from. Saved while the program runs, it is read again.
";

const LIKES: &str = "
[columns]
# of the list of a pane: which of them, in which order
# groups = [\"GROUP\", \"LAG\", \"TREND\", \"STATE\"]

[owners]
# the workload behind a group, where you know better
# fraud = \"finance/Deployment/fraud\"

[keys]
# instead of those of the table, which ? shows, by the names in the README
# page-down = [\"pgdn\", \"ctrl-d\"]
";

/// The whole text. What the flags say is written down as well.
pub(super) fn write(flags: &Layer, found: &Found) -> String {
    let tables = ["", "kafka", "prometheus"];
    let mut text = HEADING.to_owned();
    // What was given or found of servers belongs to their context, where they have one; all else holds everywhere.
    let everywhere = found.context.is_none();
    for table in tables {
        if !table.is_empty() {
            let _ = writeln!(text, "\n[{table}]");
        }
        let finds = everywhere && table == "kafka";
        let keys = KEYS.iter().filter(|key| key.table == table);
        for key in keys.filter(|key| key.place != Place::Context) {
            let given = (key.of)(flags).filter(|_| everywhere || table.is_empty());
            text += &lines(key, given, finds.then_some(found));
        }
    }
    text += LIKES;
    if let Some(context) = &found.context {
        for table in tables {
            let mut name = format!("contexts.{}", write_name(context));
            if !table.is_empty() {
                let _ = write!(name, ".{table}");
            }
            let _ = writeln!(text, "\n[{name}]");
            let finds = table == "kafka";
            let keys = KEYS.iter().filter(|key| key.table == table);
            for key in keys.filter(|key| key.place != Place::Base) {
                let given = (key.of)(flags).filter(|_| !table.is_empty());
                text += &lines(key, given, finds.then_some(found));
            }
        }
    }
    text
}

/// The line of a key, with what it is for above it.
fn lines(key: &Key, given: Option<Value>, found: Option<&Found>) -> String {
    let mut text = format!("# {}\n", key.doc);
    match (given, found, key.name) {
        (Some(value), _, _) => {
            let _ = writeln!(text, "{} = {}", key.name, write_value(&value));
        }
        (None, Some(found), "cluster") => text += &clusters(found),
        (
            None,
            Some(Found {
                login: Some(why), ..
            }),
            "command_config",
        ) => {
            let _ = writeln!(text, "# {}\n# {} = {}", printable(why), key.name, key.usual);
        }
        _ => {
            let _ = writeln!(text, "# {} = {}", key.name, key.usual);
        }
    }
    text
}

/// The cluster that was found; of several none, for one is to be chosen.
fn clusters(found: &Found) -> String {
    let line = |cluster: &Cluster| {
        let listeners: Vec<String> = cluster.listeners.iter().map(ToString::to_string).collect();
        let listeners = match listeners.join(", ") {
            none if none.is_empty() => "no listeners".to_owned(),
            some => format!("listeners {some}"),
        };
        let name = write_value(&Value::String(cluster.to_string()));
        let why = printable(&format!("{}: {listeners}", cluster.why));
        (why, format!("cluster = {name}"))
    };
    match found.clusters.as_deref() {
        None => "# cluster = \"kafka/prod\"\n".to_owned(),
        Some([]) => "# none was found: no Kafka of Strimzi's, and no StatefulSet with the labels or a port of Kafka's\n\
                     # cluster = \"kafka/prod\"\n"
            .to_owned(),
        Some([one]) => {
            let (why, line) = line(one);
            format!("# found: {why}\n{line}\n")
        }
        Some(several) => {
            let mut text = format!("# {} were found: take the # away from one\n", several.len());
            for one in several {
                let (why, line) = line(one);
                let _ = writeln!(text, "# found: {why}\n# {line}");
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{
        cli::config::{KafkaLayer, parse},
        net::discover::{Evidence, Listener, Security},
    };

    use super::*;

    fn cluster(name: &str) -> Cluster {
        let listener = |name: &str, login: Option<&str>| Listener {
            name: name.to_owned(),
            port: 9092,
            internal: true,
            security: Some(Security {
                tls: false,
                login: login.map(str::to_owned),
            }),
            roots: Vec::new(),
        };
        Cluster {
            namespace: "kafka".to_owned(),
            name: name.to_owned(),
            evidence: Evidence::Strimzi,
            why: format!("Strimzi's Kafka kafka/{name}"),
            listeners: vec![
                listener("plain", None),
                listener("own\nread_only = true", Some("custom")),
            ],
            selector: String::new(),
            domain: String::new(),
        }
    }

    fn found(context: Option<&str>, names: &[&str]) -> Found {
        Found {
            context: context.map(str::to_owned),
            clusters: Some(names.iter().map(|name| cluster(name)).collect()),
            login: None,
        }
    }

    fn read(text: &str) -> crate::cli::config::ConfigFile {
        parse(text, Path::new("/etc/plimsoll/config.toml"), None)
            .unwrap_or_else(|why| panic!("{why:#?}\n{text}"))
    }

    /// Lines of comments that would be settings without their mark.
    fn without_marks(text: &str) -> String {
        let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        let line = |line: &str| {
            let bare = line.strip_prefix("# ").unwrap_or(line);
            let name = bare.split(" = ").next().unwrap_or_default();
            let is_setting =
                names.contains(&name) || ["groups", "fraud", "page-down"].contains(&name);
            if is_setting {
                bare.to_owned()
            } else {
                line.to_owned()
            }
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_was_found_holds_in_its_context_and_nothing_else_does() {
        let file = read(&write(&Layer::default(), &found(Some("prod eu"), &["lab"])));
        assert_eq!(file.base, Layer::default());
        let section = &file.contexts["prod eu"];
        let kafka = KafkaLayer {
            cluster: Some("kafka/lab".to_owned()),
            ..KafkaLayer::default()
        };
        let expected = Layer {
            kafka,
            ..Layer::default()
        };
        assert_eq!(*section, expected);
        let file = read(&write(&Layer::default(), &found(None, &["lab"])));
        assert_eq!(file.base, expected);
        assert!(file.contexts.is_empty());
        for names in [&[][..], &["lab", "other"]] {
            let text = write(&Layer::default(), &found(Some("prod"), names));
            assert_eq!(read(&text).contexts["prod"], Layer::default());
            for name in names {
                assert!(
                    text.contains(&format!("# cluster = \"kafka/{name}\"")),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn what_was_given_is_written_down() {
        let flags = Layer {
            theme: Some("light".to_owned()),
            kafka: KafkaLayer {
                bootstrap_server: Some("k:9092".to_owned()),
                ..KafkaLayer::default()
            },
            ..Layer::default()
        };
        let file = read(&write(
            &flags,
            &Found {
                context: Some("prod".to_owned()),
                clusters: None,
                login: None,
            },
        ));
        assert_eq!(file.base.theme.as_deref(), Some("light"));
        assert_eq!(file.contexts["prod"].kafka, flags.kafka);
    }

    #[test]
    fn every_comment_that_shows_a_setting_can_be_taken_at_its_word() {
        let text = write(&Layer::default(), &found(Some("prod"), &["lab"]));
        let file = read(&without_marks(&text));
        for key in KEYS {
            let layers = [&file.base, &file.contexts["prod"]];
            let said = layers.iter().any(|layer| (key.of)(layer).is_some());
            assert!(said, "{} is not in:\n{text}", key.path());
        }
        // What is said to hold anyway does.
        for key in KEYS
            .iter()
            .filter(|key| !key.is_unset && key.place != Place::Context)
        {
            assert_eq!((key.of)(&file.base), key.usual(), "{}", key.path());
        }
        assert!(!file.likes.owners.is_empty() && file.likes.keymap.changed().next().is_some());
    }
}
