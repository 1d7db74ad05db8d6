//! A file that is there as a whole or not at all.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::cli::{Complaint, Exit};

/// What is said of a file that nobody allowed to overwrite.
pub(super) fn is_there(path: &Path) -> Complaint {
    Complaint::new("init", "there is a config file already")
        .at(path.display().to_string())
        .remedy("edit it, print a new one with --print, or replace it with --force, which keeps it beside the new one")
}

/// Writes it, with the directories that it needs. A file that is there is only replaced by `force`, and kept beside it under
/// the name that is returned.
pub(super) fn whole(path: &Path, text: &str, force: bool) -> Result<Option<PathBuf>, Exit> {
    let failed = |why: io::Error| {
        if why.kind() == io::ErrorKind::AlreadyExists && !force {
            return Exit::usage(is_there(path));
        }
        let complaint = Complaint::new("config file cannot be written", why.to_string());
        let complaint = complaint.at(path.display().to_string());
        Exit::usage(complaint.remedy("choose another with --config FILE, or give --print"))
    };
    replace(path, text, force).map_err(failed)
}

fn replace(path: &Path, text: &str, force: bool) -> io::Result<Option<PathBuf>> {
    // Where the file is a link, what it leads to is the file.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".plimsoll-init.{}", std::process::id()));
    let done = draft_and_place(&draft, &path, text, force);
    // After a rename it is gone already.
    let _ = fs::remove_file(&draft);
    done
}

fn draft_and_place(
    draft: &Path,
    path: &Path,
    text: &str,
    force: bool,
) -> io::Result<Option<PathBuf>> {
    // It may hold the password of a URL, as the one before it may have.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if !force {
        // Unlike a rename, a link never takes the place of a file that came in the meantime.
        return fs::hard_link(draft, path).map(|()| None);
    }
    let kept = keep(path)?;
    fs::rename(draft, path)?;
    Ok(kept)
}

/// Gives the file another name beside its own, one that no file has: the one that was kept before stays, too.
fn keep(path: &Path) -> io::Result<Option<PathBuf>> {
    let name = path.file_name().unwrap_or_default();
    for number in 1.. {
        let mut other = name.to_owned();
        other.push(".old");
        if number > 1 {
            other.push(format!(".{number}"));
        }
        let other = path.with_file_name(other);
        match fs::hard_link(path, &other) {
            Ok(()) => return Ok(Some(other)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(why),
        }
    }
    Ok(None)
}
