//! For each target: observe, decide, enforce, and say what became of it.
//!
//! All targets are looked at first, as many at a time as AWS allows. Those that are due to be written are looked at once
//! more when their turn comes (`turn`), and each then takes its own run to its outcome (`run`).

mod run;
mod turn;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::ready,
};

use futures_util::{Stream, StreamExt, stream};

use self::{
    run::TargetRun,
    turn::{Turn, take_in, targets},
};
use crate::{
    context::{Context, Occasion},
    decision::{Decision, decide},
    failure::Failure,
    observed::Observation,
    outcome::Outcome,
    pacer::Pacer,
    patience::Stopwatch,
    resource::{CONCURRENCY, Enforce, FollowUp, Observe},
    target::Target,
    wording::Wording,
};

/// The one flow, for one kind of resource and one invocation.
pub struct Flow<'a, O, E, F> {
    /// The reading half.
    pub observe: &'a O,
    /// The writing half; report mode has none.
    pub enforce: Option<&'a E>,
    /// What paces the writes, for a kind with a limit that a sweep would use up.
    pub pacer: Option<&'a Pacer>,
    /// What holds for all its targets.
    pub context: Context<'a>,
    /// What is looked after once a target's outcome is known.
    pub follow_up: F,
}

/// What waits for another pass, with what was sent if the answer to a write was lost.
type Postponed<D> = BTreeMap<Target, Option<Observation<D>>>;

