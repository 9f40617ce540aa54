//! hookbox-egress
