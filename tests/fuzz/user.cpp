// What a URL or a program answers about somebody's name and password.
#include "credentials/kinds.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto user = credentials::read_user("the program", fuzz::text(data, size));
    fuzz::require(!user || user->is_object(), "a user is an object");
  } catch (const credentials::Unavailable&) {
    return 0;
  }
  return 0;
}
