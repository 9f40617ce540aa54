;; A call through an entry of another type.
;; outcome: trapped bad_indirect_call
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (type $none (func))
  (table funcref (elem $number))
  (func $number (result i32) (i32.const 1))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call_indirect (type $none) (i32.const 0))
    (i64.const 0)))
