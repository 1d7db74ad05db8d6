//! The config file while the screen is up: looked at once a second, and read again when it was saved.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::{sync::mpsc, time::sleep};

use crate::{
    app::{ConfigNews, Msg, Notice},
    view::Theme,
};

use super::{
    Complaint, Environment, Settings,
    args::CommandLine,
    check_theme,
    config::{self, Layer, keys::KEYS},
    settings::{self, KubeChoice},
};

const EVERY: Duration = Duration::from_secs(1);

/// What holds on the screen, and what it takes to find out what a file that was saved makes of it.
pub struct Reload {
    path: PathBuf,
    line: CommandLine,
    env: Environment,
    /// What held when the sources were started: they keep it.
    started: Layer,
    settings: Settings,
    /// The file that was read last could not be used.
    broken: bool,
}

impl Reload {
    /// None where no file can ever be.
    pub fn new(line: CommandLine, settings: &Settings, env: &Environment) -> Option<Self> {
        Some(Reload {
            path: config::place(line.screen.config.as_deref(), env)?,
            line,
            env: env.clone(),
            started: settings.layer.clone(),
            settings: settings.clone(),
            broken: false,
        })
    }

    /// Looks at the file until nobody listens any more.
    pub async fn follow(mut self, say: mpsc::Sender<Msg>) {
        let mut seen = None;
        let mut read = None;
        loop {
            let now = stamp(&self.path).await;
            // One that is being written is left alone until it was the same twice; one that is gone changes nothing.
            if now.is_some() && now == seen && now != read {
                read = now;
                let text = tokio::fs::read_to_string(&self.path).await;
                if let Some(msg) = self.take(text)
                    && say.send(msg).await.is_err()
                {
                    return;
                }
            }
            seen = now;
            tokio::select! {
                () = say.closed() => return,
                () = sleep(EVERY) => {}
            }
        }
    }

    /// What a file with this text makes of what holds; None where that is nothing.
    fn take(&mut self, text: io::Result<String>) -> Option<Msg> {
        let text = match text {
            Ok(text) => text,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return None,
            Err(why) => return Some(self.refuse(&[config::unreadable(&self.path, &why)])),
        };
        let file = match config::parse(&text, &self.path, self.env.home.as_deref()) {
            Ok(file) => file,
            Err(complaints) => return Some(self.refuse(&complaints)),
        };
        // The kubeconfig is not read again: another context of it may be the current one by now.
        let kube = KubeChoice::of(&self.settings);
        let now = settings::settle(&self.line, kube, &file, &self.env);
        if let Err(complaint) = check_theme(&now, &file, &self.env) {
            return Some(self.refuse(&[complaint]));
        }
        let before = &self.settings;
        let is_same = before.layer == now.layer && before.likes == now.likes;
        if is_same && !std::mem::take(&mut self.broken) {
            return None;
        }
        self.broken = false;
        let news = self.news(&now);
        tracing::info!("{}: {}", self.path.display(), news.said.text);
        // What was locked stays locked.
        let read_only = self.settings.read_only || now.read_only;
        self.settings = Settings { read_only, ..now };
        Some(Msg::Config(Box::new(news)))
    }

    fn news(&self, now: &Settings) -> ConfigNews {
        let before = &self.settings;
        let of = |changed: bool| changed.then_some(());
        let theme = |settings: &Settings| {
            let theme = settings.look.theme.clone();
            theme.unwrap_or_else(|| Theme::USUAL.to_owned())
        };
        let cadence = |settings: &Settings| (settings.refresh, settings.refresh_metrics);
        ConfigNews {
            theme: of(theme(before) != theme(now)).map(|()| theme(now)),
            ascii: of(before.look.ascii != now.look.ascii).map(|()| now.look.ascii),
            mouse: of(before.look.mouse != now.look.mouse).map(|()| now.look.mouse),
            read_only: now.read_only,
            production: of(before.production != now.production).map(|()| now.production),
            cadence: of(cadence(before) != cadence(now)).map(|()| cadence(now)),
            keymap: of(before.likes.keymap != now.likes.keymap).map(|()| now.likes.keymap.clone()),
            columns: before.likes.columns.news(&now.likes.columns),
            owners: of(before.likes.owners != now.likes.owners).map(|()| now.likes.owners.clone()),
            said: self.words(now),
        }
    }

