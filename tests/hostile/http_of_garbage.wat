;; A request that is no JSON gets an event that says so.
;; outcome: completed
;; value: null
;; log: info {"id":1,"error":{"code":"invalid","message":"the request is not valid: expected value at line 1 column 1"}}
(module
  (import "hookbox" "http_start" (func $http_start (param i32 i32) (result i32)))
  (import "hookbox" "next_event" (func $next_event (result i64)))
  (import "hookbox" "take" (func $take (param i32)))
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "garbage")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (local $event i64)
    (drop (call $http_start (i32.const 0) (i32.const 7)))
    (local.set $event (call $next_event))
    (call $take (i32.const 4096))
    (call $log (i32.const 1) (i32.const 4096) (i32.wrap_i64 (local.get $event)))
    (i64.const 0)))
