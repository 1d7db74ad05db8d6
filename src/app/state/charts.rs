//! Charts: what is asked for, and what keys do there.

use crate::{
    app::{
        Action, App, Effect,
        charts::{ChartView, PARTS, RANGES, charts_of, choose, object_of},
        nav::{Subject, View},
        page::PaneId,
    },
    insight::{Chart, chart},
    model::{ChartAsk, ChartOf, Signal, Time},
};

impl App {
    /// What is drawn and how it is looked at, where the view is one of charts.
    pub fn charts(&self) -> Option<(ChartOf, &ChartView)> {
        let view = self.view();
        let of = match &view.subject {
            Subject::Pane(PaneId::Metrics) => PARTS.get(view.charts.part).map(|(_, of)| of.clone()),
            Subject::Charts(key) => charts_of(key),
            _ => None,
        }?;
        Some((of, &view.charts))
    }

    /// The charts of the view, in order.
    pub fn drawn_charts(&self) -> Vec<Chart> {
        let (Some((of, view)), Some(ask)) = (self.charts(), &self.chart) else {
            return Vec::new();
        };
        let of_signal = |signal: &Signal| chart(&self.picture, ask, *signal, self.now);
        let all = of.signals().iter();
        if view.whole {
            all.skip(view.panel).take(1).map(of_signal).collect()
        } else {
            all.map(of_signal).collect()
        }
    }

    /// Shows the charts of the object whose page this is; those of all of them where it has none.
    pub(super) fn show_charts(&mut self) {
        let key = match &self.view().subject {
            Subject::Object(key) => charts_of(key).map(|_| key.clone()),
            _ => None,
        };
        match key {
            Some(key) => self.above.push(View::charts(key)),
            None => self.show(PaneId::Metrics),
        }
    }

    /// What is to be read for the charts on screen. What is chosen stays chosen until something else is looked at.
    pub(super) fn chart_ask(&mut self) -> Option<ChartAsk> {
        let asked = self.charts().map(|(of, view)| (of, view.span()));
        let Some((of, range)) = asked else {
            self.chart = None;
            return None;
        };
        let same = |ask: &ChartAsk| {
            let chosen = !matches!(of, ChartOf::Groups | ChartOf::Pods) || !ask.only.is_empty();
            ask.of == of && ask.range == range && chosen
        };
        if !self.chart.as_ref().is_some_and(same) {
            let only = choose(&self.picture, &of, self.options.namespace.as_deref());
            let known = self.chart.as_ref();
            // Nothing can be chosen from yet, as before.
            if !known.is_some_and(|ask| ask.of == of && ask.range == range && ask.only == only) {
                self.chart_generation += 1;
                self.chart = Some(ChartAsk {
                    generation: self.chart_generation,
                    of,
                    range,
                    only,
                });
            }
        }
        self.chart.clone()
    }

    /// The newest moment that the charts show.
    pub fn chart_end(&self) -> Time {
        let answered = self.picture.site.chart.as_ref();
        let measured = answered
            .filter(|answer| self.chart.as_ref() == Some(&answer.ask) && !answer.series.is_empty());
        measured.map_or(self.now, |answer| answer.end)
    }

    /// Whether an action of lists means something on charts, too.
    pub(super) fn takes_on_charts(&self, action: Action) -> bool {
        let moves = match action {
            Action::Down
            | Action::Up
            | Action::PageDown
            | Action::PageUp
            | Action::First
            | Action::Last
            | Action::Open
            | Action::SortNext
            | Action::SortPrevious => true,
            // The charts of one object have no other part.
            Action::NextSection => !matches!(self.view().subject, Subject::Charts(_)),
            _ => false,
        };
        moves && self.charts().is_some()
    }

    /// Does what an action means on charts; None where it means the same as everywhere.
    pub(super) fn act_on_charts(&mut self, action: Action) -> Option<Vec<Effect>> {
        let (of, view) = self.charts()?;
        let span = view.span();
        let panels = of.signals().len();
        let chosen = self.drawn_charts();
        let series = chosen.first().map_or(0, |chart| chart.lines.len());
        let open = chosen
            .first()
            .and_then(|chart| chart.lines.get(view.series))
            .map(|line| object_of(&line.of));
        let end = self.chart_end();
        let step = self.chart.as_ref().map_or(5_000, ChartAsk::step);
        let taken = self.takes_on_charts(action);
        let hop = step * (span / step / 100).max(1);
        let charts = &mut self.view_mut().charts;
        let moved = |place: usize, by: isize, of: usize| {
            place.saturating_add_signed(by).min(of.saturating_sub(1))
        };
        let mut step_by = |by: isize| {
            if charts.whole {
                charts.series = moved(charts.series, by, series);
            } else {
                charts.panel = moved(charts.panel, by, panels);
            }
        };
        match action {
            Action::Down => step_by(1),
            Action::Up => step_by(-1),
            Action::PageDown => step_by(4),
            Action::PageUp => step_by(-4),
            Action::SortPrevious | Action::SortNext => {
                let at = charts.cursor.unwrap_or(end);
                let by = if action == Action::SortNext {
                    hop
                } else {
                    -hop
                };
                let at = Time(at.0.div_euclid(step) * step)
                    .plus(by)
                    .max(end.plus(-span));
                charts.cursor = (at < end).then_some(at);
            }
            Action::First => charts.cursor = Some(end.plus(-span)),
            Action::Last => charts.cursor = None,
            Action::ShorterRange | Action::LongerRange => {
                let by = if action == Action::LongerRange { 1 } else { -1 };
                charts.range = moved(charts.range, by, RANGES.len());
                charts.cursor = charts.cursor.filter(|at| *at > end.plus(-charts.span()));
            }
            Action::NextSection if taken => {
                charts.part = (charts.part + 1) % PARTS.len();
                charts.panel = 0;
                charts.series = 0;
                charts.whole = false;
            }
            Action::Open if !charts.whole => {
                charts.whole = true;
                charts.series = 0;
            }
            Action::Open => {
                if let Some(key) = open {
                    self.navigate(|app| app.above.push(View::object(key)));
                }
            }
            Action::Back if charts.whole => charts.whole = false,
            _ => return None,
        }
        Some(Vec::new())
    }
}
