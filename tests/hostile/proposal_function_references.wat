;; A call through a typed reference.
;; refused: not_wasm
;; message: switched off here
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (type $none (func))
  (func $other)
  (elem declare func $other)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call_ref $none (ref.func $other))
    (i64.const 0)))
