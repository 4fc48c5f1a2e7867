//! Which of several templates answers a client: by the first type that it accepts.

/// The place of the template for the first type of `accept`, else of the one for JSON, else the first. That JSON comes before
/// the first is recorded; which is first is not, and here is the document's first.
pub(crate) fn template_for(templates: &[(String, String)], accept: Option<&str>) -> Option<usize> {
    let first = accept.and_then(|value| value.split([',', ';']).next()).unwrap_or_default().trim().to_ascii_lowercase();
    let find = |wanted: &str| templates.iter().position(|(kind, _)| kind == wanted);
    find(&first).or_else(|| find("application/json")).or((!templates.is_empty()).then_some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_accepted_type_decides() {
        let both = [("application/xml", ""), ("application/json", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        for (accept, place) in [
            (None, 1),
            (Some("application/json"), 1),
            (Some("Application/XML; q=1, application/json"), 0),
            (Some("image/png, application/xml"), 1),
        ] {
            assert_eq!(template_for(&both, accept), Some(place), "{accept:?}");
        }
        assert_eq!(template_for(&both[..1], None), Some(0));
        assert_eq!(template_for(&[], Some("application/json")), None);
    }
}
