//! Extensions: installing them, and their properties.
//!
//! Zoho's document lacks the extension's id among the parameters of calls for properties, although
//! their paths have it.

use std::collections::BTreeMap;

use super::models::AccessScope;
use super::{ExtensionId, ExtensionKey};
use crate::prelude::*;

/// Extensions of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Extensions {
    /// Installs an extension, for the organization or for teams.
    #[endpoint(
        POST "/extensions/<EXTENSION_ID>/installation",
        scope = "Extensions.CREATE",
        limit = "10/min",
        lock = "5m"
    )]
    fn install_extension(
        &self,
        extension_id: ExtensionId,
        #[query] extension_key: ExtensionKey,
        /// Who may use it: [`AccessScope::Organization`] or [`AccessScope::Team`].
        #[field]
        scope: AccessScope,
        /// The teams, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
    );

    /// Updates an installed extension to a newer version.
    #[endpoint(
        PUT "/extensions/<EXTENSION_ID>/installation",
        scope = "Extensions.UPDATE",
        limit = "10/min",
        lock = "10m"
    )]
    fn upgrade_extension(
        &self,
        extension_id: ExtensionId,
        #[query] extension_key: ExtensionKey,
        /// For whom: [`AccessScope::Organization`] or [`AccessScope::Team`].
        #[field]
        scope: AccessScope,
    );

    /// Retrieves properties of an extension, by their names.
    #[endpoint(
        GET "/extensions/<EXTENSION_ID>/properties",
        scope = "Extensions.READ",
        limit = "30/min",
        lock = "5m"
    )]
    fn get_extension_properties(
        &self,
        extension_id: ExtensionId,
        #[query] extension_key: ExtensionKey,
        /// The names, up to 10, of up to 30 lowercase letters and underscores.
        #[query(csv)]
        keys: Vec<String>,
    ) -> BTreeMap<String, String>;

    /// Sets properties of an extension. Others stay as they are.
    #[endpoint(
        PATCH "/extensions/<EXTENSION_ID>/properties",
        scope = "Extensions.UPDATE",
        limit = "30/min",
        lock = "5m"
    )]
    fn set_extension_properties(
        &self,
        extension_id: ExtensionId,
        #[query] extension_key: ExtensionKey,
        /// The values by their names.
        #[field]
        properties: BTreeMap<String, String>,
    ) -> BTreeMap<String, String>;

    /// Retrieves a property of an extension.
    #[endpoint(
        GET "/extensions/<EXTENSION_ID>/properties/<EXTENSION_PROPERTY_KEY_NAME>",
        scope = "Extensions.READ",
        limit = "30/min",
        lock = "5m"
    )]
    fn get_extension_property(
        &self,
        extension_id: ExtensionId,
        /// The property's name.
        extension_property_key_name: String,
        #[query] extension_key: ExtensionKey,
    ) -> BTreeMap<String, String>;

    /// Deletes a property of an extension.
    #[endpoint(
        DELETE "/extensions/<EXTENSION_ID>/properties/<EXTENSION_PROPERTY_KEY_NAME>",
        scope = "Extensions.UPDATE",
        limit = "30/min",
        lock = "5m"
    )]
    fn delete_extension_property(
        &self,
        extension_id: ExtensionId,
        /// The property's name.
        extension_property_key_name: String,
        #[query] extension_key: ExtensionKey,
    );
}
