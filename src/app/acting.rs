//! Changing the world, as the user sees it: the lock of the context, the dialog from preview to confirmation, and what is
//! being followed since. Plans come from `plan`; orders go out as effects; nothing is believed done before it is seen.

mod dialog;
mod follow;

use crate::{
    model::{Key, Name, Noun, SECOND, Time},
    plan::{
        Answer, Change, Entry, FailureKind, Order, Outcome, Progress, Said, Scope, Task, Watch,
        scale_target,
    },
};

pub use dialog::{Dialog, Step, Wish};

use super::{App, Chord, Effect, KeyCode, Mode, nav::Subject};

/// How long a context stays unlocked.
const UNLOCKED_FOR: i64 = 15 * 60 * SECOND;
/// Changes that are remembered.
const ACTIVITIES: usize = 50;

/// What can be scaled, from where.
pub(super) const SCALED: &[Noun] = &[Noun::Workload, Noun::Pod, Noun::Member, Noun::Group];
/// What leaders can be elected for.
pub(super) const ELECTED: &[Noun] = &[Noun::Broker, Noun::Topic, Noun::Partition];
/// What can be probed.
pub(super) const PROBED: &[Noun] = &[Noun::Topic, Noun::Partition];

/// A change that was ordered, and what is seen of it.
#[derive(Clone, Debug)]
pub struct Activity {
    pub(super) ticket: u64,
    pub entry: Entry,
    /// What takes it back, if anything does.
    pub undo: Result<Change, &'static str>,
    pub progress: Progress,
    watch: Watch,
}

impl Activity {
    /// Whether it is still being followed.
    pub fn is_open(&self) -> bool {
        self.entry.outcome.is_none()
    }

    /// Whether there may be something to take back.
    fn may_have_been_done(&self) -> bool {
        match &self.entry.outcome {
            None | Some(Outcome::Steady | Outcome::Unsteady | Outcome::Half) => true,
            Some(Outcome::Failed { kind }) => *kind == FailureKind::Unanswered,
            Some(Outcome::Interrupted) => false,
        }
    }
}

/// All that belongs to changes.
#[derive(Debug, Default)]
pub struct Acting {
    unlocked_until: Option<Time>,
    /// Oldest first.
    pub activities: Vec<Activity>,
    /// What an earlier run of the program left in the middle, with the tickets under which the journal holds it.
    pub unfinished: Vec<(u64, Entry)>,
    tickets: u64,
    /// The change of which the user was told, on leaving, that it is not over.
    told: Option<u64>,
}

impl Acting {
    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    /// Locks the context at once.
    pub(super) fn lock(&mut self) {
        self.unlocked_until = None;
    }

    /// When the context locks itself again; None while it is locked.
    pub fn unlocked_until(&self, now: Time) -> Option<Time> {
        self.unlocked_until.filter(|until| *until > now)
    }

    /// The newest change that is still being followed.
    pub fn open(&self) -> Option<&Activity> {
        self.activities.iter().rev().find(|of| of.is_open())
    }

    /// The change of a ticket.
    pub fn followed(&self, ticket: u64) -> Option<&Activity> {
        self.activities.iter().find(|of| of.ticket == ticket)
    }

    fn activity(&mut self, ticket: u64) -> Option<&mut Activity> {
        self.activities.iter_mut().find(|of| of.ticket == ticket)
    }

    /// Groups whose members are waited for.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Name> {
        let open = self.activities.iter().filter(|of| of.is_open());
        open.flat_map(|of| of.watch.groups())
    }

    /// The next moment at which something here changes by itself; what is over changes no more.
    pub(super) fn next_wake(&self, now: Time) -> Option<Time> {
        let open = self.activities.iter().filter(|of| of.is_open());
        let looks = open.flat_map(|of| of.watch.next_looks());
        let moments = looks.chain(self.unlocked_until);
        moments.filter(|at| *at > now).min()
    }
}

impl App {
    /// Tells what an earlier run left in the middle; it is shown first.
    pub fn recall(&mut self, unfinished: Vec<(u64, Entry)>) {
        if !unfinished.is_empty() {
            self.acting.unfinished = unfinished;
            self.mode = Mode::Unfinished;
        }
    }

    pub(super) fn start_scale(&mut self) {
        let mut from = self.targets(SCALED);
        // What is confirmed must be what was read: the workload is found once. Several pods of one mean that one.
        for key in &mut from {
            if let Ok(workload) = scale_target(&self.picture, key) {
                *key = Key::Workload(workload);
            }
        }
        let why = "scaled at a time: each has its own count and ceiling";
        if let Some(from) = self.only(from, why) {
            self.start(Wish::Scale { from, to: None });
        }
    }

