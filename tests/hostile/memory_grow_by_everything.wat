;; A growth beyond what 32 bits can address is refused like any other.
;; outcome: out_of_memory
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (if (i32.eq (memory.grow (i32.const 65535)) (i32.const -1)) (then (unreachable)))
    (i64.const 0)))
