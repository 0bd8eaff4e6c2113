//! Where the sections are written. Everything passes here, so no text of anybody else reaches a
//! terminal with characters that steer it.

use std::io::{self, Write};

use console::Style;

use super::grid::{Grid, LIST, Row, wrapped};
use crate::{format::Screen, text::visible};

/// How far what belongs to a row is indented below it.
const INDENT: u16 = 2;

/// What sentences get on a screen that is even narrower.
const MIN: u16 = 20;

/// A screen, or what stands for it.
pub struct Sheet<'a, W> {
    screen: Screen,
    to: &'a mut W,
}

impl<'a, W: Write> Sheet<'a, W> {
    /// An empty sheet.
    pub fn new(screen: Screen, to: &'a mut W) -> Self {
        Self { screen, to }
    }

    /// How many columns it has; `None` if its lines may be as long as they are.
    pub fn columns(&self) -> Option<u16> {
        self.screen.columns
    }

    /// Writes a heading, below an empty line.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.empty()?;
        self.paragraph(text, 0, &self.style().bold())
    }

    /// Writes an empty line.
    pub fn empty(&mut self) -> io::Result<()> {
        writeln!(self.to)
    }

    /// Writes sentences, on as many lines as the screen needs for them.
    pub fn sentences(&mut self, text: &str) -> io::Result<()> {
        self.paragraph(text, 0, &self.style())
    }

    /// Writes sentences that nobody should miss.
    pub fn warning(&mut self, text: &str) -> io::Result<()> {
        self.paragraph(text, 0, &self.style().yellow().bold())
    }

    /// Writes rows as a table, or as lists if the screen is narrow.
    pub fn grid(&mut self, grid: &Grid<'_>) -> io::Result<()> {
        match self.screen.columns {
            Some(..LIST) => self.lists(grid),
            Some(_) | None => self.table(grid),
        }
    }

    fn table(&mut self, grid: &Grid<'_>) -> io::Result<()> {
        let lines = grid.lines(self.screen.columns);
        let mut groups = lines.chunk_by(|_, line| line.starts_with(' '));
        let has_rule = self.screen.columns.is_some();
        for line in groups.by_ref().take(1 + usize::from(has_rule)).flatten() {
            writeln!(self.to, "{}", self.style().dim().apply_to(line.trim_end()))?;
        }
        for (row, lines) in grid.rows.iter().zip(groups) {
            self.row(row, lines)?;
            if has_rule {
                self.note(row)?;
            }
            self.command(row)?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, lines: &[String]) -> io::Result<()> {
        let first = row.cells.first().map(|cell| visible(cell)).unwrap_or_default();
        for line in lines {
            match line.strip_prefix(&*first) {
                Some(rest) => {
                    writeln!(self.to, "{}{}", self.painted(row).apply_to(&first), rest.trim_end())
                }
                None => writeln!(self.to, "{}", line.trim_end()),
            }?;
        }
        Ok(())
    }

    fn lists(&mut self, grid: &Grid<'_>) -> io::Result<()> {
        for row in &grid.rows {
            let mut cells =
                grid.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
            if let Some((_, first)) = cells.next() {
                self.paragraph(first, 0, &self.painted(row))?;
            }
            for (column, cell) in cells {
                self.paragraph(&format!("{}: {cell}", column.name), INDENT, &self.style())?;
            }
            self.note(row)?;
            self.command(row)?;
        }
        Ok(())
    }

    fn note(&mut self, row: &Row<'_>) -> io::Result<()> {
        let style = self.style().dim();
        row.note.iter().try_for_each(|note| self.paragraph(note, INDENT, &style))
    }

    /// A command is never wrapped: the terminal does that without breaking what is copied.
    fn command(&mut self, row: &Row<'_>) -> io::Result<()> {
        let indent = usize::from(INDENT);
        row.command
            .iter()
            .try_for_each(|command| writeln!(self.to, "{:indent$}{}", "", visible(command)))
    }

    fn paragraph(&mut self, text: &str, indent: u16, style: &Style) -> io::Result<()> {
        let columns = self.screen.columns.map(|columns| columns.saturating_sub(indent).max(MIN));
        for line in wrapped(text, columns) {
            let indent = usize::from(indent);
            writeln!(self.to, "{:indent$}{}", "", style.apply_to(line.trim_end()))?;
        }
        Ok(())
    }

    /// A style that is seen only if the screen shows colours.
    fn style(&self) -> Style {
        Style::new().force_styling(self.screen.colours)
    }

    fn painted(&self, row: &Row<'_>) -> Style {
        row.colour.map_or_else(|| self.style(), |colour| self.style().fg(colour))
    }
}
