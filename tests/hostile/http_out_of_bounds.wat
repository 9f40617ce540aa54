;; A request that lies outside of the memory.
;; outcome: trapped host_call
(module
  (import "hookbox" "http_start" (func $http_start (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $http_start (i32.const 0) (i32.const 65537)))
    (i64.const 0)))
