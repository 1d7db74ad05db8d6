//! The keys of a config file: what each is for, where it may stand, what holds where nobody says it, and what else says it.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::cli::args::values::write_duration;

use super::Layer;

/// A setting that has one value.
pub struct Key {
    /// The table that it stands in; empty at the top.
    pub table: &'static str,
    pub name: &'static str,
    pub place: Place,
    /// The flag that says the same; empty where there is none.
    pub flag: &'static str,
    /// The environment variable that says the same.
    pub variable: &'static str,
    /// What holds where nobody says it, as JSON and TOML write it; where nothing holds, an example.
    pub usual: &'static str,
    /// Nothing holds where nobody says it.
    pub is_unset: bool,
    pub doc: &'static str,
    /// What a source says of it.
    pub of: fn(&Layer) -> Option<Value>,
}

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// For all contexts.
    Base,
    /// For all contexts and in the section of one.
    Both,
    /// In the section of a context.
    Context,
}

impl Key {
    /// With its table: `kafka.cluster`.
    pub fn path(&self) -> String {
        if self.table.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}.{}", self.table, self.name)
        }
    }

    /// What holds where nobody says it.
    pub fn usual(&self) -> Option<Value> {
        let usual = serde_json::from_str(self.usual).ok();
        usual.filter(|_| !self.is_unset)
    }
}

fn path(path: Option<&PathBuf>) -> Option<Value> {
    // Saved in a file, it is not to depend on where the program was called.
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.map(|path| json!(whole(path).display().to_string()))
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| json!(text))
}

/// What most keys have.
const PLAIN: Key = Key {
    table: "",
    name: "",
    place: Place::Base,
    flag: "",
    variable: "",
    usual: "",
    is_unset: false,
    doc: "",
    of: |_| None,
};
const KAFKA: Key = Key {
    table: "kafka",
    place: Place::Both,
    is_unset: true,
    ..PLAIN
};
const PROMETHEUS: Key = Key {
    table: "prometheus",
    ..KAFKA
};