    /// What is said of it: what holds now, and what will hold when the program is started again.
    fn words(&self, now: &Settings) -> Notice {
        let before = &self.settings;
        let (mut taken, mut later) = (Vec::new(), Vec::new());
        for key in KEYS {
            let said = (key.of)(&now.layer);
            // Servers and the log keep what they were started with; the demo world has no servers.
            let is_kept = !key.table.is_empty() || key.name == "log_file";
            let is_nothing = !key.table.is_empty() && now.demo.is_some();
            // What was locked stays so until the next start.
            let is_locked = key.name == "read_only" && before.read_only && !now.read_only;
            if is_locked || (is_kept && !is_nothing && (key.of)(&self.started) != said) {
                later.push(key.path());
            } else if !is_kept && (key.of)(&before.layer) != said {
                taken.push(key.path());
            }
        }
        let likes = [
            ("keys", before.likes.keymap != now.likes.keymap),
            ("columns", before.likes.columns != now.likes.columns),
            ("owners", before.likes.owners != now.likes.owners),
        ];
        let likes = likes.iter().filter(|(_, changed)| *changed);
        taken.extend(likes.map(|(table, _)| format!("[{table}]")));
        let name = file_name(&self.path);
        let taken = taken.join(", ");
        let holds = if taken.is_empty() {
            format!("{name}: read again")
        } else {
            format!("{name}: new: {taken}")
        };
        if later.is_empty() {
            Notice::new(holds)
        } else {
            Notice::from(format!("{holds}; restart for {}", later.join(", ")))
        }
    }

    /// What held stays, and the first fault is shown; all of them are in the log.
    fn refuse(&mut self, complaints: &[Complaint]) -> Msg {
        self.broken = true;
        for complaint in complaints {
            tracing::error!("{complaint}; what held before still does");
        }
        let more = match complaints.len() {
            0 | 1 => String::new(),
            all => format!(" (and {} more: see the log)", all - 1),
        };
        let first = complaints.first().map(|first| self.short(first));
        Msg::Said(Notice::bad(first.unwrap_or_default() + &more))
    }

