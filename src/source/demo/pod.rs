//! One pod, and the stages that it goes through.

use crate::model::{LastExit, Name, PodRow, SECOND, Time};

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Has no node yet.
    Pending,
    Creating,
    /// Its process runs, but is not ready.
    Starting,
    Ready,
    /// Its process runs, but has failed its readiness probe.
    Unready,
    /// Just ended for want of memory.
    Killed,
    BackOff,
    Terminating,
    /// Ended as it should.
    Completed,
}

impl Stage {
    /// What kubectl prints under STATUS.
    fn word(self) -> &'static str {
        match self {
            Stage::Pending => "Pending",
            Stage::Creating => "ContainerCreating",
            Stage::Starting | Stage::Ready | Stage::Unready => "Running",
            Stage::Killed => "OOMKilled",
            Stage::BackOff => "CrashLoopBackOff",
            Stage::Terminating => "Terminating",
            Stage::Completed => "Completed",
        }
    }
}

/// What the world has to do when a pod has moved on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// It needs a node.
    Schedule,
    /// It runs, and needs an address.
    Run,
    BackedOff,
    Gone,
    Other,
}

#[derive(Clone, Debug)]
pub(super) struct Pod {
    pub row: PodRow,
    pub stage: Stage,
    /// When it goes on to the next stage by itself.
    pub until: Option<Time>,
    /// The revision of its workload that it was made from.
    pub revision: u32,
    /// Its place in a workload whose pods have names that stay.
    pub ordinal: u32,
    /// How often it will still end for want of memory.
    pub crashes: u32,
    /// Its node does not answer.
    pub cut_off: bool,
    /// The row differs from what was said of it.
    pub changed: bool,
    /// Work in thousandths of what it can do.
    pub busy: i64,
    /// How long its process takes to become ready.
    pub boot: i64,
}

impl Pod {
    /// Whether it does its work.
    pub(super) fn works(&self) -> bool {
        self.stage == Stage::Ready && !self.cut_off
    }

    pub(super) fn enter(&mut self, stage: Stage, until: Option<Time>) {
        self.stage = stage;
        self.until = until;
        self.changed = true;
        self.row.status = Name::from(stage.word());
        self.row.ready = u16::from(stage == Stage::Ready);
        self.row.deleting = stage == Stage::Terminating;
        if stage != Stage::Ready {
            self.busy = 0;
        }
    }

    /// Goes on to the next stage when it is time.
    pub(super) fn advance(&mut self, now: Time) -> Option<Moved> {
        if now < self.until? {
            return None;
        }
        let after = |seconds: i64| Some(now.plus(seconds * SECOND));
        match self.stage {
            Stage::Pending => {
                self.enter(Stage::Creating, after(3));
                return Some(Moved::Schedule);
            }
            Stage::Creating => {
                self.enter(Stage::Starting, after(self.boot));
                return Some(Moved::Run);
            }
            Stage::Starting if self.crashes > 0 => self.run_out_of_memory(now),
            Stage::Starting => self.enter(Stage::Ready, None),
            Stage::Killed => {
                // Each back-off is longer than the last, as a kubelet's.
                let back_off = (10 << self.row.restarts.min(1)).min(20);
                self.enter(Stage::BackOff, after(back_off));
                return Some(Moved::BackedOff);
            }
            Stage::BackOff => {
                self.row.restarts += 1;
                self.enter(Stage::Starting, after(self.boot));
            }
            Stage::Terminating => return Some(Moved::Gone),
            Stage::Ready | Stage::Unready | Stage::Completed => self.until = None,
        }
        Some(Moved::Other)
    }

    /// Its process is killed, once more of the times that were planned.
    pub(super) fn run_out_of_memory(&mut self, now: Time) {
        self.crashes = self.crashes.saturating_sub(1);
        self.row.last_exit = Some(Box::new(LastExit {
            reason: Name::from("OOMKilled"),
            code: 137,
            at: Some(now),
        }));
        self.enter(Stage::Killed, Some(now.plus(2 * SECOND)));
    }
}
