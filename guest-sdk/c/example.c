/* A hook without an SDK: tells a web service that a password was changed, and waits for its answer.
 *
 *   clang --target=wasm32 -ffreestanding -nostdlib -O2 -Wl,--no-entry -o example.wasm example.c
 *
 * The linker is lld's wasm-ld. Where clang finds none but there is Rust, add
 *   -fuse-ld="$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/wasm-ld"
 */
#include "hookbox.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const char REQUEST[] =
    "{\"method\":\"POST\",\"url\":\"https://hooks.example.com/password-changed\","
    "\"headers\":{\"content-type\":\"application/json\"},\"body\":\"{}\",\"timeout_ms\":5000}";

static const char NO_ANSWER[] = "{\"error\":{\"message\":\"the service gave no answer\",\"retryable\":true}}";
static const char REFUSED[] = "{\"error\":{\"message\":\"the service did not answer 2xx\"}}";

/* Each block is pages of its own: there are two in a run, and the memory goes with the run. */
static void *fresh_pages(uint32_t len) {
  uint32_t pages = len / 65536 + 1;
  uintptr_t page = __builtin_wasm_memory_grow(0, pages);
  if (page == (uintptr_t)-1) __builtin_trap();
  return (void *)(page * 65536);
}

/* The first digit of the event's status, 0 where it has none. A quote inside of a JSON text is escaped, so the pattern
 * can only be a key, and `status` comes before the headers. */
static char status_class(const char *event, uint32_t len) {
  static const char key[] = "\"status\":";
  const uint32_t key_len = sizeof(key) - 1;
  for (uint32_t start = 0; start + key_len < len; start++) {
    uint32_t same = 0;
    while (same < key_len && event[start + same] == key[same]) same++;
    if (same == key_len) return event[start + key_len];
  }
  return 0;
}

int32_t HOOKBOX_EXPORT(hookbox_abi)(void) { return HOOKBOX_ABI; }

void *HOOKBOX_EXPORT(hookbox_alloc)(uint32_t len) { return fresh_pages(len); }

int64_t HOOKBOX_EXPORT(post_change_password)(const char *input, uint32_t len) {
  (void)input, (void)len; /* The JSON of {"user": …, "context": …}, which this hook does not need. */
  hookbox_http_start(REQUEST, sizeof(REQUEST) - 1);
  uint32_t event_len = (uint32_t)hookbox_next_event(); /* The lower half; the upper one is the id. */
  char *event = fresh_pages(event_len);
  hookbox_take(event);
  switch (status_class(event, event_len)) {
    case 0: return hookbox_result(TEXT(NO_ANSWER));
    case '2': break;
    default: return hookbox_result(TEXT(REFUSED));
  }
  hookbox_log(HOOKBOX_INFO, TEXT("the service was told"));
  return 0;
}
