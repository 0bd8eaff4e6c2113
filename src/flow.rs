//! For each target: observe, decide, enforce, and say what became of it.

use std::{collections::BTreeMap, ops::ControlFlow, slice::from_ref};

use futures_util::{StreamExt, stream};

use crate::{
    decision::{Decision, Moment, decide},
    exception::ExceptionTag,
    failure::Failure,
    observed::Observation,
    outcome::{Outcome, Reason, Verdict},
    patience::{Patience, Pauses},
    resource::{Answers, CONCURRENCY, Enforce, FollowUp, Observe, Refusal},
    target::Target,
    wording::Wording,
};

/// The one flow, for one kind of resource and one invocation.
pub struct Flow<'a, O, E, F> {
    /// The reading half.
    pub observe: &'a O,
    /// The writing half; report mode has none.
    pub enforce: Option<&'a E>,
    /// What holds for all its targets.
    pub terms: Terms<'a>,
    /// What is looked after once a target's outcome is known.
    pub follow_up: F,
}

/// What holds for all targets of one flow, and for what belongs to them.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The tag that exempts.
    pub exception: &'a ExceptionTag,
    /// The time, as far as decisions depend on it.
    pub moment: Moment,
    /// What the invocation may still spend.
    pub patience: Patience,
    /// Whether to wait for what AWS is at work on. A sweep does not: eight such resources would stop all others.
    pub waits: bool,
}

impl<O, E, F> Flow<'_, O, E, F>
where
    O: Observe,
    E: Enforce<Document = O::Document>,
    F: FollowUp,
{
    /// Takes every target to its outcome; one target's failure costs no other.
    pub async fn run(&self, targets: &[Target], each: &impl Fn(Outcome)) {
        match self.terms.patience.until_end(self.observe.observe(targets)).await {
            Some(looks) => self.settle_all(looks, each).await,
            None => targets.iter().for_each(|target| each(self.out_of_time(target))),
        }
    }

    async fn settle_all(&self, mut looks: Answers<Observation<O::Document>>, each: &impl Fn(Outcome)) {
        let mut unread = self.terms.patience.until_end(self.make_certain(&mut looks)).await.unwrap_or_default();
        let outcomes = stream::iter(looks).map(|(target, look)| {
            let unread = unread.remove(&target);
            async move {
                let outcome = self.settle(&target, look, unread).await;
                self.follow_up.follow_up(&target, outcome).await
            }
        });
        outcomes.buffer_unordered(CONCURRENCY).for_each(async |outcome| each(outcome)).await;
    }

    /// What has to be certain of all targets about to be written is read in one go, before the first write, and the
    /// tags last. Gives what could not be read.
    async fn make_certain(&self, looks: &mut Answers<Observation<O::Document>>) -> BTreeMap<Target, Failure> {
        let due = self.due(looks, &Decision::ReadUsage);
        let usage = self.observe.usage(&due, self.terms.moment.now).await;
        let mut unread = take_in(looks, usage, Observation::learn_usage);
        let due = self.due(looks, &Decision::ConfirmTags);
        let tags = self.observe.tags(&due, self.terms.exception.key()).await;
        unread.extend(take_in(looks, tags, Observation::confirm_tags));
        unread
    }

    fn due(&self, looks: &Answers<Observation<O::Document>>, decision: &Decision) -> Vec<Target> {
        let is_due = |look: &_| decide(look, self.terms.exception, &self.terms.moment) == *decision;
        let due = looks.iter().filter(|(_, look)| look.as_ref().is_ok_and(is_due));
        due.map(|(target, _)| target.clone()).collect()
    }

    async fn settle(
        &self,
        target: &Target,
        look: Result<Observation<O::Document>, Failure>,
        unread: Option<Failure>,
    ) -> Outcome {
        let wording = self.wording(target);
        let look = match (look, unread) {
            (Ok(look), None) => look,
            (Ok(look), Some(failure)) => return wording.failed(Some(&look), failure),
            (Err(failure), _) => return wording.failed(None::<&Observation<O::Document>>, failure),
        };
        let pauses = self.terms.patience.pauses();
        let mut course = Course { flow: self, wording, look, pauses, second_look_left: true, write_begun: false };
        let in_time = self.terms.patience.until_end(course.run()).await;
        in_time.unwrap_or_else(|| wording.failed(Some(&course.look), Failure::out_of_time(course.write_begun)))
    }

    fn out_of_time(&self, target: &Target) -> Outcome {
        self.wording(target).failed(None::<&Observation<O::Document>>, Failure::out_of_time(false))
    }

    fn wording<'a>(&'a self, target: &'a Target) -> Wording<'a> {
        Wording { target, exception: self.terms.exception, moment: &self.terms.moment }
    }
}

