//! hookbox-server
