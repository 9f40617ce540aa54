;; A clock that there is not.
;; outcome: trapped host_call
;; message: `clock_time_get`: there is no such clockid
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $time (i32.const 9) (i64.const 0) (i32.const 64)))
    (i64.const 0)))
