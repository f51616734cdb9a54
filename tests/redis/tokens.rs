//! Access tokens: encrypted, and refreshed once for all.
