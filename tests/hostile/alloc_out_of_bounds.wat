;; An allocator that gives an address outside of the memory.
;; outcome: bad_output
;; message: leaves no room
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 65535))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
