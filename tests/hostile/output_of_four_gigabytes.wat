;; The longest result that the contract can express.
;; outcome: bad_output
;; message: 4294967295 bytes
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0x10_ffffffff)))
