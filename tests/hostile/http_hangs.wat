;; An outgoing call that nobody answers ends with the run, and is in its report.
;; outcome: timed_out wall
;; limit: wall_ms 300
;; egress: hangs
;; call: POST https://api.example.com/v3/mail timeout
(module
  (import "hookbox" "http_start" (func $http_start (param i32 i32) (result i32)))
  (import "hookbox" "next_event" (func $next_event (result i64)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "{\"method\":\"POST\",\"url\":\"https://api.example.com/v3/mail?key=secret\"}")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $http_start (i32.const 0) (i32.const 68)))
    (call $next_event)))
