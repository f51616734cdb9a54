//! The endpoints that a command line has, by the names of their groups and commands.

use cliq_api::{EndpointMeta, Endpoints};

use crate::names;

/// Endpoints of one trait.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) summary: &'static str,
    pub(crate) endpoints: Vec<Entry>,
}

/// An endpoint, and the name of its command.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) command: String,
    pub(crate) meta: &'static EndpointMeta,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Catalog(Vec<Group>);

impl Catalog {
    pub(crate) fn add(&mut self, table: &'static Endpoints) {
        let Some(first) = table.first() else { return };
        let names = names::commands(table);
        let endpoints = names
            .into_iter()
            .zip(table)
            .map(|(command, meta)| Entry { command, meta });
        let name = names::group(first.api());
        // Two traits of one name are one group, whose first endpoint of a name counts.
        if let Some(group) = self.0.iter_mut().find(|group| group.name == name) {
            for entry in endpoints {
                if group
                    .endpoints
                    .iter()
                    .all(|known| known.command != entry.command)
                {
                    group.endpoints.push(entry);
                }
            }
            return;
        }
        self.0.push(Group {
            name,
            summary: first.api_summary(),
            endpoints: endpoints.collect(),
        });
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.0
    }

    pub(crate) fn group(&self, name: &str) -> Option<&Group> {
        self.0.iter().find(|group| group.name == name)
    }

    /// All endpoints, with their groups.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Group, &Entry)> {
        self.0
            .iter()
            .flat_map(|group| group.endpoints.iter().map(move |entry| (group, entry)))
    }

    /// Finds `threads`, `threads follow`, `threads.follow` or `follow_thread`: all that a name may
    /// mean.
    pub(crate) fn find(&self, name: &str) -> Vec<(&Group, &Entry)> {
        let words = names::words(name).join("-");
        self.all()
            .filter(|(group, entry)| {
                group.name == words
                    || format!("{}-{}", group.name, entry.command) == words
                    || names::kebab(entry.meta.name()) == words
            })
            .collect()
    }
}

impl Group {
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.endpoints.iter().find(|entry| entry.command == name)
    }
}
