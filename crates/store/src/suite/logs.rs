//! The tenant log, by page and by checkpoint.

use std::time::Duration;

use hookbox_protocol::id::LogId;

use super::{Database, LEASE, accept, completion, failed, hook, log_entry, tenant};
use crate::{Completion, Error, LogFilter, LogPaging, Next, id};

pub(super) async fn the_log_is_read_by_page_checkpoint_and_filter(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    let leased = store.queue().lease(1, LEASE).await.expect("leased").remove(0);
    let dead = Next::Dead { reason: "no".into() };
    let done = Completion { log: Some(log_entry("fcph")), ..completion(&leased, failed("no"), dead) };
    store.queue().complete(done).await.expect("recorded");
    let first = acme.logs(LogFilter::default()).await.expect("listed").remove(0);
    assert_eq!((first.hook_id.as_ref(), first.hook_name.as_deref()), (Some(&mail.id), Some("mail")));
    assert_eq!((first.event_id, &first.entry), (Some(event), &log_entry("fcph")));
    assert_eq!(acme.log(first.id).await.expect("read"), Some(first.clone()));

    let mut ids = vec![first.id];
    for code in ["sapi", "fs", "sapi", "fs"] {
        store.clock().advance(Duration::from_secs(60));
        ids.push(acme.add_log(None, None, log_entry(code)).await.expect("written"));
    }
    let list = async |filter: LogFilter| {
        let rows = acme.logs(filter).await.expect("listed");
        let place = |id: LogId| ids.iter().position(|known| *known == id).expect("one of ours");
        rows.iter().map(|row| place(row.id)).collect::<Vec<_>>()
    };
    let page = |page, per_page| LogFilter { paging: LogPaging::Page { page, per_page }, ..LogFilter::default() };
    assert_eq!(list(page(0, 2)).await, [4, 3]);
    assert_eq!(list(page(2, 2)).await, [0]);
    assert_eq!(list(page(3, 2)).await, [0usize; 0]);
    let before = |from: Option<usize>, take| LogFilter {
        paging: LogPaging::Before { from: from.map(|place| ids[place]), take },
        ..LogFilter::default()
    };
    assert_eq!(list(before(None, 2)).await, [4, 3]);
    assert_eq!(list(before(Some(3), 2)).await, [2, 1]);
    let after =
        |from: usize, take| LogFilter { paging: LogPaging::After { from: ids[from], take }, ..LogFilter::default() };
    assert_eq!(list(after(1, 2)).await, [2, 3]);
    assert_eq!(list(after(4, 2)).await, [0usize; 0]);
    let codes = LogFilter { codes: vec!["fs".into(), "fcph".into()], ..LogFilter::default() };
    assert_eq!(list(codes.clone()).await, [4, 2, 0]);
    assert_eq!(acme.log_count(codes).await.expect("counted"), 3);
    assert_eq!(acme.log_count(page(1, 1)).await.expect("counted"), 5);
    let range =
        LogFilter { since: Some(id::time_of(ids[1].0)), until: Some(id::time_of(ids[3].0)), ..LogFilter::default() };
    assert_eq!(list(range).await, [2, 1]);
    let of_hook = LogFilter { hook_id: Some(mail.id.clone()), event_id: Some(event), ..LogFilter::default() };
    assert_eq!(list(of_hook.clone()).await, [0]);
    acme.delete_hook(&mail.id).await.expect("deleted");
    assert_eq!(list(of_hook).await, [0], "the past of a deleted hook stays");
    let refused = acme.logs(page(0, 101)).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}
