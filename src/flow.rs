//! For each target: observe, decide, enforce, and say what became of it.
//!
//! All targets are looked at first, as many at a time as AWS allows. Those that are due for a write
//! are looked at again when their turn comes (`turn`). Each then runs to its outcome (`run`).

mod run;
mod turn;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::ready,
};

use futures_util::{Stream, StreamExt, stream};
use leaky_bucket::RateLimiter;

use self::{
    run::TargetRun,
    turn::{Turn, merge, targets},
};
use crate::{
    context::{Context, Occasion},
    decision::{Decision, decide},
    failure::Failure,
    observed::Observation,
    outcome::Outcome,
    pacer::Pacer,
    patience::Stopwatch,
    resource::{Enforce, FollowUp, Observe, PerTarget, Resource},
    target::Target,
    wording::{Wording, Words},
};

/// The one flow, for one kind of resource and one visit.
pub struct Flow<'a, R: Resource> {
    /// The reading half.
    pub observe: &'a R::Observe,
    /// The writing half; `None` in report mode.
    pub enforce: Option<&'a R::Enforce>,
    /// Paces the writes of a kind whose limit a sweep would use up.
    pub pacer: Option<&'a Pacer>,
    /// Paces the looks of sweeps at a kind of which AWS shows one at a time.
    pub looks: Option<&'a RateLimiter>,
    /// What holds for all its targets.
    pub context: Context<'a>,
    /// Looks after what belongs to a target once its outcome is known.
    pub follow_up: R::FollowUp<'a>,
}

/// What waits for another pass, each with what was sent if the answer to its write was lost.
type Postponed<R> = BTreeMap<Target, Option<ObservationOf<R>>>;
type ObservationOf<R> = Observation<<R as Words>::Document>;
type TurnOf<R> = Turn<<R as Words>::Document>;

