;; All of the default limit, touched to the end, is a hook's to use.
;; outcome: completed
;; limit: cpu_ms 10000
;; value: null
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (if (i32.eq (memory.grow (i32.const 1023)) (i32.const -1)) (then (unreachable)))
    (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 0x4000000))
    (i64.const 0)))
