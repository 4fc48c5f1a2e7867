//! What nobody could keep is seen: the queue's dead letters, and the alarm that watches them.

use house::text;

/// A resource of the template, from its name to the next.
fn resource(name: &str) -> String {
    let template = text("infra/template.yaml");
    let after =
        template.split(&format!("\n  {name}:\n")).nth(1).unwrap_or_else(|| panic!("{name} is missing")).to_owned();
    after
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[track_caller]
fn says(resource_name: &str, line: &str) {
    let said = resource(resource_name);
    assert!(said.lines().any(|other| other.trim() == line), "{resource_name} does not say {line:?}:\n{said}");
}

#[test]
fn a_message_that_was_not_kept_goes_to_the_dead_letters_and_raises_the_alarm() {
    says("Metering", "Queue: !GetAtt UsageQueue.Arn");
    says("Metering", "FunctionResponseTypes: [ReportBatchItemFailures]");
    says("UsageQueue", "RedrivePolicy: { deadLetterTargetArn: !GetAtt UsageDeadLetters.Arn, maxReceiveCount: 5 }");
    let alarm = "UsageDeadLettersAlarm";
    says(alarm, "Namespace: AWS/SQS");
    says(alarm, "MetricName: ApproximateNumberOfMessagesVisible");
    says(alarm, "Dimensions: [{ Name: QueueName, Value: !GetAtt UsageDeadLetters.QueueName }]");
    // One message is one too many, for a minute.
    for line in [
        "Statistic: Maximum",
        "Period: 60",
        "EvaluationPeriods: 1",
        "Threshold: 0",
        "ComparisonOperator: GreaterThanThreshold",
    ] {
        says(alarm, line);
    }
}

#[test]
fn dead_letters_are_kept_longer_than_the_queue_keeps_what_is_not_handed_out() {
    let kept_s = |queue: &str| -> u64 {
        let said = resource(queue);
        let value = said.lines().find_map(|line| line.trim().strip_prefix("MessageRetentionPeriod: "));
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{queue} does not say how long it keeps"))
    };
    // SQS counts from the time when a message was first sent.
    assert!(kept_s("UsageDeadLetters") >= kept_s("UsageQueue"));
    // The queue must be out of sight for six times as long as the function may take.
    let number = |name: &str, resource_name: &str| -> u64 {
        let said = resource(resource_name);
        said.lines().find_map(|line| line.trim().strip_prefix(name)?.parse().ok()).unwrap_or_else(|| panic!("{name}"))
    };
    assert!(number("VisibilityTimeout: ", "UsageQueue") >= 6 * number("Timeout: ", "Metering"));
}
