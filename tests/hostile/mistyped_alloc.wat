;; An allocator that takes 64 bits.
;; refused: mistyped_export
;; message: hookbox_alloc
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i64) (result i32) (i32.const 0))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
