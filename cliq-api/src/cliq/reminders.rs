//! Reminders that are set on the messages of a chat.

use super::macros::{inputs, models, open_enums};
use super::models::Outcome;
use super::{ChatId, MessageId, Millis, ReminderId, UserId};
use crate::prelude::*;

/// Reminders of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10m",
    schema(feature = "schema")
)]
pub trait Reminders {
    /// Lists the reminders of a chat, in pages.
    #[endpoint(
        GET "/chats/<CHAT_ID>/reminders",
        scope = "Reminders.READ",
        page(items = "list", token = "next_token")
    )]
    fn list_reminders(
        &self,
        chat_id: ChatId,
        /// The maximum number of reminders per page: up to 100.
        #[query]
        limit: u32,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Reminder>;

    /// Changes the status of a reminder that repeats: all of its occurrences.
    #[endpoint(PUT "/reminders/<REMINDER_ID>", scope = "Reminders.UPDATE")]
    fn update_reminder(
        &self,
        reminder_id: ReminderId,
        #[field] status: ReminderStatus,
        #[field] apply_to: Occurrences,
    );

    /// Notifies all whom a reminder is for, now.
    #[endpoint(
        POST "/reminders/<REMINDER_ID>/notifications",
        scope = "Reminders.CREATE",
        response = "data"
    )]
    fn notify_reminder(&self, reminder_id: ReminderId) -> Vec<Reminded>;

    /// Sets new times of reminders, up to 25. Returns what became of each.
    #[endpoint(PUT "/reminders/edits", scope = "Reminders.UPDATE", response = "data")]
    fn reschedule_reminders(&self, #[field] reminders: Vec<NewReminderTime>) -> Vec<Rescheduled>;

    /// Completes a reminder that repeats: [`update_reminder`](Self::update_reminder) with
    /// [`ReminderStatus::Completed`].
    fn complete_reminder(&self, reminder_id: impl Into<ReminderId>) -> UpdateReminderRequest {
        self.update_reminder(reminder_id, ReminderStatus::Completed, Occurrences::All)
    }
}

open_enums! {
    /// The status of a reminder.
    ReminderStatus {
        /// It is done.
        Completed = "completed",
    }

    /// Which occurrences of a reminder that repeats.
    Occurrences {
        /// All.
        All = "all_occurrences",
    }
}

models! {
    /// A reminder.
    Reminder {
        /// The id.
        id: ReminderId,
        /// When it is due.
        time: time::OffsetDateTime,
        /// The time zone of its time, such as `Asia/Kolkata`.
        timezone: String,
        /// What it reminds of.
        content: String,
        /// Whether it is done.
        completed: bool,
        /// When it was set.
        creation_time: time::OffsetDateTime,
        /// Who set it.
        creator: super::models::Person,
        /// Whom it is for.
        users: Vec<Reminded>,
        /// The message that it is set on.
        message: RemindedMessage,
    }

    /// A user whom a reminder is for.
    Reminded {
        /// The name.
        name: String,
        /// The id.
        id: UserId,
        /// Whether the user is done.
        completed: bool,
        /// Whether the user removed it.
        deleted: bool,
    }

    /// A message that a reminder is set on.
    RemindedMessage {
        /// The id.
        msgid: MessageId,
        /// The text.
        msg: String,
        /// Its chat.
        chat_id: ChatId,
        /// Who posted it.
        sender_id: UserId,
        /// The name of who posted it.
        dname: String,
    }

    /// What became of a reminder.
    Rescheduled {
        /// Whether it has the new time.
        status: Outcome,
        /// The reminder's id.
        reminder_id: ReminderId,
        /// The reminder.
        data: Reminder,
    }
}

inputs! {
    /// A reminder and its new time.
    NewReminderTime(reminder_id: ReminderId, time: Millis) {}
}
