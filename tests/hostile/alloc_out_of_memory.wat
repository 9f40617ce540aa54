;; An allocator that was refused memory and gives what it has.
;; outcome: out_of_memory
;; limit: memory_bytes 65536
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (i32.const 65536))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
