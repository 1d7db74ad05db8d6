//! Everything that can happen to the app.

use crate::{model::Envelope, plan::Answer};

use super::{Chord, ConfigNews, LogLine, Mouse, Notice, reading};

/// One message. There is one order of messages, and one door for them.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    Key(Chord),
    Mouse(Mouse),
    /// Columns and rows.
    Resize(u16, u16),
    Feed(Box<Envelope>),
    /// Something that was asked for by [`super::Effect::Read`].
    Read(Box<reading::Answer>),
    /// A line of our own log.
    Log(LogLine),
    /// What was said to an order.
    Answer(Box<Answer>),
    /// The moment of [`super::App::next_wake`] has come.
    Wake,
    /// The file of the theme that is shown was saved.
    ThemeSaved,
    /// The config file was saved, and what it says can be taken over.
    Config(Box<ConfigNews>),
    /// Something outside has a word for the user.
    Said(Notice),
    /// The program is in the foreground again.
    Resumed,
}
