;; A wait until the last nanosecond that either clock can name: the run's own end comes first.
;; outcome: timed_out wall
;; limit: wall_ms 300
;; limit: cpu_ms 200
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.store (i32.const 24) (i64.const -1))
    (i32.store (i32.const 40) (i32.const 1))
    (i32.store (i32.const 64) (i32.const 1))
    (i64.store (i32.const 72) (i64.const -1))
    (i32.store (i32.const 88) (i32.const 1))
    (drop (call $poll (i32.const 0) (i32.const 128) (i32.const 2) (i32.const 256)))
    (i64.const 0)))
