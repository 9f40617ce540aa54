;; There are no files: ENOSYS.
;; outcome: completed
;; value: null
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "/etc/passwd")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (if (i32.ne (i32.const 52) (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 11) (i32.const 0)
        (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 16)))
      (then (unreachable)))
    (i64.const 0)))
