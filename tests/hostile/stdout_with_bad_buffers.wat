;; A list of buffers that lies outside of the memory.
;; outcome: trapped host_call
;; message: outside of the memory
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $fd_write (i32.const 2) (i32.const 65532) (i32.const 1) (i32.const 0)))
    (i64.const 0)))
