#include "http/lookup.hpp"

#include <netdb.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "http/client.hpp"

namespace http {
namespace {

struct Closer {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::vector<std::string> by_system(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &first) != 0) return {};
  const std::unique_ptr<addrinfo, Closer> list(first);
  std::vector<std::string> all;
  for (const addrinfo* one = first; one; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) ==
        0)
      all.emplace_back(text.data());
  }
  return all;
}

bool is_address(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_flags = AI_NUMERICHOST;
  addrinfo* first = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &first) != 0) return false;
  ::freeaddrinfo(first);
  return true;
}

/// What a look-up's thread and the one that waits for it share.
struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<std::vector<std::string>> answer;
};

}  // namespace

struct Lookups::Shared {
  Resolver resolve;
  std::atomic<int> under_way = 0;

  void ask(const std::string& host, Question& question) {
    std::vector<std::string> found = resolve(host);
    --under_way;
    const std::scoped_lock lock(question.mutex);
    question.answer = std::move(found);
    question.answered.notify_one();
  }
};

Lookups::Lookups(Resolver resolver) : shared_(std::make_shared<Shared>()) {
  shared_->resolve = std::move(resolver);
}

Lookups::Lookups() : Lookups(by_system) {}

std::vector<std::string> Lookups::addresses(const std::string& host, Deadline deadline) const {
  if (is_address(host)) return {host};
  if (++shared_->under_way > limit) {
    --shared_->under_way;
    throw Unreachable("too many host names are being looked up");
  }
  const auto question = std::make_shared<Question>();
  try {
    std::thread([shared = shared_, question, host] { shared->ask(host, *question); }).detach();
  } catch (const std::system_error&) {
    --shared_->under_way;
    throw Unreachable("host names cannot be looked up: no further thread");
  }
  std::unique_lock lock(question->mutex);
  if (!question->answered.wait_until(lock, deadline, [&] { return question->answer.has_value(); }))
    throw Unreachable("the host name was not found in time");
  return std::move(*question->answer);
}

}  // namespace http