    pub(super) fn start_election(&mut self) {
        // On a broker's page its own leaders are meant, whatever row the cursor is on.
        let page = match &self.view().subject {
            Subject::Object(key @ Key::Broker(_)) if self.view().marks.is_empty() => {
                vec![key.clone()]
            }
            _ => self.targets(ELECTED),
        };
        if page.is_empty() && !self.view().marks.is_empty() {
            self.say("nothing marked on this list can take that; esc takes the marks away");
            return;
        }
        let scopes = if page.is_empty() {
            vec![Scope::Cluster]
        } else {
            page.iter().map(|key| Scope::of(Some(key))).collect()
        };
        self.start(Wish::Elect { scopes });
    }

    pub(super) fn start_probe(&mut self) {
        let targets = self.targets(PROBED).into_iter();
        let topics = targets.filter_map(|key| match key {
            Key::Topic(name) => Some(name),
            Key::Partition(id) => Some(id.topic),
            _ => None,
        });
        let why = "probed at a time: its consumers will read what is written";
        if let Some(topic) = self.only(topics.collect(), why) {
            self.start(Wish::Probe { topic });
        }
    }

    /// What an action is about that takes one thing; says so where several are marked, or none that it could take.
    fn only<T: Ord>(&mut self, mut all: Vec<T>, why: &str) -> Option<T> {
        all.sort();
        all.dedup();
        if all.len() > 1 {
            let count = all.len();
            self.say(format!(
                "{count} are marked, and one can be {why}; esc takes the marks away"
            ));
            return None;
        }
        if all.is_empty() {
            self.say("nothing marked on this list can take that; esc takes the marks away");
        }
        all.pop()
    }

    /// Takes back a change: the one of this ticket, or the newest that can be taken back.
    pub(super) fn start_undo(&mut self, ticket: Option<u64>) {
        let done = || {
            let changes = self.acting.activities.iter().rev();
            changes.filter(|of| of.may_have_been_done())
        };
        let taken_back =
            |of: &Activity| done().any(|other| other.entry.undo_of == Some(of.entry.at));
        // Of itself `u` goes further back each time; what nothing takes back stands in no one's way.
        let open = || done().filter(|of| of.entry.undo_of.is_none() && !taken_back(of));
        let found = match ticket {
            Some(ticket) => done().find(|of| of.ticket == ticket),
            None => open().find(|of| of.undo.is_ok()).or_else(|| open().next()),
        };
        let Some(of) = found else {
            self.say("nothing to undo: nothing was changed in this session that is not taken back");
            return;
        };
        if taken_back(of) {
            self.say(format!("{} was taken back already", of.entry.change));
            return;
        }
        match (&of.undo, of.entry.at) {
            (Err(why), _) => {
                let why = *why;
                self.say(why);
            }
            (Ok(Change::Scale { workload, to, .. }), at) => {
                let wish = Wish::Scale {
                    from: Key::Workload(workload.clone()),
                    to: Some(*to),
                };
                self.start_with(wish, Some(at));
            }
            (Ok(_), _) => {}
        }
    }

    fn start(&mut self, wish: Wish) {
        self.start_with(wish, None);
    }

    fn start_with(&mut self, wish: Wish, undo_of: Option<Time>) {
        let ticket = self.acting.ticket();
        let mut dialog = Dialog::new(wish, self.options.site.clone(), ticket, undo_of);
        dialog.replan(&self.picture);
        self.mode = Mode::Dialog(Box::new(dialog));
    }

