//! How each AWS service is told which of its actions is meant, and where it is reached.
//! (The services' API references; `X-Amz-Target` and API versions are those of AWS's public service models.)

use definition::ServiceRequest;

/// How a service takes the name of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// In the header `X-Amz-Target`, with parameters as JSON in the body.
    Json {
        /// What stands before the action: `DynamoDB_20120810`.
        target: &'static str,
        /// The version in the content type: `1.0` or `1.1`.
        version: &'static str,
    },
    /// As `Action` in the query, with parameters beside it.
    Query {
        /// The API's version, where the service wants one.
        version: Option<&'static str>,
    },
}

/// Services that take JSON: name, target, version.
const JSON: [(&str, &str, &str); 34] = [
    ("athena", "AmazonAthena", "1.1"),
    ("codebuild", "CodeBuild_20161006", "1.1"),
    ("codecommit", "CodeCommit_20150413", "1.1"),
    ("codedeploy", "CodeDeploy_20141006", "1.1"),
    ("codepipeline", "CodePipeline_20150709", "1.1"),
    ("cognito-identity", "AWSCognitoIdentityService", "1.1"),
    ("cognito-idp", "AWSCognitoIdentityProviderService", "1.1"),
    ("comprehend", "Comprehend_20171127", "1.1"),
    ("config", "StarlingDoveService", "1.1"),
    ("dynamodb", "DynamoDB_20120810", "1.0"),
    ("ecr", "AmazonEC2ContainerRegistry_V20150921", "1.1"),
    ("ecs", "AmazonEC2ContainerServiceV20141113", "1.1"),
    ("events", "AWSEvents", "1.1"),
    ("firehose", "Firehose_20150804", "1.1"),
    ("glue", "AWSGlue", "1.1"),
    ("kinesis", "Kinesis_20131202", "1.1"),
    ("kms", "TrentService", "1.1"),
    ("logs", "Logs_20140328", "1.1"),
    ("organizations", "AWSOrganizationsV20161128", "1.1"),
    ("personalize", "AmazonPersonalize", "1.1"),
    ("rekognition", "RekognitionService", "1.1"),
    ("route53domains", "Route53Domains_v20140515", "1.1"),
    ("sagemaker", "SageMaker", "1.1"),
    ("secretsmanager", "secretsmanager", "1.1"),
    ("servicediscovery", "Route53AutoNaming_v20170314", "1.1"),
    ("shield", "AWSShield_20160616", "1.1"),
    ("snowball", "AWSIESnowballJobManagementService", "1.1"),
    ("states", "AWSStepFunctions", "1.0"),
    ("support", "AWSSupport_20130415", "1.1"),
    ("tagging", "ResourceGroupsTaggingAPI_20170126", "1.1"),
    ("textract", "Textract", "1.1"),
    ("transcribe", "Transcribe", "1.1"),
    ("translate", "AWSShineFrontendService_20170701", "1.1"),
    ("wafv2", "AWSWAF_20190729", "1.1"),
];

/// Services that take a query and want their API's version in it.
const VERSIONS: [(&str, &str); 14] = [
    ("autoscaling", "2011-01-01"),
    ("cloudformation", "2010-05-15"),
    ("ec2", "2016-11-15"),
    ("elasticache", "2015-02-02"),
    ("elasticbeanstalk", "2010-12-01"),
    ("elasticloadbalancing", "2015-12-01"),
    ("email", "2010-12-01"),
    ("iam", "2010-05-08"),
    ("monitoring", "2010-08-01"),
    ("rds", "2014-10-31"),
    ("redshift", "2012-12-01"),
    ("sns", "2010-03-31"),
    ("sqs", "2012-11-05"),
    ("sts", "2011-06-15"),
];

/// The protocol of the service's actions. SSM answers API Gateway in its older protocol, by query (recorded).
pub(super) fn of(service: &str) -> Protocol {
    if let Some((_, target, version)) = JSON.iter().find(|(name, ..)| *name == service) {
        return Protocol::Json { target, version };
    }
    let version = VERSIONS.iter().find(|(name, _)| *name == service).map(|(_, version)| *version);
    Protocol::Query { version }
}

/// What the service is signed for, where that is not the first part of its host.
pub(super) fn signing_name(service: &str) -> &str {
    match service {
        "email" => "ses",
        "monitoring" => "monitoring",
        other => other.rsplit('.').next().unwrap_or(other),
    }
}

/// The service's host in `region`.
pub(super) fn host(service: &str, subdomain: Option<&str>, region: &str, request: &ServiceRequest) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let is_global = ["iam", "cloudfront", "route53", "organizations"].contains(&service) && !region.starts_with("cn-");
    if is_global {
        return format!("{service}.{domain}");
    }
    // An execution that is waited for is started at a host of its own.
    let waits =
        service == "states" && matches!(request, ServiceRequest::Action { name, .. } if name == "StartSyncExecution");
    let prefix = match subdomain {
        Some(subdomain) => format!("{subdomain}."),
        None if waits => "sync-".to_owned(),
        None => String::new(),
    };
    format!("{prefix}{service}.{region}.{domain}")
}
