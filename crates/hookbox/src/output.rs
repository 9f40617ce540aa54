//! What people and programs read on stdout: lines, tables, JSON. Colours only on a terminal, and not under `NO_COLOR`.

pub(crate) mod quantity;

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What still goes on.
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();
/// What is said beside the point.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Headings.
pub(crate) const STRONG: Style = Style::new().bold();

/// Where a command writes its result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// For people, or as JSON for programs.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// One line. Text of others (hooks, users, the daemon) goes through [`printable`] first.
    pub(crate) fn line(self, text: impl Display) -> anyhow::Result<()> {
        writeln!(anstream::stdout().lock(), "{text}")?;
        Ok(())
    }

    /// One JSON document.
    pub(crate) fn json(self, value: &impl Serialize) -> anyhow::Result<()> {
        self.line(serde_json::to_string_pretty(value)?)
    }

    /// A table, or `empty` where it has no rows.
    pub(crate) fn table(self, table: &Table, empty: &str) -> anyhow::Result<()> {
        if table.rows.is_empty() {
            return self.line(format_args!("{FAINT}{empty}{FAINT:#}"));
        }
        self.line(table.render())
    }
}

/// A line on stderr about long work. Never part of the result.
pub(crate) fn progress(text: impl Display) {
    // Whoever closed stderr does not want to read it.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// The text without control characters: what a hook printed must not steer the terminal. Tabs stay.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Characters that change the direction of text can make a line read as another one.
        let steers = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\t') || steers {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// A cell of a [`Table`].
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// Plain text.
    pub(crate) fn new(text: impl Display) -> Self {
        Self { text: printable(&text.to_string()), style: Style::new(), right: false }
    }

    /// The same in a style.
    pub(crate) fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// The same, flush right, as numbers are.
    pub(crate) fn right(mut self) -> Self {
        self.right = true;
        self
    }
}

/// Rows under a heading, in columns as wide as their widest cell.
#[derive(Debug)]
pub(crate) struct Table {
    heading: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { heading: heading.iter().map(|text| Cell::new(text).style(STRONG)).collect(), rows: Vec::new() }
    }

    /// Adds a row of as many cells as there are headings.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, without a line end after the last.
    pub(crate) fn render(&self) -> String {
        let mut widths = vec![0; self.heading.len()];
        for row in std::iter::once(&self.heading).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.chars().count());
            }
        }
        let mut heading = self.heading.clone();
        for (column, cell) in heading.iter_mut().enumerate() {
            cell.right = self.rows.iter().all(|row| row.get(column).is_some_and(|cell| cell.right));
        }
        let lines = std::iter::once(&heading).chain(&self.rows).map(|row| render_row(row, &widths));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn render_row(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        let (style, text) = (cell.style, &cell.text);
        let gap = " ".repeat(width.saturating_sub(text.chars().count()));
        let is_last = index + 1 == row.len();
        if cell.right {
            line.push_str(&gap);
        }
        line.push_str(&format!("{style}{text}{style:#}"));
        if !is_last {
            line.push_str(if cell.right { "" } else { &gap });
            line.push_str("  ");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_numbers_stand_right() {
        let mut table = Table::new(&["NAME", "FUEL", "STATE"]);
        table.row([Cell::new("notify"), Cell::new(12).right(), Cell::new("succeeded").style(GOOD)]);
        table.row([Cell::new("a-longer-name"), Cell::new("1,000").right(), Cell::new("dead")]);
        let plain = anstream::adapter::strip_str(&table.render()).to_string();
        expect![[r#"
            NAME            FUEL  STATE
            notify            12  succeeded
            a-longer-name  1,000  dead"#]]
        .assert_eq(&plain);
    }

    #[test]
    fn what_a_hook_printed_cannot_steer_the_terminal() {
        expect![[r"\u{1b}[2Jgone\r\n	tab \u{202e}txt"]].assert_eq(&printable("\u{1b}[2Jgone\r\n\ttab \u{202e}txt"));
    }
}
