//! What a file changes of the plans that there are, and how plans are listed.

use std::fmt::Write as _;

use plans::{PeriodType, Quota, Throttle, UsagePlan, WhenUnavailable};

use super::table::table;

/// `+` a plan that is made, `~` one that changes with each line before and after, `=` one that stays.
pub(super) fn diff(before: Option<&UsagePlan>, after: &UsagePlan) -> String {
    let Some(before) = before else {
        let said: String =
            lines(after).iter().fold(String::new(), |text, (name, value)| text + &format!("    {name}: {value}\n"));
        return format!("+ {}\n{said}", after.id);
    };
    let (old, new) = (lines(before), lines(after));
    let value =
        |of: &[(String, String)], name: &str| of.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let mut changes = String::new();
    let gone = old.iter().filter(|(name, _)| value(&new, name).is_none());
    for (name, _) in new.iter().chain(gone) {
        let [was, is] = [&old, &new].map(|of| value(of, name).unwrap_or_else(|| "none".to_owned()));
        if was != is {
            let _ = writeln!(changes, "    {name}: {was} -> {is}");
        }
    }
    if changes.is_empty() { format!("= {}\n", after.id) } else { format!("~ {}\n{changes}", after.id) }
}

/// A line for each plan.
pub(super) fn list(plans: &[UsagePlan]) -> String {
    let row = |plan: &UsagePlan| {
        let stages: Vec<String> =
            plan.api_stages.iter().map(|stage| format!("{}:{}", stage.api_id, stage.stage)).collect();
        [
            plan.id.clone(),
            printable(&plan.name),
            plan.throttle.map_or_else(|| "none".to_owned(), throttle),
            plan.quota.map_or_else(|| "none".to_owned(), quota),
            if stages.is_empty() { "every".to_owned() } else { stages.join(" ") },
            plan.priority.to_string(),
        ]
    };
    let rows: Vec<_> = plans.iter().map(row).collect();
    table(["ID", "NAME", "THROTTLE", "QUOTA", "STAGES", "PRIORITY"], &rows)
}

fn lines(plan: &UsagePlan) -> Vec<(String, String)> {
    let mut lines = vec![("name".to_owned(), printable(&plan.name))];
    let mut say = |name: &str, value: Option<String>| lines.extend(value.map(|value| (name.to_owned(), value)));
    say("description", Some(printable(&plan.description)).filter(|text| !text.is_empty()));
    say("throttle", plan.throttle.map(throttle));
    say("quota", plan.quota.map(quota));
    say("priority", (plan.priority > 0).then(|| plan.priority.to_string()));
    say(
        "whenUnavailable",
        plan.when_unavailable.map(|choice| match choice {
            WhenUnavailable::Admit => "admit".to_owned(),
            WhenUnavailable::Refuse => "refuse".to_owned(),
        }),
    );
    for stage in &plan.api_stages {
        let name = format!("apiStages {}:{}", stage.api_id, stage.stage);
        say(&name, Some("covered".to_owned()));
        for (method, limit) in &stage.throttle {
            say(&format!("{name} {method}"), Some(throttle(*limit)));
        }
    }
    lines
}

fn throttle(throttle: Throttle) -> String {
    format!("{}/s, burst {}", throttle.rate_limit.as_f64(), throttle.burst_limit)
}

fn quota(quota: Quota) -> String {
    let period = match quota.period {
        PeriodType::Day => "DAY",
        PeriodType::Week => "WEEK",
        PeriodType::Month => "MONTH",
    };
    let offset = if quota.offset > 0 { format!(", offset {}", quota.offset) } else { String::new() };
    format!("{} a {period}{offset}", quota.limit)
}

/// A text from outside, without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage_plans::read::read;

    fn plan(source: &str) -> UsagePlan {
        read(source).unwrap().remove(0).plan
    }

    #[test]
    fn a_change_is_shown_before_and_after() {
        let before = plan("- {id: gold, quota: {limit: 10, period: DAY}, apiStages: [{apiId: a, stage: b}]}");
        let after = plan("- {id: gold, quota: {limit: 20, period: DAY}, throttle: {rateLimit: 1.5, burstLimit: 2}}");
        assert_eq!(
            diff(Some(&before), &after),
            "~ gold\n    throttle: none -> 1.5/s, burst 2\n    quota: 10 a DAY -> 20 a DAY\n    \
             apiStages a:b: covered -> none\n"
        );
        assert_eq!(diff(Some(&after), &after), "= gold\n");
        assert_eq!(diff(None, &before), "+ gold\n    name: gold\n    quota: 10 a DAY\n    apiStages a:b: covered\n");
    }

    #[test]
    fn plans_are_listed_as_a_table() {
        let listed = list(&[plan("- {id: gold, name: \"G\\e[1m\", quota: {limit: 10, period: WEEK}}")]);
        assert_eq!(
            listed,
            "ID    NAME  THROTTLE  QUOTA      STAGES  PRIORITY\ngold  G [1m  none      10 a WEEK  every   0\n"
                .replace("NAME  ", "NAME   ")
        );
    }
}
