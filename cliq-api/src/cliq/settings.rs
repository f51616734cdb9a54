//! The user's settings: quiet hours, keyboard shortcuts, preferences, and those of the mobile apps.
//!
//! Settings that are sent are the types that are read: change what was read, or start with
//! `Default`.
//!
//! ```
//! use cliq_api::cliq::models::Toggle;
//! use cliq_api::cliq::settings::{NotificationSettings, Settings};
//! use cliq_api::prelude::*;
//!
//! # async fn example(cliq: Client) -> Result<(), Error> {
//! let mut notification = NotificationSettings::default();
//! notification.reactions = Some(Toggle::Disabled);
//! cliq.update_mobile_settings().notification(notification).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Zoho publishes no rate limit for quiet hours and preferences; that of the other settings is
//! assumed.

use std::collections::BTreeMap;

use super::macros::{models, open_enums};
use super::models::Toggle;
use crate::prelude::*;

/// Settings of a user of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "5m",
    schema(feature = "schema")
)]
pub trait Settings {
    /// Retrieves when the user is not disturbed.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(GET "/settings/dnd-preferences", scope = "Profile.READ")]
    fn get_quiet_hours(
        &self,
        /// The names of the settings to return. Defaults to all.
        #[query(csv)]
        keys: Option<Vec<String>>,
    ) -> QuietHours;

    /// Sets when the user is not disturbed: what is set.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(PUT "/settings/dnd-preferences", scope = "Profile.UPDATE")]
    fn update_quiet_hours(
        &self,
        /// From when to when, such as `18:00-09:00`.
        #[field]
        quiet_hours: Option<String>,
        /// The days.
        #[field(csv)]
        quiet_days: Option<Vec<Weekday>>,
    );

