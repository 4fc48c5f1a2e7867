//! `x-tollgate-tenant` and `x-tollgate-requires`: whose call it is, and what they must have subscribed to.

use identity::{Requirement, TenantRule};

use crate::{
    Admits, Guard,
    document::{Entry, Node},
    reader::Reader,
};

const TENANT: &str = "x-tollgate-tenant";
const REQUIRES: &str = "x-tollgate-requires";

/// What names the tenant, and what it must have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenancy {
    tenant: Option<TenantRule>,
    requires: Vec<Requirement>,
}

impl Tenancy {
    /// Reads it at the top of the document or in an operation, which keeps what it does not say.
    pub(crate) fn read(reader: &mut Reader, node: &Node, otherwise: &Tenancy) -> Self {
        Tenancy::read_named(reader, node, (TENANT, REQUIRES), otherwise)
    }

    /// Reads it where it stands under these names.
    pub(crate) fn read_named(
        reader: &mut Reader,
        node: &Node,
        (tenant_name, requires_name): (&str, &str),
        otherwise: &Tenancy,
    ) -> Self {
        let tenant = match node.get(tenant_name) {
            Some(written) => tenant(reader, written, tenant_name),
            None => otherwise.tenant.clone(),
        };
        let requires = match node.get(requires_name) {
            Some(written) => requires(reader, written, requires_name),
            None => otherwise.requires.clone(),
        };
        Tenancy { tenant, requires }
    }

    /// Whom `guard` lets in.
    pub(crate) fn admits(self, guard: &Guard) -> Admits {
        let admits = guard.admits();
        // A key has its tenant, which no claim changes.
        let tenant = self.tenant.filter(|_| !admits.api_key);
        Admits { tenant, requires: self.requires, ..admits }
    }

    /// Whom an operation admits that `guard` guards. What stands at the top of the document is for operations that ask who
    /// is calling.
    pub(crate) fn of_operation(&self, reader: &mut Reader, entry: &Entry, guard: &Guard) -> Admits {
        let own = Tenancy::read(reader, &entry.value, self);
        if *guard == Guard::Open {
            for name in [TENANT, REQUIRES] {
                let asks = entry.value.get(name).filter(|node| node.items().is_none_or(|items| !items.is_empty()));
                if let Some(node) = asks {
                    let message = format!("{name} asks who is calling, and the operation asks nobody");
                    reader.problem(node.place, message, "write security: with what is to be asked, or leave it out");
                }
            }
            return guard.admits();
        }
        own.admits(guard)
    }
}

fn tenant(reader: &mut Reader, node: &Node, name: &str) -> Option<TenantRule> {
    let text = reader.literal(node, name)?;
    match TenantRule::parse(text) {
        Ok(rule) => Some(rule),
        Err((message, remedy)) => {
            reader.problem(node.place, message, remedy);
            None
        }
    }
}

fn requires(reader: &mut Reader, node: &Node, name: &str) -> Vec<Requirement> {
    let texts = reader.texts(node, name);
    let mut all = Vec::new();
    for text in texts {
        match Requirement::parse(&text) {
            Ok(requirement) => all.push(requirement),
            Err((message, remedy)) => reader.problem(node.place, message, remedy),
        }
    }
    all
}
