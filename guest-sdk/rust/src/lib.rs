//! hookbox-sdk
