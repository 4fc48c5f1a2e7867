//! Security schemes and what asks for them.

use super::{
    Choices, Mood, Tree,
    document::Scene,
    tree::{map, plain, text, texts},
};

/// Declares every scheme that requirements name.
pub(super) fn declare(choices: &mut Choices<'_>, scene: &Scene, root: &mut Tree) {
    let mut schemes =
        map([("api_key", map([("type", text("apiKey")), ("name", text("x-api-key")), ("in", text("header"))]))]);
    if scene.mood != Mood::Tame {
        for (name, scheme) in
            [("token", token()), ("request", request()), ("jwt", jwt(choices)), ("pool", pool()), ("iam", iam())]
        {
            if choices.chance(1, 3) {
                schemes.put(name, scheme);
            }
        }
    }
    if scene.swagger {
        root.put("securityDefinitions", schemes);
    } else {
        let mut components = map([("securitySchemes", schemes)]);
        if scene.shared {
            let shared =
                map([("type", text("aws_proxy")), ("uri", text("shared")), ("payloadFormatVersion", text("2.0"))]);
            components.put("x-amazon-apigateway-integrations", map([("shared", shared)]));
        }
        root.put("components", components);
    }
}

/// What `security` holds.
pub(super) fn requirement(choices: &mut Choices<'_>, scene: &Scene) -> Tree {
    if choices.chance(1, 5) {
        return Tree::List(Vec::new());
    }
    let mut name = "api_key";
    if scene.mood != Mood::Tame {
        name = choices.pick(&["api_key", "jwt", "iam", "token", "request", "pool", "nobody"]);
    }
    let scopes = if name == "jwt" && choices.chance(1, 2) {
        texts(["orders/read", "orders/write"])
    } else {
        Tree::List(Vec::new())
    };
    let mut requirement = map([(name, scopes)]);
    if scene.mood != Mood::Tame && choices.chance(1, 6) {
        requirement.put("api_key", Tree::List(Vec::new()));
    }
    let mut all = vec![requirement];
    if scene.mood != Mood::Tame && choices.chance(1, 8) {
        all.push(map([("api_key", Tree::List(Vec::new()))]));
    }
    Tree::List(all)
}

const AUTHORIZER: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations";

fn header(kind: &str, authorizer: Tree) -> Tree {
    map([
        ("type", text("apiKey")),
        ("name", text("Authorization")),
        ("in", text("header")),
        ("x-amazon-apigateway-authtype", text(kind)),
        ("x-amazon-apigateway-authorizer", authorizer),
    ])
}

fn token() -> Tree {
    header(
        "custom",
        map([
            ("type", text("token")),
            ("authorizerUri", text(AUTHORIZER)),
            ("authorizerResultTtlInSeconds", plain(60)),
            ("identityValidationExpression", text("^x-[a-z]+")),
        ]),
    )
}

fn request() -> Tree {
    header(
        "custom",
        map([
            ("type", text("request")),
            ("identitySource", text("$request.header.Authorization")),
            ("authorizerUri", text(AUTHORIZER)),
            ("authorizerPayloadFormatVersion", text("2.0")),
            ("authorizerResultTtlInSeconds", plain(60)),
            ("enableSimpleResponses", plain(true)),
        ]),
    )
}

fn pool() -> Tree {
    let arns = texts(["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI"]);
    header("cognito_user_pools", map([("type", text("cognito_user_pools")), ("providerARNs", arns)]))
}

fn iam() -> Tree {
    map([
        ("type", text("apiKey")),
        ("name", text("Authorization")),
        ("in", text("header")),
        ("x-amazon-apigateway-authtype", text("awsSigv4")),
    ])
}

fn jwt(choices: &mut Choices<'_>) -> Tree {
    let configuration = map([
        ("issuer", text(choices.pick(&["https://issuer.example", "https://${stageVariables.issuer}/", "issuer"]))),
        ("audience", texts(["shop", "desk"])),
    ]);
    let authorizer = map([
        ("type", text("jwt")),
        ("identitySource", text("$request.header.Authorization")),
        ("jwtConfiguration", configuration),
    ]);
    map([("type", text("oauth2")), ("x-amazon-apigateway-authorizer", authorizer)])
}
