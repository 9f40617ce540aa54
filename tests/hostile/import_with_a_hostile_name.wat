;; A name that would act on a terminal or a page is shown escaped.
;; refused: unknown_import
;; message: \u{1b}[31m\u{202e}
(module
  (import "../../\1b[31m\u{202e}" "<script>" (func))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