impl<O, E, F> Flow<'_, O, E, F>
where
    O: Observe,
    E: Enforce<Document = O::Document>,
    F: FollowUp,
{
    /// Takes every target to its outcome; one target's failure costs no other. Gives whether every target's turn came.
    pub async fn run(&self, targets: &[Target], each: &impl Fn(Outcome)) -> bool {
        let postponed = RefCell::default();
        let all_came = self.pass(targets, &postponed, true, each).await;
        let targets: Vec<_> = postponed.borrow().keys().cloned().collect();
        all_came && (targets.is_empty() || self.pass(&targets, &postponed, false, each).await)
    }

    /// One pass over targets. Those whose write AWS does not take make room for others that wait, and are postponed to a
    /// pass of their own if there may be one.
    async fn pass(
        &self,
        targets: &[Target],
        postponed: &RefCell<Postponed<O::Document>>,
        may_postpone: bool,
        each: &impl Fn(Outcome),
    ) -> bool {
        let read = Stopwatch::start();
        let Some(looks) = self.context.patience.until_end(self.observe.observe(targets)).await else {
            targets.iter().for_each(|target| each(self.out_of_time(target)));
            return false;
        };
        let (mut ended, mut due, mut busy) = (Vec::new(), Vec::new(), Vec::new());
        for turn in looks.into_iter().map(|(target, look)| Turn::new(target, look, read)) {
            match self.decision(&turn) {
                None | Some(Decision::Leave(..)) => ended.push(turn),
                Some(Decision::Wait(_)) => busy.push(turn),
                Some(Decision::ReadUsage | Decision::ConfirmTags | Decision::Enforce) => due.push(turn),
            }
        }
        let others_wait = may_postpone && self.context.waits() && due.len() > CONCURRENCY;
        let all_came = Cell::new(true);
        // What AWS is at work on comes last: it may take minutes, and no other turn shall wait for that.
        let turns = self.in_time(ended, &all_came).chain(self.due(due, &all_came)).chain(self.in_time(busy, &all_came));
        let outcomes = turns.map(|turn| self.settle(turn, postponed, others_wait)).buffer_unordered(CONCURRENCY);
        outcomes.for_each(async |outcome| outcome.into_iter().for_each(each)).await;
        all_came.get()
    }

    /// The items whose turn comes while there is time.
    fn in_time<T>(&self, items: Vec<T>, all_came: &Cell<bool>) -> impl Stream<Item = T> {
        stream::iter(items).take_while(|_| {
            let goes_on = self.context.goes_on();
            all_came.set(all_came.get() && goes_on);
            ready(goes_on)
        })
    }

    /// What is due to be written, a few of them looked at together, which saves requests. Whoever is alone looks on its
    /// own run. If nothing is written nothing grows old, and all are looked at together.
    fn due(&self, due: Vec<Turn<O::Document>>, all_came: &Cell<bool>) -> impl Stream<Item = Turn<O::Document>> {
        let together = if self.enforce.is_none() && O::TOGETHER > 1 { due.len() } else { O::TOGETHER };
        let (mut batches, mut due) = (Vec::new(), due.into_iter().peekable());
        while due.peek().is_some() {
            batches.push(due.by_ref().take(together).collect::<Vec<_>>());
        }
        let looked_at = self.in_time(batches, all_came).then(async |mut batch| {
            if batch.len() > 1 {
                // If time runs out here, it does so on each run, too, where it is said.
                let _ = self.context.patience.until_end(self.look_last(&mut batch)).await;
            }
            stream::iter(batch)
        });
        looked_at.flatten()
    }

    /// Reads what may forbid a write, just before it: the pacer's permit comes first, the tags come last.
    async fn look_last(&self, turns: &mut [Turn<O::Document>]) {
        self.wait_for_permits(turns).await;
        self.look(turns, |turn| self.enforce.is_some() && turn.has_waited()).await;

        let due = targets(turns, |turn| self.decision(turn) == Some(Decision::ReadUsage));
        let usage = self.observe.usage(&due, self.context.moment.now).await;
        take_in(turns, &due, usage, Turn::learn_usage);

        let due = targets(turns, |turn| self.decision(turn) == Some(Decision::ConfirmTags));
        let read = Stopwatch::start();
        let confirmed = self.observe.confirm(&due, self.context.exception.key()).await;
        take_in(turns, &due, confirmed, |turn, confirmed| turn.confirm(confirmed, read));
        self.give_back_permits(turns);
    }

    /// What turns out not to be written leaves its permit to others.
    fn give_back_permits(&self, turns: &mut [Turn<O::Document>]) {
        let Some(pacer) = self.pacer.filter(|_| !self.context.waits()) else { return };
        for turn in turns.iter_mut().filter(|turn| turn.may_write) {
            if self.decision(turn) != Some(Decision::Enforce) {
                turn.may_write = false;
                pacer.give_back();
            }
        }
    }

    /// Looks at some of the targets anew.
    async fn look(&self, turns: &mut [Turn<O::Document>], at: impl Fn(&Turn<O::Document>) -> bool) {
        let some = targets(turns, at);
        let read = Stopwatch::start();
        let looks = self.observe.observe(&some).await;
        take_in(turns, &some, looks, |turn, look| turn.see(look, read));
    }

    async fn wait_for_permits(&self, turns: &mut [Turn<O::Document>]) {
        let Some(pacer) = self.pacer.filter(|_| self.enforce.is_some()) else { return };
        for turn in turns.iter_mut().filter(|turn| !turn.may_write) {
            match self.context.occasion {
                Occasion::Event => pacer.permit_for_event().await,
                Occasion::Sweep { .. } => pacer.permit_for_sweep().await,
            }
            turn.may_write = true;
        }
    }

    /// The outcome of a target, unless it is postponed.
    async fn settle(
        &self,
        turn: Turn<O::Document>,
        postponed: &RefCell<Postponed<O::Document>>,
        others_wait: bool,
    ) -> Option<Outcome> {
        let target = turn.target.clone();
        let sent = postponed.borrow_mut().remove(&target).flatten();
        let mut run = TargetRun::new(self, &target, turn, sent, others_wait);
        let in_time = self.context.patience.until_end(run.run()).await;
        let outcome = in_time.unwrap_or_else(|| run.out_of_time());
        if let Some(sent) = run.postponed() {
            postponed.borrow_mut().insert(target, sent);
            return None;
        }
        Some(self.follow_up.follow_up(&target, outcome).await)
    }

    fn decision(&self, turn: &Turn<O::Document>) -> Option<Decision> {
        let look = turn.look.as_ref().filter(|_| turn.failure.is_none())?;
        Some(decide(look, self.context.exception, &self.context.moment))
    }

    fn out_of_time(&self, target: &Target) -> Outcome {
        self.wording(target).failed(None::<&Observation<O::Document>>, Failure::out_of_time(false))
    }

    fn wording<'a>(&'a self, target: &'a Target) -> Wording<'a> {
        Wording { target, exception: self.context.exception, moment: &self.context.moment, write_is_open: false }
    }
}
