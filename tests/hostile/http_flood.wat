;; A thousand calls: those beyond the limit get an error each, and none is sent.
;; outcome: completed
;; value: null
;; egress: answers
;; limit: http_calls 3
;; calls: 3
(module
  (import "hookbox" "http_start" (func $http_start (param i32 i32) (result i32)))
  (import "hookbox" "next_event" (func $next_event (result i64)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "{\"method\":\"POST\",\"url\":\"https://api.example.com/v3/mail?key=secret\"}")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (local $i i32)
    (loop $more
      (drop (call $http_start (i32.const 0) (i32.const 68)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 1000))))
    (loop $drain
      (if (i64.ne (call $next_event) (i64.const 0))
        (then
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (br $drain))))
    (if (local.get $i) (then (unreachable)))
    (i64.const 0)))
