//! One source of settings: a file, a section of it, the environment, the flags. What it does not say is None.

use std::{path::PathBuf, time::Duration};

/// What one source says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    pub theme: Option<String>,
    pub ascii: Option<bool>,
    pub mouse: Option<bool>,
    pub read_only: Option<bool>,
    /// Of one context: what destroys asks for the name to be typed.
    pub production: Option<bool>,
    pub refresh: Option<Duration>,
    pub refresh_metrics: Option<Duration>,
    pub log_file: Option<PathBuf>,
    pub kafka: KafkaLayer,
    pub prometheus: PrometheusLayer,
}

/// How Kafka is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KafkaLayer {
    pub bootstrap_server: Option<String>,
    pub command_config: Option<PathBuf>,
    /// Which of the clusters that are found: `NAME` or `NAMESPACE/NAME`.
    pub cluster: Option<String>,
    /// A Strimzi user of that cluster, whose Secret is read: `NAME` or `NAMESPACE/NAME`.
    pub user: Option<String>,
}

/// How Prometheus is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrometheusLayer {
    pub url: Option<String>,
    pub bearer_token_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    pub insecure_skip_tls_verify: Option<bool>,
}

impl Layer {
    /// This layer, and `below` where it says nothing. Read-only alone is different: once said, it stays.
    #[must_use]
    pub fn over(self, below: Layer) -> Layer {
        Layer {
            theme: self.theme.or(below.theme),
            ascii: self.ascii.or(below.ascii),
            mouse: self.mouse.or(below.mouse),
            read_only: match (self.read_only, below.read_only) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (above, below) => above.or(below),
            },
            production: self.production.or(below.production),
            refresh: self.refresh.or(below.refresh),
            refresh_metrics: self.refresh_metrics.or(below.refresh_metrics),
            log_file: self.log_file.or(below.log_file),
            kafka: self.kafka.over(below.kafka),
            prometheus: self.prometheus.over(below.prometheus),
        }
    }
}

impl KafkaLayer {
    /// Servers and the name of a cluster to look for are two answers to one question, and so are a file to log in with and a
    /// user: a layer that gives one of them does not want the other of the layer below.
    fn over(self, below: KafkaLayer) -> KafkaLayer {
        let names_servers = self.bootstrap_server.is_some();
        let (bootstrap_server, cluster) = if names_servers || self.cluster.is_some() {
            (self.bootstrap_server, self.cluster)
        } else if self.user.is_some() {
            // A user is one of a cluster that is found.
            (None, below.cluster)
        } else {
            (below.bootstrap_server, below.cluster)
        };
        let (command_config, user) = if self.command_config.is_some() || self.user.is_some() {
            (self.command_config, self.user)
        } else {
            let user = below.user.filter(|_| !names_servers);
            (below.command_config, user)
        };
        KafkaLayer {
            bootstrap_server,
            command_config,
            cluster,
            user,
        }
    }
}

impl PrometheusLayer {
    /// Credentials and trust belong to a URL: a layer that names another URL does not send it the token of the one
    /// below.
    fn over(self, below: PrometheusLayer) -> PrometheusLayer {
        if self.url.is_some() && self.url != below.url {
            return self;
        }
        PrometheusLayer {
            url: self.url.or(below.url),
            bearer_token_file: self.bearer_token_file.or(below.bearer_token_file),
            ca_file: self.ca_file.or(below.ca_file),
            insecure_skip_tls_verify: self
                .insecure_skip_tls_verify
                .or(below.insecure_skip_tls_verify),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_layer_wins_where_it_speaks() {
        let upper = Layer {
            theme: Some("mono".to_owned()),
            ..Layer::default()
        };
        let lower = Layer {
            theme: Some("dark".to_owned()),
            ascii: Some(true),
            ..Layer::default()
        };
        let both = upper.over(lower);
        assert_eq!(both.theme.as_deref(), Some("mono"));
        assert_eq!(both.ascii, Some(true));
    }

    #[test]
    fn read_only_cannot_be_taken_back() {
        let says = |read_only| Layer {
            read_only,
            ..Layer::default()
        };
        assert_eq!(
            says(Some(false)).over(says(Some(true))).read_only,
            Some(true)
        );
        assert_eq!(says(None).over(says(Some(true))).read_only, Some(true));
        assert_eq!(says(Some(false)).over(says(None)).read_only, Some(false));
    }

    #[test]
    fn servers_and_the_name_of_a_cluster_take_each_others_place() {
        let with = |servers: Option<&str>, cluster: Option<&str>| KafkaLayer {
            bootstrap_server: servers.map(str::to_owned),
            cluster: cluster.map(str::to_owned),
            ..KafkaLayer::default()
        };
        let (file, flag) = (with(Some("a:1"), None), with(None, Some("kafka/lab")));
        assert_eq!(flag.clone().over(file.clone()), flag);
        assert_eq!(file.clone().over(flag), file);
        assert_eq!(with(None, None).over(file.clone()), file);
    }

    #[test]
    fn a_token_goes_only_to_the_url_it_was_given_for() {
        let with = |url: Option<&str>, token: Option<&str>| PrometheusLayer {
            url: url.map(str::to_owned),
            bearer_token_file: token.map(PathBuf::from),
            ..PrometheusLayer::default()
        };
        let file = with(Some("https://one"), Some("/token"));
        assert_eq!(
            with(Some("https://two"), None)
                .over(file.clone())
                .bearer_token_file,
            None
        );
        assert_eq!(with(None, None).over(file.clone()), file);
    }

    #[test]
    fn a_user_that_is_named_looks_for_its_cluster_and_named_servers_need_no_user() {
        let file = KafkaLayer {
            bootstrap_server: Some("a:1".to_owned()),
            command_config: Some("file".into()),
            ..KafkaLayer::default()
        };
        let flag = KafkaLayer {
            user: Some("viewer".to_owned()),
            ..KafkaLayer::default()
        };
        assert_eq!(flag.clone().over(file.clone()), flag);
        let servers = KafkaLayer {
            bootstrap_server: Some("b:1".to_owned()),
            ..KafkaLayer::default()
        };
        assert_eq!(servers.clone().over(flag), servers);
        assert_eq!(
            servers.over(file).command_config,
            Some("file".into()),
            "a login holds for other servers"
        );
    }
}
