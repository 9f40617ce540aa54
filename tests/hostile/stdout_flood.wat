;; A thousand buffers that are each all of the memory: the host takes the first and stays quick.
;; outcome: completed
;; limit: cpu_ms 10000
;; value: null
;; limit: log_lines 10
;; dropped: 0
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (local $i i32)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 0xff0000))
    (loop $more
      (i32.store (i32.mul (local.get $i) (i32.const 8)) (i32.const 65536))
      (i32.store (i32.add (i32.const 4) (i32.mul (local.get $i) (i32.const 8))) (i32.const 0xff0000))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 1024))))
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1024) (i32.const 32768)) (then (unreachable)))
    (if (i32.ne (i32.load (i32.const 32768)) (i32.const 0xff0000)) (then (unreachable)))
    (i64.const 0)))
