;; One line of 32 MiB is cut at its limit.
;; outcome: completed
;; limit: cpu_ms 10000
;; value: null
;; limit: log_line_bytes 5
;; log: info aaaaa
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 512)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (memory.fill (i32.const 0) (i32.const 97) (i32.const 0x2000000))
    (call $log (i32.const 1) (i32.const 0) (i32.const 0x2000000))
    (i64.const 0)))
