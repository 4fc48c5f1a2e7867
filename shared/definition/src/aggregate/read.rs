//! Reads `x-tollgate-aggregate`.

use crate::{
    Aggregate, AggregatePart, AggregateResponse, Integration, PathTemplate, Place,
    aggregate::{MAX_PARTS, order, uses},
    document::{Entry, Node},
    integration::responses,
    paths::{Surroundings, check_variables, read_integration},
    reader::{MAX_NAMED, Reader, one_of},
};

pub(crate) const EXTENSION: &str = "x-tollgate-aggregate";

const EXAMPLE: &str = "write {parts: {NAME: {integration: {…}}, …}}";

/// Statuses from which on an answer may be a failure. From 600 on: none is.
const FAILS_FROM: (u32, u32) = (300, 600);
const DEFAULT_FAILS_FROM: u16 = 400;

/// What API Gateway waits for an answer, in milliseconds. (API Gateway developer guide, `limits`.)
const LONGEST_MS: u32 = 29_000;

const MAX_NAME_BYTES: usize = 64;

/// A part as it is written.
struct Written<'d> {
    place: Place,
    node: &'d Node,
    part: AggregatePart,
}

/// Reads the aggregate of the route `path`; problems go to `reader`.
pub(crate) fn read<'d>(
    reader: &mut Reader,
    node: &'d Node,
    path: &PathTemplate,
    around: &Surroundings<'d>,
) -> Option<Aggregate> {
    for Entry { key, place, .. } in reader.object(node, EXTENSION) {
        if !["parts", "response"].contains(&key.as_str()) {
            reader.problem(*place, format!("{key:?} is not a property of {EXTENSION}"), "write parts or response");
        }
    }
    let Some(parts) = node.get("parts") else {
        reader.problem(node.place, format!("{EXTENSION} has no parts"), EXAMPLE);
        return None;
    };
    let entries = reader.object(parts, "parts");
    if entries.is_empty() || entries.len() > MAX_PARTS {
        let message = format!("an aggregate has 1 to {MAX_PARTS} parts, and not {}", entries.len());
        reader.problem(parts.place, message, EXAMPLE);
        return None;
    }
    let written: Vec<Written<'d>> = entries.iter().filter_map(|entry| part(reader, entry, path, around)).collect();
    // What a part waits for is looked for only when all of them are known.
    if written.len() < entries.len() {
        return None;
    }
    let names: Vec<String> = written.iter().map(|written| written.part.name.clone()).collect();
    let parts: Vec<AggregatePart> = written
        .iter()
        .map(|own| AggregatePart { after: after(reader, own, &names, around), ..own.part.clone() })
        .collect();
    check_order(reader, &written, &parts);
    let response = node.get("response").and_then(|response| read_response(reader, response, &names, around));
    check_unused(reader, node.get("response"), &written, &parts);
    Some(Aggregate { parts, response })
}

fn part<'d>(
    reader: &mut Reader,
    Entry { key, place, value }: &'d Entry,
    path: &PathTemplate,
    around: &Surroundings<'d>,
) -> Option<Written<'d>> {
    check_name(reader, key, *place);
    for field in reader.object(value, "a part of an aggregate") {
        if !["integration", "required", "after", "failsFrom"].contains(&field.key.as_str()) {
            let message = format!("{:?} is not a property of a part", field.key);
            reader.problem(field.place, message, "write integration, required, after or failsFrom");
        }
    }
    let required = value.get("required").is_none_or(|required| reader.flag(required, "required"));
    let (low, high) = FAILS_FROM;
    let fails_from = value.get("failsFrom").and_then(|status| reader.number(status, "failsFrom", low, high));
    let fails_from = fails_from.and_then(|status| u16::try_from(status).ok()).unwrap_or(DEFAULT_FAILS_FROM);
    let Some(integration) = value.get("integration") else {
        let remedy = "write integration: with a type and a uri, or with a $ref";
        reader.problem(*place, format!("the part {key} has no integration: nothing would be called"), remedy);
        return None;
    };
    let integration = read_integration(reader, integration, path, around)?;
    let part = AggregatePart { name: key.clone(), integration, required, after: Vec::new(), fails_from };
    Some(Written { place: *place, node: value, part })
}

/// A name is a word that templates can write.
fn check_name(reader: &mut Reader, name: &str, place: Place) {
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= MAX_NAME_BYTES;
    if name == "errors" {
        reader.problem(place, "a part cannot be called errors: what failed stands under it", "write another name");
    } else if !word {
        let remedy = format!("write letters, digits and _, a letter first, {MAX_NAME_BYTES} at most");
        reader.problem(place, format!("{name:?} is not a name that templates can write"), remedy);
    }
}

