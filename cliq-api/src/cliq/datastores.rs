//! Datastores: tables that bots, commands and functions share, and their records.
//!
//! ```
//! use cliq_api::cliq::datastores::{Datastores, FieldType, NewField};
//! use cliq_api::prelude::*;
//! use serde_json::json;
//!
//! # async fn example(cliq: Client) -> Result<(), Error> {
//! let fields = [NewField::new("number", "Number", FieldType::Number)];
//! cliq.create_datastore("tickets", "Tickets", "Open tickets", fields).await?;
//! let values = json!({ "number": "42" });
//! let record = cliq.insert_record("tickets", values.as_object().unwrap().clone()).await?;
//! println!("{:?}", record.id);
//! # Ok(())
//! # }
//! ```
//!
//! Zoho documents some of the scopes here without their prefix, which all others have: this module
//! adds it.

use serde_json::{Map, Value};

use super::macros::{inputs, models, open_enums};
use super::models::{AccessScope, Person, Toggle};
use super::{DatastoreFieldId, DatastoreId, DatastoreName, ExtensionKey, RecordId};
use crate::prelude::*;

/// Datastores of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Datastores {
    /// Lists the organization's datastores, in pages.
    #[endpoint(
        GET "/datastores",
        scope = "Datastores.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "data", token = "next_token")
    )]
    fn list_datastores(
        &self,
        /// The maximum number of datastores per page: up to 100. Defaults to 20.
        #[query]
        limit: Option<u32>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Datastore>;

    /// Creates a datastore.
    #[endpoint(
        POST "/datastores",
        scope = "Datastores.CREATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_datastore(
        &self,
        /// The unique name: up to 20 lowercase letters, digits and underscores, a letter first.
        #[field]
        unique_name: DatastoreName,
        /// The display name: up to 20 letters, digits and spaces.
        #[field]
        name: String,
        /// What it holds: at most 250 characters.
        #[field]
        description: String,
        /// The fields of a record, 1 to 19.
        #[field]
        fields: Vec<NewField>,
        /// Up to 4 lists of fields; no two records have the same values in all fields of a list.
        #[field]
        unique_keys: Option<Vec<Vec<String>>>,
    ) -> Datastore;

    /// Retrieves a datastore.
    #[endpoint(
        GET "/datastores/<DATASTORE_ID>",
        scope = "Datastores.READ",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn get_datastore(&self, datastore_id: DatastoreId) -> Datastore;

    /// Changes a datastore: what is set.
    #[endpoint(
        PATCH "/datastores/<DATASTORE_ID>",
        scope = "Datastores.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_datastore(
        &self,
        datastore_id: DatastoreId,
        /// The unique name: up to 20 lowercase letters, digits and underscores, a letter first.
        #[field]
        unique_name: Option<DatastoreName>,
        /// The display name: up to 20 letters, digits and spaces.
        #[field]
        name: Option<String>,
        /// What it holds: at most 250 characters.
        #[field]
        description: Option<String>,
        /// Up to 4 lists of fields, which replace all that there are.
        #[field]
        unique_keys: Option<Vec<Vec<String>>>,
    ) -> Datastore;

    /// Deletes a datastore with its records.
    #[endpoint(
        DELETE "/datastores/<DATASTORE_ID>",
        scope = "Datastores.DELETE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_datastore(&self, datastore_id: DatastoreId);

    /// Adds fields to a datastore, 1 to 10.
    #[endpoint(
        POST "/datastores/<DATASTORE_ID>/fields",
        scope = "Datastores.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn add_datastore_fields(
        &self,
        datastore_id: DatastoreId,
        #[field] fields: Vec<NewField>,
    ) -> Datastore;

    /// Changes fields of a datastore, 1 to 10.
    #[endpoint(
        PATCH "/datastores/<DATASTORE_ID>/fields",
        scope = "Datastores.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_datastore_fields(
        &self,
        datastore_id: DatastoreId,
        #[field] fields: Vec<FieldUpdate>,
    ) -> Datastore;

    /// Deletes fields of a datastore with all their values, up to 10.
    #[endpoint(
        DELETE "/datastores/<DATASTORE_ID>/fields",
        scope = "Datastores.UPDATE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_datastore_fields(
        &self,
        datastore_id: DatastoreId,
        #[query(csv)] ids: Vec<DatastoreFieldId>,
    );

    /// Lists records, in pages.
    #[endpoint(
        GET "/datastores/<DATASTORE_UNIQUE_NAME>/records",
        scope = "DatastoreRecords.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "list", token = "next_token")
    )]
    fn list_records(
        &self,
        datastore_unique_name: DatastoreName,
        /// Returns only records that meet this condition, such as
        /// `(name=John) && (active=true)`.
        #[query]
        criteria: Option<String>,
        /// The maximum number of records per page: up to 100. Defaults to 50.
        #[query]
        limit: Option<u32>,
        /// The fields to sort by, each with `asc` or `desc`: `name desc, number asc`.
        #[query]
        order_by: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> Page<Record>;

    /// Inserts a record.
    #[endpoint(
        POST "/datastores/<DATASTORE_UNIQUE_NAME>/records",
        scope = "DatastoreRecords.CREATE",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn insert_record(
        &self,
        datastore_unique_name: DatastoreName,
        /// The values by the unique names of the fields.
        #[field]
        values: Map<String, Value>,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> Record;

    /// Changes all records that meet a condition.
    #[endpoint(
        PATCH "/datastores/<DATASTORE_UNIQUE_NAME>/records",
        scope = "DatastoreRecords.UPDATE",
        limit = "30/min",
        lock = "5m"
    )]
    fn update_records(
        &self,
        datastore_unique_name: DatastoreName,
        /// The new values by the unique names of the fields.
        #[field]
        values: Map<String, Value>,
        /// Which records: `(name=John) && (active=true)`.
        #[field]
        criteria: String,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    );

    /// Deletes records, by their ids or by a condition.
    #[endpoint(
        DELETE "/datastores/<DATASTORE_UNIQUE_NAME>/records",
        scope = "DatastoreRecords.DELETE",
        limit = "30/min",
        lock = "5m"
    )]
    fn delete_records(
        &self,
        datastore_unique_name: DatastoreName,
        /// Which records: `(name=John) && (active=true)`.
        #[query]
        criteria: Option<String>,
        /// Which records.
        #[query(csv)]
        ids: Option<Vec<RecordId>>,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    );

    /// Retrieves a record.
    #[endpoint(
        GET "/datastores/<DATASTORE_UNIQUE_NAME>/records/<RECORD_ID>",
        scope = "DatastoreRecords.READ",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn get_record(
        &self,
        datastore_unique_name: DatastoreName,
        record_id: RecordId,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> Record;

    /// Changes a record.
    #[endpoint(
        PATCH "/datastores/<DATASTORE_UNIQUE_NAME>/records/<RECORD_ID>",
        scope = "DatastoreRecords.UPDATE",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn update_record(
        &self,
        datastore_unique_name: DatastoreName,
        record_id: RecordId,
        /// The new values by the unique names of the fields.
        #[field]
        values: Map<String, Value>,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> Record;

    /// Deletes a record.
    #[endpoint(
        DELETE "/datastores/<DATASTORE_UNIQUE_NAME>/records/<RECORD_ID>",
        scope = "DatastoreRecords.DELETE",
        limit = "30/min",
        lock = "5m"
    )]
    fn delete_record(
        &self,
        datastore_unique_name: DatastoreName,
        record_id: RecordId,
        /// The key of the extension that the datastore belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    );

    /// Exports all records of a datastore to a file, which Cliq sends to the user.
    #[endpoint(
        POST "/datastores/<DATASTORE_ID>/export",
        scope = "Datastores.READ",
        limit = "5/min",
        lock = "10m"
    )]
    fn export_datastore(
        &self,
        datastore_id: DatastoreId,
        #[field] file_type: ExportType,
        /// Whether the file is protected by a password.
        #[field]
        password_protected: Option<bool>,
        /// The password: 8 to 20 characters.
        #[field]
        password: Option<Password>,
    );
}

