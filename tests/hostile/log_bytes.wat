;; Lines that together are over log_bytes: a beginning is kept.
;; outcome: completed
;; value: null
;; limit: log_bytes 10
;; log: info line
;; dropped: 1
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "line")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $log (i32.const 1) (i32.const 0) (i32.const 4))
    (call $log (i32.const 1) (i32.const 0) (i32.const 4))
    (call $log (i32.const 1) (i32.const 0) (i32.const 4))
    (i64.const 0)))
