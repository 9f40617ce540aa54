;; Millions of empty buffers: a list longer than a call may read is refused, one that fits costs little, again and again.
;; outcome: timed_out cpu
;; limit: cpu_ms 200
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 512)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (if (i32.ne (i32.const 48) (call $fd_write (i32.const 1) (i32.const 0x10000) (i32.const 0x300000) (i32.const 8)))
      (then (unreachable)))
    (if (i32.ne (i32.const 48) (call $fd_write (i32.const 1) (i32.const 0x10000) (i32.const 0x20000000) (i32.const 8)))
      (then (unreachable)))
    (loop $again
      (if (call $fd_write (i32.const 1) (i32.const 0x10000) (i32.const 0x100000) (i32.const 8)) (then (unreachable)))
      (br $again))
    (unreachable)))
