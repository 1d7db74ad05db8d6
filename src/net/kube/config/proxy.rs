//! Which proxy leads to the cluster.
//!
//! kube 5 compares `NO_PROXY` with the proxy's own name instead of the cluster's, so this is decided anew.
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::net::kube::flags::KubeEnv;

/// A cluster's `proxy-url` is used whatever `NO_PROXY` says, as client-go does; otherwise the environment decides.
pub(super) fn proxy_for(
    cluster: &http::Uri,
    proxy_url: Option<&str>,
    env: &KubeEnv,
) -> Option<Intercept> {
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    let matcher = match proxy_url.filter(|url| !url.is_empty()) {
        Some(url) => Matcher::builder().all(url),
        None => Matcher::builder()
            .https(given(&env.https_proxy))
            .http(given(&env.http_proxy))
            .no(given(&env.no_proxy)),
    };
    matcher.build().intercept(cluster)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cluster, proxy-url, `HTTPS_PROXY`, `NO_PROXY`, and the proxy to be used.
    type Case = (
        &'static str,
        Option<&'static str>,
        Option<&'static str>,
        Option<&'static str>,
        Option<&'static str>,
    );

    const CASES: [Case; 13] = [
        ("https://api.corp:6443", None, None, None, None),
        (
            "https://api.corp:6443",
            None,
            Some("http://proxy:3128"),
            None,
            Some("http://proxy:3128/"),
        ),
        (
            "https://api.corp:6443",
            None,
            Some("http://proxy:3128"),
            Some(".corp"),
            None,
        ),
        (
            "https://api.corp:6443",
            None,
            Some("http://proxy:3128"),
            Some("corp"),
            None,
        ),
        (
            "https://10.1.2.3:6443",
            None,
            Some("http://proxy:3128"),
            Some("10.0.0.0/8"),
            None,
        ),
        (
            "https://10.1.2.3",
            None,
            Some("http://proxy:3128"),
            Some("192.168.0.0/16"),
            Some("http://proxy:3128/"),
        ),
        (
            "https://api.corp",
            None,
            Some("http://proxy:3128"),
            Some("proxy"),
            Some("http://proxy:3128/"),
        ),
        (
            "https://api.corp",
            None,
            Some("http://proxy:3128"),
            Some("*"),
            None,
        ),
        (
            "https://api.corp",
            Some("http://own:8080"),
            Some("http://proxy:3128"),
            Some("*"),
            Some("http://own:8080/"),
        ),
        (
            "https://api.corp",
            Some(""),
            Some("http://proxy:3128"),
            None,
            Some("http://proxy:3128/"),
        ),
        (
            "https://api.corp",
            Some("socks5h://jump:1080"),
            None,
            None,
            Some("socks5h://jump:1080/"),
        ),
        (
            "https://api.corp",
            Some("socks5://jump:1080"),
            None,
            None,
            Some("socks5://jump:1080/"),
        ),
        (
            "http://api.corp",
            None,
            Some("http://proxy:3128"),
            None,
            None,
        ),
    ];

    #[test]
    fn no_proxy_is_about_the_cluster_and_not_about_the_proxy() {
        for (cluster, own, https, no, expected) in CASES {
            let env = KubeEnv {
                https_proxy: https.map(Into::into),
                no_proxy: no.map(Into::into),
                ..KubeEnv::default()
            };
            let cluster: http::Uri = cluster.parse().unwrap();
            let found = proxy_for(&cluster, own, &env).map(|proxy| proxy.uri().to_string());
            assert_eq!(
                found.as_deref(),
                expected,
                "{cluster} {own:?} {https:?} {no:?}"
            );
        }
    }

    #[test]
    fn a_proxys_password_becomes_a_header_and_leaves_the_url() {
        let cluster: http::Uri = "https://api.corp".parse().unwrap();
        let env = KubeEnv::default();
        let proxy = proxy_for(&cluster, Some("http://me:s%40cret@proxy:3128"), &env).unwrap();
        assert_eq!(proxy.uri().to_string(), "http://proxy:3128/");
        assert!(
            proxy
                .basic_auth()
                .is_some_and(http::HeaderValue::is_sensitive)
        );
    }
}