    /// Leaves; where a change is not over, only the second time.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let open = self.acting.open();
        let open = open.map(|of| (of.ticket, of.entry.change.to_string()));
        match open {
            Some((ticket, change)) if self.acting.told != Some(ticket) => {
                self.acting.told = Some(ticket);
                self.say(format!(
                    "{change} is not over: once more leaves it, and the journal will say so"
                ));
                Vec::new()
            }
            _ => self.leave(),
        }
    }

    /// Locks the context at once, or asks whether to unlock it.
    pub(super) fn toggle_lock(&mut self) {
        if self.options.read_only {
            self.say("read-only: nothing can be changed, and this cannot be unlocked");
        } else if self.acting.unlocked_until(self.now).is_some() {
            self.acting.lock();
            self.say("locked again: the next change asks first");
        } else {
            self.mode = Mode::Unlock {
                then: None,
                pressed: false,
            };
        }
    }

    pub(super) fn unlock_key(
        &mut self,
        chord: Chord,
        then: Option<Box<Dialog>>,
        pressed: bool,
    ) -> Vec<Effect> {
        let unlock = match chord.code {
            KeyCode::Char('y') if !chord.ctrl => true,
            KeyCode::Enter => pressed,
            KeyCode::Esc | KeyCode::Char('n' | 'q') => false,
            KeyCode::Left
            | KeyCode::Right
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Char('h' | 'l') => {
                self.mode = Mode::Unlock {
                    then,
                    pressed: !pressed,
                };
                return Vec::new();
            }
            _ => {
                self.mode = Mode::Unlock { then, pressed };
                return Vec::new();
            }
        };
        if !unlock {
            // Back to the preview: it may be read and copied.
            if let Some(dialog) = then {
                self.mode = Mode::Dialog(dialog);
            }
            return Vec::new();
        }
        self.acting.unlocked_until = Some(self.now.plus(UNLOCKED_FOR));
        match then {
            Some(dialog) => self.try_out(dialog),
            None => Vec::new(),
        }
    }

    /// The one way out for orders. In read-only mode there is none, but for the last line in the journal of a change that
    /// was sent before the config file said so.
    fn order(&self, ticket: u64, site: &Name, task: Task) -> Vec<Effect> {
        if self.options.read_only && !matches!(task, Task::Close(_)) {
            return Vec::new();
        }
        vec![Effect::Order(Box::new(Order {
            ticket,
            site: site.clone(),
            task,
        }))]
    }

    /// Asks the servers what they would say.
    pub(super) fn try_out(&mut self, mut dialog: Box<Dialog>) -> Vec<Effect> {
        let Ok(plan) = &dialog.plan else {
            self.mode = Mode::Dialog(dialog);
            return Vec::new();
        };
        let task = Task::Try(plan.change.clone());
        let effects = self.order(dialog.ticket, &dialog.site, task);
        dialog.step = Step::Trying;
        self.mode = Mode::Dialog(dialog);
        effects
    }

    /// It was confirmed: the order goes out, and is followed from now on. If the context has locked itself meanwhile, that
    /// is asked first, and then the servers again.
    pub(super) fn carry_out(&mut self, dialog: Dialog) -> Vec<Effect> {
        if self.acting.unlocked_until(self.now).is_none() {
            self.mode = Mode::Unlock {
                then: Some(Box::new(dialog)),
                pressed: false,
            };
            return Vec::new();
        }
        let Dialog {
            plan: Ok(plan),
            site,
            undo_of,
            ..
        } = dialog
        else {
            return Vec::new();
        };
        let entry = Entry {
            at: self.now,
            site: site.clone(),
            change: plan.change.clone(),
            command: plan.command.clone(),
            undo_of,
            sent: None,
            answered: None,
            outcome: None,
            verdict: String::new(),
            ended: None,
        };
        let ticket = self.acting.ticket();
        let effects = self.order(ticket, &site, Task::Do(entry.clone()));
        if effects.is_empty() {
            return effects;
        }
        let mut watch = Watch::new(&plan, &self.picture, self.now);
        let progress = watch.look(&self.picture, self.now);
        self.acting.activities.push(Activity {
            ticket,
            entry: Entry {
                sent: Some(self.now),
                ..entry
            },
            undo: plan.undo,
            progress,
            watch,
        });
        let excess = self.acting.activities.len().saturating_sub(ACTIVITIES);
        self.acting.activities.drain(..excess);
        self.mode = Mode::Following { ticket, top: 0 };
        effects
    }

    /// An answer has come.
    pub(super) fn hear(&mut self, answer: Answer) -> Vec<Effect> {
        match answer.said {
            Said::Tried(said) => {
                if let Mode::Dialog(dialog) = &mut self.mode
                    && dialog.ticket == answer.ticket
                    && dialog.step == Step::Trying
                {
                    if let Ok(plan) = &mut dialog.plan {
                        plan.learn(&said);
                    }
                    dialog.step = Step::Confirm;
                    dialog.top = 0;
                }
                Vec::new()
            }
            Said::Done(done) => {
                if let Some(of) = self.acting.activity(answer.ticket) {
                    of.entry.hear(&done, self.now);
                    of.watch.hear(done);
                }
                self.follow()
            }
            Said::Unwritten(why) => {
                self.say(format!("the journal could not be written: {why}"));
                Vec::new()
            }
        }
    }
}
