// cpp-httplib's shared library initialises OpenSSL when it is loaded, and with it the texts of OpenSSL's
// error numbers, which nothing here shows: a tenth of what a start executes. OpenSSL leaves them out if the
// first call into it says so, and only a function of .preinit_array comes before the libraries' own.
#include <openssl/crypto.h>
#include <sys/auxv.h>

// A sanitizer is not there yet when such a function runs.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NEXTAUTH_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define NEXTAUTH_SANITIZED
#endif
#endif

#ifndef NEXTAUTH_SANITIZED
namespace {

/// Nothing else of OpenSSL: its configuration file is found by the environment, which libc does not have yet.
void leave_out_error_texts() {
  // The one-file executable has no such library, and its OpenSSL is not relocated yet (base/late_tables.hpp).
  const bool has_libraries = ::getauxval(AT_BASE) != 0;
  if (has_libraries) (void)::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)() = leave_out_error_texts;

}  // namespace
#endif
