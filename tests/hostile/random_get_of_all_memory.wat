;; Random bytes for all of the memory by way of WASI, again and again: filled in place, and the time is watched.
;; outcome: timed_out cpu
;; limit: cpu_ms 50
;; limit: memory_bytes 268435456
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 4096)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $again
      (if (call $random_get (i32.const 0) (i32.const 0x10000000)) (then (unreachable)))
      (br $again))
    (unreachable)))
