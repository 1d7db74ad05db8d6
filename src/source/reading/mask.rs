//! Takes out of an object what must not be shown: data of Secrets, and values whose names say that they are credentials.
//!
//! It errs on the side of taking out too much. It happens before the object reaches the app, so that no screen, copy or log
//! can show what was taken out.

use serde_json::Value;

use crate::app::reading::MASK;

/// Ends of names of credentials, in small letters without `_`, `-` and `.`.
const CREDENTIALS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "accesskeyid",
    "secretkey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "credential",
    "credentials",
    "connectionstring",
    "jaasconfig",
    "authorization",
    "cookie",
    "dsn",
    "pass",
];
/// Fields of Kubernetes that end so and name a thing, or a switch.
const REFERENCES: &[&str] = &["automountserviceaccounttoken", "serviceaccounttoken"];
/// The annotation in which kubectl keeps the object as it was applied, credentials and all.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Takes out of the object what must not be shown. Returns how many values that were.
pub(in crate::source) fn mask(object: &mut Value) -> usize {
    let secret = object.get("kind").and_then(Value::as_str) == Some("Secret");
    let mut masked = 0;
    if secret {
        for field in ["data", "stringData"] {
            let data = object.get_mut(field).and_then(Value::as_object_mut);
            for value in data.into_iter().flat_map(|data| data.values_mut()) {
                hide(value, &mut masked);
            }
        }
    }
    walk(object, &mut masked);
    masked
}

fn hide(value: &mut Value, masked: &mut usize) {
    if value.as_str() != Some(MASK) {
        *value = Value::String(MASK.to_owned());
        *masked += 1;
    }
}

fn walk(value: &mut Value, masked: &mut usize) {
    match value {
        Value::Object(map) => {
            let named = map
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(is_credential);
            for (key, value) in map.iter_mut() {
                match value {
                    Value::String(text) if key == APPLIED => {
                        match serde_json::from_str::<Value>(text) {
                            Ok(mut applied) => {
                                let inside = mask(&mut applied);
                                if inside > 0 {
                                    *text = applied.to_string();
                                    *masked += inside;
                                }
                            }
                            Err(_unreadable) => hide(value, masked),
                        }
                    }
                    Value::String(text)
                        if !text.is_empty()
                            && (is_credential(key) || (named && key == "value")) =>
                    {
                        hide(value, masked);
                    }
                    other => walk(other, masked),
                }
            }
        }
        Value::Array(list) => {
            // `--password`, and what is given to it as the next argument.
            let mut flagged = false;
            for value in list {
                let flag = value
                    .as_str()
                    .is_some_and(|text| text.starts_with('-') && is_credential(text));
                if flagged && value.is_string() && !flag {
                    hide(value, masked);
                } else {
                    walk(value, masked);
                }
                flagged = flag;
            }
        }
        Value::String(text) => {
            let clean = without_credentials(text);
            if clean != *text {
                *text = clean;
                *masked += 1;
            }
        }
        _ => {}
    }
}

fn is_credential(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect();
    CREDENTIALS.iter().any(|end| plain.ends_with(end)) && !REFERENCES.contains(&plain.as_str())
}

