//: input: {"user": {"id": "u1"}, "context": {"connection": {"name": "db"}, "webtask": {"secrets": {"A": "1"}, "event": {"id": "evt_1", "attempt": 2}}}}
//: expect: completed {"id":"evt_1","attempt":2,"headers":true,"params":{},"query":{},"meta":{},"token":"string","body":{"user":{"id":"u1"},"context":{"connection":{"name":"db"}}},"raw":true,"same":true}
module.exports = function (user, context, cb) {
  const { webtask } = context;
  cb(null, {
    id: webtask.id,
    attempt: webtask.event.attempt,
    headers: Object.keys(webtask.headers).every((name) => name === name.toLowerCase()),
    params: webtask.params,
    query: webtask.query,
    meta: webtask.meta,
    token: typeof webtask.token,
    body: webtask.body,
    raw: JSON.stringify(webtask.body) === webtask.body_raw,
    same: webtask.storage === webtask.storage,
  });
};
