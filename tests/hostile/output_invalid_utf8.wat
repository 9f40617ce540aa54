;; A result that is no UTF-8.
;; outcome: bad_output
;; message: not UTF-8
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 16) "\"\ff\"")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0x10_00000003)))
