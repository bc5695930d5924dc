#include "auth/auth.hpp"

namespace auth {

void count_attempt(store::Store& store, const Rate& rate, std::string_view kind, std::string_view whom) {
  if (rate.count == 0) return;
  // By hash: the table is no list of who tried.
  const std::string bucket = crypto::sha256_hex(std::string(kind) + " " + std::string(whom));
  const auto wait = store.take_token(bucket, rate.count, rate.window);
  if (wait.count() > 0) throw TooMany(kind, std::chrono::ceil<Seconds>(wait));
}

}  // namespace auth
