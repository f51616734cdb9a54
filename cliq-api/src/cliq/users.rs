//! Users of the organization: finding, adding and changing them, their teams and their fields.
//!
//! All of it is API v2.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::macros::{described, models, open_enums};
use super::{ChannelId, DateTime, UserId};
use crate::prelude::*;

/// Users of Zoho Cliq.
#[endpoints(
    base = "/api/v2",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10m",
    schema(feature = "schema")
)]
pub trait Users {
    /// Lists the organization's users, in pages.
    #[endpoint(
        GET "/users",
        scope = "Users.READ",
        limit = "30/min",
        lock = "10m",
        page(items = "data", token = "next_token", more = "has_more")
    )]
    fn list_users(
        &self,
        /// Returns only users of this status.
        #[query]
        status: Option<UserStatus>,
        /// Returns only users of this plan.
        #[query]
        plan_type: Option<PlanType>,
        /// More to return of each user.
        #[query(csv)]
        fields: Option<Vec<UserProfileField>>,
        /// The maximum number of users per page: up to 100.
        #[query]
        limit: Option<u32>,
        /// Returns only users with this text in their name or email address.
        #[query]
        search: Option<String>,
        /// The order.
        #[query]
        sort_by: Option<UserOrder>,
        /// Returns only users that changed after this time.
        #[query]
        modified_after: Option<DateTime>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<UserProfile>;

    /// Adds users to the organization. Returns which were added.
    #[endpoint(
        POST "/users",
        scope = "Users.CREATE",
        limit = "5/min",
        lock = "10m",
        response = "data"
    )]
    fn create_users(&self, #[field] users: Vec<UserEntry>) -> UsersChanged;

    /// Retrieves a user.
    #[endpoint(GET "/users/<USER_ID>", scope = "Users.READ", response = "data")]
    fn get_user(
        &self,
        user_id: UserId,
        /// The fields to return.
        #[query(csv)]
        fields: Option<Vec<UserProfileField>>,
    ) -> UserProfile;

    /// Changes a user.
    #[endpoint(PUT "/users/<USER_ID>", scope = "Users.UPDATE", response = "data")]
    fn update_user(&self, user_id: UserId, #[field] users: Vec<UserEntry>) -> UsersChanged;

    /// Lists the teams of a user.
    #[endpoint(GET "/users/<USER_ID>/teams", scope = "Users.READ", response = "data")]
    fn list_user_teams(&self, user_id: UserId) -> Vec<Team>;

    /// Retrieves which fields the organization has for its users.
    #[endpoint(GET "/users/layout", scope = "Users.READ", response = "data")]
    fn get_user_layout(
        &self,
        /// Returns only the layout of this name.
        #[query]
        unique_name: Option<String>,
    ) -> Vec<UserLayout>;
}

open_enums! {
    /// The status of a user.
    UserStatus {
        /// Active.
        Active = "active",
        /// Inactive.
        Inactive = "inactive",
        /// Invited.
        Pending = "pending",
        /// Imported and active.
        ImportedActive = "imported_active",
        /// Imported and inactive.
        ImportedInactive = "imported_inactive",
    }

    /// The plan of a user.
    PlanType {
        /// Paid.
        Paid = "paid",
        /// Free.
        Free = "free",
    }

    /// A field of a user to return.
    UserProfileField {
        /// [`UserProfile::display_name`].
        DisplayName = "display_name",
        /// [`UserProfile::mobile`].
        Mobile = "mobile",
        /// [`UserProfile::department`].
        Department = "department",
        /// [`UserProfile::designation`].
        Designation = "designation",
        /// All.
        All = "all",
    }

    /// The order of users.
    UserOrder {
        /// Those whom the authenticated user talks to most come first.
        Usage = "usage",
    }
}

models! {
    /// A user of the organization. Lists return only some of it.
    UserProfile {
        /// The id.
        id: UserId,
        /// The same, under its other name.
        zuid: UserId,
        /// The organization.
        organization_id: String,
        /// The same, under its other name.
        zoid: String,
        /// The email address.
        email_id: String,
        /// The full name.
        name: String,
        /// The full name, under its other name.
        full_name: String,
        /// The name that is shown.
        display_name: String,
        /// The first name.
        first_name: String,
        /// The last name.
        last_name: String,
        /// The number in the organization.
        employee_id: String,
        /// Whom the user reports to.
        reportingto: Named,
        /// The department.
        department: Named,
        /// The position.
        designation: Named,
        /// The number of a mobile phone.
        mobile: String,
        /// The extension of a phone.
        extension: String,
        /// Where the user works.
        work_location: String,
        /// The offset of the time zone, in milliseconds.
        timeoffset: i64,
        /// The time zone, such as `Asia/Kolkata`.
        timezone: String,
        /// The language.
        language: String,
        /// The country.
        country: String,
        /// The status.
        status: UserStatus,
    }

    /// Something with an id and a name.
    Named {
        /// The name.
        name: String,
        /// The id.
        id: String,
    }

    /// Which users were added or changed.
    UsersChanged {
        /// Those that were.
        success_users: Vec<String>,
        /// Those that were not, and why.
        failed_users: BTreeMap<String, String>,
    }

    /// A team.
    Team {
        /// The name.
        name: String,
        /// The id.
        team_id: u64,
        /// What it is for.
        description: String,
        /// When it was created.
        creation_time: time::OffsetDateTime,
        /// The organization.
        organization_id: String,
        /// Whether it is active.
        is_active: bool,
        /// Whether the user moderates it.
        is_moderator: bool,
        /// Whether the user joined it.
        joined: bool,
        /// How many are in it.
        participant_count: u64,
    }

    /// The fields that an organization has for its users.
    UserLayout {
        /// The unique name.
        unique_name: String,
        /// The parts.
        sections: Vec<UserLayoutSection>,
    }

    /// A part of the fields of a user.
    UserLayoutSection {
        /// The unique name.
        unique_name: String,
        /// The name that is shown.
        label: String,
        /// The position.
        sequence_number: u64,
        /// Whether all organizations have it.
        system_defined: bool,
        /// The fields.
        fields: Vec<UserLayoutField>,
    }

    /// A field of a user.
    UserLayoutField {
        /// The id.
        id: String,
        /// The unique name.
        unique_name: String,
        /// The name that is shown.
        label: String,
        /// The position.
        sequence_number: u64,
        /// Whether all organizations have it.
        system_defined: bool,
        /// Whether it is in use.
        status: String,
    }
}

/// A user to add or to change: the email address, and what is set.
///
/// ```
/// use cliq_api::cliq::users::UserEntry;
///
/// let user = UserEntry::new("ryan.west@zylker.com").first_name("Ryan").custom("shirt_size", "M");
/// # let _ = user;
/// ```
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(transparent)]
#[must_use]
pub struct UserEntry(Map<String, Value>);

