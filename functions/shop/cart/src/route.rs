//! From method and path to the operation that is meant.

use lambda_http::http::Method;
use percent_encoding::percent_decode_str;

/// What a path names; ids are as the client wrote them, decoded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// All carts.
    Carts,
    /// One cart.
    Cart(String),
    /// One cart's way to become an order.
    Checkout(String),
    /// One cart's items.
    Items(String),
    /// One item of one cart.
    Item(String, String),
}

/// What can be done, with what the path says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make a cart.
    CreateCart,
    /// Show a cart.
    ReadCart(String),
    /// Delete a cart.
    DeleteCart(String),
    /// Make an order of a cart.
    CheckOut(String),
    /// Put something into a cart.
    AddItem(String),
    /// Take more or less of it.
    ChangeItem(String, String),
    /// Take it out of the cart.
    RemoveItem(String, String),
}

impl Resource {
    /// The resource at `path`. Each segment is percent-decoded by itself, so that an encoded `/` is part of an id and
    /// never a separator; an id made of anything but UTF-8 names nothing.
    pub fn find(path: &str) -> Option<Self> {
        let decode = |segment| percent_decode_str(segment).decode_utf8().ok().map(String::from);
        let segments: Vec<String> = path.strip_prefix('/')?.split('/').map(decode).collect::<Option<_>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match *segments.as_slice() {
            ["carts"] => Some(Resource::Carts),
            ["carts", cart] if !cart.is_empty() => Some(Resource::Cart(cart.to_owned())),
            ["carts", cart, "checkout"] if !cart.is_empty() => Some(Resource::Checkout(cart.to_owned())),
            ["carts", cart, "items"] if !cart.is_empty() => Some(Resource::Items(cart.to_owned())),
            ["carts", cart, "items", sku] if !cart.is_empty() && !sku.is_empty() => {
                Some(Resource::Item(cart.to_owned(), sku.to_owned()))
            }
            _ => None,
        }
    }

    /// The operation that `method` stands for here, if there is one.
    pub fn operation(self, method: &Method) -> Option<Operation> {
        match (self, method) {
            (Resource::Carts, &Method::POST) => Some(Operation::CreateCart),
            (Resource::Cart(cart), &Method::GET) => Some(Operation::ReadCart(cart)),
            (Resource::Cart(cart), &Method::DELETE) => Some(Operation::DeleteCart(cart)),
            (Resource::Checkout(cart), &Method::POST) => Some(Operation::CheckOut(cart)),
            (Resource::Items(cart), &Method::POST) => Some(Operation::AddItem(cart)),
            (Resource::Item(cart, sku), &Method::PATCH) => Some(Operation::ChangeItem(cart, sku)),
            (Resource::Item(cart, sku), &Method::DELETE) => Some(Operation::RemoveItem(cart, sku)),
            _ => None,
        }
    }

    /// The methods that [`Resource::operation`] knows, as an `Allow` header lists them.
    pub fn allow(&self) -> &'static str {
        match self {
            Resource::Carts | Resource::Items(_) | Resource::Checkout(_) => "POST",
            Resource::Cart(_) => "DELETE, GET",
            Resource::Item(..) => "DELETE, PATCH",
        }
    }

    /// The path with its ids' names instead of the ids, for the log.
    pub fn pattern(&self) -> &'static str {
        match self {
            Resource::Carts => "/carts",
            Resource::Cart(_) => "/carts/{cartId}",
            Resource::Checkout(_) => "/carts/{cartId}/checkout",
            Resource::Items(_) => "/carts/{cartId}/items",
            Resource::Item(..) => "/carts/{cartId}/items/{sku}",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        let found = Resource::find(path).map(|resource| format!("{resource:?}"));
        assert_eq!(found.as_deref(), expected, "{path}");
    }

    #[test]
    fn a_path_names_one_resource_or_none() {
        check("/carts", Some("Carts"));
        check("/carts/c1", Some(r#"Cart("c1")"#));
        check("/carts/c1/items", Some(r#"Items("c1")"#));
        check("/carts/c1/checkout", Some(r#"Checkout("c1")"#));
        check("/carts/c1/items/TEA-1", Some(r#"Item("c1", "TEA-1")"#));
        for path in
            ["", "/", "carts", "/carts/", "//carts", "/Carts", "/carts/c1/", "/carts//items", "/carts/c1/things"]
        {
            check(path, None);
        }
        check("/carts/c1/items/", None);
        check("/carts/c1/items/a/b", None);
        check("/prod/carts", None);
    }

    #[test]
    fn each_segment_is_decoded_once() {
        check("/c%61rts/%63%31", Some(r#"Cart("c1")"#));
        check("/carts/a%2Fitems", Some(r#"Cart("a/items")"#));
        check("/carts/a%252F", Some(r#"Cart("a%2F")"#));
        check("/carts/c1/items/%2e%2e", Some(r#"Item("c1", "..")"#));
        check("/carts/100%", Some(r#"Cart("100%")"#));
        check("/carts/%FF", None);
    }

    #[test]
    fn the_allowed_methods_are_those_that_do_something() {
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"];
        for path in ["/carts", "/carts/c", "/carts/c/checkout", "/carts/c/items", "/carts/c/items/s"] {
            let resource = Resource::find(path).unwrap();
            for method in methods {
                let done = resource.clone().operation(&method.parse().unwrap()).is_some();
                assert_eq!(done, resource.allow().split(", ").any(|allowed| allowed == method), "{method} {path}");
            }
        }
    }
}
