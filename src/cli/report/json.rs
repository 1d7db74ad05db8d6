//! The JSON of a report. Names and shapes are a contract; what is not known is null.

use serde_json::{Map, Value, json};

use crate::model::{Name, Time};

use super::{Missing, needs::system_name};

/// The version of the JSON. It changes when a reader of the older one would be misled.
const VERSION: u32 = 1;

/// One thing of a report, its keys in the order in which they are documented.
pub type Item = Map<String, Value>;

/// A whole report.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub kind: &'static str,
    pub at: Time,
    pub site: Name,
    pub missing: Vec<Missing>,
    pub items: Vec<Item>,
}

impl Document {
    pub fn value(&self) -> Value {
        let missing: Vec<Value> = self
            .missing
            .iter()
            .map(|missing| {
                json!({
                    "source": missing.source.name(),
                    "system": system_name(missing.source.system()),
                    "state": missing.state,
                    "why": missing.why,
                })
            })
            .collect();
        let mut value = Map::new();
        value.insert("plimsoll".into(), json!(VERSION));
        value.insert("kind".into(), json!(self.kind));
        value.insert("at".into(), moment(self.at));
        value.insert("site".into(), json!(self.site));
        value.insert("complete".into(), json!(missing.is_empty()));
        value.insert("missing".into(), Value::Array(missing));
        let items = self.items.iter().cloned().map(Value::Object).collect();
        value.insert("items".into(), Value::Array(items));
        Value::Object(value)
    }

    /// One line for programs; indented for people.
    pub(super) fn print(&self, indent: bool) -> String {
        let value = self.value();
        let text = if indent {
            format!("{value:#}")
        } else {
            value.to_string()
        };
        text + "\n"
    }
}

/// RFC 3339 with Z, or null for a moment that no calendar has.
pub(super) fn moment(at: Time) -> Value {
    let found = jiff::Timestamp::from_millisecond(at.0).ok();
    found.map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// An item from what `json!` makes of braces.
pub(super) fn item(value: Value) -> Item {
    match value {
        Value::Object(map) => map,
        _ => Item::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Source;

    use super::*;

    #[test]
    fn a_document_is_one_line_with_its_keys_in_order() {
        let document = Document {
            kind: "lag",
            at: Time(1_700_000_000_123),
            site: "lab".into(),
            missing: vec![Missing {
                source: Source::Pods,
                state: "unreachable",
                why: None,
            }],
            items: vec![item(json!({"group": "billing", "lag": null}))],
        };
        let expected = concat!(
            r#"{"plimsoll":1,"kind":"lag","at":"2023-11-14T22:13:20.123Z","site":"lab","complete":false,"#,
            r#""missing":[{"source":"pods","system":"kubernetes","state":"unreachable","why":null}],"#,
            r#""items":[{"group":"billing","lag":null}]}"#,
            "\n"
        );
        assert_eq!(document.print(false), expected);
        let indented = document.print(true);
        assert!(indented.lines().count() > 10);
        let read: Value = serde_json::from_str(&indented).unwrap();
        assert_eq!(read, document.value());
    }
}
