;; Nanoseconds at an address that cannot hold them.
;; outcome: trapped host_call
;; message: `clock_time_get`: the address 65 is not a multiple of 8
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $time (i32.const 0) (i64.const 0) (i32.const 65)))
    (i64.const 0)))
