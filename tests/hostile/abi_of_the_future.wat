;; A contract that this host does not speak.
;; refused: unknown_abi
;; message: contract 2
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "hookbox_abi") (result i32) (i32.const 2))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
