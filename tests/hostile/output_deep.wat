;; Ten thousand brackets do not take the host's stack.
;; outcome: bad_output
;; limit: cpu_ms 10000
;; message: recursion limit
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 16) "{\"value\":")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (memory.fill (i32.const 25) (i32.const 0x5b) (i32.const 10000))
    (i64.const 0x10_00002719)))