impl<R: Resource> Flow<'_, R> {
    /// Takes every target to its outcome. A failure of one target does not affect the others.
    /// Returns whether every target's turn came.
    pub async fn run(&self, targets: &[Target], each: &impl Fn(Outcome)) -> bool {
        let postponed = RefCell::default();
        let all_came = self.pass(targets, &postponed, true, each).await;
        // A target that made room for others gets a second pass, and keeps its place this time.
        let targets: Vec<_> = postponed.borrow().keys().cloned().collect();
        all_came && (targets.is_empty() || self.pass(&targets, &postponed, false, each).await)
    }

    /// The same for targets that a listing has just shown.
    pub async fn run_shown(
        &self,
        shown: PerTarget<ObservationOf<R>>,
        each: &impl Fn(Outcome),
    ) -> bool {
        self.take_turns(shown, Stopwatch::start(), &RefCell::default(), false, each)
            .await
    }

    /// One pass over targets. A target whose write AWS does not take makes room for others that
    /// wait. It is postponed to a second pass if there may be one.
    async fn pass(
        &self,
        targets: &[Target],
        postponed: &RefCell<Postponed<R>>,
        may_postpone: bool,
        each: &impl Fn(Outcome),
    ) -> bool {
        let read = Stopwatch::start();
        let Some(observations) =
            self.context.patience.until_end(self.observe.observe(targets)).await
        else {
            targets.iter().for_each(|target| each(self.out_of_time(target)));
            return false;
        };
        self.take_turns(observations, read, postponed, may_postpone, each).await
    }

    /// The same for targets that were looked at, at this moment.
    async fn take_turns(
        &self,
        observations: PerTarget<ObservationOf<R>>,
        read: Stopwatch,
        postponed: &RefCell<Postponed<R>>,
        may_postpone: bool,
        each: &impl Fn(Outcome),
    ) -> bool {
        let (mut ended, mut due, mut busy) = (Vec::new(), Vec::new(), Vec::new());
        for (target, observation) in observations {
            let turn = Turn::new(target, observation, read);
            match self.decision(&turn) {
                None | Some(Decision::Leave(_)) => ended.push(turn),
                Some(Decision::Wait(_)) => busy.push(turn),
                Some(Decision::ReadUsage | Decision::ConfirmTags | Decision::Enforce) => {
                    due.push(turn)
                }
            }
        }
        // A sweep postpones nothing, because the next one tries again. And unless there are more
        // targets than places, nobody waits for one.
        let others_wait =
            may_postpone && !self.context.is_sweep() && due.len() > R::Observe::AT_ONCE;
        let all_came = Cell::new(true);
        // What AWS is still changing comes last: it may take minutes and must not hold up the other
        // turns.
        let turns = self
            .in_time(ended, &all_came)
            .chain(self.due(due, &all_came))
            .chain(self.in_time(busy, &all_came));
        turns
            .map(|turn| self.finish(turn, postponed, others_wait))
            .buffer_unordered(R::Observe::AT_ONCE)
            .for_each(async |outcome| outcome.into_iter().for_each(each))
            .await;
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

    /// The targets due for a write, in batches that are looked at together to save requests. A
    /// batch of one is looked at in its own run. If nothing is written, nothing grows old, so all
    /// of them are one batch.
    fn due(&self, due: Vec<TurnOf<R>>, all_came: &Cell<bool>) -> impl Stream<Item = TurnOf<R>> {
        let nothing_grows_old = self.enforce.is_none() && R::Observe::TOGETHER > 1;
        let together = if nothing_grows_old { due.len() } else { R::Observe::TOGETHER };
        let (mut batches, mut due) = (Vec::new(), due.into_iter().peekable());
        while due.peek().is_some() {
            batches.push(due.by_ref().take(together).collect::<Vec<_>>());
        }
        self.in_time(batches, all_came)
            .then(async |mut batch| {
                if batch.len() > 1 {
                    // If time runs out here, it also runs out in each run, which reports it.
                    let _ = self.context.patience.until_end(self.look_last(&mut batch)).await;
                }
                stream::iter(batch)
            })
            .flatten()
    }

    /// Reads what may forbid a write, just before it. The pacer's permit comes first, the tags come
    /// last.
    async fn look_last(&self, turns: &mut [TurnOf<R>]) {
        self.wait_for_permits(turns).await;
        // The wait for a permit may have been long, so what was read may be old by now.
        self.look(turns, |turn| self.enforce.is_some() && turn.has_waited()).await;

        let due = targets(turns, |turn| self.decision(turn) == Some(Decision::ReadUsage));
        let usage = self.observe.usage(&due, self.context.now).await;
        merge(turns, &due, usage, Turn::learn_usage);

        let due = targets(turns, |turn| self.decision(turn) == Some(Decision::ConfirmTags));
        self.confirm_tags(turns, &due).await;
        self.give_back_permits(turns);
    }

    /// Reads the tags, and after them the targets again if a write is to send all of them back.
    async fn confirm_tags(&self, turns: &mut [TurnOf<R>], due: &[Target]) {
        // What is read is as old as its request: it may have changed before the answer came.
        let read = Stopwatch::start();
        let tags = self.observe.tags(due, self.context.exception.key()).await;
        if self.enforce.is_some() && R::Enforce::SENDS_ALL_BACK {
            let tagged = tags.iter().filter(|(_, tags)| tags.is_ok());
            let tagged: Vec<_> = tagged.map(|(target, _)| target.clone()).collect();
            self.look_at(turns, &tagged, read).await;
        }
        merge(turns, due, tags, Turn::confirm_tags);
    }

    /// Gives back the permits of targets that will not be written after all, for others to use.
    fn give_back_permits(&self, turns: &mut [TurnOf<R>]) {
        let Some(pacer) = self.pacer.filter(|_| self.context.is_sweep()) else { return };
        for turn in turns.iter_mut().filter(|turn| turn.may_write) {
            if self.decision(turn) != Some(Decision::Enforce) {
                turn.may_write = false;
                pacer.give_back();
            }
        }
    }

    /// Looks again at the targets for which `is_due` holds.
    async fn look(&self, turns: &mut [TurnOf<R>], is_due: impl Fn(&TurnOf<R>) -> bool) {
        let due = targets(turns, is_due);
        self.look_at(turns, &due, Stopwatch::start()).await;
    }

    /// Looks again at these targets. What was read of them is as old as `read`.
    async fn look_at(&self, turns: &mut [TurnOf<R>], due: &[Target], read: Stopwatch) {
        let observations = self.observe.observe(due).await;
        merge(turns, due, observations, |turn, observation| turn.see(observation, read));
    }

    async fn wait_for_permits(&self, turns: &mut [TurnOf<R>]) {
        let Some(pacer) = self.pacer.filter(|_| self.enforce.is_some()) else { return };
        for turn in turns.iter_mut().filter(|turn| !turn.may_write) {
            match self.context.occasion {
                Occasion::Events { .. } => pacer.permit_for_event().await,
                Occasion::Sweep { .. } => pacer.permit_for_sweep().await,
            }
            turn.may_write = true;
        }
    }

    /// The outcome of a target, or `None` if it is postponed.
    async fn finish(
        &self,
        turn: TurnOf<R>,
        postponed: &RefCell<Postponed<R>>,
        others_wait: bool,
    ) -> Option<Outcome> {
        let target = turn.target.clone();
        // Only the second pass finds something here: a write of the first one whose answer was
        // lost.
        let sent = postponed.borrow_mut().remove(&target).flatten();
        let mut run = TargetRun::new(self, &target, turn, sent, others_wait);
        let in_time = self.context.patience.until_end(run.finish()).await;
        let outcome = in_time.unwrap_or_else(|| run.out_of_time());
        if let Some(sent) = run.postponed() {
            postponed.borrow_mut().insert(target, sent);
            return None;
        }
        Some(self.follow_up.follow_up(&target, run.seen(), outcome).await)
    }

    /// What to do about a target, as far as it could be observed.
    fn decision(&self, turn: &TurnOf<R>) -> Option<Decision> {
        let observation = turn.observation.as_ref().filter(|_| turn.failure.is_none())?;
        let exemption = self.context.exemption(observation.tags());
        Some(decide(observation, &exemption, &self.context.moment(&turn.target)))
    }

    fn out_of_time(&self, target: &Target) -> Outcome {
        self.wording(target).failed(None, Failure::out_of_time(false))
    }

    fn wording<'t>(&'t self, target: &'t Target) -> Wording<'t, R> {
        Wording::new(target, self.context)
    }
}
