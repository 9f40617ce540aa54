;; A result over its limit is not read.
;; outcome: bad_output
;; message: `result_bytes` is 1048576
(module
  (memory (export "memory") 32)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0x10_00100001)))
