;; A result that lies behind the end of the memory.
;; outcome: bad_output
;; message: outside of the memory
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0xffffffff_00000002)))
