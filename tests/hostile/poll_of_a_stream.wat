;; Stdout can be written at once, so it ends a wait before an hour does; a file that is not there is an error.
;; outcome: completed
;; value: null
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 3600000000000))
    (i64.store (i32.const 48) (i64.const 77))
    (i32.store8 (i32.const 56) (i32.const 2))
    (i32.store (i32.const 64) (i32.const 1))
    (if (call $poll (i32.const 0) (i32.const 256) (i32.const 2) (i32.const 512)) (then (unreachable)))
    (if (i32.ne (i32.load (i32.const 512)) (i32.const 1)) (then (unreachable)))
    (if (i64.ne (i64.load (i32.const 256)) (i64.const 77)) (then (unreachable)))
    (i32.store (i32.const 64) (i32.const 3))
    (if (i32.ne (i32.const 8) (call $poll (i32.const 0) (i32.const 256) (i32.const 2) (i32.const 512)))
      (then (unreachable)))
    (i64.const 0)))
