//! hookbox-sdk-macros
