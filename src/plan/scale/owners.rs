//! Who else sets the count of a workload.

use crate::model::{Name, Owner, ScaledObjectRow, Site, Source, State, WorkloadRow};

use super::{super::Note, unread};

/// How the name of what KEDA keeps for a `ScaledObject` begins, unless that says otherwise; the object's own name follows.
const KEDAS: &str = "keda-hpa-";

/// What a `ScaledObject` makes of a count. KEDA itself goes to and from 0 and the least, its autoscaler does the rest.
fn of_scaled_object(object: &ScaledObjectRow, to: u32) -> Note {
    let (min, max) = (object.min.unwrap_or(0), object.max.unwrap_or(100));
    let holds = format!(
        "ScaledObject {} (KEDA's) holds it between {min} and {max}",
        object.name
    );
    if object.paused {
        return Note::plain(format!(
            "{holds}, but is paused: it sets no count until that ends"
        ));
    }
    let bound = if to > max {
        format!("{to} is above its most")
    } else if to < min {
        format!("{to} is below its least")
    } else if to == 0 {
        "0 lasts until one of its triggers is active".to_owned()
    } else {
        "its autoscaler decides again every 15 s".to_owned()
    };
    Note::warn(format!(
        "{holds} and will undo this: {bound}; change its bounds instead"
    ))
}

pub(super) fn speak(site: &Site, row: &WorkloadRow, to: u32, notes: &mut Vec<Note>) {
    let id = &row.id;
    if let Some(why) = unread(site, &[Source::Autoscalers]) {
        notes.push(Note::warn(format!(
            "whether a HorizontalPodAutoscaler holds it is not known: {why}"
        )));
    }
    // Where there is no KEDA none is missed.
    if site.state(Source::ScaledObjects) != Some(&State::Missing)
        && let Some(why) = unread(site, &[Source::ScaledObjects])
    {
        notes.push(Note::warn(format!(
            "whether a ScaledObject holds it is not known: {why}"
        )));
    }
    let holds = |namespace: &Name, target: &Owner| {
        *namespace == id.namespace && target.kind == id.kind && target.name == id.name
    };
    let scaled: Vec<&ScaledObjectRow> = site
        .scaled_objects
        .iter()
        .filter(|scaled| holds(&scaled.namespace, &scaled.target))
        .collect();
    for object in &scaled {
        notes.push(of_scaled_object(object, to));
    }
    for hpa in site
        .autoscalers
        .iter()
        .filter(|hpa| holds(&hpa.namespace, &hpa.target))
    {
        let keda = match hpa.name.strip_prefix(KEDAS) {
            // What KEDA keeps for a ScaledObject is set by that.
            Some(of) if scaled.iter().any(|object| &*object.name == of) => continue,
            Some(_) => " (KEDA's)",
            None => "",
        };
        if to == 0 {
            notes.push(Note::warn(format!(
                "HorizontalPodAutoscaler {}{keda} is switched off while the count is 0",
                hpa.name
            )));
            continue;
        }
        let bound = if to > hpa.max {
            format!("{to} is above its most")
        } else if to < hpa.min {
            format!("{to} is below its least")
        } else {
            "it decides again every 15 s".to_owned()
        };
        notes.push(Note::warn(format!(
            "HorizontalPodAutoscaler {}{keda} holds it between {} and {} and will undo this: {bound}; change its bounds instead",
            hpa.name, hpa.min, hpa.max
        )));
    }
    if let Some(owner) = &row.owner {
        notes.push(Note::warn(format!(
            "it is owned by {} {}, which may set the count back",
            owner.kind, owner.name
        )));
    }
}
