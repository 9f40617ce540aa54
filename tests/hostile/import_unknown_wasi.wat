;; A function that WASI preview 1 does not have.
;; refused: unknown_import
;; message: wasi_snapshot_preview1.thread_spawn
(module
  (import "wasi_snapshot_preview1" "thread_spawn" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
