//! hookbox-runtime
