#pragma once

/// MILLWRIGHT_SANITIZED: built with a sanitizer that has memory of its own to look after.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MILLWRIGHT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MILLWRIGHT_SANITIZED 1
#endif
#endif