/// The places of the parts that a part waits for: those that it names, and those that it reads.
fn after<'d>(reader: &mut Reader, own: &Written<'d>, names: &[String], around: &Surroundings<'d>) -> Vec<usize> {
    let named = own.node.get("after");
    let items = named.and_then(Node::items);
    if let (Some(named), None) = (named, items) {
        reader.problem(named.place, format!("after is {}", named.kind()), "write a list of names of parts here");
    }
    let named: Vec<uses::Use<'_>> =
        items.into_iter().flatten().filter_map(|item| Some((reader.text(item, "after")?, item.place))).collect();
    let integration = own.node.get("integration");
    // Where the reference leads nowhere, that has been said.
    let integration = integration.and_then(|node| around.refs.resolve(&mut Reader::default(), node));
    let read = integration.map(uses::of).unwrap_or_default();
    places(reader, named.into_iter().chain(read), names)
}

/// The places of the parts that `uses` name, each once.
fn places<'n>(reader: &mut Reader, uses: impl Iterator<Item = uses::Use<'n>>, names: &[String]) -> Vec<usize> {
    let mut places = Vec::new();
    for (name, at) in uses {
        match names.iter().position(|known| known == name) {
            Some(place) if places.contains(&place) => {}
            Some(place) => places.push(place),
            None => {
                let known: Vec<&str> = names.iter().map(String::as_str).take(MAX_NAMED).collect();
                let message = match name {
                    "" => "$context.aggregate stands here without the name of a part".to_owned(),
                    name => format!("the aggregate has no part {name:?}"),
                };
                reader.problem(at, message, format!("name {}", one_of(&known)));
            }
        }
    }
    places
}

fn check_order(reader: &mut Reader, written: &[Written<'_>], parts: &[AggregatePart]) {
    let name = |place: &usize| parts.get(*place).map_or("", |part| part.name.as_str());
    let place = |way: &[usize]| way.last().and_then(|last| written.get(*last)).map(|written| written.place);
    if let Some(circle) = order::circle(parts) {
        let names: Vec<&str> = circle.iter().map(name).collect();
        let message = format!("these parts wait for each other in a circle: {}", names.join(" → "));
        let remedy = "take one of them out of after, or what it reads out of its integration";
        reader.problem(place(&circle).unwrap_or_default(), message, remedy);
        return;
    }
    let (total_ms, way) = order::longest(parts, |part| timeout_ms(&part.integration));
    if way.len() > 1 && total_ms > LONGEST_MS {
        let names: Vec<&str> = way.iter().map(name).collect();
        let message = format!(
            "{}, one after the other, may take {total_ms} ms, and API Gateway waits {LONGEST_MS} ms",
            names.join(" → ")
        );
        reader.problem(place(&way).unwrap_or_default(), message, "write timeoutInMillis in their integrations");
    }
}

/// How long a call may take; what is answered here takes no time.
fn timeout_ms(integration: &Integration) -> u32 {
    match integration {
        Integration::Lambda(proxy) => proxy.timeout_ms,
        Integration::Http(proxy) => proxy.timeout_ms,
        Integration::Service(action) => action.timeout_ms,
        Integration::Mapped(mapped) if mapped.target == crate::Target::Mock => 0,
        Integration::Mapped(mapped) => mapped.timeout_ms,
        Integration::Faulty(_) | Integration::Aggregate(_) => 0,
    }
}

fn read_response(
    reader: &mut Reader,
    node: &Node,
    names: &[String],
    around: &Surroundings<'_>,
) -> Option<AggregateResponse> {
    let response = responses::read_one(reader, None, node.place, node)?;
    let variables: Vec<&str> = response.headers.iter().filter_map(|(_, source)| source.stage_variable()).collect();
    check_variables(reader, node.place, &variables, around);
    let reads = places(reader, uses::of(node).into_iter(), names);
    Some(AggregateResponse { response, reads })
}

/// A part whose answer nobody reads and whose failure changes nothing is a mistake.
fn check_unused(reader: &mut Reader, response: Option<&Node>, written: &[Written<'_>], parts: &[AggregatePart]) {
    let templates = response.and_then(|response| response.get("responseTemplates"));
    let has_template = templates.and_then(Node::entries).is_some_and(|templates| !templates.is_empty());
    let Some(response) = response.filter(|response| has_template && !uses::takes_all(response)) else { return };
    for (place, own) in written.iter().enumerate().filter(|(_, own)| !own.part.required) {
        let is_awaited = parts.iter().any(|part| part.after.contains(&place));
        if !is_awaited && !uses::mentions(response, &own.part.name) {
            let name = &own.part.name;
            let message = format!("nobody reads the answer of {name}, and its failure changes nothing");
            let remedy = format!("read $input.path('$.{name}') in the response, write required: true, or leave it out");
            reader.problem(own.place, message, remedy);
        }
    }
}