/// One target on its way to an outcome.
struct Course<'a, O: Observe, E, F> {
    flow: &'a Flow<'a, O, E, F>,
    wording: Wording<'a>,
    look: Observation<O::Document>,
    pauses: Pauses,
    second_look_left: bool,
    write_begun: bool,
}

type Step = ControlFlow<Outcome>;

impl<O, E, F> Course<'_, O, E, F>
where
    O: Observe,
    E: Enforce<Document = O::Document>,
    F: FollowUp,
{
    async fn run(&mut self) -> Outcome {
        loop {
            let step = match decide(&self.look, self.flow.terms.exception, &self.flow.terms.moment) {
                Decision::Leave(verdict, reason) => Step::Break(self.wording.left(&self.look, verdict, reason)),
                Decision::Wait(status) => self.wait(Failure::still_changing(&status)).await,
                Decision::ReadUsage => self.read_usage().await,
                Decision::ConfirmTags => self.confirm_tags().await,
                Decision::Enforce => self.enforce().await,
            };
            if let Step::Break(outcome) = step {
                return outcome;
            }
        }
    }

    async fn read_usage(&mut self) -> Step {
        let usage = self.flow.observe.usage(from_ref(self.wording.target), self.flow.terms.moment.now).await;
        self.take_in(usage, Observation::learn_usage)
    }

    async fn confirm_tags(&mut self) -> Step {
        let tags = self.flow.observe.tags(from_ref(self.wording.target), self.flow.terms.exception.key()).await;
        self.take_in(tags, Observation::confirm_tags)
    }

    async fn enforce(&mut self) -> Step {
        let (Some(enforce), Observation::Found(observed)) = (self.flow.enforce, &self.look) else {
            return Step::Break(self.wording.left(&self.look, Verdict::WouldEnforce, Reason::V1Allowed));
        };
        self.write_begun = true;
        match enforce.enforce(observed, &self.flow.terms.patience).await {
            Ok(after) => Step::Break(self.wording.enforced(&self.look, after)),
            Err(Refusal::Moved(_)) if self.second_look_left => {
                self.second_look_left = false;
                self.look_again().await
            }
            Err(Refusal::Busy(failure)) => self.wait(failure).await,
            Err(Refusal::Moved(failure) | Refusal::Failed(failure)) => self.failed(failure),
        }
    }

    /// Pauses and looks again; fails where there is no time left for that.
    async fn wait(&mut self, otherwise: Failure) -> Step {
        if !self.flow.terms.waits {
            return Step::Break(self.wording.left(&self.look, Verdict::Deferred, Reason::StillChanging));
        }
        if self.pauses.pause().await { self.look_again().await } else { self.failed(otherwise) }
    }

    async fn look_again(&mut self) -> Step {
        let look = self.flow.observe.observe(from_ref(self.wording.target)).await;
        self.take_in(look, |look, newer| *look = newer)
    }

    fn take_in<T>(&mut self, answers: Answers<T>, learn: impl Fn(&mut Observation<O::Document>, T)) -> Step {
        match only_answer(answers) {
            Ok(answer) => {
                learn(&mut self.look, answer);
                Step::Continue(())
            }
            Err(failure) => self.failed(failure),
        }
    }

    fn failed(&self, failure: Failure) -> Step {
        Step::Break(self.wording.failed(Some(&self.look), failure))
    }
}

/// Takes the answers into the looks, and gives the failures.
fn take_in<D, T>(
    looks: &mut Answers<Observation<D>>,
    answers: Answers<T>,
    learn: impl Fn(&mut Observation<D>, T),
) -> BTreeMap<Target, Failure> {
    let mut answers: BTreeMap<_, _> = answers.into_iter().collect();
    let mut failures = BTreeMap::new();
    for (target, look) in looks {
        match (look, answers.remove(target)) {
            (Ok(look), Some(Ok(answer))) => learn(look, answer),
            (Ok(_), Some(Err(failure))) => {
                failures.insert(target.clone(), failure);
            }
            (Err(_), _) | (_, None) => {}
        }
    }
    failures
}

fn only_answer<T>(answers: Answers<T>) -> Result<T, Failure> {
    answers.into_iter().next().map_or_else(|| Err(Failure::unanswered()), |(_, answer)| answer)
}
