#include "routes/context.hpp"

namespace routes {

void tidy_up(Context& context) {
  constexpr unsigned one_in = 32;
  constexpr size_t batch = 100;  // rows of each table: nobody's sign-in waits for a large deletion
  if (!context.has_store()) return;
  const std::string dice = crypto::random_bytes(context.services.random, 1);
  if (static_cast<unsigned char>(dice[0]) % one_in == 0) context.store().delete_expired(context.now(), batch);
}

}  // namespace routes