/// The text without passwords of URLs, and without what stands behind `password=` and the like: arguments, properties.
pub(in crate::source) fn without_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, behind) = rest.split_at(at);
        let (sign, behind) = behind.split_at(1);
        out.push_str(before);
        out.push_str(sign);
        rest = behind;
        if let Some(after) = behind.strip_prefix("//").filter(|_| sign == ":") {
            let host = after
                .find(['/', '?', '#', ' ', '"', '\'', ','])
                .unwrap_or(after.len());
            let (authority, _) = after.split_at(host);
            if let Some((user, _)) = authority.rsplit_once('@')
                && let Some((user, _)) = user.split_once(':')
            {
                out.extend(["//", user, ":", MASK]);
                let at = authority.rfind('@').unwrap_or(0);
                rest = after.split_at(at).1;
            }
            continue;
        }
        // In JSON and YAML the name may stand in quotes, written plainly or escaped in a text of a text.
        let before = before.trim_end_matches(['"', '\'', '\\', ' ']);
        let name =
            before.rsplit(|letter: char| !(letter.is_alphanumeric() || "_-.".contains(letter)));
        if !name.into_iter().next().is_some_and(is_credential) {
            continue;
        }
        let blank = rest.len() - rest.trim_start_matches([' ', '\\']).len();
        let (blanks, value) = rest.split_at(blank);
        let long = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value
                .char_indices()
                .skip(1)
                .find(|(_, c)| *c == quote)
                .map_or(value.len(), |(at, _)| at + 1),
            _ => value
                .find([' ', '\n', ';', ',', '&', '"', '\''])
                .unwrap_or(value.len()),
        };
        if long > 0 {
            out.extend([blanks, MASK]);
            rest = value.split_at(long).1;
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_data_of_a_secret_is_never_shown() {
        let mut secret = json!({
            "kind": "Secret", "metadata": {"name": "a"}, "type": "Opaque",
            "data": {"user": "YQ==", "tls.key": "Yg=="}, "stringData": {"plain": "hunter2"},
        });
        assert_eq!(mask(&mut secret), 3);
        for gone in ["YQ==", "Yg==", "hunter2"] {
            assert!(!secret.to_string().contains(gone), "{secret}");
        }
        assert_eq!(secret["type"], "Opaque");
    }

    #[test]
    fn a_text_that_is_json_hides_what_it_names_so() {
        for text in [
            r#"{"user":"a","password":"hunter2","port":1}"#,
            r#"{"user": "a", "password" : "hunter2"}"#,
            r#"{\"password\":\"hunter2\"}"#,
            "password: 'hunter2'",
        ] {
            let shown = without_credentials(text);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(!text.contains("user") || shown.contains("\"a\""), "{shown}");
        }
    }

    #[test]
    fn values_that_call_themselves_credentials_are_masked_wherever_they_stand() {
        let applied =
            json!({"spec": {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}}).to_string();
        let mut pod = json!({
            "kind": "Pod",
            "metadata": {"annotations": {APPLIED: applied, "other": "kept"}},
            "spec": {
                "automountServiceAccountToken": true,
                "containers": [{
                    "args": [
                        "--db-password=hunter2", "--password", "hunter2", "jdbc:pg://app:hunter2@db:5432/x?sslpassword=hunter2&a=b",
                        "org.Login required username=\"u\" password=\"hunter2 two\";",
                    ],
                    "env": [
                        {"name": "DB_PASSWORD", "value": "hunter2"},
                        {"name": "AWS_SECRET_ACCESS_KEY", "value": "hunter2"},
                        {"name": "API-TOKEN", "value": "hunter2"},
                        {"name": "FROM_SECRET", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                        {"name": "TOPIC", "value": "payments"},
                        {"name": "EMPTY_PASSWORD", "value": ""},
                    ],
                    "volumeMounts": [{"name": "token", "mountPath": "/var/run/secrets"}],
                }],
                "sasl": {"password": "hunter2"},
                "tolerations": [{"key": "node.kubernetes.io/not-ready"}],
            },
        });
        let masked = mask(&mut pod);
        let text = pod.to_string();
        assert!(!text.contains("hunter2"), "{text}");
        assert_eq!(masked, 9, "{text}");
        for kept in [
            "payments",
            "/var/run/secrets",
            "\"key\":\"password\"",
            "jdbc:pg://app:",
            "@db:5432/x",
            "a=b",
            "username=",
            "kept",
            "node.kubernetes.io/not-ready",
            "\"name\":\"db\"",
            "true",
        ] {
            assert!(text.contains(kept), "{kept} of {text}");
        }
        let again = pod.clone();
        assert_eq!(mask(&mut pod), 0, "what is masked is not masked again");
        assert_eq!(pod, again);
    }
}
