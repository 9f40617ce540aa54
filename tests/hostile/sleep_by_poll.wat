;; A short sleep by way of WASI: the clock has moved on by at least that much.
;; outcome: completed
;; value: null
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $time (i32.const 1) (i64.const 0) (i32.const 200)))
    (i64.store (i32.const 0) (i64.const 77))
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 5000000))
    (if (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)) (then (unreachable)))
    (if (i32.ne (i32.load (i32.const 128)) (i32.const 1)) (then (unreachable)))
    (if (i64.ne (i64.load (i32.const 64)) (i64.const 77)) (then (unreachable)))
    (drop (call $time (i32.const 1) (i64.const 0) (i32.const 208)))
    (if (i64.lt_u (i64.sub (i64.load (i32.const 208)) (i64.load (i32.const 200))) (i64.const 5000000))
      (then (unreachable)))
    (i64.const 0)))
