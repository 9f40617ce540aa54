;; Fifteen million empty lines in one write: the time is watched on the way.
;; outcome: timed_out cpu
;; limit: cpu_ms 20
;; limit: log_lines 3
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (memory.fill (i32.const 65536) (i32.const 10) (i32.const 0xff0000))
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const 0xff0000))
    (loop $again
      (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $again))
    (unreachable)))
