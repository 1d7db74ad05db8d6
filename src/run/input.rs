//! Events of the terminal as messages of the app.

use crossterm::event::{Event, EventStream, KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers};
use futures::{Stream, StreamExt, stream};

use crate::app::{Chord, KeyCode, Msg};

use super::{Signals, signals::Signal};

/// The message of an event, if it has one.
pub fn translate(event: &Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => chord(*key).map(Msg::Key),
        Event::Resize(columns, rows) => Some(Msg::Resize(*columns, *rows)),
        _ => None,
    }
}

fn chord(key: KeyEvent) -> Option<Chord> {
    let code = match key.code {
        Code::Char(letter) => KeyCode::Char(letter),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::BackTab => KeyCode::BackTab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::F(number) => KeyCode::F(number),
        _ => return None,
    };
    Some(Chord {
        code,
        ctrl: key.modifiers.contains(KeyModifiers::CONTROL),
    })
}

/// Keys and signals in one stream. It ends when the terminal is gone or a signal says so.
pub(super) fn stream(signals: Signals) -> impl Stream<Item = Msg> {
    let events = EventStream::new();
    stream::unfold((events, signals), |(mut events, mut signals)| async move {
        loop {
            let msg = tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::End => return None,
                    Signal::Continued => Some(Msg::Resumed),
                },
                event = events.next() => match event {
                    Some(Ok(event)) => translate(&event),
                    Some(Err(error)) => {
                        tracing::error!("the terminal is gone: {error}");
                        return None;
                    }
                    None => return None,
                },
            };
            if let Some(msg) = msg {
                return Some((msg, (events, signals)));
            }
        }
    })
}
