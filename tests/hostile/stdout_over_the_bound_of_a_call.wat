;; More than a call may read is not printed: ENOMEM, and what comes after is printed as if nothing had been.
;; outcome: completed
;; value: null
;; log: info ok
;; dropped: 0
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 512)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 64) "ok")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const 0x1000001))
    (if (i32.ne (i32.const 48) (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (then (unreachable)))
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.const 2))
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
    (i64.const 0)))
