//! Events of the terminal as messages of the app.

use crossterm::event::{
    Event, EventStream, KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers, MouseButton,
    MouseEvent, MouseEventKind,
};
use futures::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use crate::app::{Chord, Gesture, KeyCode, Mouse, Msg};

use super::{Signals, signals::Signal};

/// The messages of an event: none, one, or two where an escape and a key came together, as over a slow line; they look
/// like a key with Alt.
pub fn translate(event: &Event) -> [Option<Msg>; 2] {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let own = chord(*key).map(Msg::Key);
            if key.modifiers.contains(KeyModifiers::ALT) {
                [Some(Msg::Key(Chord::plain(KeyCode::Esc))), own]
            } else {
                [own, None]
            }
        }
        Event::Mouse(mouse) => [gesture(*mouse).map(Msg::Mouse), None],
        Event::Resize(columns, rows) => [Some(Msg::Resize(*columns, *rows)), None],
        _ => [None, None],
    }
}

fn gesture(mouse: MouseEvent) -> Option<Mouse> {
    let gesture = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => Gesture::Press,
        MouseEventKind::Drag(MouseButton::Left) => Gesture::Drag,
        MouseEventKind::Up(MouseButton::Left) => Gesture::Release,
        MouseEventKind::ScrollUp => Gesture::WheelUp,
        MouseEventKind::ScrollDown => Gesture::WheelDown,
        _ => return None,
    };
    Some(Mouse {
        gesture,
        x: mouse.column,
        y: mouse.row,
    })
}

fn chord(key: KeyEvent) -> Option<Chord> {
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let code = match key.code {
        Code::Up if shift => KeyCode::ShiftUp,
        Code::Down if shift => KeyCode::ShiftDown,
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
pub(super) fn stream(signals: Signals, saved: mpsc::Receiver<Msg>) -> impl Stream<Item = Msg> {
    let events = EventStream::new();
    let state = (events, signals, saved, None);
    stream::unfold(
        state,
        |(mut events, mut signals, mut saved, mut next)| async move {
            loop {
                if let Some(msg) = next.take() {
                    return Some((msg, (events, signals, saved, None)));
                }
                let [msg, second] = tokio::select! {
                    biased;
                    signal = signals.next() => match signal {
                        Signal::End => return None,
                        Signal::Continued => [Some(Msg::Resumed), None],
                    },
                    event = events.next() => match event {
                        Some(Ok(event)) => translate(&event),
                        Some(Err(error)) => {
                            tracing::error!("the terminal is gone: {error}");
                            return None;
                        }
                        None => return None,
                    },
                    Some(msg) = saved.recv() => [Some(msg), None],
                };
                next = second;
                if let Some(msg) = msg {
                    return Some((msg, (events, signals, saved, next)));
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_comes_together_with_a_key_comes_before_it() {
        let y = |with| Event::Key(KeyEvent::new(Code::Char('y'), with));
        let plain = |code| Some(Msg::Key(Chord::plain(code)));
        let told = |event| translate(&event).map(|msg| format!("{msg:?}"));
        assert_eq!(
            told(y(KeyModifiers::ALT)),
            [plain(KeyCode::Esc), plain(KeyCode::Char('y'))].map(|msg| format!("{msg:?}"))
        );
        assert_eq!(
            told(y(KeyModifiers::NONE)),
            [plain(KeyCode::Char('y')), None].map(|msg| format!("{msg:?}"))
        );
    }
}