    /// Retrieves the user's keyboard shortcuts.
    #[endpoint(
        GET "/settings/keyboard-shortcuts",
        scope = "Profile.READ",
        response = "keyboard_shortcuts"
    )]
    fn get_keyboard_shortcuts(&self) -> KeyboardShortcuts;

    /// Changes keyboard shortcuts: those that are given.
    #[endpoint(PUT "/settings/keyboard-shortcuts", scope = "Profile.UPDATE")]
    fn update_keyboard_shortcuts(
        &self,
        /// Shortcuts for finding one's way.
        #[field]
        basic: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for writing messages.
        #[field]
        composer: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for what is done with a message.
        #[field]
        message_action: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for drawing.
        #[field]
        annotate: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for calls.
        #[field]
        media: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for switching networks.
        #[field]
        networks: Option<BTreeMap<String, Shortcut>>,
        /// The user's own shortcuts. One that is changed is given whole.
        #[field]
        custom: Option<CustomShortcuts>,
    );

    /// Deletes keyboard shortcuts: those that are given, or all of a kind. A default one returns.
    #[endpoint(DELETE "/settings/keyboard-shortcuts", scope = "Profile.DELETE", body = optional)]
    fn delete_keyboard_shortcuts(
        &self,
        /// Shortcuts for finding one's way.
        #[field]
        basic: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for writing messages.
        #[field]
        composer: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for what is done with a message.
        #[field]
        message_action: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for drawing.
        #[field]
        annotate: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for calls.
        #[field]
        media: Option<BTreeMap<String, Shortcut>>,
        /// Shortcuts for switching networks.
        #[field]
        networks: Option<BTreeMap<String, Shortcut>>,
        /// The user's own shortcuts, by their ids.
        #[field]
        custom: Option<CustomShortcuts>,
        /// All of a kind.
        #[field("type")]
        kind: Option<ShortcutKind>,
    );

    /// Retrieves the settings of the user's mobile apps.
    #[endpoint(GET "/settings/mobile", scope = "Profile.READ")]
    fn get_mobile_settings(
        &self,
        /// The names of the settings to return.
        #[query(csv)]
        keys: Option<Vec<String>>,
        /// Whether to return all settings.
        #[query]
        fetch_all: Option<bool>,
    ) -> MobileSettings;

    /// Changes settings of the user's mobile apps: what is set.
    #[endpoint(PUT "/settings/mobile", scope = "Profile.UPDATE")]
    fn update_mobile_settings(
        &self,
        /// Noise cancellation in calls.
        #[field]
        av_noise_cancellation: Option<Toggle>,
        /// Which media are saved to the device's gallery.
        #[field]
        media_to_gallery: Option<GallerySettings>,
        /// Recording of calls.
        #[field]
        conference_recording: Option<Toggle>,
        /// When the user was seen last, for others.
        #[field]
        last_seen: Option<Toggle>,
        /// Summaries of files.
        #[field]
        file_summary: Option<Toggle>,
        /// Uploads in high quality.
        #[field]
        media_upload_quality: Option<Toggle>,
        /// Which notifications are shown.
        #[field]
        notification: Option<NotificationSettings>,
        /// Which media are downloaded without being asked for.
        #[field]
        media_auto_download: Option<DownloadSettings>,
        /// Joining huddles without video.
        #[field]
        huddle_join_video_muted: Option<Toggle>,
        /// Video in high definition.
        #[field]
        av_hd_video: Option<Toggle>,
        /// Summaries of chats.
        #[field]
        chat_summary: Option<Toggle>,
    );

    /// Retrieves the user's preferences.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(
        GET "/settings/user-preferences",
        scope = "Profile.READ",
        response = "userpreferences"
    )]
    fn get_user_preferences(
        &self,
        /// The names of the preferences to return. Defaults to all.
        #[query(csv)]
        keys: Option<Vec<String>>,
    ) -> UserPreferences;

    /// Changes preferences of the user: what is set.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(PUT "/settings/user-preferences", scope = "Profile.UPDATE")]
    fn update_user_preferences(
        &self,
        /// Dark colors.
        #[field]
        dark_mode: Option<Toggle>,
        /// The theme, a number as text.
        #[field]
        ui_theme: Option<String>,
        /// The theme of the side bar.
        #[field]
        lhs_theme: Option<Toggle>,
        /// Smileys in place of text like `:)`.
        #[field]
        smileys: Option<Toggle>,
        /// Translation of messages.
        #[field]
        translation_mode: Option<Toggle>,
        /// Noise cancellation in calls.
        #[field]
        av_noise_cancellation: Option<Toggle>,
        /// Video in high definition.
        #[field]
        av_hd_video: Option<Toggle>,
        /// Sounds of notifications.
        #[field]
        sound_notification: Option<Toggle>,
        /// Notifications on the desktop.
        #[field]
        desktop_notification: Option<Toggle>,
        /// A mask that helps to read.
        #[field]
        reading_mask: Option<Toggle>,
        /// Help for people who see little.
        #[field]
        vision_assistive: Option<Toggle>,
        /// The font, a number as text.
        #[field]
        cliq_font: Option<String>,
        /// The font's size, a number as text.
        #[field]
        cliq_font_size: Option<String>,
        /// Recording of calls.
        #[field]
        conference_recording: Option<Toggle>,
        /// What is shown behind the user.
        #[field]
        video_background: Option<String>,
        /// The filter of the user's video.
        #[field]
        video_filter: Option<String>,
        /// When the user was seen last, for others.
        #[field]
        last_seen: Option<Toggle>,
        /// Previews of links.
        #[field]
        linkpreview_status: Option<Toggle>,
    );
}

open_enums! {
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }

    /// Which keyboard shortcuts.
    ShortcutKind {
        /// The user's own.
        Custom = "custom",
        /// Those that Cliq has.
        Default = "default",
    }

    /// When media are downloaded without being asked for.
    Download {
        /// Always.
        Enabled = "enabled",
        /// Never.
        Disabled = "disabled",
        /// With Wi-Fi.
        Wifi = "wifi",
        /// With mobile data.
        Mobile = "mobile",
    }
}