/// All of them, in the order in which they are written.
pub const KEYS: &[Key] = &[
    Key {
        name: "theme",
        place: Place::Both,
        flag: "--theme",
        variable: "PLIMSOLL_THEME",
        usual: "\"16-colour\"",
        doc: "dark light solarized high-contrast mono 16-colour, or the name of a themes/NAME.toml beside this file",
        of: |layer| text(layer.theme.as_ref()),
        ..PLAIN
    },
    Key {
        name: "ascii",
        flag: "--ascii",
        usual: "false",
        doc: "draw with ASCII only; by itself where the locale is not UTF-8",
        of: |layer| layer.ascii.map(Value::from),
        ..PLAIN
    },
    Key {
        name: "mouse",
        flag: "--no-mouse",
        usual: "true",
        doc: "false leaves the mouse to the terminal",
        of: |layer| layer.mouse.map(Value::from),
        ..PLAIN
    },
    Key {
        name: "read_only",
        place: Place::Both,
        flag: "--read-only",
        usual: "false",
        doc: "true: nothing can be changed, and no later source takes it back",
        of: |layer| layer.read_only.map(Value::from),
        ..PLAIN
    },
    Key {
        name: "production",
        place: Place::Context,
        usual: "false",
        doc: "true: to confirm a change its name is typed",
        of: |layer| layer.production.map(Value::from),
        ..PLAIN
    },
    Key {
        name: "refresh",
        place: Place::Both,
        flag: "--refresh",
        usual: "\"5s\"",
        doc: "how often Kafka is read",
        of: |layer| layer.refresh.map(|every| json!(write_duration(every))),
        ..PLAIN
    },
    Key {
        name: "refresh_metrics",
        place: Place::Both,
        flag: "--refresh-metrics",
        usual: "\"15s\"",
        doc: "how often Prometheus is read",
        of: |layer| {
            layer
                .refresh_metrics
                .map(|every| json!(write_duration(every)))
        },
        ..PLAIN
    },
    Key {
        name: "log_file",
        flag: "--log-file",
        variable: "PLIMSOLL_LOG",
        usual: "\"~/plimsoll.log\"",
        is_unset: true,
        doc: "otherwise the screen's is plimsoll/plimsoll.log in the XDG state directory",
        of: |layer| path(layer.log_file.as_ref()),
        ..PLAIN
    },
    Key {
        name: "bootstrap_server",
        flag: "--bootstrap-server",
        usual: "\"kafka-0:9092,kafka-1:9092\"",
        doc: "brokers to start from, instead of a cluster that is found in Kubernetes",
        of: |layer| text(layer.kafka.bootstrap_server.as_ref()),
        ..KAFKA
    },
    Key {
        name: "cluster",
        flag: "--kafka-cluster",
        usual: "\"kafka/prod\"",
        doc: "which of the clusters found in Kubernetes: NAME or NAMESPACE/NAME",
        of: |layer| text(layer.kafka.cluster.as_ref()),
        ..KAFKA
    },
    Key {
        name: "command_config",
        flag: "--command-config",
        usual: "\"client.properties\"",
        doc: "login and TLS, as Kafka's own tools take them",
        of: |layer| path(layer.kafka.command_config.as_ref()),
        ..KAFKA
    },
    Key {
        name: "user",
        flag: "--kafka-user",
        usual: "\"viewer\"",
        doc: "instead of command_config: a Strimzi user, whose Secret is read: NAME or NAMESPACE/NAME",
        of: |layer| text(layer.kafka.user.as_ref()),
        ..KAFKA
    },
    Key {
        name: "url",
        flag: "--prometheus",
        usual: "\"http://prometheus:9090\"",
        doc: "the base URL",
        of: |layer| text(layer.prometheus.url.as_ref()),
        ..PROMETHEUS
    },
    Key {
        name: "bearer_token_file",
        usual: "\"prometheus.token\"",
        doc: "a file that holds the token",
        of: |layer| path(layer.prometheus.bearer_token_file.as_ref()),
        ..PROMETHEUS
    },
    Key {
        name: "ca_file",
        usual: "\"ca.pem\"",
        doc: "the authorities to trust instead of the system's",
        of: |layer| path(layer.prometheus.ca_file.as_ref()),
        ..PROMETHEUS
    },
    Key {
        name: "insecure_skip_tls_verify",
        usual: "false",
        doc: "true: no certificate is verified",
        of: |layer| layer.prometheus.insecure_skip_tls_verify.map(Value::from),
        ..PROMETHEUS
    },
];

/// A value as TOML writes it.
pub fn write_value(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Array(parts) => {
            let parts: Vec<String> = parts.iter().map(write_value).collect();
            format!("[{}]", parts.join(", "))
        }
        other => other.to_string(),
    }
}

/// A key or the name of a table as TOML writes it: bare where that can be.
pub fn write_name(name: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        quote(name)
    }
}

fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            // All of these have four digits at most.
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use crate::{
        cli::settings::{REFRESH, REFRESH_METRICS},
        view::Theme,
    };

    use super::*;

    #[test]
    fn what_holds_by_itself_is_written_as_it_is() {
        let usual = |name: &str| KEYS.iter().find(|key| key.name == name).unwrap().usual();
        assert_eq!(usual("theme"), Some(json!(Theme::USUAL)));
        assert_eq!(usual("refresh"), Some(json!(write_duration(REFRESH))));
        let metrics = json!(write_duration(REFRESH_METRICS));
        assert_eq!(usual("refresh_metrics"), Some(metrics));
        assert_eq!(usual("url"), None);
        for key in KEYS {
            let example: Value = serde_json::from_str(key.usual).unwrap();
            assert_eq!(write_value(&example), key.usual, "{}", key.path());
        }
    }

    #[test]
    fn texts_and_names_come_back_from_toml_as_they_were() {
        let texts = [
            "",
            "prod",
            "prod eu",
            "a.b",
            "say \"hi\"",
            "C:\\x",
            "\u{7f}\n\t\u{1b}",
            "Ωmega",
        ];
        for text in texts {
            let line = format!("{} = {}", write_name(text), write_value(&json!([text])));
            let read: toml::Table = line.parse().unwrap();
            let held = read.get(text).and_then(|value| value.as_array()).unwrap();
            assert_eq!(held[0].as_str(), Some(text), "{line}");
        }
        assert_eq!(write_name("prod-eu_1"), "prod-eu_1");
    }
}
