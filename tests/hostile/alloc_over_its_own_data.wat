;; An allocator that gives a region in use harms nobody but its guest: the input overwrites the result.
;; outcome: bad_output
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 16))
  (data (i32.const 16) "{\"value\":1}")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0x10_0000000b)))
