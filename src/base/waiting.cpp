#include "base/waiting.hpp"

#include <utility>

namespace base {
namespace {

thread_local WaitObserver* observer = nullptr;

}  // namespace

ObserveWaits::ObserveWaits(WaitObserver& told) : outer_(std::exchange(observer, &told)) {}
ObserveWaits::~ObserveWaits() { observer = outer_; }

Waiting::Waiting() : told_(observer) {
  if (told_) told_->began();
  observer = nullptr;
}

Waiting::~Waiting() {
  observer = told_;
  if (told_) told_->ended();
}

}  // namespace base
