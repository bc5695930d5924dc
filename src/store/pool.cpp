#include <mutex>
#include <vector>

#include "store/sql_store.hpp"

namespace store {

struct Pool::State {
  Options options;
  const base::Clock& clock;
  const base::Log& log;
  JointWrites joint;
  std::mutex mutex;
  std::vector<std::unique_ptr<SqlStore>> idle;
  base::Time looked{};

  /// Whoever deletes, restores or moves the file need not restart us. Once a second, as each look is a system
  /// call.
  void drop_replaced() {
    const base::Time now = clock.now();
    if (std::chrono::abs(now - looked) < std::chrono::seconds(1)) return;
    looked = now;
    std::erase_if(idle, [](const auto& store) { return store->connection().replaced(); });
  }

  std::unique_ptr<SqlStore> take() {
    const std::lock_guard lock(mutex);
    drop_replaced();
    if (idle.empty()) return {};
    auto store = std::move(idle.back());
    idle.pop_back();
    return store;
  }

  void give_back(std::unique_ptr<SqlStore> store) {
    if (store->connection().failed()) return;
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(store));
  }
};

Pool::Pool(Options options, const base::Clock& clock, const base::Log& log)
    : state_(new State{std::move(options), clock, log, {}, {}, {}, {}}) {}

Pool::~Pool() = default;

Pool::Lease Pool::lend() {
  State& state = *state_;
  auto store = state.take();
  if (!store) store = open_sql(state.options, state.clock, state.log, &state.joint);
  return {store.release(), [&state](Store* lent) {
            state.give_back(std::unique_ptr<SqlStore>(static_cast<SqlStore*>(lent)));
          }};
}

}  // namespace store
