//! What the user likes, as the config says it: keys and columns.

use std::collections::BTreeMap;

use crate::{
    app::{ACTIONS, ActionDef, Columns, Cx, KeyFault, Keymap, ListName, LogRing, Options, Prefs},
    cli::{args::PANES, exit::nearest},
    insight::Picture,
    model::{Name, Time, WorkloadId},
    view::panes,
};

use super::reader::Section;

/// Keys and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Likes {
    pub keymap: Keymap,
    pub columns: Columns,
    /// The workload behind a group, where the user says so.
    pub owners: BTreeMap<Name, WorkloadId>,
}

pub(super) fn read(section: &mut Section<'_, '_>) -> Likes {
    let mut likes = Likes::default();
    section.table("keys", |section| likes.keymap = keys(section));
    section.table("columns", |section| likes.columns = columns(section));
    section.table("owners", |section| likes.owners = owners(section));
    likes
}

fn keys(section: &mut Section<'_, '_>) -> Keymap {
    let mut map = Keymap::default();
    let names: Vec<String> = ACTIONS.iter().map(ActionDef::name).collect();
    section.knows(names.iter().cloned());
    let bound: Vec<String> = section.names();
    let bound: Vec<String> = bound
        .into_iter()
        .filter(|name| names.contains(name))
        .collect();
    for name in &bound {
        let chord = |text: &str| match crate::app::Chord::parse(text) {
            Some(_) => Ok(text.to_owned()),
            None => Err(format!(
                "{text:?} is no key: such as \"S\", \"ctrl-s\", \"f5\", \"enter\""
            )),
        };
        let keys = section.strings(name, chord);
        // What is wrong with it was said already.
        let _known = keys.is_some_and(|keys| map.bind(name, &keys).is_ok());
    }
    for name in &bound {
        if let Some(KeyFault::Taken { key, by }) = map.clash(name) {
            let why = format!("{key:?} is the key of {by} already: give that another in [keys]");
            section.refuse(name, &why);
        }
    }
    map
}

/// Groups with `namespace/Kind/name`.
fn owners(section: &mut Section<'_, '_>) -> BTreeMap<Name, WorkloadId> {
    let groups = section.names();
    section.knows(groups.iter().cloned());
    let mut owners = BTreeMap::new();
    for group in groups {
        let wanted = "a workload as namespace/Deployment/name";
        let read =
            |text: &str| WorkloadId::parse(text).ok_or_else(|| format!("this is not {wanted}"));
        if let Some(id) = section.string(&group, wanted, read) {
            owners.insert(group.into(), id);
        }
    }
    owners
}

fn columns(section: &mut Section<'_, '_>) -> Columns {
    let mut columns = Columns::default();
    let known = titles();
    section.knows(known.keys().cloned());
    for name in section.names() {
        let Some(titles) = known.get(&name) else {
            continue;
        };
        let check = |text: &str| {
            let found = titles.iter().find(|title| title.eq_ignore_ascii_case(text));
            found.map(|title| (*title).to_owned()).ok_or_else(|| {
                let small: Vec<String> = titles.iter().map(|of| of.to_lowercase()).collect();
                match nearest(text, small.iter().map(String::as_str)) {
                    Some(near) => {
                        let near = near.to_uppercase();
                        format!("{text:?} is no column of {name}: did you mean {near:?}?")
                    }
                    None => format!(
                        "{text:?} is no column of {name}; there are: {}",
                        titles.join(", ")
                    ),
                }
            })
        };
        let chosen = section.strings(&name, check);
        let pane = PANES.iter().find(|(word, _)| *word == name);
        if let (Some(chosen), Some((_, pane))) = (chosen, pane) {
            columns.choose(ListName::pane(*pane), chosen);
        }
    }
    columns
}

/// The titles of the columns of each pane's first list, by the pane's word.
fn titles() -> BTreeMap<String, Vec<&'static str>> {
    let options = Options {
        site: Name::from(""),
        namespace: None,
        read_only: true,
        production: false,
        ascii: false,
        demo: false,
        pane: crate::app::PaneId::Home,
        prefs: Prefs::default(),
    };
    let picture = Picture::new(options.site.clone());
    let log = LogRing::default();
    let cx = Cx::new(&picture, &[], &log, Time(0), &options);
    let of = panes::ALL.iter().filter_map(|pane| {
        let page = pane.page(&cx);
        let columns = page.sections.first()?.list.columns();
        let titles = columns.iter().map(|column| column.title).collect();
        Some((pane.title().to_lowercase(), titles))
    });
    of.collect()
}
