//! How far an audit has come, on standard error. It shows only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{bar:30} {pos} of {len} Regions, {msg} resources, {elapsed}";

/// How far an audit has come.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// On standard error, if that is a terminal.
    pub fn on_stderr() -> Self {
        Self(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()))
    }

    /// Nowhere.
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// So many Regions will be looked at.
    pub fn begin(&self, regions: usize) {
        let style = ProgressStyle::with_template(TEMPLATE);
        self.0.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.seen(0);
        self.0.set_length(u64::try_from(regions).unwrap_or(u64::MAX));
    }

    /// So many resources were seen so far.
    pub fn seen(&self, resources: usize) {
        self.0.set_message(resources.to_string());
    }

    /// One more Region is done.
    pub fn region_done(&self) {
        self.0.inc(1);
    }

    /// Leaves the terminal as it was.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
