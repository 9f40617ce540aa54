;; More subscriptions than a call may have are refused; a thousand that are due at once cost CPU time like anything else.
;; outcome: timed_out cpu
;; limit: cpu_ms 100
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 64)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (if (i32.ne (i32.const 28) (call $poll (i32.const 0x10000) (i32.const 0x200000) (i32.const 1025) (i32.const 0x3ffffc)))
      (then (unreachable)))
    (if (i32.ne (i32.const 28) (call $poll (i32.const 0x10000) (i32.const 0x200000) (i32.const 0) (i32.const 0x3ffffc)))
      (then (unreachable)))
    (loop $again
      (if (call $poll (i32.const 0x10000) (i32.const 0x200000) (i32.const 1024) (i32.const 0x3ffffc)) (then (unreachable)))
      (br $again))
    (unreachable)))
