;; The codes that a process of an operating system could not have are in the report, too.
;; outcome: trapped exit
;; message: exit code -1
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $proc_exit (i32.const -1))
    (i64.const 0)))