/// Declares setters of [`UserEntry`], and describes it.
macro_rules! entry {
    ($($(#[doc = $about:literal])* $name:ident: $kind:ty,)*) => {
        described! {
            object UserEntry ["A user: what is set, and fields of the organization."] {
                required ["The email address."] ("email_id"): (type super::schemas::Email),
                optional ["The channels to join."] ("channel_ids"): (type Vec<ChannelId>),
                optional ["The teams to join."] ("team_ids"): (type Vec<String>),
                $(optional [$($about)*] (stringify!($name)): (type $kind),)*
            }
        }

        impl UserEntry {
            $(
                $(#[doc = $about])*
                pub fn $name(self, value: impl Into<$kind>) -> Self {
                    let value: $kind = value.into();
                    self.custom(stringify!($name), value)
                }
            )*
        }
    };
}

entry! {
    /// Sets the first name.
    first_name: String,
    /// Sets the last name.
    last_name: String,
    /// Sets the name that is shown.
    display_name: String,
    /// Sets the number of a phone.
    phone: String,
    /// Sets the number of a mobile phone.
    mobile: String,
    /// Sets the time zone, such as `Asia/Kolkata`.
    timezone: String,
    /// Sets the language.
    language: String,
    /// Sets the country.
    country: String,
    /// Sets the position.
    designation_id: String,
    /// Sets the department.
    department_id: String,
    /// Sets whom the user reports to.
    reporting_to_zuid: String,
    /// Sets where the user works.
    work_location: String,
    /// Sets the extension of a phone.
    extension: String,
    /// Sets the number in the organization.
    employee_id: String,
    /// Sets the picture, in base64.
    image_data: String,
}

impl UserEntry {
    /// Returns one with this email address, and nothing else.
    pub fn new(email_id: impl Into<String>) -> Self {
        Self(Map::new()).custom("email_id", email_id.into())
    }

    /// Sets the channels to join.
    pub fn channel_ids(self, ids: impl IntoIterator<Item = impl Into<ChannelId>>) -> Self {
        let ids = ids.into_iter().map(|id| id.into().as_str().to_owned());
        self.custom("channel_ids", ids.collect::<Vec<_>>())
    }

    /// Sets the teams to join.
    pub fn team_ids(self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let ids = ids.into_iter().map(Into::into);
        self.custom("team_ids", ids.collect::<Vec<String>>())
    }

    /// Sets a field of the organization's own, by its unique name.
    pub fn custom(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}