/// The password of an exported file. `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Password(String);

impl<T: Into<String>> From<T> for Password {
    fn from(password: T) -> Self {
        Self(password.into())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

open_enums! {
    /// The type of a field.
    FieldType {
        /// `true` or `false`.
        Boolean = "boolean",
        /// A number.
        Number = "number",
        /// A short text.
        LimitedText = "limited-text",
        /// A text that is stored encrypted.
        EncryptedText = "encrypted-text",
        /// A long text.
        LargeText = "large-text",
    }

    /// The format of an exported file.
    ExportType {
        /// Values separated by commas.
        Csv = "csv",
        /// A workbook of Excel.
        Xlsx = "xlsx",
        /// A document.
        Pdf = "pdf",
    }
}

models! {
    /// A datastore.
    Datastore {
        /// The unique name, which identifies it in calls for records.
        unique_name: DatastoreName,
        /// The display name.
        name: String,
        /// The id.
        id: DatastoreId,
        /// What it holds.
        description: String,
        /// Who created it.
        creator: Person,
        /// Whether it is on.
        status: Toggle,
        /// Who may use it.
        scope: AccessScope,
        /// The fields of a record.
        fields: Vec<Field>,
        /// Lists of fields; no two records have the same values in all fields of a list.
        unique_keys: Vec<Vec<String>>,
    }

    /// A field of a datastore.
    Field {
        /// The unique name, under which records have its value.
        unique_name: String,
        /// The display name.
        name: String,
        /// The id.
        id: DatastoreFieldId,
        /// The type.
        field_type = "type": FieldType,
        /// Whether each record needs a value.
        mandatory: bool,
        /// Whether the value is hidden.
        masked: bool,
        /// The value of a record that has none, as text.
        default_value: String,
    }

    /// A record. Its values are in [`other`](Self::other), by the unique names of the fields.
    Record {
        /// The id.
        id: RecordId,
        /// When it was inserted.
        added_time: time::OffsetDateTime,
        /// When it changed last.
        modified_time: time::OffsetDateTime,
    }
}

inputs! {
    /// A field to add to a datastore. Its unique name has up to 20 lowercase letters, digits and
    /// underscores, a letter first; its display name has up to 20 letters, digits and spaces.
    NewField(unique_name: String, name: String, field_type = "type": FieldType) {
        /// Sets whether each record needs a value.
        mandatory: bool,
        /// Sets whether the value is hidden. An encrypted text is hidden anyway.
        masked: bool,
        /// Sets the value of a record that has none, as text: at most 100 characters.
        default_value: String,
    }

    /// What to change of a field of a datastore: what is set.
    FieldUpdate(id: DatastoreFieldId) {
        /// Sets the unique name.
        unique_name: String,
        /// Sets the display name.
        name: String,
        /// Sets whether each record needs a value.
        mandatory: bool,
        /// Sets whether the value is hidden.
        masked: bool,
        /// Sets the value of a record that has none, as text: at most 100 characters.
        default_value: String,
    }
}