    /// A complaint that fits a line: the place without the directories, first.
    fn short(&self, complaint: &Complaint) -> String {
        let (whole, name) = (self.path.display().to_string(), file_name(&self.path));
        let Some(place) = complaint.place.strip_prefix(&whole) else {
            return format!("{name}: {complaint}");
        };
        let place = format!("{name}{place}");
        let what = complaint.what.strip_prefix("config file: ");
        let short = Complaint {
            what: place,
            place: what.unwrap_or(&complaint.what).to_owned(),
            ..complaint.clone()
        };
        short.to_string()
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.unwrap_or_default().into_owned()
}

/// When it was saved, and how long it is. None where there is none, and for a pipe: that is read once.
async fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let of = tokio::fs::metadata(path).await.ok()?;
    let of = Some(of).filter(std::fs::Metadata::is_file)?;
    Some((of.modified().ok()?, of.len()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use crate::cli;

    use super::*;

    /// A program that was started with this file and these words.
    fn started(text: &str, words: &str) -> (tempfile::TempDir, Reload) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let env = Environment {
            in_cluster: true,
            config: Some(path),
            ..Environment::default()
        };
        let words = std::iter::once("plimsoll").chain(words.split_whitespace());
        let asked = cli::parse(words.map(OsString::from), &env).unwrap();
        let reload = Reload::new(asked.line.clone(), &asked.settings, &env).unwrap();
        (folder, reload)
    }

    fn news(msg: Option<Msg>) -> ConfigNews {
        match msg {
            Some(Msg::Config(news)) => *news,
            other => panic!("{other:?}"),
        }
    }

    fn said(msg: Option<Msg>) -> Notice {
        match msg {
            Some(Msg::Said(notice)) => notice,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_new_holds_and_what_needs_a_start_is_named() {
        let (_folder, mut reload) = started("theme = \"dark\"\n", "");
        let mut take = |text: &str| reload.take(Ok(text.to_owned()));
        assert_eq!(take("theme = \"dark\"\n"), None);
        assert_eq!(take("# a comment\ntheme = \"dark\"\n"), None);
        let text =
            "theme = \"light\"\nrefresh = \"30s\"\nkafka.cluster = \"lab\"\nlog_file = \"a.log\"\n";
        let first = news(take(text));
        assert_eq!(first.theme.as_deref(), Some("light"));
        assert_eq!(
            (first.mouse, first.ascii, first.read_only),
            (None, None, false)
        );
        assert_eq!(
            first.cadence.map(|(kafka, _)| kafka),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            first.said.text,
            "config.toml: new: theme, refresh; restart for log_file, kafka.cluster"
        );
        assert!(
            !first.said.fades,
            "what must be done is not said in passing"
        );
        assert_eq!(take(text), None);
        // Nothing is left to be done when the file is what it was at the start.
        let back = news(take("theme = \"dark\"\n"));
        assert_eq!(back.said, Notice::new("config.toml: new: theme, refresh"));
    }

    #[test]
    fn read_only_is_taken_and_never_given_back() {
        let (_folder, mut reload) = started("", "");
        let mut take = |text: &str| news(reload.take(Ok(text.to_owned())));
        let locked = take("read_only = true\n");
        assert!(locked.read_only);
        assert_eq!(locked.said.text, "config.toml: new: read_only");
        let back = take("mouse = false\n");
        assert_eq!(
            back.said.text,
            "config.toml: new: mouse; restart for read_only"
        );
        let back = take("");
        assert_eq!(
            back.said.text,
            "config.toml: new: mouse; restart for read_only"
        );
    }

    #[test]
    fn flags_and_sections_hold_as_at_the_start() {
        let text = "[contexts.prod]\nproduction = true\n";
        let (_folder, mut reload) = started(
            text,
            "--no-kube --context prod --bootstrap-server k:1 --theme mono",
        );
        let mut take = |text: &str| reload.take(Ok(text.to_owned()));
        assert_eq!(
            take("theme = \"dark\"\ncontexts.prod.production = true\n"),
            None
        );
        assert_eq!(
            take("kafka.bootstrap_server = \"other:1\"\ncontexts.prod.production = true\n"),
            None
        );
        assert_eq!(
            news(take("contexts.prod.production = false\n")).production,
            Some(false)
        );
    }

    #[test]
    fn a_broken_file_changes_nothing_and_is_said_in_a_line() {
        let (_folder, mut reload) = started("ascii = true\n", "demo");
        let mut take = |text: &str| reload.take(Ok(text.to_owned()));
        let broken = said(take("refrsh = \"5s\"\nascii = 1\n"));
        assert_eq!(
            broken.text,
            "config.toml:1:1: unknown key \"refrsh\": no such key; did you mean refresh? (and 1 more: see the log)"
        );
        assert!(!broken.fades);
        let broken = said(take("theme = \"solarised\"\n"));
        assert!(broken.text.starts_with(
            "config.toml:1: theme: \"solarised\": no such theme; did you mean solarized?"
        ));
        let fine = news(take("ascii = true\n"));
        assert_eq!(
            (fine.ascii, fine.said),
            (None, Notice::new("config.toml: read again"))
        );
        assert_eq!(take("ascii = true\n"), None);
        let gone = reload.take(Err(io::ErrorKind::NotFound.into()));
        assert_eq!(gone, None);
        let closed = said(reload.take(Err(io::ErrorKind::PermissionDenied.into())));
        assert!(closed.text.contains("make it readable"), "{}", closed.text);
    }
}
