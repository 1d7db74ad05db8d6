//! The RBAC rule that grants what is missing, as kubectl applies it.

use std::collections::BTreeMap;

/// Something that may not be done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Right {
    pub(super) group: String,
    /// The plural, with its subresource: `pods`, `pods/portforward`.
    pub(super) resource: String,
    pub(super) verb: &'static str,
    /// None: everywhere.
    pub(super) namespace: Option<String>,
}

impl Right {
    /// `list nodes`, `create pods/portforward in namespace kafka`.
    pub(super) fn words(&self) -> String {
        let group = if self.group.is_empty() {
            String::new()
        } else {
            format!(".{}", self.group)
        };
        let at = self
            .namespace
            .as_ref()
            .map_or_else(String::new, |namespace| {
                format!(" in namespace {namespace}")
            });
        format!("{} {}{group}{at}", self.verb, self.resource)
    }
}

/// A string in YAML: names of users may be anything.
fn text(of: &str) -> String {
    serde_json::Value::from(of).to_string()
}

fn list(of: &[&str]) -> String {
    let quoted: Vec<String> = of.iter().map(|word| text(word)).collect();
    format!("[{}]", quoted.join(", "))
}

/// Who is to be granted it.
fn subject(user: &str) -> String {
    let account = user
        .strip_prefix("system:serviceaccount:")
        .and_then(|rest| rest.split_once(':'));
    match account {
        Some((namespace, name)) => format!(
            "- kind: ServiceAccount\n  name: {}\n  namespace: {}\n",
            text(name),
            text(namespace)
        ),
        None => format!(
            "- kind: User\n  name: {}\n  apiGroup: rbac.authorization.k8s.io\n",
            text(user)
        ),
    }
}

/// Verbs by group and resource.
type Verbs<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

/// A name that no other set of rights has: to apply a role is to take away what the one of its name gave before.
fn name(resources: &Verbs<'_>) -> String {
    let of = |((_, plural), verbs): (&(&str, &str), &Vec<&str>)| {
        format!("{}-{}", verbs.join("-"), plural.replace('/', "-"))
    };
    let parts: Vec<String> = resources.iter().map(of).collect();
    format!("plimsoll-{}", parts.join("-"))
}

/// A binding is of one user, for the same reason.
fn bound(name: &str, user: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-._:@".contains(c) {
            c
        } else {
            '-'
        }
    };
    format!("{name}:{}", user.chars().map(plain).collect::<String>())
}

/// What an administrator applies with `kubectl apply -f`, so that `user` may do all of these: a role and its binding for each
/// namespace, and one for what is needed everywhere.
pub(super) fn rule(missing: &[Right], user: &str) -> String {
    let mut places: BTreeMap<Option<&str>, Verbs<'_>> = BTreeMap::new();
    for right in missing {
        let place = places.entry(right.namespace.as_deref()).or_default();
        let verbs = place.entry((&right.group, &right.resource)).or_default();
        if !verbs.contains(&right.verb) {
            verbs.push(right.verb);
        }
    }
    let role = |(namespace, resources): (Option<&str>, Verbs<'_>)| {
        let kind = namespace.map_or("ClusterRole", |_| "Role");
        let name = name(&resources);
        let head = |kind: &str, name: &str| {
            let place =
                namespace.map_or_else(String::new, |of| format!("\n  namespace: {}", text(of)));
            format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {}{place}\n",
                text(name)
            )
        };
        let rules: Vec<String> = resources
            .iter()
            .map(|((group, resource), verbs)| {
                format!(
                    "- apiGroups: {}\n  resources: {}\n  verbs: {}\n",
                    list(&[group]),
                    list(&[resource]),
                    list(verbs)
                )
            })
            .collect();
        format!(
            "{}rules:\n{}---\n{}roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: {}\nsubjects:\n{}",
            head(kind, &name),
            rules.concat(),
            head(&format!("{kind}Binding"), &bound(&name, user)),
            text(&name),
            subject(user)
        )
    };
    places
        .into_iter()
        .map(role)
        .collect::<Vec<_>>()
        .join("---\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(resource: &str, verb: &'static str, namespace: Option<&str>) -> Right {
        Right {
            group: String::new(),
            resource: resource.to_owned(),
            verb,
            namespace: namespace.map(str::to_owned),
        }
    }

    #[test]
    fn a_role_and_its_binding_for_each_place() {
        let missing = [
            right("nodes", "list", None),
            right("nodes", "watch", None),
            right("pods/portforward", "get", Some("kafka")),
            right("pods/portforward", "create", Some("kafka")),
        ];
        let told = rule(&missing, "eve: \"x\"");
        let kinds: Vec<&str> = told
            .lines()
            .filter(|line| line.starts_with("kind:"))
            .collect();
        assert_eq!(
            kinds,
            [
                "kind: ClusterRole",
                "kind: ClusterRoleBinding",
                "kind: Role",
                "kind: RoleBinding"
            ]
        );
        for part in [
            "  resources: [\"nodes\"]\n  verbs: [\"list\", \"watch\"]\n",
            "  resources: [\"pods/portforward\"]\n  verbs: [\"get\", \"create\"]\n",
            "  namespace: \"kafka\"\n",
            "  name: \"plimsoll-get-create-pods-portforward:eve:--x-\"\n",
            "- kind: User\n  name: \"eve: \\\"x\\\"\"\n",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn a_service_account_is_bound_as_one() {
        let told = rule(
            &[right("nodes", "list", None)],
            "system:serviceaccount:ops:bot",
        );
        let part = "- kind: ServiceAccount\n  name: \"bot\"\n  namespace: \"ops\"\n";
        assert!(told.contains(part), "{told}");
    }
}
