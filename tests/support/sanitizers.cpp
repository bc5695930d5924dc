// What programs made with SAN=… do when they find something: end, with a report that
// tests/support/process.mjs knows. In the program, as web servers do not hand on the environment. Of no
// effect in others.
extern "C" {
const char* __asan_default_options();
const char* __ubsan_default_options();
const char* __tsan_default_options();
const char* __tsan_default_suppressions();

const char* __asan_default_options() {
  return "halt_on_error=1:exitcode=86:detect_leaks=1:strict_string_checks=1";
}
const char* __ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }
const char* __tsan_default_options() { return "halt_on_error=1:exitcode=86:second_deadlock_stack=1"; }
/// cpp-httplib's library, which is not made with the sanitizer, keeps a static std::regex: how its first user
/// and the others agree on that cannot be seen.
const char* __tsan_default_suppressions() {
  return "race:std::__detail::_CharMatcher\n"
         "race:std::__detail::_BracketMatcher\n"
         "race:std::__detail::_AnyMatcher\n"
         "race:std::__detail::_NFA\n"
         "race:std::__detail::_Executor\n";
}
}
