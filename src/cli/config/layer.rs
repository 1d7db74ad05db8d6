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
            kafka: KafkaLayer {
                bootstrap_server: self.kafka.bootstrap_server.or(below.kafka.bootstrap_server),
                command_config: self.kafka.command_config.or(below.kafka.command_config),
            },
            prometheus: self.prometheus.over(below.prometheus),
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
}
