;; An atomic instruction.
;; refused: not_wasm
;; message: switched off here
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (atomic.fence)
    (i64.const 0)))
