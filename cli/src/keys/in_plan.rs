//! The usage plan that a key, or a subscription, is held to: one that exists.

use aws::UsagePlansTable;
use clap::Args;
use plans::PlanStore;

use super::{connection, plans_of};

/// A usage plan, and where plans are.
#[derive(Args)]
pub(super) struct InPlan {
    /// The usage plan that its calls are held to.
    #[arg(long)]
    plan: String,
    /// The table of usage plans, in which the plan must be: the stack's output UsagePlansTable.
    #[arg(long, value_name = "TABLE")]
    plans_table: String,
}

impl InPlan {
    /// The plan's id, if there is such a plan. Without its plan, a key would be let in nowhere.
    pub(super) async fn existing(self) -> Result<String, String> {
        let plans = UsagePlansTable::new(connection()?.dynamodb(), self.plans_table);
        check(&self.plan, &plans).await?;
        Ok(self.plan)
    }
}

/// Whether each of the plans exists whose ids stand in `plan_id`, a space between two.
pub(super) async fn check(plan_id: &str, plans: &impl PlanStore) -> Result<(), String> {
    for id in plans_of(plan_id) {
        if plans.find(id).await.map_err(|error| error.to_string())?.is_none() {
            let all = plans.list().await.map_err(|error| error.to_string())?;
            let ids: Vec<&str> = all.iter().map(|plan| plan.id.as_str()).collect();
            return Err(format!("there is no plan {id}: {}", remedy(&ids)));
        }
    }
    if plan_id.trim().is_empty() { Err("the plan has no name: write --plan starter".to_owned()) } else { Ok(()) }
}

/// How many plans are named.
const MAX_NAMED: usize = 20;

fn remedy(ids: &[&str]) -> String {
    match ids.get(..MAX_NAMED) {
        _ if ids.is_empty() => "make one first, with `tollgate plans apply FILE`".to_owned(),
        Some(first) if ids.len() > MAX_NAMED => {
            format!("name one of {}, or another that `tollgate plans list` shows", first.join(", "))
        }
        _ => format!("name one of {}, or make it with `tollgate plans apply FILE`", ids.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use plans::UsagePlan;
    use testkit::MemoryPlans;

    use super::*;

    fn said(plan_id: &str, of: &[&str]) -> Result<(), String> {
        let plan =
            |id: &&str| -> UsagePlan { serde_json::from_value(serde_json::json!({"id": id, "name": id})).unwrap() };
        let plans = MemoryPlans::of(of.iter().map(plan));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(plan_id, &&plans))
    }

    #[test]
    fn a_plan_that_is_not_there_is_refused_and_those_that_are_there_are_named() {
        assert_eq!(said("gold", &["gold", "starter"]), Ok(()));
        assert_eq!(said("gold starter", &["gold", "starter"]), Ok(()));
        assert_eq!(
            said("gold silver", &["gold", "starter"]).unwrap_err(),
            "there is no plan silver: name one of gold, starter, or make it with `tollgate plans apply FILE`"
        );
        assert_eq!(
            said("gold", &[]).unwrap_err(),
            "there is no plan gold: make one first, with `tollgate plans apply FILE`"
        );
        assert_eq!(said(" ", &["gold"]).unwrap_err(), "the plan has no name: write --plan starter");
        let many: Vec<String> = (10..40).map(|number| format!("p{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let refused = said("gold", &many).unwrap_err();
        assert!(
            refused.contains("p10, p11") && refused.contains("p29, or another") && !refused.contains("p30"),
            "{refused}"
        );
    }
}
