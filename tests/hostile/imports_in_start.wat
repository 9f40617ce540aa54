;; A start function calls imports before the host has seen the instance.
;; outcome: completed
;; value: null
;; log: warn early
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "early")
  (func $start (call $log (i32.const 2) (i32.const 0) (i32.const 5)))
  (start $start)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
