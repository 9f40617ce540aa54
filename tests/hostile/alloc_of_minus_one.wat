;; An allocator that gives the last address of all.
;; outcome: bad_output
;; message: leaves no room
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const -1))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