models! {
    /// When the user is not disturbed.
    QuietHours {
        /// From when to when, such as `18:00-09:00`.
        quiet_hours: String,
        /// The days, joined with commas; see [`days`](Self::days).
        quiet_days: String,
    }

    /// Keyboard shortcuts, by what they do.
    KeyboardShortcuts {
        /// Shortcuts for finding one's way.
        basic: BTreeMap<String, Shortcut>,
        /// Shortcuts for writing messages.
        composer: BTreeMap<String, Shortcut>,
        /// Shortcuts for what is done with a message.
        message_action: BTreeMap<String, Shortcut>,
        /// Shortcuts for drawing.
        annotate: BTreeMap<String, Shortcut>,
        /// Shortcuts for calls.
        media: BTreeMap<String, Shortcut>,
        /// Shortcuts for switching networks.
        networks: BTreeMap<String, Shortcut>,
        /// The user's own shortcuts.
        custom: CustomShortcuts,
    }

    /// The keys of a shortcut, such as `cmd+shift+m`.
    Shortcut {
        /// On Windows.
        windows: String,
        /// On macOS.
        mac: String,
    }

    /// The user's own shortcuts.
    CustomShortcuts {
        /// Those that open a chat.
        chat: Vec<CustomShortcut>,
        /// Those that open a widget.
        widget: Vec<CustomShortcut>,
        /// Those that write a text.
        snippet: Vec<SnippetShortcut>,
    }

    /// A shortcut that opens a chat or a widget.
    CustomShortcut {
        /// The id of the chat or widget.
        id: String,
        /// The name.
        name: String,
        /// The keys on Windows.
        windows: String,
        /// The keys on macOS.
        mac: String,
    }

    /// A shortcut that writes a text.
    SnippetShortcut {
        /// The name.
        name: String,
        /// The text.
        message: String,
        /// The keys on Windows.
        windows: String,
        /// The keys on macOS.
        mac: String,
    }

    /// Settings of the mobile apps.
    MobileSettings {
        /// Noise cancellation in calls.
        av_noise_cancellation: Toggle,
        /// Which media are saved to the device's gallery.
        media_to_gallery: GallerySettings,
        /// Recording of calls.
        conference_recording: Toggle,
        /// When the user was seen last, for others.
        last_seen: Toggle,
        /// Summaries of files.
        file_summary: Toggle,
        /// Uploads in high quality.
        media_upload_quality: Toggle,
        /// Which notifications are shown.
        notification: NotificationSettings,
        /// Which media are downloaded without being asked for.
        media_auto_download: DownloadSettings,
        /// The same on Android.
        media_auto_download_android: DownloadSettings,
        /// Joining huddles without video.
        huddle_join_video_muted: Toggle,
        /// Video in high definition.
        av_hd_video: Toggle,
        /// Detection of speech while the microphone is muted.
        av_speech_detection: Toggle,
        /// Summaries of what is unread.
        unread_summary: Toggle,
        /// Summaries of chats.
        chat_summary: Toggle,
    }

    /// Which media are saved to the device's gallery.
    GallerySettings {
        /// Pictures.
        images: Toggle,
        /// Pictures that were taken in Cliq.
        camera_captures: Toggle,
        /// Films.
        videos: Toggle,
    }

    /// Which media are downloaded without being asked for.
    DownloadSettings {
        /// Pictures.
        images: Download,
        /// Films.
        videos: Download,
        /// Other files.
        others: Download,
    }

    /// Which notifications the mobile apps show.
    NotificationSettings {
        /// Notifications of direct messages.
        direct_message: Toggle,
        /// Sounds of notifications of direct messages.
        direct_message_sound: Toggle,
        /// The text in notifications of direct messages.
        direct_message_preview: Toggle,
        /// Notifications of messages in channels.
        channel: Toggle,
        /// Sounds of notifications of messages in channels.
        channel_sound: Toggle,
        /// The text in notifications of messages in channels.
        channel_preview: Toggle,
        /// Notifications of messages in groups.
        group: Toggle,
        /// Sounds of notifications of messages in groups.
        group_sound: Toggle,
        /// The text in notifications of messages in groups.
        group_preview: Toggle,
        /// Notifications of mentions.
        atmentions: Toggle,
        /// Sounds of notifications of mentions.
        atmentions_sound: Toggle,
        /// The text in notifications of mentions.
        atmentions_preview: Toggle,
        /// Notifications of messages of bots.
        bot: Toggle,
        /// Sounds of notifications of messages of bots.
        bot_sound: Toggle,
        /// The text in notifications of messages of bots.
        bot_preview: Toggle,
        /// Notifications of reactions.
        reactions: Toggle,
        /// Sounds of notifications of reactions.
        reactions_sound: Toggle,
        /// The text in notifications of reactions.
        reactions_preview: Toggle,
        /// Notifications of hashtags.
        hashtags: Toggle,
        /// Sounds of notifications of hashtags.
        hashtags_sound: Toggle,
        /// The text in notifications of hashtags.
        hashtags_preview: Toggle,
        /// Notifications of mentions and tags.
        mt = "MT": Toggle,
        /// Sounds of notifications of mentions and tags.
        mt_sound = "MT_sound": Toggle,
        /// The text in notifications of mentions and tags.
        mt_preview = "MT_preview": Toggle,
    }

    /// Preferences of a user.
    UserPreferences {
        /// Dark colors.
        dark_mode: Toggle,
        /// The theme, a number as text.
        ui_theme: String,
        /// The theme of the side bar.
        lhs_theme: Toggle,
        /// Smileys in place of text like `:)`.
        smileys: Toggle,
        /// Animated smileys.
        smileypreference: Toggle,
        /// Translation of messages.
        translation_mode: Toggle,
        /// The option to translate, at each message.
        show_translate_option: Toggle,
        /// Noise cancellation in calls.
        av_noise_cancellation: Toggle,
        /// Video in high definition.
        av_hd_video: Toggle,
        /// Detection of speech while the microphone is muted.
        av_speech_detection: Toggle,
        /// Calls in a small window when the user does something else.
        av_auto_pip: Toggle,
        /// Transcripts of calls, always.
        av_livetranscript_always_on: Toggle,
        /// The size of transcripts, a number as text.
        av_livetranscript_fontsize: String,
        /// Translation of transcripts.
        av_translate_livetranscript: Toggle,
        /// Sounds of notifications.
        sound_notification: Toggle,
        /// Sounds of all notifications.
        global_sound_notify: Toggle,
        /// Notifications on the desktop.
        desktop_notification: Toggle,
        /// Notifications within Cliq.
        toast_notification: Toggle,
        /// A mask that helps to read.
        reading_mask: Toggle,
        /// The kind of that mask.
        reading_mask_type: Toggle,
        /// Help for people who see little.
        vision_assistive: Toggle,
        /// The kind of that help.
        vision_assistive_type: Toggle,
        /// The font, a number as text.
        cliq_font: String,
        /// The font's size, a number as text.
        cliq_font_size: String,
        /// The font's spacing, a number as text.
        cliq_font_spacing: String,
        /// Notifications of reminders.
        reminder_notification: Toggle,
        /// Notifications of reactions.
        reactions_notification: Toggle,
        /// The reactions to choose from, joined with commas.
        quick_reactions: String,
        /// Recording of calls.
        conference_recording: Toggle,
        /// The theme of calls.
        conference_theme: String,
        /// What is shown behind the user.
        video_background: String,
        /// The filter of the user's video.
        video_filter: String,
        /// Photos of contacts.
        contact_photo: Toggle,
        /// Previews of links.
        linkpreview_status: Toggle,
        /// Lines under links.
        underlinelinks: Toggle,
        /// Larger text.
        magnify_text: Toggle,
        /// A frame around what has the focus.
        focus_indicator: Toggle,
        /// When the user was seen last, for others.
        last_seen: Toggle,
        /// The message's text in notifications.
        message_in_notification: Toggle,
        /// The user's own video, mirrored in huddles.
        huddle_mirror_video: Toggle,
        /// The pane of a huddle.
        huddle_pane_status: Toggle,
        /// Information that stays during a huddle.
        huddle_sticky_info: Toggle,
        /// The layout of a shared screen in huddles.
        huddle_screenshare_layout: Toggle,
        /// Notifications of messages during huddles.
        huddle_notify_msg: Toggle,
    }
}

impl QuietHours {
    /// Returns the days.
    pub fn days(&self) -> Vec<Weekday> {
        let days = self.quiet_days.as_deref().unwrap_or_default();
        days.split(',')
            .map(str::trim)
            .filter(|day| !day.is_empty())
            .map(Weekday::from)
            .collect()
    }
}
