//! A recording that is played: a clock of its own, and what of the recording was taken in by it.
//!
//! The app is told the time from outside, as always; here it becomes a moment of the recording. Every message first takes
//! in what was said up to that moment, through the same door as live envelopes. So a screen depends on the recording, the
//! moment and the keys alone, and on no clock.

use std::sync::Arc;

use crate::{
    insight::{Picture, Ranking},
    model::{Envelope, SECOND, Time},
};

use super::{Action, App, Interest, Lines};

/// A recording, and how it is played.
#[derive(Clone, Debug)]
pub struct Replay {
    envelopes: Arc<[Envelope]>,
    /// The first envelope that was not taken in.
    next: usize,
    start: Time,
    end: Time,
    speed: i64,
    paused: bool,
    /// A moment outside, and the one of the recording that it was then.
    outside: Time,
    inside: Time,
}

impl Replay {
    /// The fastest that it can be played.
    pub const FASTEST: i64 = 512;
    /// Seeking goes by so much, or by a fortieth of a long recording.
    const STEP: i64 = 10 * SECOND;

    /// A recording at its beginning; None where nothing was recorded. `from` is where it begins, if not at its first envelope.
    pub fn new(envelopes: Vec<Envelope>, from: Option<Time>) -> Option<Self> {
        let start = from.or_else(|| Some(envelopes.first()?.at))?;
        let last = envelopes.iter().map(|envelope| envelope.at).max()?;
        Some(Replay {
            envelopes: envelopes.into(),
            next: 0,
            start,
            end: last.max(start),
            speed: 1,
            paused: false,
            outside: start,
            inside: start,
        })
    }

    /// Plays from this moment of the recording on, which is `outside` out there.
    #[must_use]
    pub fn at(mut self, inside: Time, outside: Time, speed: i64) -> Self {
        self.inside = inside.clamp(self.start, self.end);
        self.outside = outside;
        self.speed = speed.clamp(1, Self::FASTEST);
        self
    }

    pub fn start(&self) -> Time {
        self.start
    }

    pub fn end(&self) -> Time {
        self.end
    }

    pub fn speed(&self) -> i64 {
        self.speed
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Milliseconds that a step back or forward goes.
    fn step(&self) -> i64 {
        Self::STEP.max(self.end.since(self.start) / 40)
    }

    /// The moment of the recording that it is.
    fn position(&self, outside: Time) -> Time {
        if self.paused {
            return self.inside;
        }
        let played = outside
            .since(self.outside)
            .max(0)
            .saturating_mul(self.speed);
        self.inside.plus(played).min(self.end)
    }

    /// Stands at this moment of the recording from now on. It stops at the end.
    fn stand(&mut self, inside: Time, outside: Time) {
        self.inside = inside.clamp(self.start, self.end);
        self.outside = outside;
        self.paused |= self.inside == self.end;
    }

    /// The next envelope that was said by this moment.
    fn due(&mut self, inside: Time) -> Option<Envelope> {
        let envelope = self.envelopes.get(self.next)?;
        if envelope.at > inside {
            return None;
        }
        self.next += 1;
        Some(envelope.clone())
    }

    /// The moment outside at which something of the recording changes the screen: its next envelope, the slider, or `other`.
    pub(super) fn next_wake(&self, now: Time, other: Option<Time>) -> Option<Time> {
        if self.paused {
            return None;
        }
        let said = self.envelopes.get(self.next).map(|envelope| envelope.at);
        // The slider tells seconds, and no more than ten times in one of ours.
        let tick = SECOND.max(SECOND / 10 * self.speed);
        let rolls = self.start.plus((now.since(self.start) / tick + 1) * tick);
        let inside = [said, other, Some(rolls.min(self.end))];
        let inside = inside.into_iter().flatten().min()?;
        let played = inside.since(self.inside);
        Some(
            self.outside
                .plus(played.saturating_add(self.speed - 1) / self.speed),
        )
    }
}

impl App {
    /// Shows a recording from here on, instead of what sources say.
    pub fn play(&mut self, replay: Replay) {
        let (inside, outside) = (replay.inside, replay.outside);
        self.outside = outside;
        self.replay = Some(replay);
        self.seek(inside);
    }

    /// The recording that is played.
    pub fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    /// Goes with the time, which is that of the recording where one is played.
    pub(super) fn pass(&mut self, outside: Time) {
        self.outside = self.outside.max(outside);
        let Some(replay) = &self.replay else {
            self.now = self.now.max(outside);
            return;
        };
        let inside = replay.position(self.outside);
        if inside == replay.end && !replay.paused {
            self.dirty = true;
            self.seek(inside);
        } else {
            self.take_until(inside);
        }
    }

    /// Takes in what was said up to this moment of the recording.
    fn take_until(&mut self, inside: Time) {
        let Some(mut replay) = self.replay.take() else {
            return;
        };
        while let Some(envelope) = replay.due(inside) {
            self.picture.apply(envelope);
            self.dirty = true;
        }
        self.now = inside;
        self.replay = Some(replay);
    }

    /// Goes to a moment of the recording. To go back, all is made anew from its beginning.
    fn seek(&mut self, inside: Time) {
        let Some(replay) = &mut self.replay else {
            return;
        };
        replay.stand(inside, self.outside);
        let inside = replay.inside;
        if inside < self.now {
            replay.next = 0;
            self.forget();
        }
        self.take_until(inside);
    }

    /// Forgets all that was said, and what was made of it. Where the user is, and what is marked, stays.
    fn forget(&mut self) {
        let mut picture = Picture::new(self.options.site.clone());
        picture.index.pin(self.options.prefs.owners.clone());
        picture.reach = self.picture.reach.clone();
        self.picture = picture;
        self.lines = Lines::default();
        self.findings.clear();
        self.ranking = Ranking::default();
        self.findings_of = None;
        self.findings_change = None;
        self.behind_of = u64::MAX;
        self.interest = Interest::default();
        self.seen.roll = None;
    }

    /// Does what only means something while a recording is played; false for what does not.
    pub(super) fn act_on_replay(&mut self, action: Action) -> bool {
        let (now, outside) = (self.now, self.outside);
        let Some(replay) = &mut self.replay else {
            return false;
        };
        match action {
            Action::Pause if replay.inside == replay.end && replay.paused => {
                let start = replay.start;
                replay.paused = false;
                self.seek(start);
            }
            Action::Pause => {
                replay.paused = !replay.paused;
                replay.stand(now, outside);
            }
            Action::Faster | Action::Slower => {
                let speed = if action == Action::Faster {
                    replay.speed * 2
                } else {
                    replay.speed / 2
                };
                replay.stand(now, outside);
                replay.speed = speed.clamp(1, Replay::FASTEST);
            }
            Action::SeekBack => {
                let to = now.plus(-replay.step());
                self.seek(to);
            }
            Action::SeekForward => {
                let to = now.plus(replay.step());
                self.seek(to);
            }
            _ => return false,
        }
        true
    }

    /// Why something that can be done on a live site cannot be done on a recording.
    pub(super) fn barred(&self, action: Action) -> Option<&'static str> {
        self.replay.as_ref()?;
        match action {
            Action::Scale | Action::ElectLeaders | Action::Probe | Action::Undo | Action::Lock => {
                Some("nothing can be changed in a recording")
            }
            Action::Read(_) => Some("logs, events and objects are not part of a recording"),
            Action::Refresh => Some("a recording has no sources to ask"),
            Action::Save => Some("this is a recording already"),
            _ => None,
        }
    }
}
