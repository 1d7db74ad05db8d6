//! Whether the file of the theme was saved: looked at once a second, and only while the theme is one of the user's files.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::sync::{mpsc, watch};

use crate::app::Msg;

const EVERY: Duration = Duration::from_secs(1);

/// When a file was saved.
pub(super) fn stamp(path: &Path) -> Option<(PathBuf, SystemTime)> {
    let saved = std::fs::metadata(path).and_then(|of| of.modified());
    Some((path.to_owned(), saved.ok()?))
}

/// Watches the file that is named, until nobody listens any more. `known` is its stamp from before the screen was up: what
/// is saved after that is news, however late the first look is.
pub(super) async fn watch(
    mut file: watch::Receiver<Option<PathBuf>>,
    mut known: Option<(PathBuf, SystemTime)>,
    say: mpsc::Sender<Msg>,
) {
    loop {
        let path = file.borrow_and_update().clone();
        let Some(path) = path else {
            if file.changed().await.is_err() {
                return;
            }
            continue;
        };
        let saved = tokio::fs::metadata(&path)
            .await
            .and_then(|of| of.modified())
            .ok();
        let now = saved.map(|at| (path, at));
        // Another file is no news: that one was just read.
        let same = |a: &(PathBuf, _), b: &(PathBuf, _)| a.0 == b.0;
        let news = match (&known, &now) {
            (Some(before), Some(now)) => same(before, now) && before != now,
            _ => false,
        };
        if now.is_some() {
            known = now;
        }
        if news && say.send(Msg::ThemeSaved).await.is_err() {
            return;
        }
        tokio::select! {
            changed = file.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
