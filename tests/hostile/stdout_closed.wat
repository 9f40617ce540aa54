;; A stream that was closed stays closed, and closing it twice is an error.
;; outcome: completed
;; value: null
;; log: info before
;; log: error still there
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "\20\00\00\00\06\00\00\00\28\00\00\00\0b\00\00\00")
  (data (i32.const 32) "before")
  (data (i32.const 40) "still there")
  (func $is (param $actual i32) (param $expected i32)
    (if (i32.ne (local.get $actual) (local.get $expected)) (then (unreachable))))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $is (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)) (i32.const 0))
    (call $is (call $fd_close (i32.const 1)) (i32.const 0))
    (call $is (call $fd_close (i32.const 1)) (i32.const 8))
    (call $is (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)) (i32.const 8))
    (call $is (call $fd_write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 64)) (i32.const 0))
    (call $is (call $fd_write (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 64)) (i32.const 8))
    (i64.const 0)))
