//! Rows of cells, and how they become lines. Pure.

use std::borrow::Cow;

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle,
};
use console::Color;

use crate::text::visible;

/// A screen with fewer columns gets lists instead of tables.
pub const LIST: u16 = 60;

/// No borders: what is copied from a table should be text.
const PLAIN: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction(' '))
    .content_lines(ContentLineStyle::none().junction(' '));

/// The same with a rule below the header, for a terminal.
const RULED: TableStyle = PLAIN.header_separator(LineStyle::none().fill(RULE).junction(RULE));

/// What a rule is made of.
const RULE: char = '─';

/// The name of the column of the notes, if they have one.
const NOTE: &str = "detail";

/// Rows that have the same columns.
pub struct Grid<'a> {
    /// The columns. The cells of the first one are never empty and never wrap, which shows where a
    /// row begins.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row<'a>>,
}

/// A column.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub name: &'static str,
    /// How its cells are set.
    pub form: Form,
}

/// How the cells of a column are set.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Form {
    /// They wrap between words.
    Text,
    /// They are short, and never wrap.
    Word,
    /// As a word, but aligned on the right.
    Number,
}

/// A row.
#[derive(Default)]
pub struct Row<'a> {
    /// Its cells, one for each column.
    pub cells: Vec<Cow<'a, str>>,
    /// The colour of the first cell.
    pub colour: Option<Color>,
    /// Sentences about it, which stand below it. If lines may be as long as they are, they are its
    /// last cell.
    pub note: Option<Cow<'a, str>>,
    /// A command about it, which stands below it on one line, so that it can be copied.
    pub command: Option<&'a str>,
}

impl Grid<'_> {
    /// The lines of a table in so many columns: those of the header, and then those of the rows.
    /// Only the first line of a row begins with anything but a space.
    pub fn lines(&self, columns: Option<u16>) -> Vec<String> {
        let mut table = Table::new();
        if let Some(columns) = columns {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
        }
        table.load_style(if columns.is_some() { RULED } else { PLAIN });
        let has_notes = columns.is_none() && self.rows.iter().any(|row| row.note.is_some());
        let names = self.columns.iter().map(|column| column.name);
        table.set_header(names.chain(has_notes.then_some(NOTE)));
        table.add_rows(self.rows.iter().map(|row| {
            let note = row.note.iter().filter(|_| has_notes);
            row.cells.iter().chain(note).map(|cell| Cell::new(visible(cell)))
        }));
        let last = table.column_count().saturating_sub(1);
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, u16::from(at < last)));
            let form = self.columns.get(at).map_or(Form::Text, |column| column.form);
            if form != Form::Text {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            if form == Form::Number {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().collect()
    }
}

/// The lines of a text in so many columns, broken between words.
pub fn wrapped(text: &str, columns: Option<u16>) -> Vec<String> {
    let mut table = Table::new();
    if let Some(columns) = columns {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
    table.load_style(PLAIN).add_row([visible(text)]);
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    table.lines().collect()
}
